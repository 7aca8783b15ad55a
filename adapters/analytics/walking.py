"""The compiled walk over lines: receipts are put together, and each adds to what its owner has altogether.

The same sums as `marts` and `totals` express for every engine, a customer's row at a time: of a hundred million lines
nothing is kept but the owner, the day and the store of each receipt.
"""

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

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


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def joined(store: Ints, till: Keys, receipt: Keys, to: Keys) -> None:
    """One key of the three: the odd factors keep (1, 23) and (12, 3) apart."""
    for row in range(len(to)):
        key = (np.uint64(store[row]) + np.uint64(1)) * np.uint64(0xC2B2AE3D27D4EB4F)
        to[row] = key ^ (till[row] * np.uint64(0x9E3779B97F4A7C15)) ^ receipt[row]


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def walked(part: Part, goods: Goods, clock: Clock, owners: Owners, seen: Seen, mark: int) -> tuple[Ints, Ints, Ints]:
    """Owner, day and store of each receipt of which something is left; `mark` is greater than any of earlier parts."""
    o, day, r = part.o, part.day, part.r
    many = len(o)
    begin, end, after = np.empty(many, np.int32), np.empty(many, np.int32), np.empty(many, np.int32)
    runs, last = 0, -1
    for row in range(many):
        if o[row] < 0 or part.milli[row] == 0 or day[row] < clock.first or day[row] > clock.today:
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
    left = 0
    for receipt in range(receipts):
        if _receipt(part, goods, clock, owners, seen, mark + receipt, heads[receipt], begin, end, after):
            row = begin[heads[receipt]]
            whose[left], when[left], where[left] = o[row], day[row], part.s[row]
            left += 1
    return whose[:left].copy(), when[:left].copy(), where[:left].copy()


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _receipt(
    part: Part, goods: Goods, clock: Clock, owners: Owners, seen: Seen, mark: int, head: int, begin: Ints, end: Ints,
    after: Ints,
) -> bool:  # fmt: skip
    """Whether something is left of it; its owner has what is."""
    milli, day = part.milli, part.day
    lines, returned, second = 0, 0, np.int64(0)
    run = head
    while run >= 0:
        for row in range(begin[run], end[run]):
            if lines == 0 or part.second[row] < second:
                second = part.second[row]
            lines += 1
            returned += milli[row] < 0
        run = after[run]
    first = begin[head]
    who, at = part.o[first], day[first]
    week = (at - (at + 3) % 7 - goods.monday) // 7
    has_week = 0 <= week < len(goods.promo)
    gross, discount, items, promo = np.int64(0), np.int64(0), 0, 0
    different = 0
    run = head
    while run >= 0:
        for row in range(begin[run], end[run]):
            good = part.p[row]
            exact = milli[row] * part.price[row]
            amount = (exact + 500) // 1000 if milli[row] > 0 else -((500 - exact) // 1000)
            fresh = seen.mark[good] != mark
            seen.mark[good] = mark
            if returned == 0:
                gross += amount
                discount += part.discount[row]
                if goods.category[good]:
                    owners.money[who, goods.category[good] - 1] += amount - part.discount[row]
                if fresh:
                    items += 1
                    promo += has_week and goods.promo[week, good]
                    _had(goods, owners, who, good)
            else:
                if fresh:
                    seen.milli[good] = seen.gross[good] = seen.discount[good] = 0
                    seen.goods[different] = good
                    different += 1
                seen.milli[good] += milli[row]
                seen.gross[good] += amount
                seen.discount[good] += part.discount[row]
        run = after[run]
    for place in range(different):
        good = seen.goods[place]
        if seen.milli[good] <= 0:  # it came back wholly
            continue
        gross += seen.gross[good]
        discount += seen.discount[good]
        if goods.category[good]:
            owners.money[who, goods.category[good] - 1] += seen.gross[good] - seen.discount[good]
        items += 1
        promo += has_week and goods.promo[week, good]
        _had(goods, owners, who, good)
    counts, sums = owners.counts[who], owners.sums[who]
    counts[LINES] += lines
    counts[RETURNED] += returned
    if items == 0:
        return False
    if counts[RECEIPTS] == 0 or at < counts[FIRST_DAY]:
        counts[FIRST_DAY] = at
    if counts[RECEIPTS] == 0 or at > counts[LAST_DAY]:
        counts[LAST_DAY] = at
    counts[RECEIPTS] += 1
    counts[ITEMS] += items
    counts[PROMO] += promo
    sums[GROSS] += gross
    sums[DISCOUNT] += discount
    for span in range(3):
        if at > clock.today - clock.spans[span]:
            counts[RECENT + span] += 1
            sums[MONEY + span] += gross - discount
    counts[WEEKDAY + (at + 3) % 7] += 1  # 1970-01-01 was a Thursday; 0 is Monday
    change = int(np.searchsorted(clock.began, second, side="right"))
    local = second + clock.shift[max(0, change - 1)]
    counts[HOUR + local // 3600 % 24] += 1
    return True


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _had(goods: Goods, owners: Owners, who: int, good: int) -> None:
    if goods.category[good]:
        bit = goods.category[good] - 1
        owners.bits[who, bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)
    if goods.brand[good]:
        bit = ((owners.money.shape[1] + 63) & ~63) + goods.brand[good] - 1
        owners.bits[who, bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)


class Ends(NamedTuple):
    """Of each owner: days, their gaps' squares, the middle gaps and how many, stores and categories and brands and the
    best of them, weekday and hour."""

    days: Longs
    squares: Longs
    middles: Longs
    middle: Longs
    stores: Longs
    store: Longs
    categories: Longs
    category: Longs
    brands: Longs
    weekday: Longs
    hour: Longs


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def ended(owners: Owners, starts: Longs, days: Ints, stores: Ints, place: Ints) -> Ends:
    """From each owner's receipts, owner by owner: `place` orders the stores by their names."""
    many, categories = len(owners.counts), owners.money.shape[1]
    made = Ends(np.zeros(many, np.int64), np.zeros(many, np.int64), np.zeros(many, np.int64), np.zeros(many, np.int64),
                np.zeros(many, np.int64), np.zeros(many, np.int64), np.zeros(many, np.int64), np.zeros(many, np.int64),
                np.zeros(many, np.int64), np.zeros(many, np.int64), np.zeros(many, np.int64))  # fmt: skip
    visits = np.zeros(len(place), np.int64)
    for who in range(many):
        first, last = starts[who], starts[who + 1]
        best = -1
        for at in range(first, last):
            store = stores[at]
            made.stores[who] += visits[store] == 0
            visits[store] += 1
        for at in range(first, last):
            store = stores[at]
            if visits[store] and (best < 0 or visits[store] > visits[best]
                                  or (visits[store] == visits[best] and place[store] < place[best])):  # fmt: skip
                best = store
        for at in range(first, last):
            visits[stores[at]] = 0
        made.store[who] = best
        _gaps(days[first:last], made, who)
        top = -1
        for bit in range(categories):
            if owners.bits[who, bit >> 6] >> np.uint64(bit & 63) & np.uint64(1):
                made.categories[who] += 1
                if top < 0 or owners.money[who, bit] > owners.money[who, top]:
                    top = bit
        made.category[who] = top
        for at in range((categories + 63) >> 6, owners.bits.shape[1]):
            word = owners.bits[who, at]
            while word:
                word &= word - np.uint64(1)
                made.brands[who] += 1
        counts = owners.counts[who]
        made.weekday[who] = np.argmax(counts[WEEKDAY:HOUR])
        made.hour[who] = np.argmax(counts[HOUR:COUNTS])
    return made


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _gaps(days: Ints, made: Ends, who: int) -> None:
    days = np.sort(days)
    gaps, many = np.empty(len(days), np.int32), 0
    for at in range(len(days)):
        if at == 0:
            made.days[who] = 1
        elif days[at] != days[at - 1]:
            made.days[who] += 1
            gap = np.int64(days[at] - days[at - 1])
            made.squares[who] += gap * gap
            gaps[many] = gap
            many += 1
    if many:
        found = np.sort(gaps[:many])
        made.middles[who] = found[many // 2] + (found[many // 2 - 1] if many % 2 == 0 else 0)
        made.middle[who] = 1 if many % 2 else 2


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def by_owner(whose: Ints, when: Ints, where: Ints, owners: int) -> tuple[Longs, Ints, Ints]:
    """Where each owner's receipts begin, and their days and stores in that order."""
    starts = np.zeros(owners + 1, np.int64)
    for who in whose:
        starts[who + 1] += 1
    for who in range(owners):
        starts[who + 1] += starts[who]
    at = starts[:-1].copy()
    days, stores = np.empty(len(whose), np.int32), np.empty(len(whose), np.int32)
    for row in range(len(whose)):
        to = at[whose[row]]
        at[whose[row]] += 1
        days[to], stores[to] = when[row], where[row]
    return starts, days, stores
