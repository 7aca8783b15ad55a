"""What everybody bought, receipt by receipt and good by good: the arrays of which a whole week is planned.

Purchases, the customer table and what the churn score learns from are all read of these, so that a lake is decoded
once. Owners, goods and stores are numbered in the order of their names: the same lines make the same arrays, whichever
part of them was kept from the week before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.compiled import compiled
from adapters.analytics.marts import EARLIEST, number
from adapters.analytics.purchases import Ints, Longs, Purchases
from adapters.analytics.slips import Slips, each

BEGIN = number(EARLIEST)
Tiny = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class History:
    """Rows of owner o stand from `starts[o]` to `starts[o + 1]`, in the order of goods, then of days (from 1970 on);
    receipts from `receipts[o]` on, whose days are counted from 2000."""

    owners: pa.Array
    skus: pa.Array
    stores: pa.Array
    starts: Longs
    items: Ints
    days: Ints
    money: Ints
    """What was paid on that day for that good, less discounts."""
    times: Tiny
    """On how many receipts of that day it stands."""
    receipts: Longs
    slips: Slips
    repeated: bool = False
    """Whether any good of a day has several rows: more money or more receipts than one has room for."""

    def __len__(self) -> int:
        return len(self.owners)

    def purchases(self, until: date) -> Purchases:
        """Owners who bought before that day, and goods that were sold: nothing is copied unless it has to be."""
        starts, items, days, end = self.starts, self.items, self.days, number(until)
        if self.repeated or (len(days) and int(days.max()) >= end):
            starts, items, days = _bought(starts, items, days, end)
        sold, there = _sold(items, len(self.skus)), np.diff(starts) > 0
        if not sold.all():
            items = (np.cumsum(sold, dtype=np.int32) - 1).astype(np.int32)[items]
        starts = np.append(starts[:-1][there], starts[-1])
        return Purchases(self.owners.filter(pa.array(there)), self.skus.filter(pa.array(sold)), starts, items, days)

    def filled(self) -> "History":
        """Without owners who have nothing: of whom a month had everything that is there no more."""
        there = np.diff(self.receipts) > 0
        if there.all():
            return self
        starts, receipts = (np.append(told[:-1][there], told[-1]) for told in (self.starts, self.receipts))
        return replace(self, owners=self.owners.filter(pa.array(there)), starts=starts, receipts=receipts)

    def of(self, owners: Sequence[str]) -> "History":
        """The same of these owners alone."""
        wanted = pc.is_in(self.owners, value_set=pa.array(list(owners), pa.string()))
        return self.at(np.flatnonzero(wanted.to_numpy(zero_copy_only=False)))

    def at(self, places: npt.NDArray[Any]) -> "History":
        """Those at these places, ascending; of neighbours nothing is copied."""
        starts, rows = _taken(self.starts, places)
        receipts, slips = _taken(self.receipts, places)
        return replace(
            self, owners=self.owners.take(pa.array(places)), starts=starts, items=rows(self.items),
            days=rows(self.days), money=rows(self.money), times=rows(self.times), receipts=receipts,
            slips=each(self.slips, slips),
        )  # fmt: skip


def _taken(starts: Longs, owners: npt.NDArray[Any]) -> tuple[Longs, Callable[[Any], Any]]:
    """Where what these owners have begins, and how it is taken out of a column."""
    ours = np.zeros(len(owners) + 1, np.int64)
    np.cumsum(starts[owners + 1] - starts[owners], out=ours[1:])
    if len(owners) and owners[-1] - owners[0] == len(owners) - 1:
        some = slice(int(starts[owners[0]]), int(starts[owners[-1] + 1]))
        return ours, lambda column: column[some]
    return ours, lambda column: _copied(column, starts, owners, ours)


@compiled
def _copied(column: Any, starts: Longs, owners: Any, ours: Longs) -> Any:
    out = np.empty(ours[-1], column.dtype)
    for place in range(len(owners)):
        first, to = starts[owners[place]], ours[place]
        for row in range(ours[place + 1] - to):
            out[to + row] = column[first + row]
    return out


@compiled
def _sold(items: Ints, width: int) -> npt.NDArray[np.bool_]:
    found = np.zeros(width, np.bool_)
    for item in items:
        found[item] = True
    return found


@compiled
def _bought(starts: Longs, items: Ints, days: Ints, end: int) -> tuple[Longs, Ints, Ints]:
    """Each good of a day once, before that day."""
    kept, to = np.zeros(len(starts), np.int64), 0
    some, when = np.empty(len(items), np.int32), np.empty(len(items), np.int32)
    for owner in range(len(starts) - 1):
        for row in range(starts[owner], starts[owner + 1]):
            again = row > starts[owner] and items[row] == items[row - 1] and days[row] == days[row - 1]
            if days[row] < end and not again:
                some[to], when[to] = items[row], days[row]
                to += 1
        kept[owner + 1] = to
    return kept, some[:to].copy(), when[:to].copy()
