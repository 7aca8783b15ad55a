"""What was kept and what was read anew become one history: owner by owner, in compiled loops.

What was kept stands in the order of goods and days already; what is new is put in order for each owner and merged
into it, so that a week costs its own rows and one look at the rest.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.compiled import compiled
from adapters.analytics.purchases import Ints, Longs
from adapters.analytics.slips import MOST, Rows, Slipped, Slips, each, rows_for, slips_for
from adapters.analytics.words import Bools, Bytes, compared, parts_of

_MOST_TIMES = 255
_PACKED = 1 << 24
_NEVER = np.int64(2**63 - 1)


class Kept(NamedTuple):
    """Rows and receipts of some owners side by side, goods in their order."""

    starts: Longs
    rows: Rows
    receipts: Longs
    slips: Slips


class Turn(NamedTuple):
    """Where each owner of the turn stands in what is kept (-1: nowhere), which of its days (from the earliest on) still
    stand, and what its goods and stores are now."""

    place: Longs
    days: Bools
    skus: Ints
    stores: Ints


class Fresh:
    """Parts that were read anew, each in the order of owners' numbers; room for `lines` is taken as they come."""

    def __init__(self, lines: int) -> None:
        self._rows = [_Room(one) for one in rows_for(lines)]
        self._slips = [_Room(one) for one in slips_for(lines // 4)]
        self._starts, self._receipts = list[Longs](), list[Longs]()

    def add(self, part: Slipped, owners: int) -> None:
        """One part more; by now there are so many owners."""
        self._put(part.row_owner, part.rows, self._rows, self._starts, owners)
        self._put(part.slip_owner, part.slips, self._slips, self._receipts, owners)

    def _put(self, owner: Ints, columns: Any, rooms: Sequence["_Room"], begun: list[Longs], owners: int) -> None:
        starts, order = _by_owner(owner, owners)
        begun.append(starts + rooms[0].size)
        for column, room in zip(columns, rooms, strict=True):
            room.add(column[order])

    def whole(self, owners: int) -> tuple[Longs, Rows, Longs, Slips]:
        """All of them: of each part, where what each owner has of it begins."""
        rows, slips = Rows(*(one.whole() for one in self._rows)), Slips(*(one.whole() for one in self._slips))
        return _padded(self._starts, owners), rows, _padded(self._receipts, owners), slips


class _Room:
    def __init__(self, room: npt.NDArray[Any]) -> None:
        self._room, self.size = room, 0

    def add(self, part: npt.NDArray[Any]) -> None:
        after = self.size + len(part)
        if after > len(self._room):
            wider = np.empty(max(after, 2 * len(self._room)), self._room.dtype)
            wider[: self.size] = self._room[: self.size]
            self._room = wider
        self._room[self.size : after] = part
        self.size = after

    def whole(self) -> npt.NDArray[Any]:
        return self._room[: self.size]


def _padded(parts: Sequence[Longs], owners: int) -> Longs:
    found = np.zeros((len(parts), owners + 1), np.int64)
    for at, starts in enumerate(parts):
        found[at, : len(starts)] = starts
        found[at, len(starts) :] = starts[-1]
    return found


class Joined:
    """Rows and receipts of all owners, block after block."""

    def __init__(self, owners: int, rows: int, slips: int) -> None:
        self.starts, self.receipts = np.zeros(owners + 1, np.int64), np.zeros(owners + 1, np.int64)
        self.items, self.days, self.money = (np.empty(rows, np.int32) for _ in range(3))
        self.times = np.empty(rows, np.uint8)
        self._slips = slips_for(slips)
        self.repeated = False

    def add_rows(
        self, first: int, after: int, kept: Kept, turn: Turn, origin: int, begin: int, code: Ints, starts: Longs,
        fresh: Rows, skus: Ints,
    ) -> None:  # fmt: skip
        """Of owners from the first on; `code` is the number that each has in `fresh` (-1: none), whose parts begin at
        `starts`, `skus` the places of its goods; days of what is kept count from `origin`, of the result from `begin`.
        """
        self.repeated |= _join_rows(
            first, after, kept.starts, kept.rows, turn.place, turn.days, turn.skus, origin, begin, code, starts, fresh,
            skus, self.starts, self.items, self.days, self.money, self.times,
        )  # fmt: skip

    def add_slips(
        self, first: int, after: int, kept: Kept, turn: Turn, code: Ints, receipts: Longs, fresh: Slips, stores: Ints
    ) -> None:  # fmt: skip
        """The same of receipts."""
        _join_slips(
            first, after, kept.receipts, kept.slips, turn.place, turn.days, turn.stores, code, receipts, fresh, stores,
            self.receipts, self._slips,
        )  # fmt: skip

    @property
    def rows(self) -> tuple[Ints, Ints, Ints, npt.NDArray[np.uint8]]:
        """Goods, days, money and times so far."""
        end = self.starts[-1]
        return self.items[:end], self.days[:end], self.money[:end], self.times[:end]

    @property
    def slips(self) -> Slips:
        """So far."""
        return each(self._slips, lambda column: column[: self.receipts[-1]])


def ordered(names: pa.Array) -> tuple[pa.Array, Ints]:
    """The names ascending, and the place of each."""
    order = pc.sort_indices(names)
    place = np.empty(len(order), np.int32)
    place[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    return names.take(order), place


def merged(one: pa.Array, other: pa.Array) -> tuple[pa.Array, Ints, Ints]:
    """Names of both, each once and ascending, and the places of the names of either; the first ones are in order."""
    order = pc.sort_indices(other)
    names = other.take(order)
    place, sorted_place, count = _merged(*parts_of(one), *parts_of(names))
    source = np.empty(count, np.int64)
    source[sorted_place] = np.arange(len(other)) + len(one)
    source[place] = np.arange(len(one))
    back = np.empty(len(other), np.int32)
    back[order.to_numpy()] = sorted_place
    return pa.concat_arrays([one, names]).take(pa.array(source)), place, back


@compiled
def _by_owner(owner: Ints, owners: int) -> tuple[Longs, Longs]:
    starts = np.zeros(owners + 1, np.int64)
    for one in owner:
        starts[one + 1] += 1
    for place in range(owners):
        starts[place + 1] += starts[place]
    at, order = starts[:-1].copy(), np.empty(len(owner), np.int64)
    for row in range(len(owner)):
        order[at[owner[row]]] = row
        at[owner[row]] += 1
    return starts, order


@compiled
def _merged(starts: Ints, text: Bytes, others: Ints, letters: Bytes) -> tuple[Ints, Ints, int]:
    place, sorted_place = np.empty(len(starts) - 1, np.int32), np.empty(len(others) - 1, np.int32)
    one = other = count = 0
    while one < len(place) or other < len(sorted_place):
        if other == len(sorted_place):
            order = -1
        elif one == len(place):
            order = 1
        else:
            order = compared(
                text, starts[one], starts[one + 1], letters, others[other], others[other + 1]
            )  # fmt: skip
        if order <= 0:
            place[one] = count
            one += 1
        if order >= 0:
            sorted_place[other] = count
            other += 1
        count += 1
    return place, sorted_place, count


@compiled
def _join_rows(
    first: int, after: int, kept_starts: Longs, kept: Any, place: Longs, stands: Bools, kept_skus: Ints, origin: int,
    begin: int, code: Ints, begun: Longs, fresh: Any, skus: Ints, starts: Longs, items: Ints, days: Ints, money: Ints,
    times: Any,
) -> bool:  # fmt: skip
    kept_items, kept_days, kept_money, kept_times = kept.item, kept.day, kept.money, kept.times
    new_items, new_days, new_money, new_times = fresh.item, fresh.day, fresh.money, fresh.times
    repeated = False
    for who in range(first, after):
        many = 0
        if code[who] >= 0:
            for part in range(len(begun)):
                many += begun[part, code[who] + 1] - begun[part, code[who]]
        keys, rows = np.empty(many, np.int64), np.empty(many, np.int64)
        if many:
            many = 0
            for part in range(len(begun)):
                for row in range(begun[part, code[who]], begun[part, code[who] + 1]):
                    keys[many], rows[many] = (np.int64(skus[new_items[row]]) << 16) + new_days[row], row
                    many += 1
            if many < _PACKED and len(skus) < _PACKED >> 1:
                packed = np.empty(many, np.int64)
                for at in range(many):
                    packed[at] = (keys[at] << 24) + at
                packed.sort()
                order = packed & (_PACKED - 1)
            else:
                order = np.argsort(keys, kind="mergesort")
            keys, rows = keys[order], rows[order]
        here, end = 0, 0
        if place[who - first] >= 0:
            here, end = kept_starts[place[who - first]], kept_starts[place[who - first] + 1]
        to, new, last = starts[who], 0, np.int64(-1)
        comes = keys[0] if many else _NEVER
        for row in range(here, end + 1):
            key = _NEVER
            if row < end:
                day = np.int64(kept_days[row]) - origin
                if not stands[day]:
                    continue
                key = (np.int64(kept_skus[kept_items[row]]) << 16) + day
            while comes < key:
                at = rows[new]
                more = _put(comes, last, new_money[at], new_times[at], begin, items, days, money, times, to)
                repeated |= more > 0 and comes == last
                to, last, new = to + more, comes, new + 1
                comes = keys[new] if new < many else _NEVER
            if key != last and row < end:
                items[to], days[to] = np.int32(key >> 16), np.int32((key & 0xFFFF) + begin)
                money[to], times[to] = kept_money[row], kept_times[row]
                to, last = to + 1, key
            elif row < end:
                more = _put(key, last, kept_money[row], kept_times[row], begin, items, days, money, times, to)
                repeated |= more > 0
                to += more
        starts[who + 1] = to
    return repeated


@compiled
def _put(
    key: Any, last: Any, money: int, times: int, begin: int, items: Ints, days: Ints, paid: Ints, often: Any, to: int
) -> int:  # fmt: skip
    """How many rows more that makes: none where the one before is of the same good and day and has room."""
    if key == last:
        both, counted = np.int64(paid[to - 1]) + np.int64(money), np.int64(often[to - 1]) + np.int64(times)
        if -MOST <= both <= MOST and counted <= _MOST_TIMES:
            paid[to - 1], often[to - 1] = both, counted
            return 0
    items[to], days[to] = np.int32(key >> 16), np.int32((key & 0xFFFF) + begin)
    paid[to], often[to] = money, times
    return 1


@compiled
def _join_slips(
    first: int, after: int, kept_starts: Longs, kept: Any, place: Longs, stands: Bools, kept_stores: Ints, code: Ints,
    begun: Longs, fresh: Any, stores: Ints, starts: Longs, out: Any,
) -> None:  # fmt: skip
    kept_days = kept.day
    for who in range(first, after):
        to = starts[who]
        if place[who - first] >= 0:
            for row in range(kept_starts[place[who - first]], kept_starts[place[who - first] + 1]):
                if stands[kept_days[row]]:
                    _copied(kept, row, kept_stores, out, to)
                    to += 1
        if code[who] >= 0:
            for part in range(len(begun)):
                for row in range(begun[part, code[who]], begun[part, code[who] + 1]):
                    _copied(fresh, row, stores, out, to)
                    to += 1
        starts[who + 1] = to


@compiled
def _copied(slips: Any, row: int, stores: Ints, out: Any, to: int) -> None:
    out.day[to], out.store[to], out.second[to] = slips.day[row], stores[slips.store[row]], slips.second[row]
    out.gross[to], out.discount[to], out.items[to] = slips.gross[row], slips.discount[row], slips.items[row]
    out.lines[to], out.returned[to] = slips.lines[row], slips.returned[row]
