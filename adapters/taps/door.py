"""`/r/{token}`: where a button under a campaign's message leads before it leads to its page."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from aiohttp import web

from adapters.http.limits import Buckets
from core.campaigns.tapports import TapWork
from core.campaigns.taps import follow
from core.shared.refusals import Unknown

T = TypeVar("T")


class House(Protocol):
    """Where work is done."""

    async def do(self, key: str, job: Callable[[TapWork], T]) -> T: ...


class Taps:
    """Leads to the addresses of approved campaigns alone, whatever somebody puts into the token."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._pace = Buckets(50, 500)

    def add_routes(self, app: web.Application) -> None:
        """The door is part of the app; a look without opening (HEAD) is no tap."""
        app.router.add_get("/r/{token:[0-9a-z-]{10,80}}", self.follow, allow_head=False)

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """The tap is noted once, and the browser is sent on without learning whence to tell."""
        self._pace.take(request.remote or "")
        token = request.match_info["token"]
        try:
            url = await self._house.do(f"tap:{token[:16]}", lambda work: follow(work, token=token))
        except Unknown:
            raise web.HTTPNotFound from None
        raise web.HTTPFound(url, headers={"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"})
