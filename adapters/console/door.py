"""The door that every room of the console is given: pages, the JSON of the same pages, changes that are noted.

A page or an operation is declared with the roles that may use it; a change is a verb of the core, done and noted in the
audit log in one work. Forms and programs come through the same guard: a session, its CSRF token, the role.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import web

from adapters.console.lists import Listing, wants_file
from adapters.console.noting import origin_of
from adapters.console.ports import ConsoleWork, House
from adapters.http.api import Endpoint, openapi
from adapters.http.headers import FRAMED, needs
from adapters.http.pages import Pages, language_of
from adapters.http.sessions import SESSION, Sessions, StaffSession
from bot.ports import Texts
from bot.words import Text, Words, say
from core.audit.model import Actor, Entry
from core.programme.model import Programme
from core.shared.listing import Asked, Slice
from core.shared.refusals import Refusal
from core.shared.values import Language

T = TypeVar("T")
R = TypeVar("R")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
API = "/console/api/v1"
VERSION = "1.0"
RAIL = (
    ("/console", "console.home"),
    ("/console/customers", "console.customers"),
    ("/console/offers", "console.offers"),
    ("/console/vouchers", "console.vouchers"),
    ("/console/week", "week.title"),
    ("/console/situations", "console.situations"),
    ("/console/segments", "console.segments"),
    ("/console/campaigns", "console.campaigns"),
    ("/console/results", "console.results"),
    ("/console/questionnaires", "console.questionnaires"),
    ("/console/imports", "console.imports"),
    ("/console/tills", "console.tills"),
    ("/console/staff", "console.staff"),
    ("/console/audit", "console.audit"),
    ("/console/settings", "console.settings"),
)
"""The nouns of the rail in their order; one stands there for those who may open its page."""


class Door:
    """What a room of the console is made with."""

    def __init__(
        self, *, app: web.Application, house: House, sessions: Sessions, pages: Pages, texts: Texts,
        programme: Programme, key: bytes, clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self.house, self.programme, self.texts, self.clock = house, programme, texts, clock
        self._app, self._sessions, self._pages, self._key = app, sessions, pages, key
        self._nouns: dict[str, Sequence[str]] = {}
        self._endpoints: list[Endpoint[Any]] = []

    def page(self, path: str, handler: Handler, roles: Sequence[str]) -> None:
        """A page for these roles; a path of the rail stands in the rail for them."""
        self._nouns[path] = roles
        self._app.router.add_get(path, self._sessions.guard(handler, *roles, page=True))

    def action(self, path: str, handler: Handler, roles: Sequence[str]) -> None:
        """What a form of a page does, for these roles, with the CSRF token of the session."""
        self._app.router.add_post(path, self._sessions.guard(handler, *roles, page=True))

    def endpoint(self, one: Endpoint[Any], roles: Sequence[str]) -> None:
        """An operation of the console API (contract 4.3), its path below `/console/api/v1`; it is in the OpenAPI."""
        self._endpoints.append(one)
        self._app.router.add_route(one.method, one.path, self._sessions.guard(one, *roles))

    def document(self) -> Mapping[str, Any]:
        """The OpenAPI of every operation declared so far."""
        return openapi(
            self._endpoints,
            title="Kartka console API",
            version=VERSION,
            description="Everything that a page of the console does. Log in at /login; the session's cookie says who "
            f"asks, and unsafe methods carry the token of {API}/me in the header X-CSRF-Token. "
            "An analyst is told numbers of people rounded to fives; those below five are null or 0.",
            scheme={"type": "apiKey", "in": "cookie", "name": "__Host-sid"},
        )

    def csrf(self, request: web.Request) -> str:
        """The token that the session's forms send back."""
        return self._sessions.csrf(request[SESSION])

    def language(self, request: web.Request) -> Language:
        """The language in which the page is read."""
        return language_of(request, self.programme.default_language)

    def told(self, request: web.Request, text: Text) -> str:
        """The text in the language of the page."""
        return self.texts.say(text, self.language(request))

    def told_key(self, request: web.Request, key: str, **data: Any) -> str:
        """The message of the key with its data in the language of the page."""
        return self.told(request, say(key, **data))

    def sorry(self, request: web.Request, refusal: Refusal) -> str:
        """What the core refused, in words: `sorry.<code>` with the refusal's data."""
        return self.told(request, Words(f"sorry.{refusal.code}", dict(refusal.data)))

    def show(self, request: web.Request, name: str, status: int = 200, **data: Any) -> web.Response:
        """The page in the frame that every page of the console has. In templates: `t(key)`, `said(key, **data)`."""
        needs(request, FRAMED)
        session, language = request[SESSION], self.language(request)
        rail = [
            {"href": path, "word": word, "here": request.path == path or _below(request.path, path)}
            for path, word in RAIL
            if session.role in self._nouns.get(path, ())
        ]

        def said(key: str, **values: Any) -> str:
            return self.texts.say(say(key, **values), language)

        frame = {"brand": self.programme.brand, "login": session.login, "role": session.role, "rail": rail,
                 "csrf": self.csrf(request), "path": request.path, "said": said}  # fmt: skip
        return self._pages.show(name, language, status, **frame, **data)

    async def listed(
        self, request: web.Request, listing: Listing[R], rows: Callable[[Asked], Awaitable[Slice[R]]], name: str,
        status: int = 200, **data: Any,
    ) -> web.StreamResponse:  # fmt: skip
        """The list as a page of the template `name`, or as its file, which is noted."""
        asked = listing.asked(request)
        if wants_file(request):
            await self.note(request, "list.export", listing.name, after={"filters": dict(asked.filters)})
            heads = [self.told(request, say(one.word)) for one in listing.columns]
            return await listing.file(request, asked, heads, rows)
        return self.show(request, name, status, list=listing.shown(asked, await rows(asked)), **data)

    async def change(
        self, request: web.Request, verb: str, job: Callable[[ConsoleWork], T], *, subject: str = "",
        seen: Callable[[ConsoleWork], Mapping[str, Any] | None] | None = None, why: str = "",
    ) -> T:  # fmt: skip
        """The job is done and noted in one work. `seen`: what the audit log keeps of the subject, before and after.

        Raises what the job raises; then nothing is done and nothing noted.
        """
        actor = self.actor(request)

        def noted(work: ConsoleWork) -> T:
            before = seen(work) if seen is not None else None
            done = job(work)
            after = seen(work) if seen is not None else None
            about = subject or str(getattr(done, "id", ""))
            work.audit.note(Entry(work.now, actor, verb, about, before, after, why))
            return done

        return await self.house.do("console", noted)

    async def note(
        self, request: web.Request, verb: str, subject: str = "", *, after: Mapping[str, Any] | None = None
    ) -> None:
        """Something was looked at or taken out: it is in the audit log."""
        actor = self.actor(request)
        await self.house.do("console", lambda work: work.audit.note(Entry(work.now, actor, verb, subject, None, after)))

    def actor(self, request: web.Request) -> Actor:
        """Who asks, for the audit log."""
        session: StaffSession = request[SESSION]
        return Actor(session.login, session.role, self.origin(request))

    def origin(self, request: web.Request) -> str:
        """From where, as a keyed hash."""
        return origin_of(self._key, request)


def _below(path: str, noun: str) -> bool:
    return noun != "/console" and path.startswith(f"{noun}/")
