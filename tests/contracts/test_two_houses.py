"""Two processes on one PostgreSQL: each person's events in their order and once, no letter sent twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from adapters.db.engines import sync_engine
from adapters.db.lanes import Lanes
from bot.messages import Answer, Say
from bot.ports import RawEvent
from bot.words import Verbatim
from core.shared.values import Address, Language
from tests.support.machine import postgres_bin
from tests.support.postgres import Cluster
from tests.support.world import World, open_lanes

pytestmark = pytest.mark.skipif(postgres_bin() is None, reason="no PostgreSQL on this machine")
PEOPLE, EVENTS = 4, 12


@asynccontextmanager
async def houses(cluster: Cluster, count: int) -> AsyncIterator[tuple[World, list[Lanes]]]:
    """So many houses, each with lanes and connections of its own, over one database."""
    world = World(cluster.new_database())
    async with AsyncExitStack() as stack:
        lanes = []
        for _ in range(count):
            engine = sync_engine(world.served)
            stack.callback(engine.dispose)
            lanes.append(Lanes(engine, world.outside, count=2))
            stack.push_async_callback(lanes[-1].close)
        yield world, lanes
    world.close()
    cluster.drop_database(world.url)


async def test_a_persons_events_keep_their_order_whichever_house_takes_them(cluster: Cluster) -> None:
    people = [Address("web", "house", f"p{number}") for number in range(PEOPLE)]
    async with houses(cluster, 2) as (world, lanes):
        for number in range(EVENTS):
            for address in people:
                event = RawEvent(address, f"{address.user}-{number}", {"number": number})
                world.do(lambda work, event=event: work.inbox.add(event, work.now))

        def next_one(work: Any, address: Address) -> bool:
            pending = work.inbox.next_of(address)
            if pending is None:
                return False
            answer = Answer([Say(Verbatim(str(pending.event.body["number"])))], ())
            work.outbox.add(pending.id, address, answer, Language.UK, None)
            work.inbox.done(pending.id)
            return True

        async def works(house: Lanes, address: Address) -> None:
            while await house.do(address.key, lambda work: next_one(work, address)):
                pass

        # Two workers per house and person: more hands than any real desk has.
        await asyncio.gather(*(works(house, one) for house in lanes * 2 for one in people))
        with world.engine.connect() as connection:
            rows = connection.execute(
                text("select user_key, letter -> 'reply' -> 'text' ->> 'text' from outbox order by id")
            )
            said: dict[str, list[str]] = {}
            for user, number in rows:
                said.setdefault(user, []).append(number)
    assert said == {address.user: [str(number) for number in range(EVENTS)] for address in people}


async def test_two_senders_never_hold_one_letter_at_once(cluster: Cluster) -> None:
    async with houses(cluster, 0) as (world, _):
        answer = Answer([Say(Verbatim("x"))], ())
        for number in range(60):
            target = Address("telegram", "bot", str(number))
            world.do(lambda work, target=target: work.outbox.add(None, target, answer, Language.UK, None))
        world.clock.forward(minutes=1)
        async with open_lanes(world) as (_, one), open_lanes(world) as (_, other):
            claims = [room.letters_unsent(7, world.clock.now) for _ in range(10) for room in (one, other)]
            taken = [letter.id for letters in await asyncio.gather(*claims) for letter in letters]
    assert len(taken) == len(set(taken)) == 60


async def test_a_person_changed_in_two_houses_at_once_loses_neither_change(cluster: Cluster) -> None:
    """Each work reads the person, changes one thing and saves the whole row; without the lock one change is lost."""
    from dataclasses import replace

    from tests.contracts.test_talk import OLENA, register

    async with houses(cluster, 2) as (world, lanes):
        register(world.person())

        def changed(work: Any, **change: str) -> None:
            person = work.customers.by_phone(OLENA)
            work.connection.execute(text("select pg_sleep(0.05)"))
            work.customers.save(replace(person, **change))

        await asyncio.gather(
            lanes[0].do("a", lambda work: changed(work, city="Lviv")),
            lanes[1].do("b", lambda work: changed(work, email="a@example.com")),
        )
        person = world.do(lambda work: work.customers.by_phone(OLENA))
    assert person is not None
    assert (person.city, person.email) == ("Lviv", "a@example.com")
