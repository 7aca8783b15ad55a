"""The week's offers on both databases: the file, the plan that is current at once, the till, the customer's word."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.db import keep
from core.cards.lookup import keys_of, recognise
from core.customers.model import Consent, Purpose, agreed
from core.ledger.merging import merge, unmerge
from core.offers.weekly import Because, Did, Pick, offer_id, picks_text
from core.sales.actions import SaleAsked, quote_for, settle
from core.sales.recognising import Right, known
from core.sales.returning import give_back, sale_of
from core.shared.refusals import Conflict
from core.shared.values import CustomerId, Language, Phone, StoreId
from tests.support.engine import alter, newcomer
from tests.support.weekly import NEXT, PICKS, ROWS, WEEK, asked, load, plan, promo_file, sell, shelve
from tests.support.world import World, open_lanes

MILK = offer_id(WEEK, "milk")


@pytest.fixture
def house(world: World, tmp_path: Path) -> World:
    """A house with goods and the week's promo items."""
    world.do(shelve)
    assert load(world.do, promo_file(tmp_path, WEEK, *ROWS)).rejected == []
    return world


@pytest.fixture
def olena(house: World) -> tuple[CustomerId, str]:
    """Somebody with a card, for whom three items are picked."""
    who, number = house.do(newcomer)
    house.do(lambda work: plan(work, WEEK, {who: PICKS}))
    return who, number


def offered(world: World, number: str) -> list[Right]:
    """What the till shows."""

    def job(work: Any) -> list[Right]:
        keys = keys_of(number)
        seen = recognise(keys, work.finder.find(keys), programme=work.programme, now=work.now)
        return list(known(work, seen=seen, language=Language.UK).offers)

    return world.do(job)


def skus(world: World, who: CustomerId, week: str = WEEK) -> list[str]:
    """What is picked for the person, as the chat asks it."""
    return [one.pick.sku for one in world.do(lambda work: work.weeks.of(work.sales.selves(who), week))]


def applied(world: World, number: str | None, *goods: str, store: str = "s1", at: datetime | None = None) -> list[Any]:
    quoted = world.do(lambda work: quote_for(work, asked=asked(number, *goods, store=store), at=at))
    return [(one.offer, one.amount) for one in quoted.quote.applied]


def consent(world: World, who: CustomerId, *, given: bool) -> None:
    line = Consent(who, Purpose.PROFILING, given, "1", Language.UK, "web", world.clock.now)
    world.do(lambda work: work.consents.add(line))
    world.clock.forward(seconds=1)


def test_a_plan_is_seen_when_it_is_whole_and_replaces_the_former_at_once(
    house: World, olena: tuple[CustomerId, str]
) -> None:
    who, number = olena
    begun = house.do(lambda work: work.plans.begin(WEEK, work.now))
    assert begun.after == ""
    fresh = picks_text([Pick("bread", Because.STORE)])
    house.do(lambda work: work.plans.add(begun.id, [(who, fresh), ("phone:" + "0" * 64, fresh)]))
    assert [one.id for one in offered(house, number)] == [offer_id(WEEK, one.sku) for one in PICKS]
    assert applied(house, number, "milk") == [(MILK, 1010)]
    house.do(lambda work: work.plans.finish(begun.id, {"owners": 2}))
    house.do(lambda work: work.plans.finish(begun.id, {"owners": 3}))
    assert [one.id for one in offered(house, number)] == [offer_id(WEEK, "bread")]
    assert applied(house, number, "milk") == []
    with house.engine.connect() as connection:
        states = connection.execute(text("select state, figures from plans order by id")).all()
    assert [row.state for row in states] == ["replaced", "current"]
    assert '"owners": 2' in str(states[1].figures).replace("'", '"')
    with pytest.raises(Conflict, match="plan-over"):
        house.do(lambda work: work.plans.add(begun.id, [(who, fresh)]))
    with pytest.raises(Conflict, match="plan-over"):
        house.do(lambda work: work.plans.finish(begun.id - 1, {}))


def test_a_week_s_offer_is_quoted_settled_limited_and_given_back(house: World, olena: tuple[CustomerId, str]) -> None:
    who, number = olena
    assert applied(house, number, "milk", "coffee", "cheese") == [
        (offer_id(WEEK, "coffee"), 5010), (MILK, 1010),
    ]  # fmt: skip
    assert applied(house, None, "milk") == []
    assert applied(house, number, "coffee", "bread", store="s2") == [(offer_id(WEEK, "bread"), 500)]
    assert applied(house, number, "coffee", "bread", store="s3") == []
    settled = sell(house, number, "milk")
    assert settled.sale.total == 3990
    assert [(one.did, one.sku, one.because) for one in house.do(lambda work: work.weeks.events([who]))] == [
        (Did.REDEEMED, "milk", Because.DUE)
    ]
    assert [one.id for one in offered(house, number)] == [offer_id(WEEK, sku) for sku in ("coffee", "bread")]
    assert applied(house, number, "milk") == []
    assert house.do(lambda work: work.planning.used_up(WEEK)) == [(who, "milk")]
    assert keep.check(house.url) == []

    def back(work: Any) -> Any:
        sale = sale_of(work, sale=settled.sale.id, store=StoreId("s1"), lock=True)
        return give_back(work, sale=sale, asked=None, source="till", key="b", reason="")

    assert house.do(back).done.back.money == 3990
    assert applied(house, number, "milk") == [(MILK, 1010)]
    assert house.do(lambda work: work.planning.used_up(WEEK)) == []
    assert keep.check(house.url) == []
    assert [one.did for one in house.do(lambda work: work.weeks.events([who]))] == [Did.REDEEMED]


async def test_of_many_sales_at_once_only_so_many_get_the_price_as_the_limit_says(
    house: World, olena: tuple[CustomerId, str]
) -> None:
    async with open_lanes(house) as (lanes, _):

        def job(key: str) -> Callable[[Any], int]:
            wanted = SaleAsked(asked(olena[1], "milk"), key, "1", house.clock.now)

            def sale(work: Any) -> int:
                made = settle(work, wanted=wanted, source="till", key=key, tell=lambda made: "{}")[1]
                assert made is not None
                return made.sale.total

            return sale

        paid = await asyncio.gather(*(lanes.do(f"till {at}", job(f"k{at}")) for at in range(12)))
    assert sorted(paid) == [3990, *[5000] * 11]
    assert keep.check(house.url) == []


def test_it_holds_from_monday_to_sunday_and_a_late_receipt_is_judged_by_its_own_week(
    house: World, olena: tuple[CustomerId, str]
) -> None:
    who, number = olena
    house.do(lambda work: plan(work, NEXT, {who: [Pick("cheese", Because.NEW)]}))
    monday = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
    after = monday + timedelta(days=7)
    instants = (monday - timedelta(seconds=1), monday, after - timedelta(seconds=1), after)
    assert [bool(applied(house, number, "coffee", at=at)) for at in instants] == [False, True, True, False]
    assert {one.ends_at for one in offered(house, number)} == {after}
    house.clock.now = after + timedelta(hours=1)
    assert offered(house, number) == []
    settled = sell(house, number, "coffee", sold_at=after - timedelta(hours=2), offline=True)
    assert settled.sale.total == 14990
    assert sell(house, number, "coffee", key="k2").sale.total == 20000


def test_picks_of_both_selves_are_the_survivor_s_and_the_absorbed_one_s_refusal_too(house: World) -> None:
    (who, number), (other, _), (nobody, _) = (house.do(newcomer) for _ in range(3))
    picks = {who: [PICKS[0]], other: [PICKS[1], PICKS[0], PICKS[2]], nobody: [Pick("cheese", Because.NEW)]}
    house.do(lambda work: plan(work, WEEK, picks))
    house.do(lambda work: work.weeks.refuse(other, "bread", work.now))
    record = house.do(lambda work: merge(work, survivor=who, absorbed=other, actor="owner"))
    assert skus(house, who) == ["milk", "coffee"]
    assert [one.id for one in offered(house, number)] == [MILK, offer_id(WEEK, "coffee")]
    sell(house, number, "coffee")
    assert house.do(lambda work: work.planning.merged("", 9)) == [(other, who)]
    house.do(lambda work: unmerge(work, merge=record.id, actor="owner"))
    assert skus(house, who) == ["milk"]
    assert keep.check(house.url) == []


def test_what_waited_for_a_phone_is_its_owner_s_once_they_prove_it(house: World) -> None:
    who, number = house.do(newcomer)
    phone = Phone("+380671234567")
    hashed = house.outside.hashed(phone)
    house.do(lambda work: plan(work, WEEK, {f"phone:{hashed}": PICKS}))
    assert offered(house, number) == []
    house.do(lambda work: alter(work, who, phone=phone, phone_verified_at=work.now))
    assert skus(house, who) == ["milk", "coffee", "bread"]
    assert applied(house, number, "milk") == [(MILK, 1010)]


def test_a_refused_product_is_gone_at_once_and_comes_back_when_it_is_allowed(
    house: World, olena: tuple[CustomerId, str]
) -> None:
    who, number = olena
    house.do(lambda work: work.weeks.refuse(who, "milk", work.now))
    house.do(lambda work: work.weeks.refuse(who, "milk", work.now + timedelta(days=1)))
    assert skus(house, who) == ["coffee", "bread"]
    assert applied(house, number, "milk") == []
    assert house.do(lambda work: work.weeks.refused([who])) == {"milk": house.clock.now}
    assert house.do(lambda work: work.planning.refused("", 1)) == [(who, "milk")]
    assert house.do(lambda work: work.planning.refused(who, 1)) == []
    house.do(lambda work: work.weeks.allow([who], "milk"))
    assert skus(house, who) == ["milk", "coffee", "bread"]


def test_who_withdraws_profiling_sees_only_what_is_popular_as_of_now(
    house: World, olena: tuple[CustomerId, str]
) -> None:
    who, number = olena
    consent(house, who, given=False)
    assert skus(house, who) == ["bread"]
    assert [one.id for one in offered(house, number)] == [offer_id(WEEK, "bread")]
    assert applied(house, number, "milk", "bread") == [(offer_id(WEEK, "bread"), 500)]
    assert house.do(lambda work: work.planning.unprofiled("", 5)) == [who]
    consent(house, who, given=True)
    assert skus(house, who) == ["milk", "coffee", "bread"]
    assert house.do(lambda work: work.planning.unprofiled("", 5)) == []


def test_an_objection_to_profiling_survives_a_merge(house: World, olena: tuple[CustomerId, str]) -> None:
    who, _ = olena
    other, _ = house.do(newcomer)
    consent(house, other, given=False)
    record = house.do(lambda work: merge(work, survivor=who, absorbed=other, actor="owner"))
    assert skus(house, who) == ["bread"]
    house.clock.forward(seconds=1)
    house.do(lambda work: unmerge(work, merge=record.id, actor="owner"))
    assert skus(house, who) == ["milk", "coffee", "bread"]
    assert not agreed(house.do(lambda work: work.consents.of(other)))[Purpose.PROFILING]


def test_what_happened_is_noted_once(house: World, olena: tuple[CustomerId, str]) -> None:
    who, _ = olena
    for later in (0, 1):
        chosen = house.do(lambda work: work.weeks.of([who], WEEK))
        at = house.clock.now + timedelta(days=later)
        house.do(lambda work, chosen=chosen, at=at: work.weeks.note(who, chosen, Did.SHOWN, at))
    house.do(lambda work: work.weeks.note(who, chosen[1:2], Did.ACTIVATED, work.now))
    events = house.do(lambda work: work.weeks.events([who]))
    assert sorted((one.did.value, one.sku) for one in events) == [
        ("activated", "coffee"), ("shown", "bread"), ("shown", "coffee"), ("shown", "milk"),
    ]  # fmt: skip
    assert {one.at for one in events} == {house.clock.now}
    again = house.do(lambda work: work.weeks.of([who], WEEK))
    assert [one.activated for one in again] == [False, True, False]
