"""The console API about itself: who is logged in, the OpenAPI document and its page."""

from typing import Any

from aiohttp import web

from adapters.console.door import API, Door
from adapters.http.api import Answer, Endpoint
from adapters.http.sessions import SESSION
from core.staff.model import Role

EVERYBODY = tuple(role.value for role in Role if role is not Role.CASHIER)


class MeOut(Answer):
    """Who asks; `csrf` goes into the header `X-CSRF-Token` of every unsafe request."""

    login: str
    role: str
    sends: bool
    csrf: str


class ApiPages:
    """`/console/api/v1/me` and `/console/api/v1/openapi.json`."""

    def __init__(self, door: Door) -> None:
        self._door = door
        door.endpoint(Endpoint("GET", f"{API}/me", "Who is logged in", self.me, answer=MeOut), EVERYBODY)
        door.endpoint(Endpoint("GET", f"{API}/openapi.json", "This document", self.document), EVERYBODY)

    async def me(self, request: web.Request, given: None) -> MeOut:
        """The session's member."""
        del given
        session = request[SESSION]
        return MeOut(login=session.login, role=session.role, sends=session.sends, csrf=self._door.csrf(request))

    async def document(self, request: web.Request, given: Any) -> web.Response:
        """Every operation of the console."""
        del request, given
        return web.json_response(self._door.document())
