"""A week is planned from the lake and the database, on both: whose purchases, whose word, when it is current."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.analytics.keeping import path_of
from adapters.analytics.plan import NothingToOffer
from adapters.app.planning import plan_week
from adapters.app.settings import Settings
from adapters.lake.lake import Lake
from core.customers.model import Consent, Purpose
from core.offers.weekly import Because, monday_of
from core.shared.values import CustomerId, Language
from core.stores.model import Product
from tests.adapters.app.test_histories import bring, put
from tests.support.engine import newcomer
from tests.support.weekly import NEXT, WEEK, load, promo_file, shelve
from tests.support.world import NOON, World

MONDAY = monday_of(WEEK)
GOODS = [f"g{one:02d}" for one in range(24)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def house(world: World, lake: Lake, tmp_path: Path) -> World:
    """A shop with a crowd in its history, and twelve promo items this week; `g23` may be bought once."""
    world.do(shelve)
    world.do(lambda work: work.shelves.put_products([Product(sku, sku, f"shelf {sku[-1]}") for sku in GOODS]))
    rows = [f"{sku},20,15,,,,{1 if sku == 'g23' else ''}" for sku in GOODS[12:]]
    assert load(world.do, promo_file(tmp_path, WEEK, *rows)).rejected == []
    history(world, lake, tmp_path, list(crowd()))
    return world


def crowd() -> Iterator[tuple[str, str, int]]:
    """(phone, sku, days ago): sixty people, each with goods of their own every ten days or so."""
    for one in range(60):
        for visit in range(12):
            for good in range(3):
                yield f"06711100{one:02d}", GOODS[(one * 5 + visit * 7 + good * 3) % 24], 3 + visit * 10 + one % 7


def history(world: World, lake: Lake, folder: Path, bought: list[tuple[str, str, int]], name: str = "crowd") -> None:
    """The purchases are in the lake, a receipt for each."""
    rows = [
        f"{name}{number};s1;1;{datetime.combine(MONDAY - timedelta(days=ago), NOON.time())};{who};{sku};1;10;0;0"
        for number, (who, sku, ago) in enumerate(bought)
    ]
    assert bring(world, lake, put(folder, *rows, name=f"{name}.csv")).rejected == []


def planned(world: World, folder: Path, week: str = WEEK, **more: Any) -> Any:
    settings = Settings(lake=str(folder / "lake"), secret_key="0123456789abcdef0123456789abcdef")
    do = more.pop("do", world.do)
    return plan_week(settings, do, week, NOON, dry_run=more.get("dry_run", False), progress=lambda stage, done: None)


def rows(world: World, said: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in world.do(lambda work: work.connection.execute(text(said)).all())]


def picks(world: World, who: CustomerId, week: str = WEEK) -> dict[str, Because]:
    chosen = world.do(lambda work: work.weeks.of(work.sales.selves(who), week))
    return {one.pick.sku: one.pick.because for one in chosen}


def card_of(world: World, lake: Lake, folder: Path, bought: list[tuple[str, int]]) -> CustomerId:
    """Somebody with a card, who bought that before they had it."""
    who, number = world.do(newcomer)
    if bought:
        history(world, lake, folder, [(number, sku, ago) for sku, ago in bought], name=f"of{number}")
    return who


HABIT = [("g15", ago) for ago in range(14, 180, 14)]


def test_a_customer_has_ten_offers_with_what_is_due_first(house: World, lake: Lake, tmp_path: Path) -> None:
    who = card_of(house, lake, tmp_path, HABIT)
    figures = planned(house, tmp_path)
    mine = picks(house, who)
    assert next(iter(mine.items())) == ("g15", Because.DUE)
    assert len(mine) == 10
    assert (figures.owners, figures.empty) == (61, 0)


def test_whoever_is_new_has_the_chains_best_and_whoever_is_not_profiled_nothing_personal(
    house: World, lake: Lake, tmp_path: Path
) -> None:
    fresh, shy = card_of(house, lake, tmp_path, []), card_of(house, lake, tmp_path, HABIT)
    line = Consent(shy, Purpose.PROFILING, False, "1", Language.UK, "web", house.clock.now)
    house.do(lambda work: work.consents.add(line))
    planned(house, tmp_path)
    assert len(picks(house, fresh)) == 10
    assert {*picks(house, shy).values()} <= {Because.STORE, Because.CHAIN}
    assert len(picks(house, shy)) == 10


def test_what_was_refused_is_not_planned(house: World, lake: Lake, tmp_path: Path) -> None:
    who = card_of(house, lake, tmp_path, HABIT)
    house.do(lambda work: work.weeks.refuse(who, "g15", work.now))
    planned(house, tmp_path)
    assert "g15" not in picks(house, who)


def test_the_former_plan_holds_until_the_new_one_is_whole_and_a_broken_one_goes_on(
    house: World, lake: Lake, tmp_path: Path
) -> None:
    who = card_of(house, lake, tmp_path, HABIT)
    planned(house, tmp_path)
    before = picks(house, who)
    house.do(lambda work: work.weeks.refuse(who, "g23", work.now))

    def stops_before_the_end(job: Any) -> Any:
        if hasattr(job, "__code__") and "finish" in job.__code__.co_names:
            raise ConnectionError("the machine went away")
        return house.do(job)

    with pytest.raises(ConnectionError):
        planned(house, tmp_path, do=stops_before_the_end)
    assert {**picks(house, who), "g23": Because.NEW}.keys() >= before.keys()
    states = "select state, count(*) from plans group by state"
    assert dict(rows(house, states)) == {"current": 1, "building": 1}
    planned(house, tmp_path)
    assert dict(rows(house, states)) == {"current": 1, "replaced": 1}
    assert "g23" not in picks(house, who)


def test_what_earns_no_points_or_is_of_an_excluded_category_is_picked_for_nobody(
    house: World, lake: Lake, tmp_path: Path
) -> None:
    """Even for whoever buys it every fortnight; the rest goes on, and the figures say how many were left out."""
    who = card_of(house, lake, tmp_path, [*HABIT, *((f"g{one}", ago) for one in (16, 17) for _, ago in HABIT)])
    house.rules(offer_excluded_categories=("тютюн",))
    goods = [Product("g15", "g15", "Тютюн"), Product("g16", "g16", "shelf 6", no_points=True)]
    house.do(lambda work: work.shelves.put_products(goods))
    figures = planned(house, tmp_path)
    assert figures.withheld == 2
    told = picks(house, who)
    assert next(iter(told)) == "g17"
    assert len(told) == 10
    kept = [json.loads(picked) for (picked,) in rows(house, "select picks from plan_rows")]
    assert {sku for mine in kept for sku, *_ in mine} == {*GOODS[12:]} - {"g15", "g16"}
    house.rules(offer_excluded_categories=("тютюн", *(f"SHELF {one}" for one in range(10))))
    with pytest.raises(NothingToOffer, match="offer_excluded_categories"):
        planned(house, tmp_path)


def test_a_dry_run_changes_nothing_and_comes_to_the_same(house: World, lake: Lake, tmp_path: Path) -> None:
    who = card_of(house, lake, tmp_path, HABIT)
    told = planned(house, tmp_path, dry_run=True)
    assert picks(house, who) == {}
    assert rows(house, "select count(*) from plans") == [(0,)]
    assert rows(house, "select count(*) from customer_features") == [(0,)]
    assert not path_of(tmp_path / "lake").exists()
    assert planned(house, tmp_path) == told


def test_a_week_without_promo_items_is_refused_and_nothing_is_begun(house: World, tmp_path: Path) -> None:
    with pytest.raises(NothingToOffer, match=NEXT):
        planned(house, tmp_path, NEXT)
    assert rows(house, "select count(*) from plans") == [(0,)]


def test_a_week_is_wanted_while_it_has_items_and_no_plan(house: World, tmp_path: Path) -> None:
    assert house.do(lambda work: (work.plans.wanted(WEEK), work.plans.wanted(NEXT))) == (True, False)
    planned(house, tmp_path)
    assert not house.do(lambda work: work.plans.wanted(WEEK))
