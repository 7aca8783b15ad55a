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

from adapters.analytics import ending, walking
from adapters.analytics.ending import Ends
from adapters.analytics.lakelines import by_months
from adapters.analytics.marts import EARLIEST, number, shifts_of
from adapters.analytics.ports import Source
from adapters.analytics.purchases import grouped
from adapters.analytics.walking import Clock, Goods, Owners, Part, Seen
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
    zone: ZoneInfo, by: Collection[str],
) -> Iterator[pa.Table]:  # fmt: skip
    """A row for each owner with a sane line by `as_of`, in tables of different owners; at least one table.

    `names` of categories and brands by their places from 1; `products` and `promo` have those places.
    """
    waiting: list[Between] = [(None, None)]
    before = 0
    while waiting:
        owners = waiting.pop()
        try:
            table = _range(source, products, promo, names, as_of, zone, by, owners)
            # Ranges come in the order of their ids, so that places go on.
            order = pc.sort_indices(table["owner"]).to_numpy()
            place = np.empty(len(order), np.int64)
            place[order] = np.arange(before, before + len(order))
            before += len(order)
            yield table.append_column("place", pa.array(place))
        except _TooMany as many:
            (middle,) = many.args
            waiting += [(middle, owners[1]), (owners[0], middle)]


def _range(
    source: Source, products: pa.Table, promo: pa.Table | None, names: dict[str, pa.Table], as_of: date,
    zone: ZoneInfo, by: Collection[str], owners: Between,
) -> pa.Table:  # fmt: skip
    kinds = {name: names[name].num_rows if name in by else 0 for name in names}
    words = (kinds["category"] + 63) // 64 + (kinds["brand"] + 63) // 64
    limit = max(2, MEMORY // (4 * walking.COUNTS + 8 * (walking.SUMS + kinds["category"] + words)))
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
    reading.forget_lines()
    count = len(reading.owners)
    have = Owners(have.counts[:count], have.sums[:count], have.money[:count], have.bits[:count])
    whose, when, where = (np.concatenate([one[at] for one in found] or [np.zeros(0, np.int32)]) for at in range(3))
    found.clear()
    receipts = grouped(whose, when, where, count)
    del whose, when, where
    stores = reading.stores.names()
    ordered = pc.sort_indices(stores).to_numpy()
    place = np.zeros(len(stores), np.int32)
    place[ordered] = np.arange(len(stores), dtype=np.int32)
    ends = ending.ended(have, *receipts, place)
    return _table(reading.owners.names(), stores, names, have, ends, by)


class _Reading:
    """Texts as numbers, the same for all months."""

    def __init__(self, skus: pa.Array, owners: Between, limit: int) -> None:
        self.owners, self.stores, self.skus = Words(), Words(), Words(skus)
        self._between, self._limit = owners, limit
        self._room = _roomier(None, 0, 0)

    def part(self, groups: Iterator[pa.Table]) -> Part:
        """The lines of a month; they stand where those of the month before stood."""
        rows = 0
        for group in groups:
            after = rows + group.num_rows
            if after > len(self._room.o):
                self._room = _roomier(self._room, rows, max(after, 2 * rows))
            self._put(group, _rows(self._room, rows, after))
            rows = after
        return _rows(self._room, 0, rows)

    def forget_lines(self) -> None:
        """The room of the months' lines is free again; the texts stay."""
        self._room = _roomier(None, 0, 0)

    def _put(self, group: pa.Table, to: Part) -> None:
        _look_up(group["owner"], self._whose, to.o)
        _look_up(group["store"], self.stores.codes, to.s)
        _look_up(group["sku"], self.skus.codes, to.p)
        till, receipt = np.empty_like(to.r), np.empty_like(to.r)
        _look_up(group["till"], keys_of, till)
        _look_up(group["receipt"], keys_of, receipt)
        walking.joined(to.s, till, receipt, to.r)
        second = group["sold_at"].cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64())
        days = group["business_date"].cast(pa.int32())
        to.day[:], to.second[:] = _numbers(days), _numbers(second)
        to.milli[:], to.price[:] = _numbers(group["milli"]), _numbers(group["unit_price"])
        to.discount[:] = _numbers(group["discount"])

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


def _rows(room: Part, first: int, after: int) -> Part:
    columns: list[Any] = [column[first:after] for column in room]
    return Part(*columns)


def _roomier(room: Part | None, rows: int, size: int) -> Part:
    kinds = (np.int32, np.int32, np.int32, np.uint64, np.int32, *4 * [np.int64])
    wider = Part(*(np.empty(size, kind) for kind in kinds))
    if room is not None:
        for at in range(len(wider)):
            wider[at][:rows] = room[at][:rows]
    return wider


def _look_up(column: pa.ChunkedArray, look: Callable[[pa.Array], npt.NDArray[Any]], to: npt.NDArray[Any]) -> None:
    words, places = dictionary(column)
    codes = look(words)
    nothing = np.array([-1], np.int64).astype(codes.dtype)
    np.take(np.concatenate([codes, nothing]), places, out=to, mode="clip")


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
