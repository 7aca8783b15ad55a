"""A program at the console's API: logged in as a browser would be, with the session's token on what changes things."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, CookieJar

from tests.support.served import PASSWORD, Served

API = "/console/api/v1"


@dataclass(slots=True)
class Program:
    """Somebody of the staff, without a browser. `path` is below the API, or a page where it begins with `/console`."""

    http: ClientSession
    url: str
    csrf: str

    async def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON; of anything else its text."""
        async with self.http.get(self._at(path)) as answer:
            kind = answer.content_type
            return answer.status, await (answer.json(content_type=None) if kind.endswith("json") else answer.text())

    async def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON (None: nothing came) of an operation that changes something."""
        headers = {"X-CSRF-Token": self.csrf}
        async with self.http.request(method, self._at(path), json=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None) if answer.content_length else None

    def _at(self, path: str) -> str:
        return self.url + (path if path.startswith("/console") else API + path)


@asynccontextmanager
async def entered(served: Served, login: str = "owner") -> AsyncIterator[Program]:
    """Logged in; the cookie is kept by hand, since it is for TLS only."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        form = {"login": login, "password": PASSWORD}
        async with http.post(f"{served.url}/login", data=form, allow_redirects=False) as answer:
            assert answer.status == 303
            http.headers["Cookie"] = f"__Host-sid={answer.cookies['__Host-sid'].value}"
        async with http.get(f"{served.url}{API}/me") as answer:
            csrf = (await answer.json())["csrf"] if answer.status == 200 else ""
        yield Program(http, served.url, csrf)
