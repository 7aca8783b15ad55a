"""Who bought what on which days: the arrays that the loops walk, owner by owner.

Two billion lines are two billion rows nowhere: a block of owners is loaded, walked and let go.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.compiled import compiled
from adapters.analytics.words import Words, dictionary

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Purchases:
    """Each day on which an owner bought a good, once: `items` and `days` of owner o stand from `starts[o]` to
    `starts[o + 1]`, in the order of goods, then of days. `days` are counted from 1970-01-01."""

    owners: pa.Array
    """Owners as text, ascending: owner 0, 1, …"""
    skus: pa.Array
    """Goods as text, ascending: item 0, 1, …"""
    starts: Longs
    items: Ints
    days: Ints

    def __len__(self) -> int:
        return len(self.owners)

    def until(self, day: int) -> "Purchases":
        """What was bought before that day, by the same owners and of the same goods."""
        return Purchases(self.owners, self.skus, *_until(self.starts, self.items, self.days, day))

    def of(self, owners: npt.NDArray[Any]) -> "Purchases":
        """What these owners bought, named by their places; the order stays. Of neighbours nothing is copied."""
        if len(owners) and (np.diff(owners) == 1).all():
            rows = self.starts[owners[0] : owners[-1] + 2]
            some = slice(rows[0], rows[-1])
            names = self.owners.slice(owners[0], len(owners))
            return Purchases(names, self.skus, rows - rows[0], self.items[some], self.days[some])
        sizes = self.starts[owners + 1] - self.starts[owners]
        starts = np.zeros(len(owners) + 1, np.int64)
        np.cumsum(sizes, out=starts[1:])
        at = np.repeat(self.starts[owners] - starts[:-1], sizes) + np.arange(starts[-1])
        return Purchases(self.owners.take(pa.array(owners)), self.skus, starts, self.items[at], self.days[at])

    def beside(self, skus: Sequence[str], owners: Sequence[str]) -> "Purchases":
        """With these goods and owners among the others; who or what is new there has nothing."""
        all_skus, item = _with(self.skus, skus)
        all_owners, owner = _with(self.owners, owners)
        items, starts = self.items, self.starts
        if len(all_skus) > len(self.skus):
            items = item[items]
        if len(all_owners) > len(self):
            sizes = np.zeros(len(all_owners) + 1, np.int64)
            sizes[owner + 1] = np.diff(starts)
            starts = np.cumsum(sizes)
        return Purchases(all_owners, all_skus, starts, items, self.days)

    def rows(self, owners: npt.NDArray[Any]) -> Iterator[slice]:
        """Where the rows of each of these owners stand."""
        return (slice(self.starts[owner], self.starts[owner + 1]) for owner in owners)

    @property
    def owner_of_row(self) -> Ints:
        """The owner of each row."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))

    @property
    def end(self) -> int:
        """The day after the last purchase; 0 where there is none."""
        return int(self.days.max()) + 1 if len(self.days) else 0


def _with(names: pa.Array, others: Sequence[str]) -> tuple[pa.Array, Ints]:
    """Names of both, and the places of the first ones, which stay in their order."""
    more = pa.array(sorted(set(others)), names.type)
    more = more.filter(pc.invert(pc.is_in(more, value_set=names))) if len(more) else more
    if not len(more):
        return names, np.arange(len(names), dtype=np.int32)
    every = pa.concat_arrays([names, more])
    order = pc.sort_indices(every)
    place = np.empty(len(every), np.int32)
    place[order.to_numpy()] = np.arange(len(every), dtype=np.int32)
    return every.take(order), place[: len(names)]


def purchases(batches: Iterable[pa.RecordBatch], *, skus: Sequence[str] = ()) -> Purchases:
    """Purchases from batches of `owner`, `sku` (text) and `day` (date): owners who bought and goods that were sold, and
    those named besides, with nothing."""
    owners, items, days = Codes(), Codes(skus), Grown()
    for batch in batches:
        owners.add(batch.column("owner"))
        items.add(batch.column("sku"))
        days.add(batch.column("day").cast(pa.date32()).cast(pa.int32()).to_numpy(zero_copy_only=False))
    owner_names, owner = owners.close()
    sku_names, item = items.close()
    pa.default_memory_pool().release_unused()  # of a hundred million lines half a gigabyte would lie idle
    starts, item, day = grouped(owner, item, days.whole(), len(owner_names))
    del owner, owners, items, days
    return Purchases(owner_names, sku_names, *_distinct(starts, item, day))


class Codes:
    """Texts as places in their ascending order, batch by batch; each text is kept once."""

    def __init__(self, known: Sequence[str] = ()) -> None:
        self._words = Words(pa.array(sorted(set(known)), pa.string()))
        self._codes = Grown()

    def add(self, column: pa.Array) -> None:
        """The next rows; no null among them."""
        words, places = dictionary(column)
        self._codes.add(self._words.codes(words)[places])

    def close(self) -> tuple[pa.Array, Ints]:
        """All texts in ascending order, and the place of each row's text."""
        names = self._words.names()
        order = pc.sort_indices(names)
        place = np.empty(len(order), np.int32)
        place[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
        codes = self._codes.whole()
        _renumbered(codes, place)
        return names.take(order), codes


class Grown:
    """Numbers that come part by part: what has no number yet takes no memory, and no part is left behind."""

    def __init__(self) -> None:
        self._room, self._size = np.empty(1 << 20, np.int32), 0

    def add(self, part: Ints) -> None:
        """The next ones."""
        after = self._size + len(part)
        if after > len(self._room):
            wider = np.empty(max(after, 2 * len(self._room)), np.int32)
            wider[: self._size] = self._room[: self._size]
            self._room = wider
        self._room[self._size : after] = part
        self._size = after

    def whole(self) -> Ints:
        """All of them, where they stand."""
        return self._room[: self._size]


@compiled
def _renumbered(codes: Ints, place: Ints) -> None:
    for row in range(len(codes)):
        codes[row] = place[codes[row]]


@compiled
def grouped(owner: Ints, item: Ints, day: Ints, owners: int) -> tuple[Longs, Ints, Ints]:
    """The rows owner by owner: a counting sort, since owners are many and small."""
    starts = np.zeros(owners + 1, np.int64)
    for one in owner:
        starts[one + 1] += 1
    for place in range(owners):
        starts[place + 1] += starts[place]
    at = starts[:-1].copy()
    items, days = np.empty(len(item), np.int32), np.empty(len(day), np.int32)
    for row in range(len(owner)):
        to = at[owner[row]]
        at[owner[row]] += 1
        items[to], days[to] = item[row], day[row]
    return starts, items, days


@compiled
def _distinct(starts: Longs, items: Ints, days: Ints) -> tuple[Longs, Ints, Ints]:
    """Each owner's rows in the order of goods and days, equal ones once; in place, then cut."""
    kept = np.zeros(len(starts), np.int64)
    to = 0
    for owner in range(len(starts) - 1):
        first, last = starts[owner], starts[owner + 1]
        keys = np.empty(last - first, np.int64)
        for row in range(first, last):
            keys[row - first] = (np.int64(items[row]) << 32) + days[row] + 0x40000000
        keys.sort()
        for place in range(len(keys)):
            if place == 0 or keys[place] != keys[place - 1]:
                items[to], days[to] = keys[place] >> 32, (keys[place] & 0xFFFFFFFF) - 0x40000000
                to += 1
        kept[owner + 1] = to
    return kept, items[:to].copy(), days[:to].copy()


@compiled
def _until(starts: Longs, items: Ints, days: Ints, day: int) -> tuple[Longs, Ints, Ints]:
    """The rows before that day, counted first: a second array of all of them would be the greatest of the week."""
    kept = np.zeros(len(starts), np.int64)
    for owner in range(len(starts) - 1):
        count = 0
        for row in range(starts[owner], starts[owner + 1]):
            count += days[row] < day
        kept[owner + 1] = kept[owner] + count
    some, when = np.empty(kept[-1], np.int32), np.empty(kept[-1], np.int32)
    to = 0
    for row in range(len(items)):
        if days[row] < day:
            some[to], when[to] = items[row], days[row]
            to += 1
    return kept, some, when
