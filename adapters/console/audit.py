"""The audit log as a page and as JSON: who did what, when, before and after, with the hash that chains each line."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

from aiohttp import web

from adapters.console.auditwords import changes
from adapters.console.door import API, Door
from adapters.console.lists import Column, Filter, Listing
from adapters.console.ports import ConsoleViews
from adapters.console.telling import Teller
from adapters.http.api import Answer, Endpoint
from core.audit.verbs import VERBS
from core.audit.views import AuditRow
from core.shared.listing import Asked, Slice

SEES_AUDIT = ("owner",)
_PATH = "/console/audit"


class LineOut(Answer):
    """A line of the log."""

    number: int
    at: datetime
    login: str
    role: str
    verb: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    why: str
    hash: str


class LinesOut(Answer):
    """A page of lines and how many there are. `head`: the hash of the newest of all, which holds all before it."""

    rows: list[LineOut]
    total: int
    head: str


class AuditPages:
    """`/console/audit`."""

    def __init__(self, door: Door, views: ConsoleViews) -> None:
        self._door, self._views = door, views
        door.page(_PATH, self.page, SEES_AUDIT)
        door.endpoint(
            Endpoint("GET", f"{API}/audit", "The audit log, the newest line first", self.lines, answer=LinesOut,
                     query={key: {"type": "string"} for key in FILTERS} | {"page": {"type": "integer"}}),
            SEES_AUDIT,
        )  # fmt: skip

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The list, and the hash of its newest line."""
        return await self._door.listed(
            request, _listing(self._door, request), self._rows, "audit.html", head=await self._views.audit_head()
        )

    async def lines(self, request: web.Request, given: None) -> LinesOut:
        """The same as JSON."""
        del given
        found = await self._rows(_listing(self._door, request).asked(request))
        rows = [
            LineOut(
                number=one.number, at=one.at, login=one.login, role=one.role, verb=one.verb, subject=one.subject,
                before=_dict(one.before), after=_dict(one.after), why=one.why, hash=one.hash,
            )
            for one in found.rows
        ]  # fmt: skip
        head = await self._views.audit_head()
        return LinesOut(rows=rows, total=found.total, head=head.hash if head is not None else "")

    async def _rows(self, asked: Asked) -> Slice[AuditRow]:
        """Days are those of the programme, both included; one that is none is passed over."""
        filters = dict(asked.filters)
        for name, more in (("since", 0), ("until", 1)):
            if name in filters:
                day = _day(filters.pop(name))
                if day is not None:
                    begins = datetime.combine(day + timedelta(days=more), time(), self._door.programme.timezone)
                    filters[name] = begins.astimezone(UTC).isoformat()
        return await self._views.audit(replace(asked, filters=filters))


FILTERS = ("login", "verb", "subject", "since", "until")
_ROOMS = {"campaign": "campaigns", "customer": "customers", "import": "imports", "offer": "offers",
          "segment": "segments", "staff": "staff"}  # fmt: skip
"""Where the page of a subject stands, by the noun of the verb."""
_UUID = 36


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _listing(door: Door, request: web.Request) -> Listing[AuditRow]:
    tell = Teller(door, request)
    words = {verb: door.told_key(request, f"audit.did-{verb.replace('.', '-')}") for verb in VERBS}
    return Listing(
        _PATH,
        "audit",
        (
            Column("at", "audit.at", lambda one: tell.instant(one.at), lambda one: one.at.isoformat(), sorts=False),
            Column("login", "login.login", lambda one: one.login),
            Column(
                "verb", "audit.verb", lambda one: words.get(one.verb, one.verb), lambda one: one.verb, wraps="words"
            ),
            Column("subject", "audit.subject", _subject, lambda one: one.subject, link=_room, wraps="words"),
            Column(
                "change",
                "audit.change",
                lambda one: "; ".join([*changes(tell, one.before, one.after), *([one.why] if one.why else [])]),
                sorts=False,
                wraps="prose",
            ),
            Column("hash", "audit.hash", lambda one: one.hash[:12], lambda one: one.hash, sorts=False),
        ),
        (
            Filter("login", "login.login"),
            Filter("verb", "audit.verb", [*words.items()]),
            Filter("subject", "audit.subject"),
            Filter("since", "audit.since", kind="date"),
            Filter("until", "audit.until", kind="date"),
        ),
        "audit.empty",
    )


def _subject(one: AuditRow) -> str:
    """Ids are long and alike at the front: their ends tell them apart, and the file has them whole."""
    return f"…{one.subject[-12:]}" if len(one.subject) == _UUID else one.subject


def _room(one: AuditRow) -> str:
    """Where the subject can be looked at, if it has a page."""
    room = _ROOMS.get(one.verb.partition(".")[0], "")
    return f"/console/{room}/{quote(one.subject, safe=':')}" if room and len(one.subject) == _UUID else ""


def _dict(data: Any) -> dict[str, Any] | None:
    return None if data is None else dict(data)
