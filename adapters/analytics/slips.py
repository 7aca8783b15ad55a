"""Lines become receipts, and what stays bought on each: a part of the lake at a time, whatever else the lake holds.

A receipt lies in one month with everything that came back of it, so months can be worked through one by one and kept.
Nothing here knows a category, a promo, a zone or today: all of that may be another next week.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from adapters.analytics.compiled import compiled
from adapters.analytics.reading import Part
from adapters.analytics.words import Bools, Ints, Longs

Shorts = npt.NDArray[np.uint16]
LAST = 65_535
"""Days from the earliest one on that can be kept, nearly two centuries: a later one is a broken clock's."""
MOST, MANY = 2**31 - 1, 65_535
C = TypeVar("C", bound=tuple[Any, ...])
_SECONDS, _DAY = 2**32, 86_400


class Slips(NamedTuple):
    """Receipts. `day` counts from the earliest one; `items` are different goods that stay bought, `lines` all of its
    lines, `returned` those that came back; gross and discount are of what stays bought.

    One without items is no receipt: all of it came back, or it goes on with what did not fit into the one before.
    """

    day: Shorts
    store: Ints
    second: npt.NDArray[np.uint32]
    gross: Ints
    discount: Ints
    items: Ints
    lines: Shorts
    returned: Shorts


class Rows(NamedTuple):
    """A good that stays bought on a day: what was paid for it less discounts, and on how many receipts it stands."""

    item: Ints
    day: Shorts
    money: Ints
    times: npt.NDArray[np.uint8]


def rows_for(size: int) -> Rows:
    """Room for so many rows."""
    return Rows(np.empty(size, np.int32), np.empty(size, np.uint16), np.empty(size, np.int32), np.empty(size, np.uint8))


def slips_for(size: int) -> Slips:
    """Room for so many receipts."""
    return Slips(
        np.empty(size, np.uint16), np.empty(size, np.int32), np.empty(size, np.uint32), np.empty(size, np.int32),
        np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.uint16), np.empty(size, np.uint16),
    )  # fmt: skip


def each(columns: C, do: Callable[[Any], Any]) -> C:
    """The same columns, with something done to each."""
    made: Any = type(columns)
    found: C = made(*map(do, columns))
    return found


class Slipped(NamedTuple):
    """What a part comes to, each with its owner; `torn`: which of its lines are of receipts that several owners have,
    which are in neither."""

    slip_owner: Ints
    slips: Slips
    row_owner: Ints
    rows: Rows
    torn: Ints


class Runs(NamedTuple):
    """Room for where lines of one receipt stand side by side, and for the run behind it."""

    begin: Ints
    end: Ints
    after: Ints


class Slipping:
    """Parts become receipts and rows, one after the other, in room that is taken once."""

    def __init__(self, earliest: int) -> None:
        """Days count from the `earliest` on."""
        self._earliest, self._mark = earliest, 0
        self._seen, self._room = np.full(0, -1, np.int64), _runs_for(0)

    def slipped(self, part: Part, goods: int, *, whole: bool = False) -> Slipped:
        """The part's receipts and rows; there are so many goods by now. With `whole`, what several owners have of a
        receipt is a receipt of each."""
        if goods > len(self._seen):
            self._seen = np.full(goods, -1, np.int64)
        if len(part.o) > len(self._room.begin):
            self._room = _runs_for(len(part.o) * 9 // 8)
        heads, torn = _receipts(part, self._room, self._earliest)
        if whole:
            torn[:] = False
        lines = _lines_of(heads, torn, self._room)
        owner, slips, *rows = _counted(part, heads[~torn], self._room, self._seen, self._mark, self._earliest)
        self._mark += len(part.o)
        return Slipped(*_narrow(owner, slips), *_thin(*rows), lines)


def _runs_for(many: int) -> Runs:
    return Runs(*(np.empty(many, np.int32) for _ in Runs._fields))


def _narrow(owner: Ints, told: Any) -> tuple[Ints, Slips]:
    """What does not fit goes on in slips without items."""
    day, store, second, gross, discount, items, lines, returned = told
    # Beyond what fits no zone changes its clock: there the time of day is all that counts.
    early, late = second < 0, second >= _SECONDS
    second[early] %= _DAY
    second[late] = _SECONDS - 2 * _DAY + (second[late] - _SECONDS) % _DAY
    if all(_fits(*one) for one in ((gross, MOST), (discount, MOST), (lines, MANY), (returned, MANY))):
        return owner, Slips(
            day, store, second.astype(np.uint32), gross.astype(np.int32), discount.astype(np.int32), items,
            lines.astype(np.uint16), returned.astype(np.uint16),
        )  # fmt: skip
    wide, limits = np.stack([gross, discount, lines, returned]), np.array([[MOST], [MOST], [MANY], [MANY]])
    places, parts, at = [np.arange(len(owner))], [np.clip(wide, -limits, limits)], np.arange(len(owner))
    while (wide := wide - parts[-1]).any():
        more = wide.any(0)
        at, wide = at[more], wide[:, more]
        places.append(at)
        parts.append(np.clip(wide, -limits, limits))
    place, fits = np.concatenate(places), np.concatenate(parts, axis=1)
    counted = items[place]
    counted[len(owner) :] = 0
    return owner[place], Slips(
        day[place], store[place], second[place].astype(np.uint32), fits[0].astype(np.int32), fits[1].astype(np.int32),
        counted, fits[2].astype(np.uint16), fits[3].astype(np.uint16),
    )  # fmt: skip


def _thin(owner: Ints, item: Ints, day: Shorts, money: Longs) -> tuple[Ints, Rows]:
    """The same for what was paid for a good: it goes on in rows of no receipt."""
    times = np.ones(len(owner), np.uint8)
    while True:
        if _fits(money, MOST):
            return owner, Rows(item, day, money.astype(np.int32), times)
        far = np.flatnonzero((money > MOST) | (money < -MOST))
        left = money[far]
        money[far] = np.clip(left, -MOST, MOST)
        owner, item, day = (np.concatenate([column, column[far]]) for column in (owner, item, day))
        money = np.concatenate([money, left - money[far]])
        times = np.concatenate([times, np.zeros(len(far), np.uint8)])


def _fits(column: Longs, most: int) -> bool:
    return not len(column) or bool(-most <= column.min() and column.max() <= most)


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
def _counted(part: Part, heads: Ints, room: Runs, seen: Longs, mark: int, earliest: int) -> Any:
    """Each receipt's owner and sums; each of its goods that stays bought, by owner, good and day.

    Arrays are named before the loop: numba counts references, by atomic steps, each time that one is taken out of a
    tuple, and that would be two thirds of the time. `seen` has where each good stood on its last receipt, counted on
    from part to part: what was seen before the `mark` was seen on another.
    """
    o, s, day, p, micros = part.o, part.s, part.day, part.p, part.micros
    milli, price, off = part.milli, part.price, part.discount
    begin, end, after = room.begin, room.end, room.after
    many, width = len(heads), len(seen)
    owner, days, store, second = (
        np.empty(many, np.int32),
        np.empty(many, np.uint16),
        np.empty(many, np.int32),
        np.empty(many, np.int64),
    )
    gross, discount, items = np.zeros(many, np.int64), np.zeros(many, np.int64), np.zeros(many, np.int32)
    lines, back = np.zeros(many, np.int64), np.zeros(many, np.int64)
    row_owner, row_item = np.empty(len(o), np.int32), np.empty(len(o), np.int32)
    row_day, row_money, rows = np.empty(len(o), np.uint16), np.empty(len(o), np.int64), 0
    kinds, left, paid, less = (
        np.empty(width, np.int32),
        np.empty(width, np.int64),
        np.empty(width, np.int64),
        np.empty(width, np.int64),
    )
    for receipt in range(many):
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
        owner[receipt], days[receipt], store[receipt] = who, when, s[first]
        second[receipt] = sold // 1_000_000
        lines[receipt], back[receipt] = count, returned
        for at in range(different):
            if left[at] <= 0:  # it came back wholly
                continue
            gross[receipt] += paid[at]
            discount[receipt] += less[at]
            items[receipt] += 1
            row_owner[rows], row_item[rows], row_day[rows] = who, kinds[at], when
            row_money[rows] = paid[at] - less[at]
            rows += 1
    slips = (days, store, second, gross, discount, items, lines, back)
    return owner, slips, row_owner[:rows], row_item[:rows], row_day[:rows], row_money[:rows]
