"""Lines of a month for the lake's tests, and what it has of them."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.lake.lake import Lake

NOW = datetime(2026, 11, 28, tzinfo=UTC)
MARK = "9" * 20
"""All that the tills have said is final."""


def lines(seed: int, receipts: int = 20, day: date = date(2026, 11, 3), source: str = "till") -> list[dict[str, Any]]:
    """Of up to ten owners and of nobody, several lines a receipt; receipts of different seeds are different."""
    chance = random.Random(seed)
    found = []
    for at in range(receipts):
        owner = chance.choice([None, None, *(f"owner-{one}" for one in range(10))])
        sold_at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC) + timedelta(minutes=chance.randrange(600))
        found += [
            {"store": "s1", "till": "1",
             "receipt": f"{seed}-{at}", "business_date": day, "sold_at": sold_at, "owner": owner, "sku": f"sku{line}",
             "milli": 1000, "unit_price": chance.randrange(1, 9999), "discount": 0, "points_spent": 0, "line": line,
             "source": source}
            for line in range(chance.randrange(1, 4))
        ]  # fmt: skip
    return found


def full(folder: Path, files: int = 5) -> Lake:
    """A lake whose November has so many files of the tills."""
    lake = Lake(folder)
    for at in range(files):
        lake.follow(lines(at), f"{at:020d}")
    return lake


def told(lake: Lake) -> list[tuple[Any, ...]]:
    """Every line that counts, returns as well, in one order."""
    found = []
    for month in lake.files.months():
        table = lake.files.table(lake.files.counting(month), ["receipt", "line", "owner", "unit_price", "milli"])
        found += [tuple(row.values()) for row in table.to_pylist()]
    return sorted(found, key=str)


def names(lake: Lake, month: str = "2026-11") -> list[str]:
    """Files in the month's folder, hidden ones too."""
    return sorted(path.name for path in lake.files.month(month).iterdir())
