"""What each owner has altogether, in compiled loops: receipts and goods are added part by part, in any order.

The same sums as `marts` and `totals` express for every engine, a customer's row at a time. Of what is added nothing is
kept but the owner, the day and the store of each receipt.
"""

from typing import Any, NamedTuple

import numpy as np

from adapters.analytics.compiled import compiled, prefetch
from adapters.analytics.history import BEGIN
from adapters.analytics.purchases import grouped
from adapters.analytics.slips import MOST, Slips, each
from adapters.analytics.words import Ints, Keys, Longs

SPANS = (28, 90, 365)
"""Days up to the cut-off day that receipts and money are counted over."""
NAMES = (
    "first_day", "last_day", "receipts", "items", "promo", "returned", "lines", "gross", "discount",
    *(f"receipts_{span}" for span in SPANS), *(f"money_{span}" for span in SPANS), "weekday", "hour", "days",
    "gap_squares", "gap_middles", "gap_middle_count", "stores", "top_store", "categories", "top_category", "brands",
)  # fmt: skip
"""What is found of an owner; stores and categories by their places, 0 where there is none."""
_FIRST, _LAST, _RECEIPTS, _ITEMS, _RETURNED, _LINES, _RECENT, _WEEKDAY, _HOUR, _COUNTS = *range(7), 9, 16, 40
"""Places of an owner's counts; three of `_RECENT`, seven of `_WEEKDAY`, twenty-four of `_HOUR`."""
_GROSS, _DISCOUNT, _MONEY, _SUMS = 0, 1, 2, 5
"""Places of an owner's sums; three of `_MONEY`."""
_NOTHING = np.zeros(0, np.int32)
_SLIPS, _ROWS = 6, 48
"""So far ahead what their owner has is on its way to the cache: a million lie far apart."""


class Clock(NamedTuple):
    """Today from the earliest day on, spans up to it, and the seconds to add for the zone's clock from instants on."""

    today: int
    spans: Longs
    began: Longs
    shift: Longs


class Goods(NamedTuple):
    """Of each good its category, its brand in the upper half (from 1, 0 for none), and from the next word on a bit for
    each week that it is on promo: one look into memory for each row. `weeks`: by days from the earliest on."""

    about: Keys
    weeks: Ints
    categories: int
    brands: int


class _Owners(NamedTuple):
    """What each owner has: counts, sums, how much was on promo and money by category, and a bit for each category and,
    from the next whole word on, for each brand. Money is in minor units, and what is too much for its place stands in
    `Sums._far`."""

    counts: Ints
    sums: Longs
    money: Ints
    bits: Keys


def bytes_of(goods: Goods) -> int:
    """What an owner takes."""
    return 4 * (_COUNTS + 1 + goods.categories) + 8 * (_SUMS + _words(goods))


def _words(goods: Goods) -> int:
    return (goods.categories + 63) // 64 + (goods.brands + 63) // 64


class Sums:
    """Of so many owners; what they have takes memory once there is something."""

    def __init__(self, owners: int, goods: Goods, clock: Clock) -> None:
        self._goods, self._clock = goods, clock
        self._have = _Owners(
            np.zeros((owners, _COUNTS), np.int32), np.zeros((owners, _SUMS), np.int64),
            np.zeros((owners, 1 + goods.categories), np.int32), np.zeros((owners, _words(goods)), np.uint64),
        )  # fmt: skip
        self._left = list[tuple[Ints, Ints, Ints]]()
        self._far = list[tuple[Longs, Longs]]()

    def add_slips(self, owner: Ints, slips: Slips) -> None:
        """Receipts by the numbers of their owners."""
        self._left.append(_add_slips(owner, slips, self._clock, self._have))

    def add_rows(self, owner: Ints, item: Ints, day: Any, money: Ints, times: Any, origin: int = 0) -> None:
        """Goods that stay bought; days count from `origin` days before the earliest one on."""
        far = _add_rows(owner, item, day, money, times, origin, self._goods, self._clock.today, self._have)
        if len(far[0]):
            self._far.append(far)

    def found(self, owners: int, store: Ints) -> Longs:
        """`NAMES` of the first so many owners; `store` orders the stores by their names. Then nobody has anything."""
        have: Any = each(self._have, lambda column: column[:owners])
        if self._far:
            have = have._replace(money=self._wide(owners))
        whose, when, where = (np.concatenate([one[at] for one in self._left] or [_NOTHING]) for at in range(3))
        self._left.clear()
        out = np.zeros((len(NAMES), owners), np.int64)
        _end(have, *grouped(whose, when, where, owners), store, self._goods.categories, out)
        return out

    def _wide(self, owners: int) -> Longs:
        """The money of the first so many owners with what was too much for its place, which is nought again."""
        wide = self._have.money[:owners].astype(np.int64)
        for at, money in self._far:
            np.add.at(wide.reshape(-1), at, money)
        self._far.clear()
        self._have.money[:owners] = 0
        return wide


@compiled
def _add_slips(owner: Ints, slips: Any, clock: Any, have: Any) -> tuple[Ints, Ints, Ints]:
    """Owner, day and store of each receipt of which something is left. Arrays are named before the loop:
    `slipping._counted`."""
    counts, sums = have.counts, have.sums
    began, shift, spans, today = clock.began, clock.shift, clock.spans, clock.today
    day, store, second, gross, discount = slips.day, slips.store, slips.second, slips.gross, slips.discount
    items, lines, returned = slips.items, slips.lines, slips.returned
    many, left = len(owner), 0
    whose, when, where = np.empty(many, np.int32), np.empty(many, np.int32), np.empty(many, np.int32)
    for at in range(many):
        soon = owner[min(at + _SLIPS, many - 1)]
        for place in range(0, _COUNTS, 16):  # sixteen of them are a line of the cache
            prefetch(counts, soon * _COUNTS + place)
        prefetch(sums, soon * _SUMS)
        who, on = owner[at], np.int64(day[at])
        if on > today:
            continue
        money = np.int64(gross[at]) - discount[at]
        counts[who, _LINES] += lines[at]
        counts[who, _RETURNED] += returned[at]
        sums[who, _GROSS] += gross[at]
        sums[who, _DISCOUNT] += discount[at]
        for span in range(len(spans)):
            if on > today - spans[span]:
                sums[who, _MONEY + span] += money
                counts[who, _RECENT + span] += items[at] > 0
        if items[at] == 0:
            continue
        if counts[who, _RECEIPTS] == 0 or on < counts[who, _FIRST]:
            counts[who, _FIRST] = on
        counts[who, _LAST] = max(counts[who, _LAST], on)
        counts[who, _RECEIPTS] += 1
        counts[who, _ITEMS] += items[at]
        counts[who, _WEEKDAY + (on + BEGIN + 3) % 7] += 1  # 1970-01-01 was a Thursday; 0 is Monday
        sold, change = np.int64(second[at]), len(began) - 1
        while change > 0 and began[change] > sold:  # most are of the last years
            change -= 1
        counts[who, _HOUR + (sold + shift[change]) // 3600 % 24] += 1
        whose[left], when[left], where[left] = who, on, store[at]
        left += 1
    return whose[:left].copy(), when[:left].copy(), where[:left].copy()


@compiled
def _add_rows(
    owner: Ints, item: Ints, day: Any, paid: Ints, times: Any, origin: int, goods: Any, today: int, have: Any
) -> tuple[Longs, Longs]:  # fmt: skip
    """Places in the money for which it was too much, and how much was taken out of them."""
    about, weeks, money, bits = goods.about, goods.weeks, have.money, have.bits
    wide, words, many, brands = money.shape[1], bits.shape[1], len(owner), (goods.categories + 63) // 64 * 64 - 1
    far_at, far, fars = np.empty(many, np.int64), np.empty(many, np.int64), 0
    for row in range(many):
        ahead = min(row + _ROWS, many - 1)
        if owner[ahead] != owner[ahead - 1]:
            soon = owner[ahead]
            for place in range(0, wide, 16):
                prefetch(money, soon * wide + place)
            for place in range(0, words, 8):
                prefetch(bits, soon * words + place)
        who, good, on = owner[row], item[row], np.int64(day[row]) - origin
        if good >= len(about) or on > today:  # what is no product has neither category nor brand
            continue
        category, brand = np.int64(about[good, 0] & np.uint64(0xFFFFFFFF)), np.int64(about[good, 0] >> np.uint64(32))
        if category:
            total = np.int64(money[who, category]) + paid[row]
            if total > MOST or total < -MOST:
                far_at[fars], far[fars] = np.int64(who) * wide + category, total
                fars += 1
                total = 0
            money[who, category] = total
            bits[who, (category - 1) >> 6] |= np.uint64(1) << np.uint64((category - 1) & 63)
        if brand:
            bit = brands + brand
            bits[who, bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)
        week = weeks[on]
        if week >= 0 and about[good, 1 + (week >> 6)] >> np.uint64(week & 63) & np.uint64(1):
            money[who, 0] += times[row]
    return far_at[:fars].copy(), far[:fars].copy()


@compiled
def _end(
    have: Any, starts: Longs, days: Ints, stores: Ints, place: Ints, categories: int, out: Any
) -> None:  # fmt: skip
    """From each owner's receipts, owner by owner, what only all of them tell; what the owner had is nought again."""
    counts, sums, money, bits = have.counts, have.sums, have.money, have.bits
    visits, most = np.zeros(len(place), np.int64), 0
    for who in range(len(counts)):
        most = max(most, starts[who + 1] - starts[who])
    room = np.empty(most, np.int32)
    for who in range(len(counts)):
        told, first, last = counts[who], starts[who], starts[who + 1]
        if told[_RECEIPTS]:
            out[0, who], out[1, who] = told[_FIRST] + BEGIN, told[_LAST] + BEGIN
        out[2, who], out[3, who], out[4, who] = told[_RECEIPTS], told[_ITEMS], money[who, 0]
        out[5, who], out[6, who] = told[_RETURNED], told[_LINES]
        out[7, who], out[8, who] = sums[who, _GROSS], sums[who, _DISCOUNT]
        for span in range(3):
            out[9 + span, who], out[12 + span, who] = told[_RECENT + span], sums[who, _MONEY + span]
        out[15, who], out[16, who] = np.argmax(told[_WEEKDAY:_HOUR]) + 1, np.argmax(told[_HOUR:])
        out[17, who], out[18, who], out[19, who], out[20, who] = gaps_of(days[first:last], room)
        best = -1
        for at in range(first, last):
            visits[stores[at]] += 1
        for at in range(first, last):
            one = stores[at]
            if best < 0 or visits[one] > visits[best] or (visits[one] == visits[best] and place[one] < place[best]):
                best = one
        for at in range(first, last):
            out[21, who] += visits[stores[at]] > 0
            visits[stores[at]] = 0
        out[22, who] = max(best, 0)
        top = -1
        for bit in range(categories):
            if bits[who, bit >> 6] >> np.uint64(bit & 63) & np.uint64(1):
                out[23, who] += 1
                if top < 0 or money[who, 1 + bit] > money[who, 1 + top]:
                    top = bit
        out[24, who] = max(top, 0)
        for at in range((categories + 63) >> 6, bits.shape[1]):
            word = bits[who, at]
            while word:
                word &= word - np.uint64(1)
                out[25, who] += 1
        told[:], sums[who, :], money[who, :], bits[who, :] = 0, 0, 0, 0


@compiled
def gaps_of(days: Ints, room: Ints) -> Any:
    """How many different days, the squares of the gaps between them, the middle gaps and how many those are; the days
    are put in order, and `room` for as many is filled."""
    for at in range(1, len(days)):
        if days[at] < days[at - 1]:  # months come one after the other, so mostly they are in order
            days.sort()
            break
    many, squares = 0, np.int64(0)
    for at in range(1, len(days)):
        gap = days[at] - days[at - 1]
        if gap:
            squares += np.int64(gap) * gap
            room[many] = gap
            many += 1
    middles, middle = 0, 0
    if many:
        found = room[:many]
        found.sort()
        middles = found[many // 2] + (found[many // 2 - 1] if many % 2 == 0 else 0)
        middle = 1 if many % 2 else 2
    return many + (len(days) > 0), squares, middles, middle
