"""Reads for the pages about customers and the home, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.db.counting import HOUSE, SMALL, count_now
from adapters.db.counting import keep as keep_figures
from adapters.db.customerviews import CustomerReads
from adapters.db.engines import read_engine
from adapters.db.homeviews import HomeReads
from adapters.db.saletables import sales
from adapters.db.sql import put
from adapters.db.tables import campaigns, tills
from core.cards.actions import block_card
from core.cards.model import Plastic
from core.sales.customerviews import Sought
from core.shared.listing import Asked
from core.shared.values import Phone
from core.surveys.joining import merge, reissue
from tests.contracts.test_talk import OLENA, card_of, register
from tests.support.customers import OTHER, Two, adjusted, two_selves
from tests.support.points import gift
from tests.support.weekly import sell, shelve
from tests.support.world import HOUSE_QUESTIONNAIRE, World

SOLD = {
    "receipt": "1", "digest": "", "amount": 1, "discount": 0, "points_spent": 0, "points_paid": 0, "total": 1,
    "earned": 0, "offline": False,
}  # fmt: skip


@pytest.fixture
def two(world: World) -> Two:
    return two_selves(world)


async def test_people_are_found_by_any_number_a_phone_or_the_beginning_of_a_name(world: World, two: Two) -> None:
    olena, other = two
    old = world.do(lambda work: work.cards.of(olena.id))
    absorbed = world.do(lambda work: work.cards.of(other.id))
    assert old is not None
    assert absorbed is not None
    new = world.do(lambda work: reissue(work, card=block_card(work, card=old)))
    third = register(world.person("c"), Phone("+380673333333"))
    world.do(lambda work: work.shelves.put_plastics([Plastic("00017", "code128", Phone("+380679999999"))]))
    reading = read_engine(world.served)
    views = CustomerReads(reading)

    async def ids(**by: Any) -> list[str]:
        return [one.id for one in (await views.found(Sought(**by))).rows]

    assert await ids(numbers=(new.number,)) == await ids(numbers=(old.number,)) == [olena.id]
    assert await ids(phone=OLENA) == [olena.id]
    assert await ids(phone=Phone("+380670000000")) == []
    row = (await views.found(Sought(phone=OLENA))).rows[0]
    assert (row.number, row.state, row.proven) == (new.number, "active", True)
    for typed in ("ок", "ОК", "Окса", "оксана о'ніл"):
        assert await ids(name=typed) == [other.id], typed
    assert await ids(name="кс") == await ids(name="%") == []
    assert len(await ids(name="ол")) == 2
    assert (await views.found(Sought(numbers=("00017",)))).plastics == ["00017"]
    assert (await views.found(Sought(phone=Phone("+380679999999")))).plastics == ["00017"]
    record = world.do(lambda work: merge(work, survivor=olena.id, absorbed=other.id, actor="anna"))
    assert await ids(numbers=(absorbed.number,)) == await ids(phone=OTHER) == [olena.id]
    kinds = {one.number: one.kind for one in await views.numbers([olena.id, other.id])}
    assert kinds == {new.number: "current", old.number: "replaced", absorbed.number: "alias"}
    assert [(one.id, one.name, one.undone_at) for one in await views.merges(olena.id)] == [
        (record.id, "Оксана О'Ніл <b>", None)
    ]
    assert await ids(name="окса") == []
    listed = await views.customers(Asked())
    assert (listed.total, [one.number for one in listed.rows]) == (2, [card_of(third).number, new.number])
    assert (await views.customers(Asked(sort="created", size=1))).rows[0].id == olena.id
    assert (await views.customers(Asked({"language": "en"}))).total == 0
    await reading.dispose()


async def test_every_movement_and_receipt_is_told_under_all_selves(world: World, two: Two) -> None:
    olena, other = two
    number = world.do(lambda work: work.cards.of(olena.id)).number  # type: ignore[union-attr]
    world.do(shelve)
    world.clock.forward(minutes=1)
    sell(world, number, "coffee", "milk", key="r1")
    adjusted(world, olena, -30, "k1")
    world.do(lambda work: merge(work, survivor=olena.id, absorbed=other.id, actor="anna"))
    people = world.do(lambda work: work.sales.selves(olena.id))
    reading = read_engine(world.served)
    views = CustomerReads(reading)
    found = await views.movements(people, Asked())
    told = [(one.kind, one.active, one.pending, one.left) for one in reversed(found.rows)]
    assert sorted(told[:2]) == [("adjust", 20, 0, 20), ("adjust", 100, 0, 100)]
    assert told[2:] == [("sale", 0, 12, 100), ("adjust", -30, 0, 70), ("merge", 0, 0, 90)]
    assert found.rows[1].reason == "чек загублено"
    assert found.rows[1].actor == "anna"
    assert found.rows[2].receipt
    page = await views.movements(people, Asked({"kind": "adjust"}, sort="at", page=2, size=2))
    assert (page.total, [one.active for one in page.rows]) == (3, [-30])
    receipts = await views.receipts(people, Asked())
    assert [(one.total, one.earned, len(one.lines)) for one in receipts.rows] == [(25000, 12, 2)]
    assert (await views.receipts([other.id], Asked())).total == 0
    await reading.dispose()


async def test_the_home_counts_now_in_a_small_house_and_reads_the_kept_figures_of_a_large_one(
    world: World, two: Two
) -> None:
    olena, _ = two
    now = world.clock.now
    table: dict[str, list[Any]] = {
        "owner": [olena.id, "phone:x"],
        "week": ["2026-W48"] * 2,
        "lifecycle": ["new", "lost"],
    }
    world.do(lambda work: work.profiles.put(table, ""))
    reading = read_engine(world.served)
    small, large = (
        HomeReads(reading, world.programme.timezone, HOUSE_QUESTIONNAIRE, small=small) for small in (SMALL, 1)
    )
    home = await small.home(now)
    assert (home.cards_today, home.cards_week, home.days[-1].cards, len(home.days)) == (2, 2, 2, 30)
    assert (home.waited, home.waited_of) == (0.0, 2)
    counted = home.counted
    assert counted is not None
    assert (counted.customers, counted.cards, counted.active, counted.pending) == (2, 2, 120, 0)
    assert [(one.channel, one.source, one.met, one.cards) for one in counted.sources] == [
        ("telegram", "poster-17", 1, 1), ("viber", "poster-17", 1, 1)
    ]  # fmt: skip
    assert counted.channels == {"telegram": 1, "viber": 1}
    assert counted.lifecycle == {"new": 1, "registered": 1}, "whoever has no card yet is nobody's customer"
    assert (await large.home(now)).counted is None
    figures = count_now(world.served, now, HOUSE_QUESTIONNAIRE)
    assert figures == replace(counted, sources=figures.sources)
    world.do(keep_figures(HOUSE, now, figures.as_data()))
    gift(world, 1, "later", customer=olena.id)
    kept = await large.counted(now + timedelta(minutes=5))
    assert kept is not None
    assert (kept.at, kept.active) == (now.astimezone(UTC), 120)
    assert kept == figures
    crowd = replace(figures, customers=10**6, languages={"uk": 10**6 - 7, "en": 7})
    world.do(keep_figures(HOUSE, now, crowd.as_data()))
    views = CustomerReads(reading)
    asked = (Asked(), Asked({"language": "en"}), Asked({"language": "ru"}), Asked(size=5_000))
    assert [(await views.customers(one)).total for one in asked] == [10**6, 7, 0, 2]
    fresh = await small.counted(now)
    assert fresh is not None
    assert fresh.active == 121
    await reading.dispose()


async def test_silent_tills_and_campaigns_that_do_not_go_on_are_seen(world: World) -> None:
    now: datetime = world.clock.now

    def furnish(work: Any) -> None:
        shelve(work)
        for till, back in (("quiet", 40), ("busy", 1), ("gone", 24 * 20), ("new", None)):
            row = {"id": till, "store": "s1", "name": till}
            put(work.connection, tills, [{**row, "key_hash": "x", "created_at": now}])
            if back is not None:
                sold = {"id": till, "store": "s1", "till": till, "source": till, "sold_at": now - timedelta(hours=back)}
                put(work.connection, sales, [{**SOLD, **sold, "received_at": now, "business_date": now.date()}])
        for state, name, why in (("paused", "Осінь", "errors"), ("draft", "Зима", ""), ("running", "Весна", "")):
            by: dict[str, Any] = {
                "created_by": "a",
                "created_at": now,
                "changed_by": "a",
                "changed_at": now,
                "plan": {},
                "salt": "s",
            }
            made: dict[str, Any] = {
                **by,
                "id": name,
                "version": 1,
                "state": state,
                "name": name,
                "kind": "promotion",
                "why": why,
            }
            put(work.connection, campaigns, [made])

    world.do(furnish)
    reading = read_engine(world.served)
    home = await HomeReads(reading, world.programme.timezone, HOUSE_QUESTIONNAIRE).home(now)
    assert [(one.name, one.store) for one in home.silent] == [("quiet", "S1")]
    assert {(one.name, one.state, one.why) for one in home.campaigns} == {
        ("Осінь", "paused", "errors"),
        ("Весна", "running", ""),
    }
    await reading.dispose()
