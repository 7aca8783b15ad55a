"""The console's pages about customers over HTTP in a house of a million of them, on SQLite and PostgreSQL.

`KARTKA_BENCH_CUSTOMERS=100000 make bench` for a smaller house.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from adapters.app.counting import count
from benchmarks.console_data import CUSTOMERS, fill
from tests.support.console import Program, entered
from tests.support.postgres import start_cluster
from tests.support.served import serve

ROUNDS = 40


async def _times(url: str) -> list[tuple[str, float, float]]:
    async with serve(url) as served:
        began = time.perf_counter()
        await count(served.house, datetime.now(UTC))
        counting = time.perf_counter() - began
        async with entered(served) as program:
            rows = [("counting everybody, by the hour: seconds", counting, counting)]
            for name, one in _pages(program).items():
                waits = []
                for turn in range(ROUNDS):
                    began = time.perf_counter()
                    await one(turn)
                    waits.append((time.perf_counter() - began) * 1000)
                cuts = statistics.quantiles(waits[2:], n=20)
                rows.append((name, cuts[9], cuts[18]))
            return rows


def _pages(program: Program) -> dict[str, Callable[[int], Awaitable[None]]]:
    def customer(turn: int) -> str:
        return str(10_000_000_000 + 1 + turn * 7919 % CUSTOMERS)[1:]

    def page(path: str) -> Callable[[int], Awaitable[None]]:
        async def read(turn: int) -> None:
            status, _ = await program.get(path.replace("{customer}", customer(turn)))
            assert status == 200, path

        return read

    def search(typed: Callable[[int], str]) -> Callable[[int], Awaitable[None]]:
        async def find(turn: int) -> None:
            status, found = await program.send("POST", "/customers/search", {"q": typed(turn)})
            assert status == 200
            assert found["rows"], typed(turn)

        return find

    one = "/console/customers/{customer}"
    return {
        "home": page("/console"),
        "list": page("/console/customers"),
        "list, page 100": page("/console/customers?page=100"),
        "list, one language": page("/console/customers?language=en"),
        "in numbers": page("/console/customers/numbers"),
        "search by phone": search(lambda turn: "+38067" + customer(turn)[-7:]),
        "search by card": search(lambda turn: "29" + customer(turn)),
        "search by a rare name": search(lambda turn: "ґал"),
        "search by two letters": search(lambda turn: "ма"),
        "customer": page(one),
        "movements": page(f"{one}/movements"),
        "receipts": page(f"{one}/receipts"),
        "messages": page(f"{one}/messages"),
    }


def run() -> list[tuple[str, str, float]]:
    """SQLite, and PostgreSQL where there is one."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        cluster = start_cluster()
        urls = {"SQLite": f"sqlite+aiosqlite:///{folder}/bench.db"}
        if cluster is not None:
            urls["PostgreSQL"] = cluster.new_database()
        for kind, url in urls.items():
            fill(url)
            for name, half, most in asyncio.run(_times(url)):
                told = f"console page times, {kind}, {CUSTOMERS} customers"
                if name.endswith("seconds"):
                    rows.append((told, name, half))
                else:
                    rows += [(told, f"{name}: p50, ms", half), (told, f"{name}: p95, ms", most)]
        if cluster is not None:
            cluster.stop()
    return rows
