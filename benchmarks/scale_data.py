"""A made retailer of any size in the lake's own layout: the same seed gives the same bytes.

Cards buy at gamma rates between a first and a last month, have one of 50 tastes, favourites and a home store; six in a
hundred buy in one category alone; every week has 200 promoted goods; some lines come back. Files are those of an
import: one a month, sorted by receipt, row groups as the lake writes them.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adapters.lake.columns import SCHEMA

Ints = npt.NDArray[np.int64]
TASTES, CATEGORIES, STORES, TILLS, PROMOTED = 50, 60, 80, 6, 200
LINES_A_RECEIPT = 9.0
ROW_GROUP = 20_000
"""As `adapters.lake` spills them."""
_SLOTS, _RANKS = 1024, 4096
_RESTLESS, _RETURNED, _ONE_CATEGORY = 0.25, 0.006, 0.06
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is made: `lines` is met within a few in a hundred; the last month is the one before `end`."""

    customers: int = 100_000
    lines: int = 10_000_000
    products: int = 30_000
    months: int = 24
    end: date = date(2026, 11, 1)
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Made:
    """What stands beside the lake: goods (sku, category, brand, price in minor units), promo (week's Monday, sku)."""

    products: pa.Table
    promo: pa.Table
    lines: int


class _Goods:
    """Products lie in the order of their categories; the popular ones come first in each."""

    def __init__(self, scale: Scale, chance: np.random.Generator) -> None:
        sizes = chance.multinomial(scale.products - CATEGORIES, chance.dirichlet(np.full(CATEGORIES, 4.0))) + 1
        self.sizes = sizes.astype(np.int64)
        self.base = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        self.category = np.repeat(np.arange(CATEGORIES), self.sizes)
        self.price = np.round(np.exp(chance.normal(8.3, 0.8, scale.products))).astype(np.int64) + 99
        self.weighed = (self.category % 10) == 3
        tastes = np.cumsum(chance.dirichlet(np.full(CATEGORIES, 0.35), TASTES), axis=1)
        marks = (np.arange(_SLOTS) + 0.5) / _SLOTS
        self.tastes = np.stack([np.minimum(np.searchsorted(row, marks), CATEGORIES - 1) for row in tastes])
        zipf = np.cumsum(1.0 / np.arange(1, 2001) ** 0.9)
        self.ranks = np.searchsorted(zipf / zipf[-1], (np.arange(_RANKS) + 0.5) / _RANKS)
        self.skus = pa.array([f"{100_000 + at:06d}" for at in range(scale.products)])

    def table(self) -> pa.Table:
        brands = [f"brand {at * 7 % 900:03d}" for at in range(len(self.price))]
        names = [f"category {at:02d}" for at in self.category]
        return pa.table({"sku": self.skus, "category": names, "brand": brands, "price": self.price})

    def drawn(self, category: Ints, luck: Ints) -> Ints:
        return np.asarray(self.base[category] + self.ranks[luck & (_RANKS - 1)] % self.sizes[category])


class _People:
    """Who they are, when they come and go, how often they buy and what they like."""

    def __init__(self, scale: Scale, chance: np.random.Generator) -> None:
        count = scale.customers
        self.rate = chance.gamma(0.8, 1.0, count)
        self.born = chance.integers(-scale.months, scale.months, count)
        self.gone = self.born + 1 + chance.geometric(1 / (1.2 * scale.months), count)
        self.taste = chance.integers(0, TASTES, count)
        self.home = np.minimum(chance.gamma(1.2, STORES / 5, count).astype(np.int64), STORES - 1)
        self.only = np.where(chance.random(count) < _ONE_CATEGORY, chance.integers(0, CATEGORIES, count), -1)
        self.ids = _uuids(chance.integers(0, 256, (count, 16), np.uint8))


def _uuids(raw: npt.NDArray[np.uint8]) -> pa.Array:
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    text = np.full((len(raw), 36), ord("-"), np.uint8)
    places = [at for at in range(36) if at not in (8, 13, 18, 23)]
    text[:, places[::2]], text[:, places[1::2]] = digits[raw >> 4], digits[raw & 15]
    ends = (np.arange(len(raw) + 1) * 36).astype(np.int32)
    return pa.StringArray.from_buffers(len(raw), pa.py_buffer(ends), pa.py_buffer(text.tobytes()))


def _mixed(values: Ints) -> Ints:
    """The same luck for the same number (splitmix64)."""
    mixed = values.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray((mixed ^ (mixed >> np.uint64(27))) >> np.uint64(1)).astype(np.int64)


def make(lake: Path, scale: Scale | None = None) -> Made:
    """The lake's `sales` folder is full."""
    scale = scale or Scale()
    chance = np.random.default_rng(scale.seed)
    goods, people = _Goods(scale, chance), _People(scale, chance)
    starts = [_months_before(scale.end, back) for back in range(scale.months, -1, -1)]
    monday = starts[0] - timedelta(days=starts[0].weekday())
    weeks = (scale.end - monday).days // 7 + 1
    promo = np.stack([chance.choice(scale.products, PROMOTED, replace=False) for _ in range(weeks)])
    written = 0
    for at, (first, after) in enumerate(pairwise(starts)):
        folder = lake / "sales" / f"month={first:%Y-%m}"
        folder.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(folder / "import-made.parquet", SCHEMA, compression="zstd") as writer:
            for table in _month(scale, chance, goods, people, promo, at, first, (after - first).days, monday):
                writer.write_table(table, row_group_size=ROW_GROUP)
                written += table.num_rows
    mondays = np.repeat([monday + timedelta(weeks=week) for week in range(weeks)], PROMOTED)
    on_promo = pa.table({"week": pa.array(mondays, pa.date32()), "sku": goods.skus.take(pa.array(promo.ravel()))})
    return Made(goods.table(), on_promo, written)


def scale_of(folder: Path) -> Scale:
    """Of a folder that is called by its customers and products."""
    customers, products = map(int, folder.name.split("-"))
    return Scale(customers=customers, lines=100 * customers, products=products)


_WEEK, _LATE = "till-made", "till-late"


def comes(lake: Path, scale: Scale, made: Callable[[], object] = lambda: None) -> None:
    """A week more, from the end on, and late lines of the month before: one of two thousand. Once they are `made`, they
    are written."""
    brought = list[tuple[Path, list[pa.Table]]]()
    chance = np.random.default_rng(scale.seed)
    goods, people = _Goods(scale, chance), _People(scale, chance)
    chance = np.random.default_rng(scale.seed + 1)
    last = _months_before(scale.end, 1)
    for name, first, days, many in (
        (_LATE, last, 28, scale.lines // 2000),
        (_WEEK, scale.end, 7, scale.lines * 7 // 30),
    ):
        monday = first - timedelta(days=first.weekday())
        promo = np.stack([chance.choice(scale.products, PROMOTED, replace=False) for _ in range(6)])
        folder = lake / "sales" / f"month={first:%Y-%m}"
        tables, some = list[pa.Table](), replace(scale, lines=many)
        for table in _month(some, chance, goods, people, promo, scale.months, first, days, monday):
            receipts = pc.binary_join_element_wise(table["receipt"], pa.scalar(name), "-")
            tables.append(table.set_column(SCHEMA.get_field_index("receipt"), "receipt", receipts).cast(SCHEMA))
        brought.append((folder / f"{name}.parquet", tables))
    made()
    for path, tables in brought:
        path.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
            for table in tables:
                writer.write_table(table, row_group_size=ROW_GROUP)


def goes(lake: Path) -> None:
    """What `comes` has brought is there no more."""
    for name in (_WEEK, _LATE):
        for path in lake.glob(f"sales/*/{name}.parquet"):
            path.unlink()


def _months_before(end: date, back: int) -> date:
    month = end.year * 12 + end.month - 1 - back
    return date(month // 12, month % 12 + 1, 1)


def _month(
    scale: Scale, chance: np.random.Generator, goods: _Goods, people: _People, promo: Ints, at: int, first: date,
    days: int, monday: date,
) -> Iterator[pa.Table]:  # fmt: skip
    weight = people.rate * ((people.born <= at) & (people.gone > at))
    wanted = scale.lines / LINES_A_RECEIPT / scale.months
    buyer = np.repeat(np.arange(scale.customers), chance.poisson(weight / weight.sum() * wanted))
    count = len(buyer)
    away = chance.random(count) < _RESTLESS
    store = np.where(away, chance.integers(0, STORES, count), people.home[buyer])
    till = chance.integers(1, TILLS + 1, count)
    day = chance.integers(0, days, count)
    second = (np.clip(chance.normal(14.5, 3.2, count), 6, 19) * 3600).astype(np.int64)
    order = np.lexsort((second, day, till, store))
    buyer, store, till, day, second = (
        buyer[order],
        store[order],
        till[order],
        day[order],
        second[order],
    )
    number = np.arange(count)
    for begin in range(0, count, 200_000):
        part = slice(begin, begin + 200_000)
        yield _lines(chance, goods, people, promo, buyer[part], store[part], till[part], day[part], second[part],
                     number[part], first, monday)  # fmt: skip


def _lines(
    chance: np.random.Generator, goods: _Goods, people: _People, promo: Ints, buyer: Ints, store: Ints, till: Ints,
    day: Ints, second: Ints, number: Ints, first: date, monday: date,
) -> pa.Table:  # fmt: skip
    lengths = 1 + chance.negative_binomial(1.2, 1.2 / (1.2 + LINES_A_RECEIPT - 1), len(buyer))
    receipt = np.repeat(np.arange(len(buyer)), lengths)
    place = np.arange(len(receipt)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    who, count = buyer[receipt], len(receipt)
    luck, way = chance.integers(0, 1 << 40, count), chance.random(count)
    favourite = way < 0.45
    luck[favourite] = _mixed(who[favourite] * 32 + luck[favourite] % 20)
    category = goods.tastes[people.taste[who], luck & (_SLOTS - 1)]
    category = np.where(people.only[who] >= 0, people.only[who], category)
    product = goods.drawn(category, luck >> 10)
    week = ((first - monday).days + day[receipt]) // 7
    lured = (way > 0.94) & (people.only[who] < 0)
    product[lured] = promo[week[lured], luck[lured] % PROMOTED]
    keys = np.unique(np.arange(len(promo))[:, None] * len(goods.price) + promo)
    promoted = np.isin(week * len(goods.price) + product, keys)
    milli = 1000 * (1 + (chance.random(count) < 0.2) + (chance.random(count) < 0.08))
    milli = np.where(goods.weighed[product], chance.integers(150, 2500, count), milli)
    price = goods.price[product]
    discount = np.where(promoted, (milli * price + 500) // 1000 // 5, 0)
    back = np.flatnonzero(chance.random(count) < _RETURNED)
    rows = np.sort(np.concatenate([np.arange(count), back]))
    returned = np.concatenate([[False], rows[1:] == rows[:-1]])
    receipt, sign = receipt[rows], np.where(returned, -1, 1)
    days = (first - _EPOCH).days + day[receipt]
    sold = (days * 86_400 + second[receipt]) * 1_000_000
    columns = [
        pa.array([f"s{at:02d}" for at in range(STORES)]).take(pa.array(store[receipt])),
        pa.array([str(at) for at in range(TILLS + 1)]).take(pa.array(till[receipt])),
        pa.array([f"{at:07d}" for at in number.tolist()]).take(pa.array(receipt)),
        pa.array(days.astype(np.int32), pa.date32()),
        pa.array(sold, pa.timestamp("us", tz="UTC")),
        people.ids.take(pa.array(buyer[receipt])),
        goods.skus.take(pa.array(product[rows])),
        pa.array(milli[rows] * sign),
        pa.array(price[rows]),
        pa.array(discount[rows] * sign),
        pa.array(np.zeros(len(rows), np.int64)),
        pa.array(place[rows].astype(np.int32)),
        pa.array(["import", "return"]).take(pa.array(returned.astype(np.int64))),
    ]
    return pa.table(columns, schema=SCHEMA)


def main() -> None:
    """`python -m benchmarks.scale_data FOLDER --customers 1000000 --lines 100000000`; the tables stand beside it."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path)
    for name in ("customers", "lines", "products", "months", "seed"):
        reader.add_argument(f"--{name}", type=int, default=getattr(Scale(), name))
    asked = vars(reader.parse_args())
    folder = asked.pop("folder")
    made = make(folder, Scale(**asked))
    pq.write_table(made.products, folder / "products.parquet")
    pq.write_table(made.promo, folder / "promo.parquet")
    print(f"{made.lines} lines")


if __name__ == "__main__":
    main()
