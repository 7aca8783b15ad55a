"""What the audit log keeps of logging in and of being refused: who, from where as a hash, never what was typed."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from aiohttp import web

from adapters.console.ports import ConsoleWork, House
from adapters.http.sessions import StaffSession
from core.audit.model import Actor, Entry

T = TypeVar("T")
_DENIED_AGAIN = timedelta(minutes=1)
_MOST_DENIED = 10_000


class Notes:
    """Notes beside what is done, in the same work."""

    def __init__(self, house: House, key: bytes, clock: Callable[[], datetime]) -> None:
        self._house, self._key, self._clock = house, key, clock
        self._denied: dict[tuple[str, str], datetime] = {}

    def actor(self, request: web.Request, login: str, role: str) -> Actor:
        """Who it is, for a line of the log."""
        return Actor(login, role, origin_of(self._key, request))

    async def note(
        self, request: web.Request, verb: str, job: Callable[[ConsoleWork], T], *, login: str, role: str
    ) -> T:
        """The job is done and noted, or neither. Raises what the job raises."""
        actor = self.actor(request, login, role)

        def noted(work: ConsoleWork) -> T:
            done = job(work)
            work.audit.note(Entry(work.now, actor, verb, login))
            return done

        return await self._house.do("staff", noted)

    async def denied(self, request: web.Request, session: StaffSession) -> None:
        """Somebody who is logged in may not do it; the same one at the same door is noted once a minute."""
        resource = request.match_info.route.resource
        door, now = f"{request.method} {resource.canonical if resource else request.path}"[:128], self._clock()
        last = self._denied.get((session.token_hash, door))
        if last is not None and now - last < _DENIED_AGAIN:
            return
        if len(self._denied) >= _MOST_DENIED:
            self._denied.clear()
        self._denied[(session.token_hash, door)] = now
        actor = self.actor(request, session.login, session.role)
        await self._house.do("staff", lambda work: work.audit.note(Entry(work.now, actor, "access.denied", door)))


def origin_of(key: bytes, request: web.Request) -> str:
    """From where, as a keyed hash."""
    return hmac.digest(key, f"audit|{request.remote or ''}".encode(), hashlib.sha256).hex()[:32]


def nothing(work: ConsoleWork) -> None:
    """Only the note."""
    del work
