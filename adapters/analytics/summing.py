"""A row of totals for each owner: of a history, or of lines that are read for nothing else, a month at a time.

A history's owners are taken some at a time. Those of lines are counted in memory: if there are more than it holds, they
are taken in ranges of their ids; of a month sorted by owner (`Lake.compact`) each range reads its own row groups alone.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from adapters.analytics.history import BEGIN, History
from adapters.analytics.joining import ordered
from adapters.analytics.lakelines import by_months
from adapters.analytics.marts import number, shifts_of
from adapters.analytics.ports import Source
from adapters.analytics.purchases import Longs
from adapters.analytics.reading import Reading, TooMany
from adapters.analytics.slipping import Slipping
from adapters.analytics.slips import LAST
from adapters.analytics.sums import NAMES, SPANS, Clock, Goods, Sums, bytes_of
from adapters.analytics.words import Words
from adapters.lake.files import Between

MEMORY = 800_000_000
"""Bytes for what owners have: a million cards with a hundred categories and nine hundred brands."""
_BLOCK = 8192
"""Owners of a history at a time: what fewer have lies nearer, and beginning anew costs more than that saves."""
_OF = {"category": {"categories", "top_category"}, "brand": {"brands"}}


@dataclass(frozen=True, slots=True)
class Asked:
    """As of which day's end, by the clock of which zone, and what of the goods is looked at: `names` of categories and
    brands by their places from 1, which `products` and `promo` have."""

    products: pa.Table
    promo: pa.Table | None
    names: Mapping[str, pa.Table]
    as_of: date
    zone: ZoneInfo
    by: Collection[str]

    def clock(self) -> Clock:
        """What is counted by days and hours."""
        shifts = np.array(shifts_of(self.zone, self.as_of), np.int64).T.copy()
        return Clock(number(self.as_of) - BEGIN, np.array(SPANS), *shifts)

    def goods(self, skus: Words) -> Goods:
        """By their numbers among `skus`; those of products and promo are among them."""
        at = skus.codes(self.products["sku"].combine_chunks().cast(pa.string()))
        weeks, good = np.zeros(0, np.int64), np.zeros(0, np.int32)
        if self.promo is not None and self.promo.num_rows:
            weeks = self.promo["week"].to_numpy()
            good = skus.codes(self.promo["sku"].combine_chunks().cast(pa.string()))
        monday = (weeks + 3) % 7 == 0
        mondays, place = np.unique(weeks[monday], return_inverse=True)
        about = np.zeros((len(skus), 1 + (len(mondays) + 63) // 64), np.uint64)
        for name, shift in (("category", 0), ("brand", 32)):
            if name in self.by:
                about[at, 0] |= self.products[name].to_numpy().astype(np.uint64) << np.uint64(shift)
        bits = np.uint64(1) << (place & 63).astype(np.uint64)
        np.bitwise_or.at(about, (good[monday], 1 + (place >> 6)), bits)
        days = np.arange(BEGIN, BEGIN + LAST + 1)
        week = np.full(len(days), -1, np.int32)
        if len(mondays):
            began = np.searchsorted(mondays, days, "right") - 1
            on = (began >= 0) & (days - mondays[began] < 7)
            week[on] = began[on]
        categories, brands = (self.names[name].num_rows if name in self.by else 0 for name in ("category", "brand"))
        return Goods(about, week, categories, brands)

    def table(self, owners: pa.Array, stores: pa.Array, found: Longs) -> pa.Table:
        """Owners who have a line."""
        there = np.flatnonzero(found[NAMES.index("lines")])
        if len(there) < len(owners):
            owners, found = owners.take(pa.array(there)), found[:, there]
        told = dict(zip(NAMES, found, strict=True))
        none, unknown = told["receipts"] == 0, told["categories"] == 0
        empty = dict.fromkeys(("first_day", "last_day", "days", "stores", "top_store"), none)
        empty |= {"categories": unknown, "top_category": unknown, "brands": told["brands"] == 0}
        left_out = set[str]().union(*(_OF[name] for name in _OF if name not in self.by))
        columns = {name: pa.array(told[name], mask=empty.get(name)) for name in NAMES if name not in left_out}
        columns["top_store"] = stores.take(columns["top_store"])
        if "category" in self.by:
            columns["top_category"] = self.names["category"]["name"].combine_chunks().take(columns["top_category"])
        return pa.table({"owner": owners, **columns})


def totals_of(source: Source | History, asked: Asked) -> Iterator[pa.Table]:
    """A row for each owner with a sane line by that day, in tables of different owners; at least one table. `place` and
    `o` are the owner's place among all."""
    if isinstance(source, History):  # whose owners stand in their order
        table = _summed(source, asked)
        yield _placed(table, np.arange(table.num_rows))
        return
    before = 0
    for table in _ranges(source, asked):
        yield _placed(table, ordered(table["owner"].combine_chunks())[1].astype(np.int64) + before)
        before += table.num_rows  # ranges come in the order of their ids


def _placed(table: pa.Table, places: Longs) -> pa.Table:
    place = pa.array(places, pa.int32())  # narrow: five sorts carry it
    return table.append_column("place", place).append_column("o", place)


def _summed(history: History, asked: Asked) -> pa.Table:
    skus, store = Words(history.skus), np.arange(len(history.stores), dtype=np.int32)
    found = np.empty((len(NAMES), len(history)), np.int64)
    sums = Sums(_BLOCK, asked.goods(skus), asked.clock())
    for first in range(0, len(history), _BLOCK):
        places = np.arange(first, min(first + _BLOCK, len(history)))
        some, number = history.at(places), (places - first).astype(np.int32)
        sums.add_slips(np.repeat(number, np.diff(some.receipts)), some.slips)
        whose = np.repeat(number, np.diff(some.starts))
        sums.add_rows(whose, some.items, some.days, some.money, some.times, BEGIN)
        found[:, first : first + len(places)] = sums.found(len(places), store)
    return asked.table(history.owners, history.stores, found)


def _ranges(source: Source, asked: Asked) -> Iterator[pa.Table]:
    waiting: list[Between] = [(None, None)]
    while waiting:
        owners = waiting.pop()
        try:
            yield _range(source, asked, owners)
        except TooMany as many:
            (middle,) = many.args
            waiting += [(middle, owners[1]), (owners[0], middle)]


def _range(source: Source, asked: Asked, owners: Between) -> pa.Table:
    skus = Words()
    goods = asked.goods(skus)
    limit = max(2, MEMORY // bytes_of(goods))
    reading, slipping, sums = Reading(skus.names(), owners, limit), Slipping(BEGIN), Sums(limit, goods, asked.clock())
    for part in by_months(source, reading.part, owners):
        # Owners are here who they are now: what several of them have of a receipt is a receipt of each.
        made = slipping.slipped(part, len(reading.skus), whole=True)
        sums.add_slips(made.slip_owner, made.slips)
        sums.add_rows(made.row_owner, *made.rows)
        del part, made
    reading.forget_lines()
    del slipping
    stores = reading.stores.names()
    found = sums.found(len(reading.owners), ordered(stores)[1])
    del sums
    return asked.table(reading.owners.names(), stores, found)
