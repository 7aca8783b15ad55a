"""A plain sale settled, durably: 64 tills at once, against the same rows written one commit a sale by the bare driver.

And the quote alone: a basket of 30 lines under 20 offers, in milliseconds.
"""

import asyncio
import itertools
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from adapters.db.engines import is_sqlite
from adapters.db.lanes import Lanes
from adapters.db.work import DbWork
from core.ledger.once import once
from core.offers.reading import offer_from
from core.programme.model import Programme
from core.sales.actions import SaleAsked, settle
from core.sales.asking import Asked
from core.sales.basket import Buyer, Line
from core.sales.quoting import quote
from core.shared.values import CustomerId, StoreId
from tests.support.engine import furnish, newcomer
from tests.support.postgres import start_cluster
from tests.support.world import NOON, World

SALES, TILLS, PEOPLE, ROUNDS = 640, 64, 200, 3
_ROWS = (
    "create table floor_keys (id text primary key, answer text)",
    "create table floor_balances (id integer primary key, points integer check (points >= 0))",
    "create table floor_lots (id integer primary key, customer integer, points integer)",
    "create table floor_lines (sale text, line integer, amount integer, primary key (sale, line))",
    "create table floor_entries (sale text, account text, amount integer)",
)


def ours(world: World, cards: list[str], numbers: "itertools.count[int]") -> float:
    """Sales a second over the lanes."""

    async def run() -> float:
        lanes = Lanes(world.engine, world.outside, count=1 if is_sqlite(world.url) else 4)

        def job(number: int) -> Callable[[DbWork], Any]:
            def do(work: DbWork) -> Any:
                asked = Asked(StoreId("s1"), (Line("a", 1000, 10000), Line("b", 2000, 5000)), cards[number % PEOPLE])
                wanted = SaleAsked(asked, f"r{number}", "1", work.now)
                return once(
                    work, source="t", key=f"k{number}", path="/sales", body=number,
                    do=lambda: settle(work, wanted=wanted, source="t", key=f"k{number}", tell=lambda x: x.sale.id)[0],
                )  # fmt: skip

            return do

        async def till() -> None:
            for _ in range(SALES // TILLS):
                number = next(numbers)
                await lanes.do(f"{number % PEOPLE}", job(number))

        began = time.perf_counter()
        await asyncio.gather(*(till() for _ in range(TILLS)))
        spent = time.perf_counter() - began
        await lanes.close()
        return SALES / spent

    return asyncio.run(run())


def bare_sqlite(path: Path, numbers: "itertools.count[int]") -> float:
    """The same count of rows, one commit a sale, synchronous FULL."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    if not connection.execute("select 1 from sqlite_master where name = 'floor_keys'").fetchone():
        for statement in _ROWS:
            connection.execute(statement)
        connection.executemany("insert into floor_balances values (?, 0)", ((at,) for at in range(PEOPLE)))
    began = time.perf_counter()
    for _ in range(SALES):
        number = next(numbers)
        connection.execute("begin immediate")
        _bare_sale(connection, number, "?")
        connection.execute("commit")
    spent = time.perf_counter() - began
    connection.close()
    return SALES / spent


def bare_postgres(conninfo: str, numbers: "itertools.count[int]") -> float:
    """The same over four connections at once, as pgbench would: one transaction a sale, statements prepared."""
    with psycopg.connect(conninfo, autocommit=True) as first:
        if first.execute("select to_regclass('floor_keys')").fetchone() == (None,):
            for statement in _ROWS:
                first.execute(statement)
            with first.cursor() as cursor:
                cursor.executemany("insert into floor_balances values (%s, 0)", [(at,) for at in range(PEOPLE)])

    def client() -> None:
        with psycopg.connect(conninfo, prepare_threshold=0) as connection:
            for _ in range(SALES // 4):
                with connection.transaction():
                    _bare_sale(connection, next(numbers), "%s")

    threads = [threading.Thread(target=client) for _ in range(4)]
    began = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return SALES / (time.perf_counter() - began)


def _bare_sale(connection: Any, number: int, mark: str) -> None:
    run, key, who = connection.execute, f"k{number}", number % PEOPLE
    run(f"insert into floor_keys values ({mark}, '')", (key,))
    run(
        f"select points from floor_balances where id = {mark}" + (" for update" if mark == "%s" else ""), (who,)
    ).fetchone()
    run(f"insert into floor_lots (id, customer, points) values ({mark}, {mark}, 10)", (number, who))
    for line in (0, 1):
        run(f"insert into floor_lines values ({mark}, {mark}, 10000)", (key, line))
    for account, amount in (("pending", 10), ("issued", -10)):
        run(f"insert into floor_entries values ({mark}, {mark}, {mark})", (key, account, amount))
    run(f"update floor_balances set points = points + 10 where id = {mark}", (who,))
    run(f"update floor_keys set answer = 'done' where id = {mark}", (key,))


def quote_ms() -> float:
    """Milliseconds of CPU for one quote of 30 lines under 20 offers."""
    rng = random.Random(1)
    lines = [
        Line(
            f"s{at}", rng.choice([1000, 2000, 1250]), rng.randint(100, 20000), category=f"c{at % 6}", brand=f"b{at % 4}"
        )
        for at in range(30)
    ]
    kinds: list[dict[str, Any]] = [
        {"kind": "percent_off", "percent": "10"}, {"kind": "amount_off", "amount": 500},
        {"kind": "fixed_price", "price": 900}, {"kind": "nth_free", "n": 3}, {"kind": "points_times", "times": "2"},
    ]  # fmt: skip
    offers = [
        offer_from({"id": f"o{at}", "benefit": {**kinds[at % 5], "match": {"category": [f"c{at % 6}"]}}})
        for at in range(20)
    ]

    def once_more() -> None:
        quote(
            lines, buyer=Buyer(CustomerId("c")), offers=offers, presented=[], spendable=500, asked=100, instant=NOON,
            store="s1", usage={}, programme=Programme(),
        )  # fmt: skip

    for _ in range(20):
        once_more()
    began = time.process_time()
    for _ in range(200):
        once_more()
    return (time.process_time() - began) / 200 * 1000


def run() -> list[tuple[str, str, float]]:
    """Both databases, where there is a PostgreSQL."""
    rows = [("quote, 30 lines, 20 offers", "milliseconds of CPU", quote_ms())]
    with tempfile.TemporaryDirectory() as folder:
        cluster = start_cluster()
        urls = [f"sqlite+aiosqlite:///{folder}/settle.db", *([cluster.new_database()] if cluster else [])]
        for url in urls:
            world, numbers = World(url), itertools.count()
            world.do(furnish)
            cards = [world.do(newcomer)[1] for _ in range(PEOPLE)]
            kind = "SQLite" if is_sqlite(url) else "PostgreSQL"
            ratios, speeds = [], []
            for _ in range(ROUNDS):
                if is_sqlite(url):
                    floor = bare_sqlite(Path(folder) / "floor.db", numbers)
                else:
                    floor = bare_postgres(world.owner.url.render_as_string(False).replace("+psycopg", ""), numbers)
                speeds.append(ours(world, cards, numbers))
                ratios.append(speeds[-1] / floor)
            rows.append((f"sales settled a second, {kind}", "64 tills, wall", statistics.median(speeds)))
            rows.append(
                (f"sale settled, wall, {kind}", "ours / bare driver, one commit a sale", statistics.median(ratios))
            )
            world.close()
        if cluster is not None:
            cluster.stop()
    return rows
