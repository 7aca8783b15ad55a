"""Lanes keep going: a lost connection, a long writer, one item that cannot be done, a closing house."""

import asyncio
import sqlite3
import threading
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError

from adapters.db.engines import UnsafeDatabase, is_sqlite, must_be_safe, sync_engine
from adapters.db.lanes import Busy, Lanes, do_now
from tests.support.engine import newcomer
from tests.support.world import World


def noted(world: World, kind: str) -> int:
    """How many different items were noted."""
    return world.do(lambda work: work.tries.distinct(kind, "s", world.clock.now.replace(year=2000)))


async def all_of(lanes: Lanes, jobs: list[Any]) -> list[Any]:
    """The answers, exceptions among them."""
    return await asyncio.gather(*(lanes.do("same", job) for job in jobs), return_exceptions=True)


def note(kind: str, item: int) -> Any:
    """A job that leaves one trace."""
    return lambda work: work.tries.note(kind, "s", str(item), work.now)


async def test_a_job_that_no_database_takes_fails_alone(world: World) -> None:
    """The statement breaks its transaction's connection every time; its 19 neighbours are done once each."""
    lanes = Lanes(world.engine, world.outside, count=1, patience=0.2)

    def breaks(work: Any) -> None:
        note("alone", 99)(work)
        if is_sqlite(world.url):
            lost = sqlite3.OperationalError("disk I/O error")
            lost.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise DBAPIError.instance("insert", {}, lost, sqlite3.Error)
        work.connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    jobs = [note("alone", number) for number in range(10)] + [breaks] + [note("alone", n) for n in range(10, 20)]
    answers = await all_of(lanes, jobs)
    await lanes.close()
    assert [type(answer) for answer in answers if answer is not None] == [Busy]
    assert noted(world, "alone") == 20


async def test_a_wrong_statement_is_a_fault_at_once_and_not_tried_for_seconds(world: World) -> None:
    lanes = Lanes(world.engine, world.outside, count=1, patience=60)
    answers = await all_of(lanes, [lambda work: work.connection.execute(text("select * from nowhere")), note("w", 1)])
    await lanes.close()
    assert isinstance(answers[0], DBAPIError)
    assert answers[1] is None
    assert noted(world, "w") == 1


async def test_a_lane_whose_server_threw_it_out_works_on_over_a_new_connection(postgres_url: str) -> None:
    world = World(postgres_url)
    lanes = Lanes(world.engine, world.outside, count=1)
    others = "datname = current_database() and pid <> pg_backend_pid()"
    assert await all_of(lanes, [note("cut", 1)]) == [None]
    with world.engine.connect() as connection:
        connection.execute(text(f"select pg_terminate_backend(pid) from pg_stat_activity where {others}"))
    assert await all_of(lanes, [note("cut", 2), note("cut", 3)]) == [None, None]
    await lanes.close()
    assert noted(world, "cut") == 3
    world.close()


async def test_two_lanes_that_want_each_other_s_rows_both_finish_and_never_stop_each_other(postgres_url: str) -> None:
    """Each lane's two items share a transaction and lock the same two people, in the other lane's opposite order."""
    world = World(postgres_url)
    lanes = [Lanes(world.engine, world.outside, count=1) for _ in range(2)]
    people = sorted(world.do(newcomer)[0] for _ in range(2))
    held, asleep = {person: threading.Event() for person in people}, threading.Event()

    def locks(person: Any, other: Any) -> Any:
        def job(work: Any) -> str:
            work.ledger.lock([person])
            held[person].set()
            assert held[other].wait(10)
            return str(person)

        return job

    waiting = [asyncio.ensure_future(lane.do("x", lambda work: asleep.wait(10))) for lane in lanes]
    await asyncio.sleep(0)
    pairs = [(lanes[0], people), (lanes[1], people[::-1])]
    asked = [
        asyncio.ensure_future(lane.do("x", locks(one, other)))
        for lane, order in pairs for one, other in (order, order[::-1])
    ]  # fmt: skip
    await asyncio.sleep(0)
    asleep.set()
    assert await asyncio.gather(*asked) == [*people, *people[::-1]]
    await asyncio.gather(*waiting)
    for lane in lanes:
        await lane.close()
    world.engine.dispose()
    with world.owner.connect() as connection:
        stopped = text("select deadlocks from pg_stat_database where datname = current_database()")
        assert connection.scalar(stopped) == 0
    world.close()


async def test_while_another_process_writes_a_job_waits_and_then_is_done(small_world: World) -> None:
    other = small_world.engine.connect()
    holding = other.begin()
    lanes = Lanes(small_world.engine, small_world.outside, count=1)
    waiting = asyncio.ensure_future(lanes.do("k", note("wait", 1)))
    await asyncio.sleep(0.2)  # long enough to end, if it did not wait
    assert not waiting.done()
    holding.rollback()
    await waiting
    await lanes.close()
    other.close()
    assert noted(small_world, "wait") == 1


async def test_a_writer_that_never_ends_makes_everybody_busy_in_time(small_world: World) -> None:
    impatient = create_engine(small_world.engine.url, connect_args={"timeout": 0.05})
    event.listen(impatient, "connect", lambda connection, record: setattr(connection, "isolation_level", None))
    event.listen(impatient, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    lanes = Lanes(impatient, small_world.outside, count=1, patience=0.3)
    with small_world.engine.begin():
        started = asyncio.get_running_loop().time()
        answers = await all_of(lanes, [note("never", number) for number in range(50)])
        passed = asyncio.get_running_loop().time() - started
        with pytest.raises(Busy):
            await asyncio.to_thread(do_now, impatient, small_world.outside, note("never", 1), patience=0.1)
    await lanes.close()
    impatient.dispose()
    assert {type(answer) for answer in answers} == {Busy}
    assert passed < 5
    assert noted(small_world, "never") == 0


async def test_a_slow_neighbour_costs_one_turn_not_a_whole_batch(small_world: World) -> None:
    """Forty jobs of 20 ms would be one transaction of 800 ms; the first are answered after the turn's 50 ms."""
    import time

    lanes = Lanes(small_world.engine, small_world.outside, count=1)
    moments: list[float] = []
    started = time.monotonic()

    async def one(number: int) -> None:
        await lanes.do("k", lambda work: time.sleep(0.02))
        moments.append(time.monotonic() - started)

    await asyncio.gather(*(one(number) for number in range(40)))
    await lanes.close()
    assert moments[0] < moments[-1] / 2


async def test_a_closing_lane_finishes_what_waits_and_takes_nothing_more(world: World) -> None:
    lanes = Lanes(world.engine, world.outside, count=1)
    waiting = [asyncio.ensure_future(lanes.do("k", note("close", number))) for number in range(30)]
    await asyncio.sleep(0)
    await lanes.close()
    assert await asyncio.gather(*waiting) == [None] * 30
    with pytest.raises(Busy):
        await lanes.do("k", note("close", 99))
    assert noted(world, "close") == 30


def test_a_database_that_would_lose_confirmed_work_is_refused(world: World) -> None:
    must_be_safe(world.engine)
    if is_sqlite(world.url):
        careless = create_engine(world.engine.url)
        event.listen(careless, "connect", lambda connection, record: connection.execute("PRAGMA synchronous=OFF"))
    else:
        name = world.engine.url.database
        with world.owner.begin() as connection:
            connection.execute(text(f'alter database "{name}" set synchronous_commit = off'))
        careless = sync_engine(world.served)
    with pytest.raises(UnsafeDatabase, match="synchronous"):
        must_be_safe(careless)
    careless.dispose()
