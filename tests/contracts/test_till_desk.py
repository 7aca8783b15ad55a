"""The till's one look at the database: the till, its misses, everything a code can mean, on both databases."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from adapters.db.desk import TillDesk
from adapters.db.engines import is_sqlite, read_engine
from adapters.db.lanes import Busy
from core.cards.actions import reissue_card, till_codes
from core.cards.lookup import keys_of
from core.cards.model import CardState, NumberKind, Plastic
from core.shared.values import StoreId, TillId
from core.stores.actions import add_till, revoke_till
from core.stores.model import Store
from tests.contracts.test_talk import OLENA, card_of, register
from tests.support.machine import postgres_bin
from tests.support.postgres import Cluster
from tests.support.world import World, open_lanes

NOWHERE = TillId("0000000000")


@asynccontextmanager
async def desk_of(world: World) -> AsyncIterator[tuple[TillDesk, TillId]]:
    """The desk, and a till of the only store."""
    world.do(lambda work: work.shelves.put_stores([Store(StoreId("s1"), "Shop", "Kyiv")]))
    key = world.do(lambda work: add_till(work, store=StoreId("s1"), name="Till 1"))
    reading = read_engine(world.url)
    async with open_lanes(world) as (lanes, _):
        try:
            yield TillDesk(reading, lanes), TillId(key.split("_")[1])
        finally:
            await reading.dispose()


async def test_number_spoken_code_phone_and_plastic_are_found_with_the_till(world: World) -> None:
    number = card_of(register(world.person())).number
    world.do(lambda work: work.shelves.put_plastics([Plastic("77712345678", "code128", blocked=True)]))
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    card: Any = world.do(lambda work: work.cards.of(customer.id))
    codes = world.do(lambda work: till_codes(work, card=card))
    async with desk_of(world) as (desk, till):
        for code, how in ((number, "number"), (codes.rotating, "number"), (codes.spoken, "spoken"),
                          (OLENA.e164, "phone")):  # fmt: skip
            view = await desk.look(till, keys_of(code), world.clock.now - timedelta(minutes=15))
            assert view.till is not None
            assert (view.till.id, view.till.store, view.till.created_at) == (till, "s1", world.clock.now)
            assert [(one.how, one.card, one.customer_name) for one in view.found.holders] == [(how, card, "Олена")]
            until = codes.spoken_until if how == "spoken" else None
            assert [one.spoken_until for one in view.found.holders] == [until]
        view = await desk.look(till, keys_of("77712345678"), world.clock.now)
        assert view.found.plastic == Plastic("77712345678", "code128", blocked=True)
        assert (await desk.look(till, keys_of("123456"), world.clock.now)).found.holders == []
        assert (await desk.look(till, None, world.clock.now)).found.holders == []


async def test_a_replaced_number_is_found_as_replaced(world: World) -> None:
    old = card_of(register(world.person())).number
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    card: Any = world.do(lambda work: work.cards.of(customer.id))
    world.do(lambda work: reissue_card(work, card=card))
    async with desk_of(world) as (desk, till):
        (holder,) = (await desk.look(till, keys_of(old), world.clock.now)).found.holders
    assert (holder.kind, holder.card.state) == (NumberKind.REPLACED, CardState.REPLACED)


async def test_an_unknown_or_revoked_till_says_so_and_misses_are_counted(world: World) -> None:
    async with desk_of(world) as (desk, till):
        assert (await desk.look(NOWHERE, keys_of("123456"), world.clock.now)).till is None
        for _ in range(3):
            await desk.miss(till, world.clock.now)
        world.clock.forward(minutes=10)
        await desk.miss(till, world.clock.now)
        for minutes, misses in ((15, 4), (5, 1), (0, 0)):
            assert (await desk.look(till, None, world.clock.now - timedelta(minutes=minutes))).misses == misses
        world.do(lambda work: revoke_till(work, till=till))
        view = await desk.look(till, None, world.clock.now)
        assert view.till is not None
        assert view.till.revoked_at == world.clock.now


async def test_fifty_looks_at_once_are_all_answered_also_after_the_connections_were_lost(world: World) -> None:
    number = card_of(register(world.person())).number
    async with desk_of(world) as (desk, till):

        async def looks() -> set[str]:
            views = await asyncio.gather(*(desk.look(till, keys_of(number), world.clock.now) for _ in range(50)))
            return {view.found.holders[0].card.number for view in views}

        assert await looks() == {number}
        if not is_sqlite(world.url):
            ends = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"  # noqa: E501  # one statement
            with world.owner.connect() as connection:
                connection.execute(text(ends))
            assert await looks() == {number}
        given_up = asyncio.ensure_future(desk.look(till, keys_of(number), world.clock.now))
        await asyncio.sleep(0)
        given_up.cancel()
        assert await looks() == {number}


async def test_a_look_does_not_wait_for_a_writer_and_sees_what_was_committed(world: World) -> None:
    number = card_of(register(world.person())).number
    written, go_on = threading.Event(), threading.Event()

    def writes(work: Any) -> None:
        work.connection.execute(text("update customers set name = 'Other'"))
        written.set()
        go_on.wait(10)

    async with desk_of(world) as (desk, till):
        writing = asyncio.get_running_loop().run_in_executor(None, lambda: world.do(writes))
        await asyncio.to_thread(written.wait, 10)
        keys = keys_of(number)
        assert (await desk.look(till, keys, world.clock.now)).found.holders[0].customer_name == "Олена"
        go_on.set()
        await writing
        assert (await desk.look(till, keys, world.clock.now)).found.holders[0].customer_name == "Other"


@pytest.mark.skipif(postgres_bin() is None, reason="no PostgreSQL on this machine")
async def test_a_server_that_takes_nobody_in_is_busy_and_answers_again_later(cluster: Cluster) -> None:
    world = World(cluster.new_database())
    name = world.engine.url.database
    outside = create_engine(world.owner.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    async with desk_of(world) as (desk, till):
        with outside.connect() as connection:
            connection.execute(text(f'alter database "{name}" allow_connections false'))
            with pytest.raises(Busy):
                await desk.look(till, None, world.clock.now)
            connection.execute(text(f'alter database "{name}" allow_connections true'))
        assert (await desk.look(till, None, world.clock.now)).till is not None
    outside.dispose()
    world.close()
    cluster.drop_database(world.url)
