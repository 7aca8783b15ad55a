"""A campaign sent into a messenger that answers at once, each outcome durable, beside an outbox drained in thousands.

The outbox looks at nobody's consent, address or cap; the sender looks at all of it for each person. Both rounds are
taken in turn in one run, each twice. `KARTKA_BENCH_RECIPIENTS=1000000 make bench` is the size of the goals.
"""

import asyncio
import gc
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from adapters.db.lanes import Lanes
from adapters.delivery.campaigns.pace import Pace
from adapters.delivery.campaigns.taking import sweep
from benchmarks import sending_chain
from benchmarks.recipients import MANY, fill
from bot.ports import Letter, Outcome, Sent
from core.campaigns.launching import open_due, start
from core.campaigns.model import Plan, Run
from tests.support.campaigns import MARKETER, approved, audiences
from tests.support.postgres import start_cluster
from tests.support.world import World

_WINDOW = 3_000
"""Three packs of a thousand on their way, as many as the outbox takes at once."""
_OUTBOX = (
    "drop table if exists bench_outbox",
    "create table bench_outbox (id integer primary key, state text not null default 'new', at timestamptz)",
    "insert into bench_outbox (id) select n from generate_series(1, {many}) n",
    "create index on bench_outbox (id) where state = 'new'",
    "analyze bench_outbox",
)
_CLAIM = text(
    "update bench_outbox set state = 'away' where id in (select id from bench_outbox where state = 'new' order by id "
    "limit 1000 for update skip locked) returning id"
)
_MARK = text("update bench_outbox set state = 'sent', at = now() where id = any(:ids)")


class Instant:
    """A messenger that has every message as soon as it is sent."""

    name = "telegram"

    async def send(self, letter: Letter) -> Outcome:
        """At once."""
        return Sent(str(letter.id))


class Many(Instant):
    """One that takes a message for many."""

    most = 300

    async def broadcast(self, letter: Letter, users: Sequence[str]) -> Sequence[Outcome]:
        """At once, for all of them."""
        del letter
        return [Sent("1")] * len(users)


def run() -> list[tuple[str, str, float]]:
    """SQLite always, PostgreSQL where there is one; then the whole chain, and the pace."""
    found: list[tuple[str, str, float]] = []
    gc.collect()
    gc.freeze()  # as where the house is served, for all that is measured
    with tempfile.TemporaryDirectory() as folder:
        found += _measured(World(f"sqlite+aiosqlite:///{Path(folder) / 'kartka.db'}"), "SQLite")
    cluster = start_cluster()
    if cluster is not None:
        found += _measured(World(cluster.new_database()), "PostgreSQL")
        cluster.stop()
    found += sending_chain.run()
    for cap in (30.0, 1_000.0):
        used, refused = asyncio.run(_paced(cap))
        found.append(("campaign: pace", f"share of {cap:.0f}/s used (goal 0.99)", used))
        found.append(("campaign: pace", f"429s at {cap:.0f}/s", refused))
    gc.unfreeze()
    return found


def _measured(world: World, name: str) -> list[tuple[str, str, float]]:
    fill(world.owner)
    world.rules(promotions_in_7_days=9)
    floors, each, many, cpu = list[float](), list[float](), list[float](), list[float]()
    for turn in range(2):
        if name == "PostgreSQL":
            floors.append(_skip_locked(world.owner))
        for messenger, found in ((Instant(), each), (Many(), many)):
            made = _launched(world, f"{turn} {type(messenger).__name__}")
            began = time.process_time()
            found.append(asyncio.run(_drained(world, messenger, made)))
            cpu.append((time.process_time() - began) / run_recipients(world, made) * 1e6)
    world.close()
    workload = f"campaign: {MANY} sent, instant messenger"
    rows = [
        (workload, f"messages/s, one by one, {name}", max(each)),
        (workload, f"messages/s, 300 at once, {name}", max(many)),
        (workload, f"CPU of the sender, us a message, {name}", min(cpu)),
    ]
    if floors:
        rows.append(("campaign: outbox in thousands by SKIP LOCKED", "rows/s", max(floors)))
        rows.append((workload, "ours / SKIP LOCKED, wall (goal 2)", max(many) / max(floors)))
    return rows


def _launched(world: World, name: str) -> Run:
    campaign = approved(world, Plan(name, priority=1))
    world.do(lambda work: start(work, campaign=campaign.id, actor=MARKETER))
    [made] = world.do(open_due)
    audiences(world).freeze(made, world.clock.now)
    return made


def _skip_locked(owner: Engine) -> float:
    with owner.begin() as connection:
        connection.execute(text("set local statement_timeout = 0"))
        for statement in _OUTBOX:
            connection.execute(text(statement.format(many=MANY)))

    def drain() -> None:
        while True:
            with owner.begin() as connection:
                ids = list(connection.execute(_CLAIM).scalars())
            if not ids:
                return
            with owner.begin() as connection:
                connection.execute(_MARK, {"ids": ids})

    return MANY / _timed(drain)


async def _drained(world: World, messenger: Any, run: Run) -> float:
    """Messages a second from the first claim to the last durable outcome."""
    lanes = Lanes(world.engine, world.outside, count=1)

    many = messenger if isinstance(messenger, Many) else None
    sender = sending_chain.sender_of(world, lanes, messenger, 1e9, window=_WINDOW, broadcaster=many)
    began = time.perf_counter()
    task = asyncio.create_task(sender.run())
    while True:
        await asyncio.sleep(0.05)
        await lanes.do("sweep", lambda work: sweep(work, {}))
        if (await lanes.do("run", lambda work: work.campaigns.runs(run.campaign)))[0].ended_at is not None:
            break
    took = time.perf_counter() - began
    sender.stop()
    await task
    await lanes.close()
    return run_recipients(world, run) / took


def run_recipients(world: World, run: Run) -> int:
    """How many were to be written to."""
    [frozen] = world.do(lambda work: work.campaigns.runs(run.campaign))
    return sum(one["people"] for one in frozen.figures["receives"])


async def _paced(cap: float) -> tuple[float, float]:
    """Ten seconds against a platform that refuses whatever is more than the cap within one of them."""
    loop = asyncio.get_running_loop()
    pace, refused, began, begun = Pace(cap), 0, loop.time(), deque[float](maxlen=int(cap) + 1)
    calls = 0
    while loop.time() < began + 10:
        await pace.turn()
        begun.append(loop.time())
        calls += 1
        refused += len(begun) > cap and begun[0] > begun[-1] - 1.0
    return calls / (10 * cap), float(refused)


def _timed(job: Callable[[], object]) -> float:
    began = time.perf_counter()
    job()
    return time.perf_counter() - began
