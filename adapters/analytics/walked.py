"""The totals of `totals`, made by the compiled walk: lines come from the lake by row groups, a month at a time.

Owners are counted in memory. If there are more than it holds, they are taken in ranges of their ids; of a month sorted
by owner (`Lake.compact`) each range reads its own row groups alone.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics import walking
from adapters.analytics.lakelines import by_months
from adapters.analytics.marts import EARLIEST, number, shifts_of
from adapters.analytics.ports import Source
from adapters.analytics.walking import Clock, Ends, Goods, Owners, Part, Seen
from adapters.analytics.words import Words, dictionary, keys_of
from adapters.lake.files import Between

MEMORY = 800_000_000
"""Bytes for what owners have: a million cards with sixty categories and nine hundred brands."""
SPANS = (28, 90, 365)
"""Days up to the cut-off day that receipts and money are counted over."""
_COLUMNS = ("owner", "store", "till", "receipt", "sku", "business_date", "sold_at", "milli", "unit_price", "discount")


class _TooMany(Exception):
    """More owners than memory holds: half of them, by their ids, are below the one told."""


def totals_of(
    source: Source, products: pa.Table, promo: pa.Table | None, names: dict[str, pa.Table], *, as_of: date,
    zone: ZoneInfo, by: Collection[str], memory: int = MEMORY,
) -> Iterator[pa.Table]:  # fmt: skip
    """A row for each owner with a sane line by `as_of`, in tables of different owners; at least one table.

    `names` of categories and brands by their places from 1; `products` and `promo` have those places.
    """
    waiting: list[Between] = [(None, None)]
    while waiting:
        owners = waiting.pop()
        try:
            yield _range(source, products, promo, names, as_of, zone, by, memory, owners)
        except _TooMany as many:
            (middle,) = many.args
            waiting += [(middle, owners[1]), (owners[0], middle)]


def _range(
    source: Source, products: pa.Table, promo: pa.Table | None, names: dict[str, pa.Table], as_of: date,
    zone: ZoneInfo, by: Collection[str], memory: int, owners: Between,
) -> pa.Table:  # fmt: skip
    kinds = {name: names[name].num_rows if name in by else 0 for name in names}
    words = (kinds["category"] + 63) // 64 + (kinds["brand"] + 63) // 64
    limit = max(2, memory // (4 * walking.COUNTS + 8 * (walking.SUMS + kinds["category"] + words)))
    reading = _Reading(products["sku"].combine_chunks().cast(pa.string()), owners, limit)
    goods = _goods(products, promo, reading.skus, by)
    shifts = shifts_of(zone, as_of)
    clock = Clock(number(EARLIEST), number(as_of), np.array(SPANS), *np.array(shifts, np.int64).T.copy())
    # Pages of zeros take no memory before an owner has something there.
    have = Owners(
        np.zeros((limit, walking.COUNTS), np.int32), np.zeros((limit, walking.SUMS), np.int64),
        np.zeros((limit, kinds["category"]), np.int64), np.zeros((limit, words), np.uint64),
    )  # fmt: skip
    seen, mark = _seen(0), 0
    found: list[tuple[Any, Any, Any]] = []
    for part in by_months(source, reading.part, owners):
        many = len(reading.skus)
        if many > len(seen.mark):
            seen = _seen(many)
            goods = goods._replace(category=_padded(goods.category, many), brand=_padded(goods.brand, many),
                                   promo=_wider(goods.promo, many))  # fmt: skip
        found.append(walking.walked(part, goods, clock, have, seen, mark))
        mark += len(part.o)
        del part
    count = len(reading.owners)
    have = Owners(have.counts[:count], have.sums[:count], have.money[:count], have.bits[:count])
    whose, when, where = (np.concatenate([one[at] for one in found] or [np.zeros(0, np.int32)]) for at in range(3))
    found.clear()
    stores = reading.stores.names()
    ordered = pc.sort_indices(stores).to_numpy()
    place = np.zeros(len(stores), np.int32)
    place[ordered] = np.arange(len(stores), dtype=np.int32)
    ends = walking.ended(have, *walking.by_owner(whose, when, where, count), place)
    return _table(reading.owners.names(), stores, names, have, ends, by)


class _Reading:
    """Texts as numbers, the same for all months."""

    def __init__(self, skus: pa.Array, owners: Between, limit: int) -> None:
        self.owners, self.stores, self.skus = Words(), Words(), Words(skus)
        self._between, self._limit = owners, limit

    def part(self, groups: Iterator[pa.Table]) -> Part:
        """The lines of a month."""
        parts = [self._coded(group) for group in groups]
        if not parts:
            return Part(*(np.zeros(0, kind) for kind in (*3 * [np.int32], np.uint64, np.int32, *4 * [np.int64])))
        columns: list[list[npt.NDArray[Any]]] = [list(column) for column in zip(*parts, strict=True)]
        parts.clear()
        return Part(*(np.concatenate(columns.pop(0)) for _ in range(len(columns))))

    def _coded(self, group: pa.Table) -> Part:
        whose = self._looked_up(group["owner"], self._whose)
        till, receipt = (self._looked_up(group[name], keys_of) for name in ("till", "receipt"))
        store = self._looked_up(group["store"], self.stores.codes)
        # Three keys in one: the odd factors keep (1, 23) and (12, 3) apart.
        key = (till * np.uint64(0x9E3779B97F4A7C15)) ^ receipt
        key ^= (store.astype(np.uint64) + 1) * np.uint64(0xC2B2AE3D27D4EB4F)
        second = group["sold_at"].cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64())
        told = (second, group["milli"], group["unit_price"], group["discount"])
        good, day = self._looked_up(group["sku"], self.skus.codes), _numbers(group["business_date"].cast(pa.int32()))
        return Part(whose, store, good, key, day, *(_numbers(one) for one in told))

    def _looked_up(self, column: pa.ChunkedArray, look: Callable[[pa.Array], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        words, places = dictionary(column)
        codes = look(words)
        nothing = np.array([-1], np.int64).astype(codes.dtype)
        return np.asarray(np.concatenate([codes, nothing])[places])

    def _whose(self, words: pa.Array) -> npt.NDArray[Any]:
        first, after = self._between
        inside = pa.array(np.ones(len(words), np.bool_))
        if first is not None:
            inside = pc.and_(inside, pc.greater_equal(words, first))
        if after is not None:
            inside = pc.and_(inside, pc.less(words, after))
        codes = np.full(len(words), -1, np.int32)
        codes[inside.to_numpy(zero_copy_only=False)] = self.owners.codes(words.filter(inside))
        if len(self.owners) > self._limit:
            raise _TooMany(sorted(self.owners.names().to_pylist())[len(self.owners) // 2])
        return codes


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    return np.asarray((column.fill_null(0) if column.null_count else column).to_numpy())


def _goods(products: pa.Table, promo: pa.Table | None, skus: Words, by: Collection[str]) -> Goods:
    many = products.num_rows
    category, brand = (
        products[name].to_numpy().astype(np.int32) if name in by else np.zeros(many, np.int32)
        for name in ("category", "brand")
    )  # fmt: skip
    if promo is None or promo.num_rows == 0:
        return Goods(category, brand, np.zeros((0, many), np.bool_), 0)
    weeks = promo["week"].to_numpy()
    good = skus.codes(promo["sku"].combine_chunks().cast(pa.string()))
    mondays = (weeks + 3) % 7 == 0
    first = int(weeks[mondays].min()) if mondays.any() else 0
    last = int(weeks[mondays].max()) if mondays.any() else -7
    told = np.zeros(((last - first) // 7 + 1, len(skus)), np.bool_)
    told[(weeks[mondays] - first) // 7, good[mondays]] = True
    return Goods(_padded(category, len(skus)), _padded(brand, len(skus)), told, first)


def _seen(many: int) -> Seen:
    return Seen(np.full(many, -1, np.int64), np.zeros(many, np.int32), *(np.zeros(many, np.int64) for _ in range(3)))


def _padded(places: npt.NDArray[Any], many: int) -> npt.NDArray[Any]:
    return np.concatenate([places, np.zeros(many - len(places), places.dtype)])


def _wider(told: npt.NDArray[Any], many: int) -> npt.NDArray[Any]:
    return np.concatenate([told, np.zeros((len(told), many - told.shape[1]), np.bool_)], axis=1)


def _table(
    owners: pa.Array, stores: pa.Array, names: dict[str, pa.Table], have: Owners, ends: Ends, by: Collection[str]
) -> pa.Table:  # fmt: skip
    counts, sums = have.counts, have.sums
    keep = counts[:, walking.LINES] > 0
    none = counts[keep, walking.RECEIPTS] == 0

    def numbers(found: npt.NDArray[Any], empty: npt.NDArray[Any] | None = None) -> pa.Array:
        return pa.array(found[keep].astype(np.int64), mask=empty)

    columns = {"owner": owners.filter(pa.array(keep)), "o": pa.array(np.flatnonzero(keep))}
    for name, at in (("first_day", walking.FIRST_DAY), ("last_day", walking.LAST_DAY)):
        columns[name] = numbers(counts[:, at], none)
    for name, at in (("receipts", walking.RECEIPTS), ("items", walking.ITEMS), ("promo", walking.PROMO),
                     ("returned", walking.RETURNED), ("lines", walking.LINES)):  # fmt: skip
        columns[name] = numbers(counts[:, at])
    columns |= {"gross": numbers(sums[:, walking.GROSS]), "discount": numbers(sums[:, walking.DISCOUNT])}
    for at, span in enumerate(SPANS):
        columns[f"receipts_{span}"] = numbers(counts[:, walking.RECENT + at])
        columns[f"money_{span}"] = numbers(sums[:, walking.MONEY + at])
    columns |= {"weekday": numbers(ends.weekday + 1), "hour": numbers(ends.hour)}
    columns |= {"days": numbers(ends.days, none), "gap_squares": numbers(ends.squares)}
    columns |= {"gap_middles": numbers(ends.middles), "gap_middle_count": numbers(ends.middle)}
    columns |= {"stores": numbers(ends.stores, none), "top_store": stores.take(numbers(ends.store, none))}
    if "category" in by:
        known = ends.category[keep] < 0
        columns["categories"] = numbers(ends.categories, known)
        columns["top_category"] = names["category"]["name"].combine_chunks().take(numbers(ends.category, known))
    if "brand" in by:
        columns["brands"] = numbers(ends.brands, ends.brands[keep] == 0)
    return pa.table(columns)
