"""Lines become receipts, and what stays bought on each: a part of the lake at a time, whatever else the lake holds.

A receipt lies in one month with everything that came back of it, so months can be worked through one by one and kept.
"""

from typing import Any, NamedTuple

import numpy as np

from adapters.analytics.compiled import compiled
from adapters.analytics.reading import Part
from adapters.analytics.slips import LAST, MANY, MOST, Rows, Slipped, Slips, each, rows_for, slips_for
from adapters.analytics.words import Bools, Ints, Longs

_SECONDS, _DAY = 2**32, 86_400
_WIDE = {"gross": MOST, "discount": MOST, "lines": MANY, "returned": MANY}
"""Sums that may be more than one row has room for."""


class Runs(NamedTuple):
    """Room for where lines of one receipt stand side by side, and for the run behind it."""

    begin: Ints
    end: Ints
    after: Ints


class Room(NamedTuple):
    """Room for what a part comes to, receipts and rows; sums are as wide as what is kept or, where that is too small,
    as wide as lines have them."""

    slip_owner: Ints
    slips: Slips
    row_owner: Ints
    rows: Rows


class Slipping:
    """Parts become receipts and rows, one after the other, in room that is taken once: what one part came to stands
    until the next."""

    def __init__(self, earliest: int) -> None:
        """Days count from the `earliest` on."""
        self._earliest, self._mark = earliest, 0
        self._seen, self._runs = np.full(0, -1, np.int64), _runs_for(0)
        self._room = _room_for(0)

    def slipped(self, part: Part, goods: int, *, whole: bool = False) -> Slipped:
        """The part's receipts and rows; there are so many goods by now. With `whole`, what several owners have of a
        receipt is a receipt of each."""
        if goods > len(self._seen):
            self._seen = np.full(goods, -1, np.int64)
        if len(part.o) > len(self._runs.begin):
            size = len(part.o) * 9 // 8
            self._runs, self._room = _runs_for(size), _room_for(size)
        heads, torn = _receipts(part, self._runs, self._earliest)
        if whole:
            torn[:] = False
        lines = _lines_of(heads, torn, self._runs)
        heads = heads[~torn]
        receipts, rows, fits = self._counted(part, heads, self._room)
        if fits:
            return Slipped(*_cut(self._room, receipts, rows), lines)
        wide = _wide_room_for(len(part.o))
        self._counted(part, heads, wide)
        made = _cut(wide, receipts, rows)
        return Slipped(*_narrow(made.slip_owner, made.slips), *_thin(made.row_owner, made.rows), lines)

    def _counted(self, part: Part, heads: Ints, room: Room) -> tuple[int, int, bool]:
        found: tuple[int, int, bool] = _counted(part, heads, self._runs, self._seen, self._mark, self._earliest, room)
        self._mark += len(part.o)
        return found


def _runs_for(many: int) -> Runs:
    return Runs(*(np.empty(many, np.int32) for _ in Runs._fields))


def _room_for(lines: int) -> Room:
    rows = rows_for(lines)
    rows.times[:] = 1
    return Room(np.empty(lines, np.int32), slips_for(lines), np.empty(lines, np.int32), rows)


def _wide_room_for(lines: int) -> Room:
    narrow = _room_for(lines)
    wide: dict[str, Any] = {name: np.empty(lines, np.int64) for name in _WIDE}
    money: Any = np.empty(lines, np.int64)
    return narrow._replace(slips=narrow.slips._replace(**wide), rows=narrow.rows._replace(money=money))


def _cut(room: Room, receipts: int, rows: int) -> Room:
    slips, goods = each(room.slips, lambda column: column[:receipts]), each(room.rows, lambda column: column[:rows])
    return Room(room.slip_owner[:receipts], slips, room.row_owner[:rows], goods)


def _narrow(owner: Ints, told: Slips) -> tuple[Ints, Slips]:
    """What does not fit goes on in slips without items."""
    limits = np.array([[_WIDE[name]] for name in _WIDE])
    wide = np.stack([getattr(told, name) for name in _WIDE])
    places, parts, at = [np.arange(len(owner))], [np.clip(wide, -limits, limits)], np.arange(len(owner))
    while (wide := wide - parts[-1]).any():
        more = wide.any(0)
        at, wide = at[more], wide[:, more]
        places.append(at)
        parts.append(np.clip(wide, -limits, limits))
    place, fits = np.concatenate(places), np.concatenate(parts, axis=1)
    made = each(told, lambda column: column[place])
    made.items[len(owner) :] = 0
    kinds = slips_for(0)
    narrow = {name: one.astype(getattr(kinds, name).dtype) for name, one in zip(_WIDE, fits, strict=True)}
    return owner[place], made._replace(**narrow)


def _thin(owner: Ints, rows: Rows) -> tuple[Ints, Rows]:
    """The same for what was paid for a good: it goes on in rows of no receipt."""
    item, day, money, times = rows
    while len(far := np.flatnonzero((money > MOST) | (money < -MOST))):
        left = money[far]
        money[far] = np.clip(left, -MOST, MOST)
        owner, item, day = (np.concatenate([column, column[far]]) for column in (owner, item, day))
        money = np.concatenate([money, left - money[far]])
        times = np.concatenate([times, np.zeros(len(far), np.uint8)])
    return owner, Rows(item, day, money.astype(np.int32), times)


@compiled
def _receipts(part: Part, room: Runs, earliest: int) -> tuple[Ints, Bools]:
    """The first run of each receipt, whose others follow in `room`, and whether other owners have it as well."""
    o, day, r, p, milli = part.o, part.day, part.r, part.p, part.milli
    begin, end, after = room.begin, room.end, room.after
    runs, last = 0, -1
    for row in range(len(o)):
        if o[row] < 0 or p[row] < 0 or milli[row] == 0 or day[row] < earliest or day[row] > earliest + LAST:
            last = -1
            continue
        if last < 0 or o[row] != o[last] or r[row] != r[last] or day[row] != day[last]:
            begin[runs] = row
            runs += 1
        last = row
        end[runs - 1] = row + 1
    # Lines of a receipt mostly stand side by side; what came back later, or a torn receipt, makes a second run.
    size = 16
    while size < 2 * runs:
        size *= 2
    slots, mask = np.full(size, -1, np.int32), np.uint64(size - 1)
    heads, torn, receipts = np.empty(runs, np.int32), np.zeros(runs, np.bool_), 0
    for run in range(runs):
        row = begin[run]
        key = r[row] ^ (np.uint64(day[row]) << np.uint64(40))
        slot = (key ^ (key >> np.uint64(31))) & mask
        mine, shared = -1, False
        while slots[slot] >= 0:
            other = slots[slot]
            there = begin[heads[other]]
            if r[there] == r[row] and day[there] == day[row]:
                if o[there] == o[row]:
                    mine = other
                    break
                torn[other] = shared = True
            slot = (slot + np.uint64(1)) & mask
        if mine < 0:
            slots[slot], after[run] = receipts, -1
            heads[receipts], torn[receipts] = run, shared
            receipts += 1
        else:
            after[run], after[heads[mine]] = after[heads[mine]], run
    return heads[:receipts], torn[:receipts]


@compiled
def _lines_of(heads: Ints, wanted: Bools, room: Runs) -> Ints:
    begin, end, after = room.begin, room.end, room.after
    count = 0
    for turn in range(2):
        found = np.empty(count, np.int32)
        count = 0
        for receipt in range(len(heads)):
            run = heads[receipt] if wanted[receipt] else -1
            while run >= 0:
                for row in range(begin[run], end[run]):
                    if turn:
                        found[count] = row
                    count += 1
                run = after[run]
    return found


@compiled
def _counted(
    part: Part, heads: Ints, runs: Runs, seen: Longs, mark: int, earliest: int, room: Room
) -> tuple[int, int, bool]:
    """Each receipt's owner and sums; each of its goods that stays bought, by owner, good and day. How many of either
    stand in the room, and whether nothing was too much for it.

    Arrays are named before the loop: numba counts references, by atomic steps, each time that one is taken out of a
    tuple, and that would be two thirds of the time. `seen` has where each good stood on its last receipt, counted on
    from part to part: what was seen before the `mark` was seen on another.
    """
    o, s, day, p, micros = part.o, part.s, part.day, part.p, part.micros
    milli, price, off = part.milli, part.price, part.discount
    begin, end, after, width = runs.begin, runs.end, runs.after, len(seen)
    owner, slips = room.slip_owner, room.slips
    days, store, second, gross, discount = slips.day, slips.store, slips.second, slips.gross, slips.discount
    items, lines, back = slips.items, slips.lines, slips.returned
    row_owner, row_item, row_day, row_money = room.row_owner, room.rows.item, room.rows.day, room.rows.money
    rows, most, many = 0, 0, 0
    kinds, left, paid, less = (
        np.empty(width, np.int32),
        np.empty(width, np.int64),
        np.empty(width, np.int64),
        np.empty(width, np.int64),
    )
    for receipt in range(len(heads)):
        first = begin[heads[receipt]]
        who, when = o[first], np.uint16(day[first] - earliest)
        count, returned, sold, different = 0, 0, micros[first], 0
        run = heads[receipt]
        while run >= 0:
            for row in range(begin[run], end[run]):
                sold = min(sold, micros[row])
                count += 1
                returned += milli[row] < 0
                exact = milli[row] * price[row]
                amount = (exact + 500) // 1000 if milli[row] > 0 else -((500 - exact) // 1000)
                at = seen[p[row]] - mark
                if at < 0:
                    at, seen[p[row]] = different, mark + different
                    kinds[at], left[at], paid[at], less[at] = p[row], milli[row], amount, off[row]
                    different += 1
                else:
                    left[at] += milli[row]
                    paid[at] += amount
                    less[at] += off[row]
            run = after[run]
        mark += different
        stays, before, taken_off = 0, 0, 0
        for at in range(different):
            if left[at] <= 0:  # it came back wholly
                continue
            before += paid[at]
            taken_off += less[at]
            stays += 1
            row_owner[rows], row_item[rows], row_day[rows] = who, kinds[at], when
            row_money[rows] = paid[at] - less[at]
            most = max(most, abs(paid[at] - less[at]))
            rows += 1
        owner[receipt], days[receipt], store[receipt], items[receipt] = who, when, s[first], stays
        second[receipt] = _second(sold // 1_000_000)
        gross[receipt], discount[receipt], lines[receipt], back[receipt] = before, taken_off, count, returned
        most, many = max(most, abs(before), abs(taken_off)), max(many, count)
    return len(heads), rows, most <= MOST and many <= MANY


@compiled
def _second(second: int) -> int:
    """Beyond what fits no zone changes its clock: there the time of day is all that counts."""
    if second < 0:
        return second % _DAY
    if second >= _SECONDS:
        return _SECONDS - 2 * _DAY + (second - _SECONDS) % _DAY
    return second
