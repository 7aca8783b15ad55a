"""What can be said of an owner when all lines are walked: gaps between days, the stores, the best of everything."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from adapters.analytics.compiled import compiled
from adapters.analytics.walking import COUNTS, HOUR, WEEKDAY, Owners

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


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


@compiled
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


@compiled
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
