"""Settings as they are: each with its default, where it bites, the line to write; and what the doctor says now."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from adapters.console.door import API, Door
from adapters.console.lists import Column, Filter, Listing
from adapters.console.settingsports import Setting, SettingsDesk
from adapters.console.settingwords import PARTS, words_of
from adapters.http.api import Answer, Endpoint
from bot.words import say
from core.shared.listing import Asked, Slice, slice_of_rows

SEES_SETTINGS = ("owner",)
_PATH = "/console/settings"


class SettingOut(Answer):
    """A policy or a setting; `value` null: a secret."""

    name: str
    value: str | None
    default: str
    changed: bool
    says: str
    line: str


class FindingOut(Answer):
    """What the doctor says of one part: `code` tells programs, `says` people."""

    what: str
    fine: bool
    code: str
    says: str


class SettingsOut(Answer):
    """Everything on the page."""

    policies: list[SettingOut]
    settings: list[SettingOut]
    doctor: list[FindingOut]


class SettingPages:
    """`/console/settings`, which changes nothing: the files are the owner's."""

    def __init__(self, door: Door, desk: SettingsDesk) -> None:
        self._door, self._desk = door, desk
        door.page(_PATH, self.page, SEES_SETTINGS)
        door.page(f"{_PATH}/doctor", self.doctor, SEES_SETTINGS)
        door.endpoint(
            Endpoint("GET", f"{API}/settings", "Every policy and setting, and what the doctor says", self.everything,
                     answer=SettingsOut),
            SEES_SETTINGS,
        )  # fmt: skip

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The list; the doctor's word comes behind it, since it asks the messengers."""
        return await self._door.listed(request, self._listing(request), self._rows(request), "settings.html")

    async def doctor(self, request: web.Request) -> web.Response:
        """What `kartka doctor` says now."""
        return self._door.show(
            request, "doctor.html",
            findings=[
                (self._door.told_key(request, PARTS[one.what]), one.fine, self._door.told(request, words_of(one)))
                for one in await self._desk.doctor()
            ],
        )  # fmt: skip

    async def everything(self, request: web.Request, given: None) -> SettingsOut:
        """As JSON."""
        del given
        return SettingsOut(
            policies=[self._out(request, one) for one in self._desk.policies()],
            settings=[self._out(request, one) for one in self._desk.settings()],
            doctor=[
                FindingOut(what=one.what, fine=one.fine, code=one.code, says=self._door.told(request, words_of(one)))
                for one in await self._desk.doctor()
            ],
        )

    def _rows(self, request: web.Request) -> "_Rows":
        return _Rows(self, request, [*self._desk.policies(), *self._desk.settings()])

    def says(self, request: web.Request, one: Setting) -> str:
        """Where it bites, in a sentence."""
        return self._door.told(request, say(word_of(one.name)))

    def _out(self, request: web.Request, one: Setting) -> SettingOut:
        return SettingOut(
            name=one.name, value=None if one.secret else one.value, default=one.default, changed=one.given,
            says=self.says(request, one), line=one.line,
        )  # fmt: skip

    def _listing(self, request: web.Request) -> Listing[Setting]:
        def told(key: str) -> str:
            return self._door.told(request, say(key))

        def value(one: Setting) -> str:
            return one.value if not one.secret else told("settings.secret-given" if one.given else "settings.none")

        return Listing(
            _PATH,
            "settings",
            (
                Column("name", "settings.name", lambda one: one.name, wraps="words"),
                Column("value", "settings.value", value, sorts=False, wraps="words"),
                Column("changed", "settings.changed", lambda one: told("crew.yes" if one.given else "crew.no"),
                       lambda one: one.given, sorts=False),
                Column("default", "settings.default", lambda one: one.default, sorts=False, wraps="words"),
                Column("says", "settings.says", lambda one: self.says(request, one), sorts=False, wraps="prose"),
                Column("line", "settings.line", lambda one: one.line, sorts=False, wraps="words"),
            ),
            (
                Filter("name", "settings.name"),
                Filter("where", "settings.where", [("programme", "programme.toml"), ("environment", "KARTKA_…")]),
                Filter("changed", "settings.changed", [("yes", told("crew.yes")), ("no", told("crew.no"))]),
            ),
        )  # fmt: skip


_SORTS: Mapping[str, Callable[[Setting], Any]] = {"name": lambda one: one.name}


class _Rows:
    """The settings as a list that narrows: by name or by what is said of them."""

    def __init__(self, pages: SettingPages, request: web.Request, every: Sequence[Setting]) -> None:
        self._pages, self._request, self._every = pages, request, every

    async def __call__(self, asked: Asked) -> Slice[Setting]:
        return slice_of_rows([one for one in self._every if self._fits(one, asked)], asked, _SORTS)

    def _fits(self, one: Setting, asked: Asked) -> bool:
        typed = asked.filters.get("name", "").lower()
        where, changed = asked.filters.get("where"), asked.filters.get("changed")
        outside = one.name.isupper()
        return (
            (typed in one.name.lower() or typed in self._pages.says(self._request, one).lower())
            and (where is None or (where == "environment") == outside)
            and (changed is None or (changed == "yes") == one.given)
        )


def word_of(name: str) -> str:
    """The key of the sentence that says where a policy or a setting bites."""
    family, plain = ("setting", name.removeprefix("KARTKA_").lower()) if name.isupper() else ("policy", name)
    return f"{family}.{plain.replace('_', '-')}"
