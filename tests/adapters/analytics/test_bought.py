"""What was bought, out of the lake: returns take purchases away, insane lines and strangers are left out."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.analytics.bought import bought
from adapters.lake.columns import SCHEMA

DAY = date(2026, 10, 5)


def line(owner: str | None, sku: str, milli: int = 1000, **others: Any) -> dict[str, Any]:
    row = {
        "store": "s1", "till": "t1", "receipt": f"r-{owner}", "business_date": DAY, "owner": owner, "sku": sku,
        "sold_at": datetime(2026, 10, 5, 12, tzinfo=UTC), "milli": milli, "unit_price": 100, "discount": 0,
        "points_spent": 0, "line": 0, "source": "return" if milli < 0 else "till",
    }  # fmt: skip
    return row | others


def told(lake: Path, rows: list[dict[str, Any]], until: date = date(2026, 11, 1)) -> list[tuple[str, str, date]]:
    for number, row in enumerate(rows):
        folder = lake / "sales" / f"month={row['business_date']:%Y-%m}"
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), folder / f"till-{number}.parquet")
    return sorted((row["owner"], row["sku"], row["day"]) for batch in bought(lake, until) for row in batch.to_pylist())


def test_what_came_back_wholly_was_never_bought_and_what_came_back_in_part_was(tmp_path: Path) -> None:
    rows = [
        line("a", "tea", 2000), line("a", "tea", -2000), line("a", "rye", 2000), line("a", "rye", -500),
        line("b", "tea"), line("b", "ale"), line("b", "ale", -400), line("b", "ale", -600),
        line("b", "tea", -1000, receipt="elsewhere"),
    ]  # fmt: skip
    assert told(tmp_path, rows) == [("a", "rye", DAY), ("b", "tea", DAY)]


def test_a_receipt_of_the_same_number_at_another_till_is_another_receipt(tmp_path: Path) -> None:
    rows = [line("a", "tea"), line("a", "tea", till="t2", milli=3000), line("a", "tea", -1000)]
    assert told(tmp_path, rows) == [("a", "tea", DAY)]


def test_lines_without_a_card_of_broken_clocks_and_of_later_days_are_left_out(tmp_path: Path) -> None:
    rows = [
        line(None, "tea"), line("a", "old", business_date=date(1900, 1, 1)),
        line("a", "far", business_date=date(2100, 1, 1)), line("a", "later", business_date=date(2026, 11, 1)),
        line("a", "none", 0), line("a", "tea", business_date=date(2026, 10, 31)),
    ]  # fmt: skip
    assert told(tmp_path, rows) == [("a", "tea", date(2026, 10, 31))]


def test_an_empty_lake_has_nothing_bought(tmp_path: Path) -> None:
    assert told(tmp_path, []) == []
