"""Texts as small whole numbers, batch after batch, in a compiled loop: millions of owners, skus, stores.

Arrow's own look-up builds its table anew for each batch; this one keeps it. Texts are compared byte by byte, so two of
them never have one number.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.compiled import compiled

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.uint64]
_FIRST = 1 << 12


class Words:
    """Different texts by their numbers, in the order in which they came."""

    def __init__(self, known: pa.Array | None = None) -> None:
        self._slots = np.full(2 * _FIRST, -1, np.int32)
        self._keys = np.empty(_FIRST, np.uint64)
        self._ends = np.zeros(_FIRST + 1, np.int64)
        self._text = np.empty(8 * _FIRST, np.uint8)
        self._count = 0
        if known is not None:
            self.codes(known)

    def __len__(self) -> int:
        return self._count

    def codes(self, words: pa.Array) -> Ints:
        """The number of each of these texts; -1 for null."""
        starts, text = parts_of(words)
        self._room(len(words), int(starts[-1] - starts[0]))
        found = np.empty(len(words), np.int32)
        self._count = _coded(starts, text, found, self._slots, self._keys, self._ends, self._text, self._count)
        if words.null_count:
            found[pc.is_null(words).to_numpy(zero_copy_only=False)] = -1
        return found

    def names(self) -> pa.Array:
        """The texts by their numbers."""
        ends = self._ends[: self._count + 1]
        buffers = [None, pa.py_buffer(ends.copy()), pa.py_buffer(self._text[: ends[-1]].copy())]
        return pa.Array.from_buffers(pa.large_string(), self._count, buffers).cast(pa.string())

    def _room(self, words: int, size: int) -> None:
        count = self._count + words
        if count > len(self._keys):
            more = max(count, 2 * len(self._keys))
            self._keys, self._ends = _longer(self._keys, more), _longer(self._ends, more + 1)
        if 2 * count > len(self._slots):
            self._slots = np.full(1 << (4 * count - 1).bit_length(), -1, np.int32)
            _placed(self._slots, self._keys, self._count)
        if self._ends[self._count] + size > len(self._text):
            self._text = _longer(self._text, max(int(self._ends[self._count]) + size, 2 * len(self._text)))


def dictionary(column: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, npt.NDArray[Any]]:
    """Different texts of a column and which of them each row has: the place after the last one where it has none."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
    words = encoded.dictionary.cast(pa.string())
    places = encoded.indices
    if places.null_count:
        places = places.fill_null(len(words))
    return words, places.to_numpy(zero_copy_only=False)


def among(column: pa.Array | pa.ChunkedArray, wanted: pa.Array) -> Bools:
    """Which rows have one of the wanted texts: each different text is looked up once."""
    words, places = dictionary(column)
    found = np.append(pc.is_in(words, value_set=wanted).to_numpy(zero_copy_only=False), False)
    return np.asarray(found[places])


def keys_of(words: pa.Array) -> Keys:
    """A key of 64 bits for each of these texts."""
    starts, text = parts_of(words)
    return np.asarray(_keyed(starts, text))


def parts_of(words: pa.Array) -> tuple[Ints, Bytes]:
    """Where each text begins, one more for the end, and the bytes of them all."""
    _, starts, text = words.buffers()
    if starts is None or len(words) == 0:
        return np.zeros(len(words) + 1, np.int32), np.zeros(0, np.uint8)
    begun = np.frombuffer(starts, np.int32)[words.offset : words.offset + len(words) + 1]
    return begun, np.frombuffer(text, np.uint8) if text is not None else np.zeros(0, np.uint8)


def _longer(array: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    longer = np.zeros(size, array.dtype)
    longer[: len(array)] = array
    return longer


@compiled
def _key(text: Bytes, first: int, last: int) -> np.uint64:
    """FNV-1a, by eight bytes as far as they go, mixed once more: neighbouring numbers of receipts lie apart."""
    key = np.uint64(0xCBF29CE484222325) ^ np.uint64(last - first)
    at = first
    while at + 8 <= last:
        eight = np.uint64(0)
        for place in range(8):
            eight |= np.uint64(text[at + place]) << np.uint64(8 * place)
        key = (key ^ eight) * np.uint64(0x9DDFEA08EB382D69)
        key ^= key >> np.uint64(32)
        at += 8
    while at < last:
        key = (key ^ np.uint64(text[at])) * np.uint64(0x100000001B3)
        at += 1
    key ^= key >> np.uint64(32)
    key *= np.uint64(0x9E3779B97F4A7C15)
    return key ^ (key >> np.uint64(29))


@compiled
def _keyed(starts: Ints, text: Bytes) -> Keys:
    keys = np.empty(len(starts) - 1, np.uint64)
    for at in range(len(keys)):
        keys[at] = _key(text, starts[at], starts[at + 1])
    return keys


@compiled
def _placed(slots: Ints, keys: Keys, count: int) -> None:
    mask = np.uint64(len(slots) - 1)
    for code in range(count):
        slot = keys[code] & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = code


@compiled
def _coded(
    starts: Ints, text: Bytes, found: Ints, slots: Ints, keys: Keys, ends: Longs, kept: Bytes, count: int
) -> int:
    mask = np.uint64(len(slots) - 1)
    for word in range(len(found)):
        first, last = starts[word], starts[word + 1]
        key = _key(text, first, last)
        slot = key & mask
        code = slots[slot]
        while code >= 0:
            begin = ends[code]
            if keys[code] == key and ends[code + 1] - begin == last - first:
                same = True
                for at in range(last - first):
                    if kept[begin + at] != text[first + at]:
                        same = False
                        break
                if same:
                    break
            slot = (slot + np.uint64(1)) & mask
            code = slots[slot]
        if code < 0:
            code = count
            slots[slot], keys[code] = code, key
            begin = ends[code]
            for at in range(last - first):
                kept[begin + at] = text[first + at]
            ends[code + 1] = begin + last - first
            count += 1
        found[word] = code
    return count
