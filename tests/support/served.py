"""A whole house, served: the real application on a free port over a given database, messengers faked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer, unused_port

from adapters.app.house import ROLES, House, open_house, outside_of
from adapters.app.messengers import close_clients
from adapters.app.settings import read_programme, read_settings
from adapters.app.web import build_app
from adapters.console.passwords import hash_now
from adapters.db.lanes import do_now
from adapters.texts.catalogue import Catalogue
from core.shared.values import StoreId
from core.staff.actions import choose_password, take_on
from core.staff.model import Role
from core.stores.actions import add_till
from core.stores.model import Store
from tests.support.world import as_served

SECRET = "a-secret-of-the-tests-0123456789-abcdefgh"
PASSWORD = "correct horse battery staple 9"


@dataclass(slots=True)
class Served:
    """A running house and how to reach it."""

    house: House
    url: str
    http: ClientSession
    till_key: str
    app: web.Application

    async def post(self, path: str, body: Any, token: str = "") -> tuple[int, Any]:
        """Status and JSON of a POST."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.http.post(self.url + path, json=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def lookup(self, code: str) -> tuple[int, Any]:
        """What the till hears about a code."""
        return await self.post("/pos/v1/lookup", {"code": code}, self.till_key)

    async def sms(self, phone: str) -> str:
        """The newest code sent to the phone."""
        async with self.http.get(f"{self.url}/demo/sms", params={"phone": phone}) as answer:
            messages = await answer.json()
        return next(part for part in str(messages[-1]["text"]).split() if part.isdigit())


@asynccontextmanager
async def serve(
    database_url: str,
    *,
    demo: bool = True,
    furnish: bool = True,
    roles: frozenset[str] = frozenset(ROLES),
    **settings: Any,
) -> AsyncIterator[Served]:
    """The house over this database, with a store, a till, an owner and a cashier."""
    port = unused_port()
    served = as_served(database_url)
    given = read_settings(
        database_url=served,
        secret_key=SECRET,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        **settings,
    )
    logins = {"owner": "", "cashier": ""} if demo else None
    async with open_house(given, roles=roles, demo_logins=logins) as house:
        outside = outside_of(given, read_programme(given), Catalogue())
        key = await asyncio.to_thread(do_now, house.engine, outside, _furnish) if furnish else ""
        app = build_app(house)
        server = TestServer(app, port=port, host="127.0.0.1")
        await server.start_server()
        async with ClientSession() as http:
            try:
                yield Served(house, given.public_url, http, key, app)
            finally:
                await server.close()
                await close_clients(house)


_hash = cache(partial(hash_now, PASSWORD))


def _furnish(work: Any) -> str:
    work.shelves.put_stores([Store(StoreId("s1"), "Поділ", "Київ", "вул. Сагайдачного, 12")])
    stored = _hash()
    for role in (Role.OWNER, Role.CASHIER, Role.ANALYST):
        member = take_on(work, login=role.value, role=role, password_hash=stored, store=None)
        choose_password(work, staff=member.id, password_hash=stored)
    return add_till(work, store=StoreId("s1"), name="Каса 1")


async def until(holds: Callable[[], Any] | Callable[[], Awaitable[Any]], *, seconds: float = 120) -> Any:
    """What `holds` answers, as soon as it is true. Raises AssertionError when that takes longer."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        found = holds()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        assert asyncio.get_running_loop().time() < deadline, "it did not come true in time"
        await asyncio.sleep(0.02)
