"""Odd histories and broken files, through the plan itself, on both databases: each is told or passed by, the rest goes
on, and a plan that cannot be made leaves the last good one where it is."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.app.planning import HistoryUnreadable, plan_week
from adapters.app.settings import Settings
from adapters.lake.lake import Lake
from core.offers.weekly import Because, monday_of
from core.shared.values import CustomerId
from core.stores.model import Product
from tests.support.engine import newcomer
from tests.support.weekly import WEEK, load, promo_file, shelve
from tests.support.world import NOON, World

MONDAY = monday_of(WEEK)
GOODS = [f"g{one:02d}" for one in range(24)]
Line = tuple[str, str, date, int]
"""Owner, sku, day, thousandths."""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def shop(world: World, tmp_path: Path) -> World:
    """Twelve promo items of twenty-four goods, and nobody has bought anything."""
    stock(world, tmp_path, GOODS)
    return world


def stock(world: World, folder: Path, goods: list[str]) -> None:
    world.do(shelve)
    world.do(lambda work: work.shelves.put_products([Product(sku, sku, f"shelf {sku[-1]}") for sku in goods]))
    promo = goods[len(goods) // 2 :]
    assert load(world.do, promo_file(folder, WEEK, *(f"{sku},20,15,,,," for sku in promo))).rejected == []


def sold(lake: Lake, name: str, lines: Iterable[Line]) -> None:
    """The lines are in the lake as tills would have brought them, each a receipt."""
    rows = [
        {"store": "s1", "till": "1", "receipt": f"{name}{at}", "business_date": day,
         "sold_at": datetime(day.year, day.month, day.day, 12, tzinfo=NOON.tzinfo), "owner": owner, "sku": sku,
         "milli": milli, "unit_price": 1000, "discount": 0, "points_spent": 0, "line": 0, "source": "till"}
        for at, (owner, sku, day, milli) in enumerate(lines)
    ]  # fmt: skip
    lake.follow(rows, name)


def ago(days: int) -> date:
    return MONDAY - timedelta(days=days)


def crowd(*, least: int = 3) -> list[Line]:
    """Forty people, each with goods of their own every ten days or so."""
    return [
        (f"c{one:02d}", GOODS[(one * 5 + visit * 7 + good * 3) % 24], ago(least + visit * 10 + one % 7), 1000)
        for one in range(40)
        for visit in range(12)
        for good in range(3)
    ]


def planned(world: World, folder: Path) -> Any:
    settings = Settings(lake=str(folder / "lake"), secret_key="0123456789abcdef0123456789abcdef")
    return plan_week(settings, world.do, WEEK, NOON, dry_run=False, progress=lambda stage, done: None)


def picks(world: World, owner: str) -> dict[str, Because]:
    chosen = world.do(lambda work: work.weeks.of([CustomerId(owner)], WEEK))
    return {one.pick.sku: one.pick.because for one in chosen}


def test_unknown_products_returns_and_impossible_days_change_no_offer_of_others(
    shop: World, lake: Lake, tmp_path: Path
) -> None:
    sold(lake, "1", crowd())
    planned(shop, tmp_path)
    before = {owner: picks(shop, owner) for owner in ("c00", "c07", "c39")}
    odd = [
        ("back", "g15", ago(9), -1000), ("back", "g16", ago(9), -5000),
        ("old", "g15", date(1900, 1, 1), 1000), ("far", "g15", date(2100, 1, 1), 1000),
        *(("c07", "g20", date(year, 6, 1), 1000) for year in (1900, 2100)),
    ]  # fmt: skip
    sold(lake, "2", odd)
    figures = planned(shop, tmp_path)
    assert figures.owners == 40
    assert {owner: picks(shop, owner) for owner in before} == before
    assert [picks(shop, owner) for owner in ("back", "old", "far")] == [{}, {}, {}]
    sold(lake, "3", [("guest", f"unknown{one}", ago(1 + 6 * one), 1000) for one in range(9)])
    assert planned(shop, tmp_path).owners == 41
    assert picks(shop, "guest").keys() <= {*GOODS[12:]}
    assert len(picks(shop, "guest")) == 10


def test_a_customer_with_a_hundred_thousand_lines_has_ten_offers_like_anybody(
    shop: World, lake: Lake, tmp_path: Path
) -> None:
    sold(lake, "1", crowd())
    sold(lake, "2", [("greedy", GOODS[at % 24], ago(1 + at // 24 % 300), 1000) for at in range(100_000)])
    figures = planned(shop, tmp_path)
    assert (figures.owners, figures.empty) == (41, 0)
    assert [len(picks(shop, owner)) for owner in ("greedy", "c00")] == [10, 10]


def test_weeks_without_a_sale_and_a_house_without_history_are_planned(shop: World, lake: Lake, tmp_path: Path) -> None:
    who = shop.do(newcomer)[0]
    assert planned(shop, tmp_path).owners == 1
    assert {*picks(shop, who).values()} <= {Because.CHAIN, Because.NEW}
    assert len(picks(shop, who)) == 10
    sold(lake, "1", crowd(least=60))
    assert planned(shop, tmp_path).owners == 41
    assert len(picks(shop, "c00")) == 10


def test_one_product_and_one_customer_are_a_plan(world: World, lake: Lake, tmp_path: Path) -> None:
    stock(world, tmp_path, ["g01"])
    sold(lake, "1", [("a", "g01", ago(days), 1000) for days in (14, 28, 42)])
    figures = planned(world, tmp_path)
    assert (figures.owners, figures.offers) == (1, 1)
    assert picks(world, "a") == {"g01": Because.DUE}


def test_a_broken_file_is_set_aside_and_the_rest_is_planned_and_a_wholly_broken_lake_leaves_the_last_plan(
    shop: World, lake: Lake, tmp_path: Path
) -> None:
    sold(lake, "1", crowd())
    planned(shop, tmp_path)
    files = sorted((tmp_path / "lake" / "sales").glob("*/*.parquet"))
    files[0].write_bytes(files[0].read_bytes()[:-20])
    assert planned(shop, tmp_path).owners == 40
    assert [one.name for one in lake.files.broken()] == [files[0].name + ".broken"]
    last = {owner: picks(shop, owner) for owner in ("c00", "c39")}
    for path in files[1:]:
        path.write_bytes(b"PAR1 no file at all PAR1")
    with pytest.raises(HistoryUnreadable, match="backup"):
        planned(shop, tmp_path)
    assert {owner: picks(shop, owner) for owner in last} == last
    assert all(len(mine) == 10 for mine in last.values())
