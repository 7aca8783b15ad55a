"""The compiled walk over lines: receipts are put together, and each adds to what its owner has altogether.

The same sums as `marts` and `totals` express for every engine, a customer's row at a time: of a hundred million lines
nothing is kept but the owner, the day and the store of each receipt.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from adapters.analytics.compiled import compiled

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
FIRST_DAY, LAST_DAY, RECEIPTS, ITEMS, PROMO, RETURNED, LINES, RECENT, WEEKDAY, HOUR = 0, 1, 2, 3, 4, 5, 6, 7, 10, 17
"""Places of an owner's counts; three of `RECENT`, seven of `WEEKDAY`, twenty-four of `HOUR`."""
COUNTS = 41
GROSS, DISCOUNT, MONEY = 0, 1, 2
"""Places of an owner's sums; three of `MONEY`."""
SUMS = 5


class Part(NamedTuple):
    """Lines of a month or so: owner (-1 is nobody), store, good, receipt's key, and what stands on the line."""

    o: Ints
    s: Ints
    p: Ints
    r: Keys
    day: Ints
    second: Longs
    milli: Longs
    price: Longs
    discount: Longs


class Goods(NamedTuple):
    """Category and brand of each good, from 1, 0 for none; whether it is on promo, by weeks from a Monday on."""

    category: Ints
    brand: Ints
    promo: Bools
    monday: int


class Clock(NamedTuple):
    """First and last day that count, the spans up to it, and seconds to add for the zone's clock from instants on."""

    first: int
    today: int
    spans: Longs
    began: Longs
    shift: Longs


class Owners(NamedTuple):
    """What each owner has: counts, sums, money by category, and a bit for each category and, from the
    next whole word on, for each brand."""

    counts: Ints
    sums: Longs
    money: Longs
    bits: Keys


class Seen(NamedTuple):
    """Of each good, the last receipt that it was seen on, and its sums there where something came back."""

    mark: Longs
    goods: Ints
    milli: Longs
    gross: Longs
    discount: Longs


@compiled
def joined(store: Ints, till: Keys, receipt: Keys, to: Keys) -> None:
    """One key of the three: the odd factors keep (1, 23) and (12, 3) apart."""
    for row in range(len(to)):
        key = (np.uint64(store[row]) + np.uint64(1)) * np.uint64(0xC2B2AE3D27D4EB4F)
        to[row] = key ^ (till[row] * np.uint64(0x9E3779B97F4A7C15)) ^ receipt[row]


@compiled
def walked(part: Part, goods: Goods, clock: Clock, owners: Owners, seen: Seen, mark: int) -> tuple[Ints, Ints, Ints]:
    """Owner, day and store of each receipt of which something is left; `mark` is greater than any of earlier parts."""
    o, s, day, r, milli = part.o, part.s, part.day, part.r, part.milli
    first, today = clock.first, clock.today
    many = len(o)
    begin, end, after = np.empty(many, np.int32), np.empty(many, np.int32), np.empty(many, np.int32)
    runs, last = 0, -1
    for row in range(many):
        if o[row] < 0 or milli[row] == 0 or day[row] < first or day[row] > today:
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
    heads, receipts = np.empty(runs, np.int32), 0
    for run in range(runs):
        row = begin[run]
        key = r[row] ^ (np.uint64(o[row]) * np.uint64(0x9E3779B97F4A7C15)) ^ (np.uint64(day[row]) << np.uint64(40))
        slot = (key ^ (key >> np.uint64(31))) & mask
        other = slots[slot]
        while other >= 0:
            there = begin[other]
            if r[there] == r[row] and o[there] == o[row] and day[there] == day[row]:
                break
            slot = (slot + np.uint64(1)) & mask
            other = slots[slot]
        if other < 0:
            slots[slot], after[run] = run, -1
            heads[receipts] = run
            receipts += 1
        else:
            after[run], after[other] = after[other], run
    whose, when, where = np.empty(receipts, np.int32), np.empty(receipts, np.int32), np.empty(receipts, np.int32)
    is_left = _added(part, goods, clock, owners, seen, mark, heads[:receipts], begin, end, after)
    left = 0
    for receipt in range(receipts):
        if is_left[receipt]:
            row = begin[heads[receipt]]
            whose[left], when[left], where[left] = o[row], day[row], s[row]
            left += 1
    return whose[:left].copy(), when[:left].copy(), where[:left].copy()


@compiled
def _added(
    part: Part, goods: Goods, clock: Clock, owners: Owners, seen: Seen, mark: int, heads: Ints, begin: Ints, end: Ints,
    after: Ints,
) -> Bools:  # fmt: skip
    """Of each receipt, whether something is left of it; its owner has what is.

    Arrays are named before the loop: numba counts references, by atomic steps, each time that one is taken out of a
    tuple, and that would be two thirds of the time.
    """
    milli, price, off, second, day, p, o = part.milli, part.price, part.discount, part.second, part.day, part.p, part.o
    category, brand, weeks = goods.category, goods.brand, goods.promo
    counts, sums, money, bits = owners.counts, owners.sums, owners.money, owners.bits
    marks, kinds, left, paid, less = seen.mark, seen.goods, seen.milli, seen.gross, seen.discount
    began, shift, spans = clock.began, clock.shift, clock.spans
    brands = (money.shape[1] + 63) & ~63
    is_left = np.zeros(len(heads), np.bool_)
    for receipt in range(len(heads)):
        lines, returned, first_second = 0, 0, np.int64(0)
        run = heads[receipt]
        while run >= 0:
            for row in range(begin[run], end[run]):
                if lines == 0 or second[row] < first_second:
                    first_second = second[row]
                lines += 1
                returned += milli[row] < 0
            run = after[run]
        first = begin[heads[receipt]]
        who, at = o[first], day[first]
        week = (at - (at + 3) % 7 - goods.monday) // 7
        has_week = 0 <= week < len(weeks)
        gross, discount, items, promo = np.int64(0), np.int64(0), 0, 0
        different = 0
        run = heads[receipt]
        while run >= 0:
            for row in range(begin[run], end[run]):
                good = p[row]
                exact = milli[row] * price[row]
                amount = (exact + 500) // 1000 if milli[row] > 0 else -((500 - exact) // 1000)
                fresh = marks[good] != mark + receipt
                marks[good] = mark + receipt
                if returned == 0:
                    gross += amount
                    discount += off[row]
                    if category[good]:
                        money[who, category[good] - 1] += amount - off[row]
                    if fresh:
                        items += 1
                        promo += has_week and weeks[week, good]
                        _had(bits, category[good], brand[good], brands, who)
                else:
                    if fresh:
                        left[good] = paid[good] = less[good] = 0
                        kinds[different] = good
                        different += 1
                    left[good] += milli[row]
                    paid[good] += amount
                    less[good] += off[row]
            run = after[run]
        for place in range(different):
            good = kinds[place]
            if left[good] <= 0:  # it came back wholly
                continue
            gross += paid[good]
            discount += less[good]
            if category[good]:
                money[who, category[good] - 1] += paid[good] - less[good]
            items += 1
            promo += has_week and weeks[week, good]
            _had(bits, category[good], brand[good], brands, who)
        counts[who, LINES] += lines
        counts[who, RETURNED] += returned
        if items == 0:
            continue
        is_left[receipt] = True
        if counts[who, RECEIPTS] == 0 or at < counts[who, FIRST_DAY]:
            counts[who, FIRST_DAY] = at
        if counts[who, RECEIPTS] == 0 or at > counts[who, LAST_DAY]:
            counts[who, LAST_DAY] = at
        counts[who, RECEIPTS] += 1
        counts[who, ITEMS] += items
        counts[who, PROMO] += promo
        sums[who, GROSS] += gross
        sums[who, DISCOUNT] += discount
        for span in range(3):
            if at > clock.today - spans[span]:
                counts[who, RECENT + span] += 1
                sums[who, MONEY + span] += gross - discount
        counts[who, WEEKDAY + (at + 3) % 7] += 1  # 1970-01-01 was a Thursday; 0 is Monday
        change = len(began) - 1
        while change > 0 and began[change] > first_second:  # most are of the last years
            change -= 1
        counts[who, HOUR + (first_second + shift[change]) // 3600 % 24] += 1
    return is_left


@compiled
def _had(bits: Keys, category: int, brand: int, brands: int, who: int) -> None:
    if category:
        bit = category - 1
        bits[who, bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)
    if brand:
        bit = brands + brand - 1
        bits[who, bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)
