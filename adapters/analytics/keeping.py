"""A history beside the lake, so that next week reads what is new: `analytics/history.kept` under it.

As long as few of its months are others by now, they are written beside it, in `since.kept`, and it stays as it is:
a week then costs what a week brought. A month that stands in both counts by what its files look like.

It is a copy and no more: whatever of it does not fit the lake, is of another version, or was changed by anybody else is
read from the lake again, and nothing is lost with the file. Owners stand in it as in the lake; of those who are left
out, who are forgotten or not to be profiled, it has nothing but a key, so that their lines are looked for.
"""

import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adapters.analytics.compiled import compiled
from adapters.analytics.history import BEGIN, History
from adapters.analytics.joining import Kept
from adapters.analytics.reading import Part
from adapters.analytics.slips import Rows, Slips, each
from adapters.analytics.words import Bools, keys_of, parts_of
from adapters.lake.files import move

VERSION = 2
"""Another one whenever what is kept, or how it is made of lines, is another."""
BLOCK = 50_000
"""Owners read and written at a time."""
_MARK = b"kartka history\n"
_TAIL = 24
Stamps = Mapping[str, str]
"""Of each month that was read, what its files looked like."""


class Unfit(Exception):
    """What is kept cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is kept: names, months, who is left out, and everything else to be read block by block."""

    path: Path
    seal: int
    """What its end comes to: another one when anything of it is."""
    owners: pa.Array
    skus: pa.Array
    stores: pa.Array
    stamps: Stamps
    without: npt.NDArray[np.uint64]
    torn: Part
    rows: int
    slips: int
    _places: Mapping[str, Any]

    def blocks(self) -> Iterator[tuple[int, int, Kept]]:
        """The first owner, the one after the last, and what they have, until the next block: once at least, and each
        where the one before stood. Raises Unfit."""
        room = dict[str, npt.NDArray[Any]]()
        with self.path.open("rb") as file:

            def read(at: int, name: str) -> npt.NDArray[Any]:
                return _array(file, self._places, f"{at} {name}", room, name)

            for at, first in enumerate(range(0, max(1, len(self.owners)), BLOCK)):
                after = min(first + BLOCK, len(self.owners))
                rows = Rows(*(read(at, f"rows {name}") for name in Rows._fields))
                slips = Slips(*(read(at, f"slips {name}") for name in Slips._fields))
                starts, receipts = (read(at, name) for name in ("starts", "receipts"))
                yield first, after, Kept(starts, rows, receipts, slips)


def path_of(lake: Path) -> Path:
    """Where it is kept."""
    return lake / "analytics" / "history.kept"


def more_of(lake: Path) -> Path:
    """Where the months are that are others since."""
    return lake / "analytics" / "since.kept"


def found_in(lake: Path, version: int) -> Found | None:
    """What is kept of a lake whose files are of that version, None if there is nothing. Raises Unfit."""
    return _found(path_of(lake), [VERSION, version])


def found_beside(lake: Path, version: int, whole: Found) -> Found | None:
    """The months that are others since that was kept, None if there are none. Raises Unfit."""
    return _found(more_of(lake), [VERSION, version, whole.seal])


def _found(path: Path, version: Sequence[int]) -> Found | None:
    try:
        with path.open("rb") as file:
            told, seal = _told(file)
            if told["version"] != version:
                raise Unfit("it is of another version")
            places = told["arrays"]
            owners, skus, stores = (_texts(file, places, name) for name in ("owners", "skus", "stores"))
            torn = Part(*(_array(file, places, f"torn {name}") for name in Part._fields))
            without = _array(file, places, "without")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unfit(str(error)) from error
    rows, slips = told["rows"], told["slips"]
    return Found(path, seal, owners, skus, stores, told["stamps"], without, torn, rows, slips, places)


def keep(
    lake: Path, version: int, history: History, torn: Part, stamps: Stamps, without: Bools, beside: Found | None = None
) -> None:  # fmt: skip
    """The history is kept, whole or not at all, but for the owners at those places; `torn` are the lines of receipts
    that several owners have. What is of months that are others since stands `beside` what was kept whole."""
    path, sealed = (path_of(lake), []) if beside is None else (more_of(lake), [beside.seal])
    path.parent.mkdir(parents=True, exist_ok=True)
    there = ~without & (np.diff(history.receipts) > 0)
    there[torn.o] |= ~without[torn.o]
    chosen = np.flatnonzero(there)
    place = np.cumsum(there, dtype=np.int64) - 1
    lines = there[torn.o]
    told = each(torn, lambda column: column[lines])
    told = told._replace(o=place[told.o].astype(np.int32))
    half = path.with_name(f".{path.name}.{os.getpid()}.part")
    with _writer(half) as shelf:
        for name, names in (("owners", history.owners.take(pa.array(chosen))), ("skus", history.skus),
                            ("stores", history.stores)):  # fmt: skip
            starts, text = parts_of(names)
            shelf.put(f"{name} starts", starts - starts[:1])
            shelf.put(name, text[starts[0] : starts[-1]])
        shelf.put("without", keys_of(history.owners.filter(pa.array(without))))
        shelf.put_all("torn", told)
        rows = slips = 0
        for at, first in enumerate(range(0, max(1, len(chosen)), BLOCK)):
            kept = _of(history, chosen[first : first + BLOCK])
            shelf.put_all(f"{at} rows", kept.rows)
            shelf.put_all(f"{at} slips", kept.slips)
            shelf.put(f"{at} starts", kept.starts)
            shelf.put(f"{at} receipts", kept.receipts)
            rows, slips = rows + len(kept.rows.item), slips + len(kept.slips.day)
        shelf.close({"version": [VERSION, version, *sealed], "stamps": dict(stamps), "rows": rows, "slips": slips})
    if beside is None:
        more_of(lake).unlink(missing_ok=True)
    move(half, path)


def let_go(lake: Path) -> None:
    """Nothing is kept."""
    for path in (more_of(lake), path_of(lake)):
        path.unlink(missing_ok=True)


def _of(history: History, owners: npt.NDArray[Any]) -> Kept:
    """What these owners have; of neighbours nothing is copied but the days."""
    some = history.at(owners)
    rows = Rows(some.items, (some.days - BEGIN).astype(np.uint16), some.money, some.times)
    return Kept(some.starts, rows, some.receipts, some.slips)


class _Shelf:
    """Arrays one after the other, and at the end where each lies and what its bytes come to."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._places = file, dict[str, Any]()

    def put(self, name: str, array: npt.NDArray[Any]) -> None:
        """One more."""
        array = np.ascontiguousarray(array)
        self._places[name] = [self._file.tell(), array.dtype.str, len(array), _sum(array)]
        self._file.write(array.data if len(array) else b"")

    def put_all(self, name: str, columns: Any) -> None:
        """One more of each column."""
        for field, column in zip(columns._fields, columns, strict=True):
            self.put(f"{name} {field}", column)

    def close(self, told: Mapping[str, Any]) -> None:
        """The end."""
        end = json.dumps({**told, "arrays": self._places}).encode()
        self._file.write(end + b"%012d%012d" % (len(end), zlib.crc32(end)))


@contextmanager
def _writer(half: Path) -> Iterator[_Shelf]:
    for left in half.parent.glob(".*.kept.*.part"):
        left.unlink(missing_ok=True)
    try:
        with half.open("wb") as file:
            half.chmod(0o600)
            file.write(_MARK)
            yield _Shelf(file)
    except BaseException:
        with suppress(OSError):
            half.unlink()
        raise


def _told(file: BinaryIO) -> tuple[dict[str, Any], int]:
    """What the end says, and what it comes to."""
    size = os.fstat(file.fileno()).st_size
    if size < len(_MARK) + _TAIL or file.read(len(_MARK)) != _MARK:
        raise Unfit("it is no history")
    file.seek(size - _TAIL)
    tail = file.read(_TAIL)
    if not tail.isdigit() or int(tail[:12]) > size - _TAIL:
        raise Unfit("its end is missing")
    file.seek(size - _TAIL - int(tail[:12]))
    end = file.read(int(tail[:12]))
    if zlib.crc32(end) != int(tail[12:]):
        raise Unfit("its end was changed")
    return json.loads(end), int(tail[12:])


def _array(
    file: BinaryIO, places: Mapping[str, Any], name: str, rooms: dict[str, npt.NDArray[Any]] | None = None,
    room: str = "",
) -> npt.NDArray[Any]:  # fmt: skip
    """One of them, in a room of its own or where an earlier one stood: memory that was never used costs more than what
    is read into it."""
    at, kind, count, total = places[name]
    rooms = {} if rooms is None else rooms
    if len(rooms.get(room, ())) < count or room not in rooms:
        rooms[room] = np.empty(count * 9 // 8 if room else count, np.dtype(kind))
    array = rooms[room][:count]
    file.seek(at)
    if (count and file.readinto(array.data) != array.nbytes) or _sum(array) != total:  # type: ignore[attr-defined]  # a file has it
        raise Unfit("its bytes were changed")
    return array


def _texts(file: BinaryIO, places: Mapping[str, Any], name: str) -> pa.Array:
    starts, text = _array(file, places, f"{name} starts"), _array(file, places, name)
    return pa.Array.from_buffers(pa.string(), len(starts) - 1, [None, pa.py_buffer(starts), pa.py_buffer(text)])


def _sum(array: npt.NDArray[Any]) -> int:
    return int(_summed(np.ascontiguousarray(array).view(np.uint8)))


@compiled
def _summed(bytes_: npt.NDArray[np.uint8]) -> np.uint64:
    """Fletcher's two sums, by words of 64 bits: another place of a word is another sum."""
    one, two = np.uint64(len(bytes_)), np.uint64(1)
    words = bytes_[: len(bytes_) // 8 * 8].view(np.uint64)
    for word in words:
        one += word
        two += one
    for byte in bytes_[len(words) * 8 :]:
        one += np.uint64(byte)
        two += one
    return one ^ (two * np.uint64(0x9E3779B97F4A7C15))
