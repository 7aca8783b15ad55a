"""Lines as numbers: owners, stores and goods by the numbers of their texts, which stay, and receipts by one key.

Lines come from the lake by row groups, a month at a time, and stand where those of the month before stood.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.compiled import compiled
from adapters.analytics.words import Codes, Ints, Keys, Longs, Words, dictionary, in_one, keys_of, taken
from adapters.lake.files import Between

COLUMNS = ("owner", "store", "till", "receipt", "sku", "business_date", "sold_at", "milli", "unit_price", "discount")
STORE = np.uint64(0xC2B2AE3D27D4EB4F)
"""The factor of a store in the key of a receipt."""
_LONG = pa.int64()
_AHEAD = 8
"""Times as much room as was filled: what is not filled is no memory, and what is copied into wider room is."""
_TILL = np.uint64(0x9E3779B97F4A7C15)


class TooMany(Exception):
    """More owners than were allowed: half of them, by their ids, are below the one told."""


class Part(NamedTuple):
    """Lines of a month or so: owner (-1 is nobody), store, good, receipt's key, and what stands on the line."""

    o: Ints
    s: Ints
    p: Ints
    r: Keys
    day: Ints
    micros: Longs
    milli: Longs
    price: Longs
    discount: Longs


class Reading:
    """Texts as numbers, the same for all months."""

    def __init__(
        self, skus: pa.Array, owners: Between = (None, None), limit: int = 1 << 31, stores: pa.Array | None = None
    ) -> None:
        self.owners, self.stores, self.skus = Words(), Words(stores), Words(skus)
        self._between, self._limit = owners, limit
        self._room = _roomier(None, 0, 0)

    def part(self, groups: Iterator[pa.Table]) -> Part:
        """The lines of a month; they stand where those of the month before stood."""
        rows = 0
        for group in groups:
            after = rows + group.num_rows
            if after > len(self._room.o):
                self._room = _roomier(self._room, rows, max(after, _AHEAD * rows))
            self._put(group, _rows(self._room, rows, after))
            rows = after
        return _rows(self._room, 0, rows)

    def forget_lines(self) -> None:
        """The room of the months' lines is free again; the texts stay."""
        self._room = _roomier(None, 0, 0)

    def _put(self, group: pa.Table, to: Part) -> None:
        taken(*_looked_up(group["owner"], self._whose), to.o)
        taken(*_looked_up(group["sku"], self.skus.codes), to.p)
        store = _looked_up(group["store"], self.stores.codes)
        _joined(*store, *_looked_up(group["till"], keys_of), *_looked_up(group["receipt"], keys_of), to.s, to.r)
        to.day[:], to.micros[:] = _numbers(group["business_date"], pa.int32()), _numbers(group["sold_at"])
        for name, column in (("milli", to.milli), ("unit_price", to.price), ("discount", to.discount)):
            column[:] = _numbers(group[name])

    def _whose(self, words: pa.Array) -> npt.NDArray[Any]:
        first, after = self._between
        if first is None and after is None:
            return self._known(self.owners.codes(words))
        inside = pa.array(np.ones(len(words), np.bool_))
        if first is not None:
            inside = pc.and_(inside, pc.greater_equal(words, first))
        if after is not None:
            inside = pc.and_(inside, pc.less(words, after))
        codes = np.full(len(words), -1, np.int32)
        codes[inside.to_numpy(zero_copy_only=False)] = self.owners.codes(words.filter(inside))
        return self._known(codes)

    def _known(self, codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The same, unless that is too many owners."""
        if len(self.owners) > self._limit:
            raise TooMany(sorted(self.owners.names().to_pylist())[len(self.owners) // 2])
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


def _looked_up(column: pa.ChunkedArray, look: Callable[[pa.Array], Codes]) -> tuple[Codes, npt.NDArray[Any]]:
    """What the column's different texts are, -1 in the place after the last one, and the place of each row's."""
    words, places = dictionary(column)
    codes = look(words)
    return np.append(codes, np.array(-1, np.int64).astype(codes.dtype)), places


def _numbers(column: pa.ChunkedArray, kind: pa.DataType = _LONG) -> npt.NDArray[Any]:
    whole = in_one(column).cast(kind)
    return np.asarray((whole.fill_null(0) if whole.null_count else whole).to_numpy())


@compiled
def _joined(
    stores: Ints, store: Any, tills: Keys, till: Any, receipts: Keys, receipt: Any, to_store: Ints, to: Keys
) -> None:
    """One key of the three: the odd factors keep (1, 23) and (12, 3) apart."""
    for row in range(len(to)):
        to_store[row] = stores[store[row]]
        key = (np.uint64(to_store[row]) + np.uint64(1)) * STORE
        to[row] = key ^ (tills[till[row]] * _TILL) ^ receipts[receipt[row]]
