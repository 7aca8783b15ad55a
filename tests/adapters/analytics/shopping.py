"""Shoppers that the tests make: who bought what on which day, as purchases."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pyarrow as pa

from adapters.analytics.purchases import EPOCH, Purchases, purchases

MONDAY = date(2026, 11, 23)
TODAY = (MONDAY - EPOCH).days
Bought = tuple[str, str, int]
"""Owner, sku, and how many days before `MONDAY`."""


def batch_of(rows: Iterable[Bought]) -> pa.RecordBatch:
    """The rows as the lake would give them."""
    some = list(rows)
    return pa.RecordBatch.from_arrays(
        [
            pa.array([owner for owner, _, _ in some], pa.string()),
            pa.array([sku for _, sku, _ in some], pa.string()),
            pa.array([MONDAY - timedelta(days=ago) for _, _, ago in some], pa.date32()),
        ],
        ["owner", "sku", "day"],
    )


def shoppers(rows: Iterable[Bought], *, skus: Sequence[str] = ()) -> Purchases:
    """The rows as purchases."""
    return purchases([batch_of(rows)], skus=skus)


def crowd(people: int, goods: int, *, days: int = 200, seed: int = 1, prefix: str = "p") -> list[Bought]:
    """People who come every week or two and buy a few of the goods without rhyme or reason."""
    import random

    chance = random.Random(seed)
    rows = []
    for person in range(people):
        ago = chance.randrange(1, 15)
        while ago < days:
            rows += [(f"{prefix}{person:04d}", f"g{chance.randrange(goods):03d}", ago) for _ in range(4)]
            ago += chance.randrange(5, 15)
    return rows
