"""Texts as small whole numbers, batch after batch, in a compiled loop: millions of owners, skus, stores.

Arrow's own look-up builds its table anew for each batch; this one keeps it. Texts are compared byte by byte, so two of
them never have one number.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.compiled import compiled, eight, prefetch

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.uint64]
Codes = npt.NDArray[Any]
_FIRST = 1 << 12
_SHORT = np.uint64(1 << 63)
"""In the key of a text of less than eight bytes, which is its bytes in another order: no two have one."""
_REST = np.uint64((1 << 63) - 1)


class Words:
    """Different texts by their numbers, in the order in which they came."""

    def __init__(self, known: pa.Array | None = None) -> None:
        self._slots = np.zeros((2 * _FIRST, 2), np.uint64)
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
            self._slots = np.zeros((1 << (4 * count - 1).bit_length(), 2), np.uint64)
            _placed(self._slots, self._keys, self._count)
        if self._ends[self._count] + size > len(self._text):
            self._text = _longer(self._text, max(int(self._ends[self._count]) + size, 2 * len(self._text)))


def in_one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column in one piece; one that is already is not copied."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def dictionary(column: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, npt.NDArray[Any]]:
    """Different texts of a column and which of them each row has: the place after the last one where it has none."""
    whole = in_one(column)
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


def places_among(names: pa.Array | pa.ChunkedArray, known: pa.Array | pa.ChunkedArray) -> Ints:
    """The place of each name among the known ones, none of which is null or stands there twice: -1 for what is not
    there. Where both ascend, as owners mostly do, nothing is hashed."""
    names, known = in_one(names).cast(pa.string()), in_one(known).cast(pa.string())
    if not (names.null_count or known.null_count):
        place, ascend = _placed_among(*parts_of(names), *parts_of(known))
        if ascend:
            return np.asarray(place)
    return np.asarray(pc.index_in(names, value_set=known).fill_null(-1).to_numpy())


def named(words: pa.Array, names: Collection[str]) -> Bools:
    """Which of these texts are among those names, of which there are few."""
    return np.asarray(pc.is_in(words, value_set=pa.array(sorted(names), pa.string())).to_numpy(zero_copy_only=False))


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
    """By eight bytes, the last eight once more where some are left, mixed so that neighbouring numbers of receipts lie
    apart."""
    size = last - first
    if size < 8:
        packed = np.uint64(size) << np.uint64(56)
        if first + 8 <= len(text):
            packed |= eight(text, first) & ((np.uint64(1) << np.uint64(8 * size)) - np.uint64(1))
        else:
            for at in range(size):
                packed |= np.uint64(text[first + at]) << np.uint64(8 * at)
        packed = (packed * np.uint64(0x9E3779B97F4A7C15)) & _REST
        packed ^= packed >> np.uint64(32)
        packed = (packed * np.uint64(0x9DDFEA08EB382D69)) & _REST
        return packed ^ (packed >> np.uint64(29)) | _SHORT
    key = np.uint64(0xCBF29CE484222325) ^ np.uint64(size)
    at = first
    while at < last:
        key = (key ^ eight(text, min(at, last - 8))) * np.uint64(0x9DDFEA08EB382D69)
        key ^= key >> np.uint64(32)
        at += 8
    key *= np.uint64(0x9E3779B97F4A7C15)
    return (key ^ (key >> np.uint64(29))) & _REST


@compiled
def _keyed(starts: Ints, text: Bytes) -> Keys:
    keys = np.empty(len(starts) - 1, np.uint64)
    for at in range(len(keys)):
        keys[at] = _key(text, starts[at], starts[at + 1])
    return keys


@compiled
def _placed(slots: Keys, keys: Keys, count: int) -> None:
    """A slot has a key and the code after the one that it stands for, 0 for none."""
    mask = np.uint64(len(slots) - 1)
    for code in range(count):
        slot = keys[code] & mask
        while slots[slot, 1]:
            slot = (slot + np.uint64(1)) & mask
        slots[slot, 0], slots[slot, 1] = keys[code], np.uint64(code + 1)


@compiled
def _coded(
    starts: Ints, text: Bytes, found: Ints, slots: Keys, keys: Keys, ends: Longs, kept: Bytes, count: int
) -> int:
    """In steps, each of which asks for the memory of the next: a table of millions lies in no cache."""
    mask, many = np.uint64(len(slots) - 1), len(found)
    told = np.empty(many, np.uint64)
    for word in range(many):
        told[word] = _key(text, starts[word], starts[word + 1])
        prefetch(slots, 2 * (told[word] & mask))
    for word in range(many):
        slot = told[word] & mask
        while slots[slot, 1] and slots[slot, 0] != told[word]:
            slot = (slot + np.uint64(1)) & mask
        there = np.int64(slots[slot, 1]) - 1
        found[word] = there
        if there >= 0 and told[word] < _SHORT:
            prefetch(ends, there)
    for word in range(many):
        if found[word] >= 0 and told[word] < _SHORT:
            prefetch(kept, ends[found[word]])
            prefetch(kept, ends[found[word]] + 32)
    for word in range(many):
        code: Any = found[word]
        key, first, last = told[word], starts[word], starts[word + 1]
        if code >= 0 and (key >= _SHORT or _same(text, first, last, kept, ends, code)):
            continue
        slot = key & mask
        code = np.int64(slots[slot, 1]) - 1
        while code >= 0 and not (
            slots[slot, 0] == key and (key >= _SHORT or _same(text, first, last, kept, ends, code))
        ):  # fmt: skip
            slot = (slot + np.uint64(1)) & mask
            code = np.int64(slots[slot, 1]) - 1
        if code < 0:
            code = count
            slots[slot, 0], slots[slot, 1], keys[code] = key, np.uint64(code + 1), key
            begin = ends[code]
            for at in range(last - first):
                kept[begin + at] = text[first + at]
            ends[code + 1] = begin + last - first
            count += 1
        found[word] = code
    return count


@compiled
def _same(text: Bytes, first: int, last: int, kept: Bytes, ends: Longs, code: int) -> bool:
    """Of texts of eight bytes or more."""
    begin, size = ends[code], last - first
    if ends[code + 1] - begin != size:
        return False
    differs, at = np.uint64(0), 0
    while at < size:
        place = min(at, size - 8)
        differs |= eight(kept, begin + place) ^ eight(text, first + place)
        at += 8
    return bool(differs == np.uint64(0))


@compiled
def compared(text: Bytes, first: int, last: int, other: Bytes, begin: int, end: int) -> Any:
    """Below nought where the first text is the lesser by its bytes, nought where they are the same."""
    for at in range(min(last - first, end - begin)):
        if text[first + at] != other[begin + at]:
            return np.int64(text[first + at]) - np.int64(other[begin + at])
    return (last - first) - (end - begin)


@compiled
def _placed_among(starts: Ints, text: Bytes, others: Ints, letters: Bytes) -> tuple[Ints, bool]:
    place, other, many = np.full(len(starts) - 1, -1, np.int32), 0, len(others) - 1
    for known in range(1, many):
        if compared(letters, others[known - 1], others[known], letters, others[known], others[known + 1]) >= 0:
            return place, False
    for name in range(len(place)):
        first, last = starts[name], starts[name + 1]
        if name and compared(text, starts[name - 1], first, text, first, last) > 0:
            return place, False
        order = -1
        while other < many:
            order = compared(letters, others[other], others[other + 1], text, first, last)
            if order >= 0:
                break
            other += 1
        if order == 0:
            place[name] = other
    return place, True


@compiled
def taken(codes: Codes, places: Ints, to: Codes) -> None:
    """Of each place the code."""
    for row in range(len(places)):
        to[row] = codes[places[row]]
