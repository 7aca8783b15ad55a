"""The till's lookup over HTTP against a handler of constant JSON and against the bare statement, same driver."""

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from core.cards.lookup import keys_of
from core.shared.values import StoreId, TillId
from core.stores.actions import add_till
from tests.journeys.test_web import Chat
from tests.support.postgres import start_cluster
from tests.support.served import serve

ROUNDS, ASKED, AT_ONCE = 3, 600, 16
CLIENTS = (1, 16, 64)


async def ratios(url: str) -> tuple[float, float, dict[int, tuple[float, float]]]:
    """CPU of lookups over CPU of constant answers, and over the bare statement; p50 and p99 in ms by clients."""
    async with serve(url) as served:
        number = (await Chat(served).registers())["data"]["number"]
        _, known = await served.lookup(number)
        constant = await _constant(known)
        # A till may ask twenty times a second: many tills share the work, as they do in shops.
        keys = [
            await served.house.lanes.do("x", lambda work: add_till(work, store=StoreId("s1"), name="bench"))
            for _ in range(ASKED * (ROUNDS + len(CLIENTS)) // 40)
        ]
        turn = itertools.cycle(keys)
        since = datetime.now(UTC)

        async def lookups(http: ClientSession) -> None:
            headers = {"Authorization": f"Bearer {next(turn)}"}
            async with http.post(f"{served.url}/pos/v1/lookup", json={"code": number}, headers=headers) as answer:
                assert answer.status == 200
                await answer.read()

        async def constants(http: ClientSession) -> None:
            headers = {"Authorization": f"Bearer {keys[0]}"}
            async with http.post(constant.make_url("/x"), json={"code": number}, headers=headers) as answer:
                await answer.read()

        async def statements(http: ClientSession) -> None:
            del http
            await served.house.till_desk.look(TillId("none"), keys_of(number), since)

        over_http, over_sql = [], []
        for _ in range(ROUNDS):
            ours = await _cpu(lookups)
            over_http.append(ours / await _cpu(constants))
            over_sql.append(ours / await _cpu(statements))
        waits = {clients: await _waits(lookups, clients) for clients in CLIENTS}
        await constant.close()
    return statistics.median(over_http), statistics.median(over_sql), waits


async def _constant(body: Any) -> TestServer:
    async def handler(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response(body)

    app = web.Application()
    app.router.add_post("/x", handler)
    server = TestServer(app)
    await server.start_server()
    return server


async def _waits(one: Callable[[ClientSession], Awaitable[None]], clients: int) -> tuple[float, float]:
    """Milliseconds within which half, and 99 of 100, are answered; client and server share this process."""
    waited: list[float] = []
    async with ClientSession() as http:

        async def some() -> None:
            for _ in range(ASKED // clients):
                began = time.perf_counter()
                await one(http)
                waited.append((time.perf_counter() - began) * 1000)

        await asyncio.gather(*(some() for _ in range(clients)))
    cuts = statistics.quantiles(waited, n=100)
    return cuts[49], cuts[98]


async def _cpu(one: Callable[[ClientSession], Awaitable[None]]) -> float:
    """CPU seconds of this process for all, sixteen at once; the till's pace of 20 a second is not what is measured."""
    async with ClientSession() as http:

        async def some() -> None:
            for _ in range(ASKED // AT_ONCE):
                await one(http)

        began = time.process_time()
        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        return time.process_time() - began


def run() -> list[tuple[str, str, float]]:
    """SQLite, and PostgreSQL where there is one."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        cluster = start_cluster()
        urls = {"SQLite": f"sqlite+aiosqlite:///{folder}/bench.db"}
        if cluster is not None:
            urls["PostgreSQL"] = cluster.new_database()
        for kind, url in urls.items():
            http, sql, waits = asyncio.run(ratios(url))
            rows.append(
                (f"till lookup over HTTP, CPU, {kind}", "ours / constant JSON (goal <= 1.8, PostgreSQL <= 3)", http)
            )
            rows.append((f"till lookup over HTTP, CPU, {kind}", "ours / the same SELECT over the same driver", sql))
            for clients, (half, most) in waits.items():
                rows.append((f"till lookup, {clients} clients, p50, {kind}", "milliseconds, wall", half))
                rows.append((f"till lookup, {clients} clients, p99, {kind}", "milliseconds, wall", most))
        if cluster is not None:
            cluster.stop()
    return rows
