"""A week's plan meets people on both databases: reach of every rule, vouchers once, a crash, rest, those left out."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text

from adapters.analytics.ports import Moved
from adapters.analytics.targeting import Targeting
from adapters.app.planning import plan_week
from adapters.app.settings import Settings
from adapters.app.situations import CHUNK, Seen, situations
from adapters.app.uplifting import Order
from adapters.lake.lake import Lake
from core.customers.model import Consent, Purpose
from core.offers.reading import offer_from
from core.offers.situations import Rule
from core.offers.switching import switch
from core.offers.weekly import Because, monday_of
from core.shared.values import CustomerId, Language
from core.stores.model import Product
from tests.adapters.app.test_histories import bring, put
from tests.contracts.test_planning import card_of, crowd, history, picks
from tests.support.engine import alter, newcomer
from tests.support.weekly import NEXT, WEEK, load, promo_file, shelve
from tests.support.world import NOON, World

MONDAY = monday_of(WEEK)
GIFT: dict[str, Any] = {"id": "gift", "audience": "voucher", "benefit": {"kind": "amount_off", "amount": 700}}
THREE: dict[str, Any] = {**GIFT, "id": "three", "condition": {"kind": "items", "match": {}, "quantity": "3"}}
NOBODY = pa.table({"owner": pa.array([], pa.string()), "receipts": pa.array([], pa.int64())})


@pytest.fixture
def house(world: World, tmp_path: Path) -> World:
    world.do(shelve)
    for body in (GIFT, THREE):
        world.do(lambda work, body=body: work.offers.put(offer_from(body), body))
    return world


def turn(world: World, rule: Rule, *, on: bool = True, offer: str | None = None, **numbers: str) -> None:
    world.do(lambda work: switch(work, rule=rule, on=on, actor="olha", offer=offer, numbers=numbers))


def seen(tmp_path: Path, week: str = WEEK, **others: Any) -> Seen:
    first = monday_of(week)
    made = Seen(
        week,
        first,
        first,
        Moved(tmp_path / "lake", {}),
        NOBODY,
        frozenset(),
        frozenset(),
        [10_000] * 9 + [50_000],
        Order(Targeting(), first),
    )
    return replace(made, **others)


def meeting(world: World, what: Seen, *, dry_run: bool = False, do: Any = None) -> dict[str, Any]:
    switches = world.do(lambda work: work.situations.switches())
    return situations(do or world.do, what, switches, next_door=7, picked=6, dry_run=dry_run)


def born(world: World, day: date, count: int = 1) -> list[CustomerId]:
    people = []
    for _ in range(count):
        who = world.do(newcomer)[0]
        world.do(lambda work, who=who: alter(work, who, birthday=day))
        people.append(who)
    return people


def given(world: World, offer: str = "gift") -> list[str]:
    """Whose vouchers there are, each as often as they have one."""
    chosen = text("select coalesce(customer, 'phone:' || phone_hash) from vouchers where offer = :offer order by 1")
    return list(world.do(lambda work: work.connection.execute(chosen, {"offer": offer}).scalars()))


def at_risk(*people: tuple[str, float, int]) -> pa.Table:
    owners, chances, money = zip(*people, strict=True)
    return pa.table({"owner": owners, "leaving": chances, "money_365d": money, "receipts": [3] * len(owners)})


def test_a_birthday_has_a_voucher_for_the_days_around_it_once_however_often_the_week_is_planned(
    house: World, tmp_path: Path
) -> None:
    people = born(house, date(1990, 11, 25), 30)
    born(house, date(1990, 12, 25))
    off = meeting(house, seen(tmp_path))["birthday"]
    assert off == {"on": False, "reach": 30, "given": 0, "control": 0, "why": "no-offer"}
    turn(house, Rule.BIRTHDAY, offer="gift")
    tried = meeting(house, seen(tmp_path), dry_run=True)
    assert given(house) == []
    first = meeting(house, seen(tmp_path))
    assert first == tried == meeting(house, seen(tmp_path)) == meeting(house, seen(tmp_path), dry_run=True)
    told = first["birthday"]
    assert told["on"]
    assert (told["reach"], told["given"] + told["control"], told["why"]) == (30, 30, "")
    mine = given(house)
    assert len(set(mine)) == len(mine) == told["given"]
    assert set(mine) <= set(people)
    days = text("select distinct valid_from, valid_until from vouchers")
    assert [(str(first), str(last)) for first, last in house.do(lambda work: work.connection.execute(days).all())] == [
        ("2026-11-22", "2026-12-02")
    ]
    turn(house, Rule.BIRTHDAY, on=False)
    born(house, date(1990, 11, 25), 9)
    left = meeting(house, seen(tmp_path))["birthday"]
    assert (left["on"], left["reach"], left["given"], left["why"]) == (False, 39, told["given"], "")
    assert given(house) == mine


def test_a_crash_between_two_works_leaves_the_rest_to_the_next_run(house: World, tmp_path: Path) -> None:
    people = born(house, date(1990, 11, 25), CHUNK + 20)
    turn(house, Rule.BIRTHDAY, offer="gift")
    works = 0

    def dies(job: Any) -> Any:
        nonlocal works
        if getattr(getattr(job, "func", None), "__name__", "") == "_meet":
            works += 1
            if works == 2:
                raise ConnectionError("the machine went away")
        return house.do(job)

    with pytest.raises(ConnectionError):
        meeting(house, seen(tmp_path), do=dies)
    before = given(house)
    assert 0 < len(before) <= CHUNK
    told = meeting(house, seen(tmp_path))["birthday"]
    assert (told["reach"], told["given"] + told["control"]) == (len(people), len(people))
    assert set(before) < set(given(house))
    assert len(given(house)) == len(set(given(house))) == told["given"]


def test_nobody_is_met_within_the_pause_and_the_next_year_everybody_again(house: World, tmp_path: Path) -> None:
    born(house, date(1990, 11, 29), 10)
    turn(house, Rule.BIRTHDAY, offer="gift")
    assert meeting(house, seen(tmp_path))["birthday"]["reach"] == 10
    house.do(lambda work: work.connection.execute(text("update customers set birthday = '1990-11-30'")))
    assert meeting(house, seen(tmp_path, NEXT))["birthday"]["reach"] == 0
    assert meeting(house, seen(tmp_path, "2027-W48"))["birthday"]["reach"] == 10


def test_birthdays_of_the_leap_day_and_of_new_year_s_week_are_met(house: World, tmp_path: Path) -> None:
    leap, new_year = born(house, date(1992, 2, 29))[0], born(house, date(1990, 1, 2))[0]
    turn(house, Rule.BIRTHDAY, offer="gift")
    owners = text("select owner from situation_people where week = :week")
    for week, who in (("2027-W08", leap), ("2026-W53", new_year)):
        assert meeting(house, seen(tmp_path, week))["birthday"]["reach"] == 1
        met = house.do(lambda work, week=week: work.connection.execute(owners, {"week": week}).scalars().all())
        assert met == [who]


def test_the_most_at_stake_get_the_vouchers_there_are_and_a_week_planned_again_has_no_more(
    house: World, tmp_path: Path
) -> None:
    people = [house.do(newcomer)[0] for _ in range(12)]
    risk = at_risk(*((who, 0.9, 1000 + at) for at, who in enumerate(people)))
    assert meeting(house, seen(tmp_path))["leaving"]["why"] == "no-risk"
    turn(house, Rule.LEAVING, offer="gift", most="5")
    assert meeting(house, seen(tmp_path))["leaving"] == {
        "on": True, "reach": 0, "given": 0, "control": 0, "why": "no-risk",
    }  # fmt: skip
    told = meeting(house, seen(tmp_path, table=risk))["leaving"]
    assert (told["reach"], told["given"] + told["control"], told["order"]) == (5, 5, "no-campaign")
    assert set(given(house)) <= set(people[-5:])
    fewer = at_risk(*((who, 0.9, 1000 - at) for at, who in enumerate(people)))
    assert meeting(house, seen(tmp_path, table=fewer))["leaving"] == told
    assert meeting(house, seen(tmp_path, NEXT, table=risk))["leaving"]["reach"] == 5
    assert len(set(given(house))) == len(given(house))


def test_whoever_withdrew_or_is_gone_is_not_met_where_purchases_are_looked_at(house: World, tmp_path: Path) -> None:
    people = [house.do(newcomer)[0] for _ in range(3)]
    for who in people:
        house.do(lambda work, who=who: alter(work, who, birthday=date(1990, 11, 25)))
    turn(house, Rule.LEAVING, offer="gift")
    what = seen(
        tmp_path, table=at_risk(*((who, 0.9, 1000) for who in people)), unprofiled=frozenset(people[:1]),
        gone=frozenset(people[1:2]),
    )  # fmt: skip
    told = meeting(house, what)
    assert (told["leaving"]["reach"], told["birthday"]["reach"]) == (1, 2)
    assert set(given(house)) <= {people[2]}


def test_an_offer_that_ended_or_is_gone_gives_nothing_and_the_plan_says_so(house: World, tmp_path: Path) -> None:
    born(house, date(1990, 11, 25), 3)
    turn(house, Rule.BIRTHDAY, offer="gift")
    over = {**GIFT, "until": "2026-11-22"}
    house.do(lambda work: work.offers.put(offer_from(over), over))
    told = meeting(house, seen(tmp_path))["birthday"]
    assert told == {"on": True, "reach": 3, "given": 0, "control": 0, "why": "offer-ended"}
    assert given(house) == []


def test_dear_things_are_those_of_the_house_s_own_prices_unless_a_price_is_named(house: World, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    at = datetime.combine(MONDAY - timedelta(days=9), NOON.time())
    rows = [f"r{n};s1;1;{at};{who};{sku};1;{price};0;0" for n, (who, sku, price) in enumerate(
        [(f"067111000{one}", sku, 500 if one < 2 else 400) for one in range(4) for sku in ("milk", "bread", "cheese")]
    )]  # fmt: skip
    assert bring(house, lake, put(tmp_path, *rows, name="dear.csv")).rejected == []
    told = meeting(house, seen(tmp_path))["big_tickets"]
    assert told == {"on": False, "reach": 2, "given": 0, "control": 0, "why": "no-offer", "price": 50_000}
    turn(house, Rule.BIG_TICKETS, offer="three", price="400")
    told = meeting(house, seen(tmp_path))["big_tickets"]
    assert (told["reach"], told["price"], told["given"] + told["control"]) == (4, 40_000, 4)
    assert all(who.startswith("phone:") for who in given(house, "three"))
    assert len(given(house, "three")) == told["given"]
    turn(house, Rule.BIG_TICKETS, price="0")
    assert meeting(house, seen(tmp_path, "2027-W10", prices=[]))["big_tickets"]["why"] == "no-prices"


def test_the_plan_keeps_every_rule_s_figures_and_shows_the_brand_next_door(house: World, tmp_path: Path) -> None:
    goods = [f"g{one:02d}" for one in range(24)]
    house.do(
        lambda work: work.shelves.put_products([Product(sku, sku, f"shelf {sku[-1]}", price=900) for sku in goods])
    )
    brand = [Product(f"{what}-l", what, what, "Lavazza", 5000) for what in ("beans", "cups")]
    house.do(lambda work: work.shelves.put_products(brand))
    promo = promo_file(tmp_path, WEEK, *(f"{sku},20,15,,,," for sku in (*goods[12:], "cups-l")))
    assert load(house.do, promo).rejected == []
    lake = Lake(tmp_path / "lake")
    both = [(f"06722200{one:02d}", sku, 20) for one in range(30) for sku in ("beans-l", "cups-l")]
    history(house, lake, tmp_path, [*crowd(), *both])
    oles = card_of(house, lake, tmp_path, [("beans-l", 30), ("beans-l", 12)])
    shy = card_of(house, lake, tmp_path, [("beans-l", 30), ("beans-l", 12)])
    line = Consent(shy, Purpose.PROFILING, False, "1", Language.UK, "web", house.clock.now)
    house.do(lambda work: work.consents.add(line))
    birthdays = born(house, date(1990, 11, 25), 5)
    turn(house, Rule.BIRTHDAY, offer="gift")
    settings = Settings(lake=str(tmp_path / "lake"), secret_key="0123456789abcdef0123456789abcdef")

    def stops(job: Any) -> Any:
        if "finish" in getattr(getattr(job, "__code__", None), "co_names", ()):
            raise ConnectionError("the machine went away")
        return house.do(job)

    def planned(do: Any, *, dry_run: bool = False) -> Any:
        return plan_week(settings, do, WEEK, NOON, dry_run=dry_run, progress=lambda stage, done: None)

    dry = planned(house.do, dry_run=True).situations
    assert given(house) == []
    with pytest.raises(ConnectionError):
        planned(stops)
    assert house.do(lambda work: work.plans.wanted(WEEK))
    told = planned(house.do).situations
    assert told == dry
    assert told["neighbour"] == {"on": True, "reach": 1, "given": 1, "control": 0, "why": ""}
    assert told["birthday"]["reach"] == 5
    assert set(given(house)) <= set(birthdays)
    assert len(given(house)) == told["birthday"]["given"]
    week, figures = house.do(lambda work: work.plans.latest()) or ("", {})
    assert (week, figures["situations"]) == (WEEK, told)
    assert picks(house, oles)["cups-l"] is Because.NEIGHBOUR
    assert Because.NEIGHBOUR not in picks(house, shy).values()
