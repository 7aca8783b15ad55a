"""Whom rules meet, out of the lake and the feature table: dear things that stayed, those with most at stake."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.analytics.ports import Moved
from adapters.analytics.situations import big_tickets, dear, leaving
from adapters.lake.columns import SCHEMA

UNTIL = date(2026, 11, 23)
FIRST = date(2026, 10, 24)


def line(owner: str | None, sku: str, milli: int = 1000, price: int = 30_000, **others: Any) -> dict[str, Any]:
    row = {
        "store": "s1", "till": "t1", "receipt": f"r-{owner}", "business_date": date(2026, 11, 5), "owner": owner,
        "sold_at": datetime(2026, 11, 5, 12, tzinfo=UTC), "sku": sku, "milli": milli, "unit_price": price,
        "discount": 0, "points_spent": 0, "line": 0, "source": "return" if milli < 0 else "till",
    }  # fmt: skip
    return row | others


def met(lake: Path, rows: list[dict[str, Any]], former: dict[str, str] | None = None, **how: Any) -> list[str]:
    for number, row in enumerate(rows):
        folder = lake / "sales" / f"month={row['business_date']:%Y-%m}"
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), folder / f"till-{number}.parquet")
    named = {"first": FIRST, "until": UNTIL, "price": 20_000, "items": 3, **how}
    return big_tickets(Moved(lake, former or {}), **named)


def test_three_dear_things_of_the_last_days_are_enough_and_two_or_cheap_ones_are_not(tmp_path: Path) -> None:
    rows = [
        *(line("three", sku) for sku in "abc"), *(line("two", sku) for sku in "ab"),
        *(line("cheap", sku, price=19_999) for sku in "abc"), line("pieces", "a", 3000),
        line("edge", "a", price=20_000), line("edge", "b", 1500, price=20_000),
        *(line(None, sku) for sku in "abc"),
    ]  # fmt: skip
    assert met(tmp_path, rows) == ["edge", "pieces", "three"]


def test_what_came_back_is_not_counted_with_or_without_its_price(tmp_path: Path) -> None:
    rows = [
        *(line("a", sku) for sku in "abc"), line("a", "c", -1000),
        *(line("b", sku) for sku in "abc"), line("b", "c", -1000, price=0),
        line("c", "a", 4000), line("c", "a", -1000), line("d", "a", 3000), line("d", "a", -1),
        *(line("e", sku) for sku in "abc"), line("e", "c", -1000, receipt="another"),
    ]  # fmt: skip
    assert met(tmp_path, rows) == ["c", "d", "e"]


def test_only_the_days_asked_for_count_over_the_months_they_lie_in(tmp_path: Path) -> None:
    def days(owner: str, *some: date) -> list[dict[str, Any]]:
        return [line(owner, f"g{at}", business_date=day) for at, day in enumerate(some)]

    inside = days("in", FIRST, date(2026, 10, 31), date(2026, 11, 22))
    early = days("early", date(2026, 10, 23), date(2026, 10, 31), date(2026, 11, 22))
    late = days("late", FIRST, date(2026, 10, 31), UNTIL)
    assert met(tmp_path, inside + early + late) == ["in"]


def test_months_before_the_days_are_not_even_opened(tmp_path: Path) -> None:
    old = tmp_path / "sales" / "month=2026-09"
    old.mkdir(parents=True)
    (old / "till-x.parquet").write_bytes(b"nobody reads this")
    assert met(tmp_path, [line("a", sku) for sku in "abc"]) == ["a"]
    assert (old / "till-x.parquet").exists()


def test_one_person_under_two_owners_is_one(tmp_path: Path) -> None:
    rows = [line("phone:x", "a"), line("phone:x", "b"), line("me", "c"), line("you", "a")]
    assert met(tmp_path, rows, {"phone:x": "me"}) == ["me"]
    assert met(tmp_path / "empty", []) == []


def test_a_thing_is_dear_among_the_dearest_tenth_of_the_shop_s_prices() -> None:
    assert dear([*range(1, 101), 0, 0, 0]) == 91
    assert sum(price >= dear(range(1, 101)) for price in range(1, 101)) == 10
    assert dear([500]) == 500
    assert dear([0, 0]) == dear([]) == 0


def table(*rows: tuple[str, float | None, int, int]) -> pa.Table:
    """Owner, chance to stay away, money of a year, receipts."""
    columns: list[Any] = list(zip(*rows, strict=True))
    kinds = (pa.string(), pa.float64(), pa.int64(), pa.int64())
    names = ("owner", "leaving", "money_365d", "receipts")
    return pa.table({name: pa.array(one, kind) for name, one, kind in zip(names, columns, kinds, strict=True)})


def test_those_with_most_at_stake_come_first_and_nobody_below_the_risk_or_who_never_bought() -> None:
    found = leaving(
        table(
            ("safe", 0.59, 900_000, 9), ("poor", 0.99, 1_000, 9), ("rich", 0.7, 100_000, 9), ("edge", 0.6, 50_000, 9),
            ("never", 0.9, 0, 0), ("unknown", None, 90_000, 9),
        ),
        0.6,
    )  # fmt: skip
    assert found == ["rich", "edge", "poor"]


def test_equals_stand_in_the_order_of_owners_and_nobody_is_nobody() -> None:
    assert leaving(table(("b", 0.9, 10, 1), ("a", 0.9, 10, 1)), 0.5) == ["a", "b"]
    assert leaving(table(("b", None, 10, 1)), 0.5) == []
