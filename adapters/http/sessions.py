"""Staff sessions: a random cookie kept as its hash on the server, idle and absolute ends, CSRF bound to it."""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from aiohttp import web

from adapters.http.problems import Handler, Problem

COOKIE = "__Host-sid"
IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
_TOUCH_STEP = timedelta(minutes=1)
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf"


@dataclass(frozen=True, slots=True)
class StaffSession:
    """Somebody logged in: who, with which role, in which store, since when."""

    token_hash: str
    staff: str
    login: str
    role: str
    store: str | None
    one_time: bool
    created_at: datetime
    seen_at: datetime
    sends: bool = False
    """May start what is sent to customers."""
    factored: bool = False
    """The second factor was proven in this session."""
    enrolled: bool = False
    """The member has a second factor."""


class SessionStore(Protocol):
    """Where sessions are kept; a disabled member's are never found."""

    async def open(self, token_hash: str, staff: str, at: datetime, *, factored: bool) -> None: ...

    async def find(self, token_hash: str) -> StaffSession | None: ...

    async def touch(self, token_hash: str, at: datetime) -> None: ...

    async def close(self, token_hash: str) -> None: ...


SESSION = web.RequestKey("session", StaffSession)


Denied = Callable[[web.Request, StaffSession], Awaitable[None]]


class Sessions:
    """Opens, finds and closes sessions; a guard for handlers. `factor_roles`: who must have a second factor."""

    def __init__(
        self, store: SessionStore, key: bytes, clock: Callable[[], datetime], *, factor_roles: Collection[str] = ()
    ) -> None:
        self._store, self._key, self._clock, self._factor_roles = store, key, clock, factor_roles
        self.denied: Denied | None = None
        """Hears of whoever is logged in and may not do what they asked for."""

    async def log_in(
        self, request: web.Request, response: web.StreamResponse, staff: str, *, factored: bool = False
    ) -> None:
        """A fresh session is this browser's; an older one of it is over (no fixation)."""
        await self.log_out(request, response)
        token = secrets.token_urlsafe(32)
        await self._store.open(_hash(token), staff, self._clock(), factored=factored)
        response.set_cookie(
            COOKIE, token, path="/", secure=True, httponly=True, samesite="Lax", max_age=int(ABSOLUTE.total_seconds())
        )

    async def log_out(self, request: web.Request, response: web.StreamResponse) -> None:
        """The session of this browser is over."""
        token = request.cookies.get(COOKIE)
        if token:
            await self._store.close(_hash(token))
        response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")

    async def find(self, request: web.Request) -> StaffSession | None:
        """Who is logged in here; None when nobody is or the time is over."""
        token = request.cookies.get(COOKIE, "")
        if not 40 <= len(token) <= 64:
            return None
        session = await self._store.find(_hash(token))
        now = self._clock()
        if session is None or now - session.created_at > ABSOLUTE or now - session.seen_at > IDLE:
            return None
        if now - session.seen_at > _TOUCH_STEP:
            await self._store.touch(session.token_hash, now)
        return session

    def factor_due(self, session: StaffSession) -> bool:
        """True while the second factor, which the member has or must have, is not proven in this session."""
        return not session.factored and (session.enrolled or session.role in self._factor_roles)

    def csrf(self, session: StaffSession) -> str:
        """The token that forms and scripts of this session send back."""
        return hmac.digest(self._key, f"csrf|{session.token_hash}".encode(), hashlib.sha256).hex()

    def guard(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], *roles: str, page: bool = False
    ) -> Handler:
        """The handler for these roles alone. A page sends strangers to `/login`; unsafe methods need the CSRF token."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            session = await self.find(request)
            if session is None:
                if page:
                    raise web.HTTPSeeOther(f"/login?next={request.path}")
                raise Problem(401, "unauthorized", "Log in first.")
            if session.one_time and not (session.enrolled and not session.factored):
                if page:
                    raise web.HTTPSeeOther(f"/password?next={request.path}")
                raise Problem(403, "password-due", "Choose a password of your own first.")
            if self.factor_due(session):
                if page:
                    raise web.HTTPSeeOther(f"/factor?next={request.path}")
                raise Problem(403, "factor-due", "Open /factor and type the code of your authenticator first.")
            if session.role not in roles:
                if self.denied is not None:
                    await self.denied(request, session)
                raise Problem(403, "forbidden", "Your role may not do this.")
            request[SESSION] = session
            if request.method not in {"GET", "HEAD"}:
                await self.check_csrf(request, session)
            return await handler(request)

        return guarded

    async def check_csrf(self, request: web.Request, session: StaffSession) -> None:
        """Raises Problem (403 `csrf`) for a request that another site could have made."""
        own_origin(request)
        given = request.headers.get(CSRF_HEADER, "")
        if not given and request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            given = str((await request.post()).get(CSRF_FIELD, ""))
        if not hmac.compare_digest(given.encode(), self.csrf(session).encode()):
            raise Problem(403, "csrf", "Reload the page and try again.")


def own_origin(request: web.Request) -> None:
    """Raises Problem (403 `csrf`) when the browser says that another site asks."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        # The browser's own word; under `no-referrer` its Origin is "null" even for our own forms.
        if site not in {"same-origin", "none"}:
            raise Problem(403, "csrf", "This request came from another site.")
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise Problem(403, "csrf", "This request came from another site.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
