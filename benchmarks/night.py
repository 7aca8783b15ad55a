"""The night and the check at size, on PostgreSQL: lots of every member expire, every promise is looked at.

`KARTKA_BENCH_MEMBERS=1000000 make bench` is the size of the goal: a million members, twenty million entries. The
floor is the same change of the same rows in three statements that write no books.
"""

import asyncio
import os
import time
from datetime import UTC, datetime

from sqlalchemy import Engine, text

from adapters.db import keep
from adapters.db.lanes import Lanes
from adapters.db.night import run_night
from adapters.db.sealing import broken_seals, seal
from tests.support.postgres import start_cluster
from tests.support.world import World

MEMBERS = int(os.environ.get("KARTKA_BENCH_MEMBERS", "20000"))
LOTS = 5
TONIGHT = datetime(2026, 12, 31, 22, tzinfo=UTC)
SEALED = 20_000
_HISTORY = (
    "insert into operations (id, kind, source, key, at, business_at) select 's' || m || '-' || l, 'sale', 'bench', "
    "'s' || m || '-' || l, t, t from generate_series(1, {members}) m, generate_series(1, {lots}) l, "
    "lateral (select timestamptz '2025-11-01' + l * interval '30 days' + m % 1000 * interval '1 minute' as t) b",
    "insert into operations (id, kind, source, key, at, business_at) select 'a' || c || '-' || l, 'activate', 'night', "
    "'a' || c || '-' || l, t, t from generate_series(0, {members} / 2000) c, generate_series(1, {lots}) l, "
    "lateral (select timestamptz '2025-11-20' + l * interval '30 days' as t) b",
    "insert into lots (id, customer, operation, source, earned, issued_at, activates_at, expires_at, pending, active, "
    "held) select 'l' || m || '-' || l, 'm' || m, 's' || m || '-' || l, 'sale', 10, t, t + interval '14 days', "
    "timestamptz '2026-12-31 22:00+00' + (l - 1) * interval '31 days', 0, 10, 0 "
    "from generate_series(1, {members}) m, generate_series(1, {lots}) l, "
    "lateral (select timestamptz '2025-11-01' + l * interval '30 days' + m % 1000 * interval '1 minute' as t) b",
    "insert into entries (operation, account, customer, lot, amount) "
    "select v.operation, v.account, v.customer, v.lot, v.amount "
    "from generate_series(1, {members}) m, generate_series(1, {lots}) l, lateral (values "
    "('s' || m || '-' || l, 'pending', 'm' || m, 'l' || m || '-' || l, 10), "
    "('s' || m || '-' || l, 'issued', null, null, -10), "
    "('a' || m / 2000 || '-' || l, 'pending', 'm' || m, 'l' || m || '-' || l, -10), "
    "('a' || m / 2000 || '-' || l, 'active', 'm' || m, 'l' || m || '-' || l, 10)) "
    "v (operation, account, customer, lot, amount)",
    "insert into purses (customer, active, pending, held, debt, number, due_at) "
    "select 'm' || m, 10 * {lots}, 0, 0, 0, 2 * {lots}, timestamptz '2026-12-31 22:00+00' "
    "from generate_series(1, {members}) m",
    # The order of one person's life: sold, awake, sold, awake; a sale of 30 days later finds the last one awake.
    "insert into operation_members (customer, number, operation, active, pending, held, debt) "
    "select 'm' || m, 2 * l - 1, 's' || m || '-' || l, 10 * (l - 1), 10, 0, 0 "
    "from generate_series(1, {members}) m, generate_series(1, {lots}) l",
    "insert into operation_members (customer, number, operation, active, pending, held, debt) "
    "select 'm' || m, 2 * l, 'a' || m / 2000 || '-' || l, 10 * l, 0, 0, 0 "
    "from generate_series(1, {members}) m, generate_series(1, {lots}) l",
    "analyze",
)
_FLOOR = (
    "create table floor_lots as select * from lots",
    "create table floor_purses as select * from purses",
    "alter table floor_lots add primary key (id)",
    "alter table floor_purses add primary key (customer)",
    "create index on floor_lots (expires_at) where active > 0",
    "analyze floor_lots",
    "analyze floor_purses",
)
_BARE = (
    "create table floor_gone as select customer, id, active from floor_lots "
    "where active > 0 and expires_at <= timestamptz '2026-12-31 22:00+00'",
    "update floor_lots set active = 0 where id in (select id from floor_gone)",
    "update floor_purses p set active = p.active - g.points, number = number + 1 from "
    "(select customer, sum(active) as points from floor_gone group by customer) g where g.customer = p.customer",
)


def run() -> list[tuple[str, str, float]]:
    """Nothing where there is no PostgreSQL."""
    cluster = start_cluster()
    if cluster is None:
        return []
    world = World(cluster.new_database())
    world.clock.now = TONIGHT
    _live(world.owner)
    bare = _floor(world.owner)
    began = time.perf_counter()
    assert asyncio.run(_night(world))["people"] == MEMBERS
    night = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(SEALED // 2000):
        world.do(lambda work: seal(work.connection, 2000))
    sealing = time.perf_counter() - began
    began = time.perf_counter()
    assert keep.check(world.url) == []
    checked = time.perf_counter() - began
    with world.engine.connect() as connection:
        began = time.perf_counter()
        assert broken_seals(connection) == []
        unchained = time.perf_counter() - began
    world.close()
    cluster.stop()
    size = f"{MEMBERS} members, {4 * LOTS * MEMBERS} entries"
    return [
        ("night: a lot of every member expires", f"seconds, {size}", night),
        ("night: the same", "ours / three bare statements without books", night / bare),
        ("db check", f"seconds, {size}, {SEALED} seals", checked),
        ("seals", "microseconds an operation", sealing / SEALED * 1e6),
        ("seals looked at", "microseconds an operation", unchained / SEALED * 1e6),
    ]


def _live(owner: Engine) -> None:
    with owner.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))  # made rows need no guards
        connection.execute(text("set local statement_timeout = 0"))
        for statement in _HISTORY:
            connection.execute(text(statement.format(members=MEMBERS, lots=LOTS)))


def _floor(owner: Engine) -> float:
    with owner.begin() as connection:
        connection.execute(text("set local statement_timeout = 0"))
        for statement in _FLOOR:
            connection.execute(text(statement))
    with owner.begin() as connection:
        connection.execute(text("set local statement_timeout = 0"))
        began = time.perf_counter()
        for statement in _BARE:
            connection.execute(text(statement))
    spent = time.perf_counter() - began
    with owner.begin() as connection:
        for table in ("floor_lots", "floor_purses", "floor_gone"):
            connection.execute(text(f"drop table {table}"))
    return spent


async def _night(world: World) -> dict[str, int]:
    lanes = Lanes(world.engine, world.outside, count=1)
    try:
        return await run_night(lanes, world.clock.now)
    finally:
        await lanes.close()
