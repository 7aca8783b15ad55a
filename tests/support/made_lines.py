"""Lines of receipts as no shop would have them: ties, nulls, returns of everything and of nothing, empty weeks."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from adapters.lake.columns import SCHEMA

AS_OF = date(2026, 10, 31)
FIRST = date(2024, 9, 1)
UNKNOWN = ["stranger", "гість"]
"""Skus without a product."""


def made_lines(seed: int, customers: int = 60, receipts: int = 400) -> pa.Table:
    """In the lake's columns; the same for the same seed. None of it falls into two weeks in three of each summer."""
    chance = random.Random(seed)
    owners: list[str | None] = [_owner(chance, at) for at in range(customers)]
    # Some buy a lot, some once; receipts without a card; many days in common, so that everything ties.
    chosen = [owner for owner in owners for _ in range(chance.choice([0, 1, 1, 2, 5, 12]))] + [None] * 5
    rows: list[dict[str, Any]] = []
    for at in range(receipts if customers else 0):
        day = FIRST + timedelta(days=chance.choice([chance.randrange(820), chance.randrange(20) * 40]))
        if day.month == 7 and day.day > 7:
            continue
        # The business day of a night shop began yesterday; zones change their clocks in October and March.
        sold = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=chance.randrange(26 * 60))
        number = str(at % 150)  # numbers come again on other tills and days
        basket = _basket(chance, chance.choice(chosen) if chosen else None, number, day, sold)
        rows += basket
        rows += _returned(chance, basket)
    rows += [_insane(chance, row) for row in chance.sample(rows, min(len(rows), 12))]
    chance.shuffle(rows)
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def made_products(seed: int) -> pa.Table:
    """Goods of which some have no category or brand, and brands that lie in several categories."""
    chance = random.Random(seed + 1)
    skus = [f"{at:03d}" for at in range(40)]
    return pa.table(
        {
            "sku": skus,
            "category": [chance.choice(["", "Кава", "tea", "Tea", "bread", "_"]) for _ in skus],
            "brand": [chance.choice(["", "A", "b", "Ґ", "zz"]) for _ in skus],
            "price": pa.array([chance.randrange(1, 9999) for _ in skus], pa.int64()),
        }
    )


def made_promo(seed: int) -> pa.Table:
    """Weeks and skus, some of them twice."""
    chance = random.Random(seed + 2)
    monday = FIRST - timedelta(days=FIRST.weekday())
    rows = [(monday + timedelta(weeks=chance.randrange(120)), f"{chance.randrange(40):03d}") for _ in range(900)]
    return pa.table({"week": pa.array([row[0] for row in rows], pa.date32()), "sku": [row[1] for row in rows]})


def _owner(chance: random.Random, at: int) -> str:
    if at % 5 == 4:
        return f"phone:{chance.getrandbits(64):016x}"
    return f"{chance.getrandbits(32):08x}-aaaa-7aaa-Aaaa-{at:012x}"


def _basket(
    chance: random.Random, owner: str | None, number: str, day: date, sold: datetime
) -> list[dict[str, Any]]:  # fmt: skip
    store, till = chance.choice(["s1", "s2", "s10", "Львів"]), chance.choice(["1", "2"])
    skus = [chance.choice([f"{chance.randrange(40):03d}", f"{chance.randrange(4):03d}", *UNKNOWN])
            for _ in range(chance.choice([1, 1, 2, 4, 9]))]  # fmt: skip
    rows = []
    for line, sku in enumerate(skus):
        price, milli = chance.choice([1, 333, 1000, 9995]), chance.choice([1000, 1000, 2000, 345, 1500])
        rows.append(
            {"store": store, "till": till, "receipt": number, "business_date": day,
             "sold_at": sold + timedelta(minutes=17 * line), "owner": owner, "sku": sku, "milli": milli,
             "unit_price": price, "discount": chance.choice([0, 0, price * milli // 5000]), "points_spent": 0,
             "line": line, "source": chance.choice(["import", "till"])}
        )  # fmt: skip
    return rows


def _returned(chance: random.Random, basket: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Nothing, a part, all of it, or something that was never sold."""
    match chance.randrange(12):
        case 0:
            back = basket
        case 1 | 2:
            back = [row for row in basket if chance.random() < 0.5]
        case 3:
            return [{**basket[0], "milli": -500, "discount": 0, "source": "return"}]
        case 4:
            return [{**basket[0], "receipt": f"gone-{basket[0]['receipt']}", "milli": -1000, "source": "import"}]
        case _:
            return []
    return [{**row, "milli": -row["milli"], "discount": -row["discount"], "source": "return"} for row in back]


def _insane(chance: random.Random, row: dict[str, Any]) -> dict[str, Any]:
    return row | chance.choice([
        {"milli": 0}, {"business_date": date(1999, 12, 31)}, {"business_date": AS_OF + timedelta(days=1)},
        {"owner": None},
    ])  # fmt: skip
