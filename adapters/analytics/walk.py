"""The walk over the owners that chooses their offers: compiled, owners in parallel, each by itself.

The named tuples that come in are those of `ranking`; the numbers of the reasons are those of `ranking.Why`.
"""

from typing import Any, NamedTuple

import numba
import numpy as np

from adapters.analytics.affinity import traits_of
from adapters.analytics.compiled import compiled, in_parallel
from adapters.analytics.picking import GROUP, KEPT, LAST, chance_of, choose, keep, lined_up, try_one
from adapters.analytics.purchases import Floats, Ints, Longs
from adapters.analytics.rhythm import DECAY, Goods, describe, visits_of
from adapters.analytics.words import Bools, Keys

TYPICAL = 1.2
"""So many times everybody's share of buyers makes a good popular in a cluster or a store."""
LIKED = 1.0
"""More than any share of buyers: stated interests come first."""
RIPE = 0.8
"""Of the own gap: from then on a good is due, as people do not shop to the day."""
_TURN = 500
"""Owners who are walked over in one room."""
TIE = np.float32(1e-3)
"""Of everybody's share of buyers: what nobody of a small cluster buys stands in that order."""
DUE, USUAL, TOGETHER, ALIKE, INTEREST, STORE, CHAIN, NEW = range(1, 9)


class Learned(NamedTuple):
    """The week's models, by candidate where it says so."""

    weights: Floats
    bias: float
    known: Ints
    columns: Floats
    """goods of the item-item model x candidates."""
    least: Floats
    """By candidate."""
    raised: Floats
    """By candidate."""
    sales: Floats
    """By candidate."""
    odds: Floats
    popular: Floats
    """clusters x candidates."""
    local: Floats
    """(stores + 1) x candidates."""
    by_cluster: bool
    """Whether what is new is chosen by the cluster's buyers instead of the item-item model."""


class Owner(NamedTuple):
    """One owner's purchases and place."""

    items: Ints
    days: Ints
    shop: int
    cluster: int
    has_shop: bool
    personal: bool
    """Whether what was bought may choose, and there is something that was."""
    says: bool
    """Whether what was said may choose: nothing was bought yet."""
    likes: Ints


class Room(NamedTuple):
    """Where what is reckoned about an owner stands, by candidate; made once for many, as small arrays are dear."""

    free: Bools
    taken: Bools
    times: Ints
    gap: Floats
    age: Ints
    score: Floats
    values: Floats  # of the new ones
    queue: Keys
    """Keys of the new ones, and behind them the best of each group (`picking.lined_up`)."""
    held: Ints
    """The owner's goods by their places in the item-item model; `goods`: the same among all goods."""
    goods: Ints
    due: Ints
    due_odds: Floats
    new: Ints
    new_odds: Floats
    about: Floats
    best: Ints
    line: Longs


@compiled
def _room(width: int, rows: int, weights: int, places: int) -> Room:
    groups = (width + GROUP - 1) // GROUP
    return Room(
        np.empty(width, np.bool_), np.empty(width, np.bool_), np.empty(width, np.int32), np.empty(width, np.float32),
        np.empty(width, np.int32), np.empty(width, np.float32), np.empty(width, np.float32),
        np.empty(groups * (GROUP + 1), np.uint64), np.empty(rows, np.int32), np.empty(rows, np.int32),
        np.empty(KEPT, np.int32), np.empty(KEPT, np.float32), np.empty(KEPT, np.int32), np.empty(KEPT, np.float32),
        np.empty(weights, np.float32), np.empty(places, np.int32), np.empty(2, np.int64),
    )  # fmt: skip


@in_parallel
def walk(
    starts: Longs, items: Ints, days: Ints, day: int, at: Ints, offered: Any, people: Any, goods: Goods, learned: Any,
    rules: Any, lot: Any, out: Any,
) -> None:  # fmt: skip
    """Fills `out` (ranking.Ranked); `at` is the candidate of each item or -1, `lot` a random number of each owner."""
    for turn in numba.prange((len(starts) - 2 + _TURN) // _TURN):
        # The body is a function of its own: inside a parallel loop numba 0.68 loses stores through named tuples.
        _some(turn * _TURN, starts, items, days, day, at, offered, people, goods, learned, rules, lot, out)


@compiled
def _some(
    begin: int, starts: Longs, items: Ints, days: Ints, day: int, at: Ints, offered: Any, people: Any, goods: Goods,
    learned: Any, rules: Any, lot: Any, out: Any,
) -> None:  # fmt: skip
    after, most = min(begin + _TURN, len(starts) - 1), 0
    for place in range(begin, after):
        most = max(most, starts[place + 1] - starts[place])
    room = _room(len(offered.items), most, len(learned.weights), out.candidate.shape[1])
    for place in range(begin, after):
        _one(place, starts, items, days, day, at, offered, people, goods, learned, rules, lot[place], room, out)


@compiled
def _one(
    place: int, starts: Longs, items: Ints, days: Ints, day: int, at: Ints, offered: Any, people: Any, goods: Goods,
    learned: Any, rules: Any, lot: Any, room: Any, out: Any,
) -> None:  # fmt: skip
    first, end = starts[place], starts[place + 1]
    has_shop = people.store[place] >= 0
    owner = Owner(
        items[first:end], days[first:end], people.store[place] if has_shop else offered.allowed.shape[1] - 1,
        people.cluster[place], has_shop, people.profiled[place] and first < end,
        people.profiled[place] and first == end, people.likes[place],
    )  # fmt: skip
    free, times, gap, age, score = room.free, room.times, room.gap, room.age, room.score
    for one in range(len(free)):
        free[one] = offered.allowed[one, owner.shop]
        times[one], gap[one], age[one], score[one], room.taken[one] = 0, 0.0, 0, 0.0, False
    for one in range(people.refusals[place], people.refusals[place + 1]):
        free[people.refused[one]] = False
    due, due_odds, new, new_odds, queue, line = room.due, room.due_odds, room.new, room.new_odds, room.queue, room.line
    dues, many, base = 0, 0, np.float64(learned.odds[0])
    if owner.personal:
        odds, of_days = learned.odds, visits_of(owner.days, day)
        trait = traits_of(owner.items, *of_days)
        base += odds[2] * trait[0] + odds[3] * trait[1] + odds[4] * trait[2] + odds[5] * trait[3]
        dues, many = _due(owner, day, of_days, at, goods, learned, room)
    news, line[0] = min(KEPT, _new(owner, offered, learned, room)), 0
    chosen, chance = out.candidate[place], out.chance[place]
    filled = choose(
        offered.groups, rules, times, due[:dues], due_odds, new[:news], new_odds, queue, line, base, learned.odds[1],
        room.taken, chosen, chance,
    )  # fmt: skip
    tried = -1
    # Some owners' last place goes to a good from further down the new ones.
    share = (lot >> np.uint64(11)) / 9007199254740992.0 / (rules.explore * rules.places + 1e-12)
    if filled == rules.places and share < 1 and people.profiled[place]:
        tried = try_one(offered.groups, rules, share, new[:news], new_odds, queue, line, base, learned.odds[1], chosen)
        if tried >= 0:
            chosen[filled - 1], chance[filled - 1] = new[tried], chance_of(new_odds[tried])
    why, about, best = out.why[place], out.about[place], room.best
    best[:] = -1
    if owner.personal:
        _together(many, learned, room, chosen[:filled])
    out_times, out_gap = out.times[place], out.gap[place]
    for rank in range(filled):
        one = chosen[rank]
        why[rank], about[rank] = _why(owner, offered, learned, best[rank], times[one], gap[one], age[one], one)
        out_times[rank], out_gap[rank] = times[one], np.int32(np.round(gap[one]))
    if tried >= 0:
        out.why[place, filled - 1], out.about[place, filled - 1] = NEW, -1


@compiled
def _due(
    owner: Any, day: int, of_days: Any, at: Ints, goods: Goods, learned: Any, room: Any
) -> tuple[int, int]:  # fmt: skip
    """What the owner bought, good by good: the best of what is offered, and what each adds to the score of the rest.
    How many are due, and how many goods the item-item model knows."""
    dues, many = 0, 0
    visits, lately, silent = of_days
    free, times, gap, age, about = room.free, room.times, room.gap, room.age, room.about
    held, whole = room.held, room.goods
    items, days, known = owner.items, owner.days, learned.known  # taken out once: `_added`
    row, end = 0, len(items)
    while row < end:
        item, begun = items[row], row
        while row < end and items[row] == item:
            row += 1
        held[many], whole[many] = known[item], item
        many += known[item] >= 0
        one = at[item]
        if one < 0:
            continue
        bought = days[begun:row]
        times[one], age[one] = len(bought), day - bought[-1]
        if len(bought) > 1:
            gap[one] = (bought[-1] - bought[0]) / (len(bought) - 1)
        if free[one]:
            describe(
                bought, day, visits, lately, silent,
                goods.now[item], goods.ever[item], goods.again[item], goods.gap[item], goods.fresh[item], DECAY, about,
            )  # fmt: skip
            odds = learned.bias
            for place in range(len(about)):
                odds += learned.weights[place] * about[place]
            dues = keep(dues, room.due, room.due_odds, one, odds)
    _add(learned.columns, held[:many], room.score)
    return dues, many


@compiled
def _add(columns: Floats, held: Ints, score: Floats) -> None:
    """Four goods at a time, in their order: the score is fetched and put back a fourth as often."""
    at, width = 0, len(score)
    while at + 4 <= len(held):
        one, two, three, four = columns[held[at]], columns[held[at + 1]], columns[held[at + 2]], columns[held[at + 3]]
        for place in range(width):
            score[place] = (((score[place] + one[place]) + two[place]) + three[place]) + four[place]
        at += 4
    while at < len(held):
        one = columns[held[at]]
        for place in range(width):
            score[place] += one[place]
        at += 1


@compiled
def _new(owner: Any, offered: Any, learned: Any, room: Any) -> int:
    """How many the owner never bought; they stand in line, the best first, of equals the earlier candidate."""
    free, score, times, queue, values, news = room.free, room.score, room.times, room.queue, room.values, 0
    groups, popular, local = offered.groups, learned.popular, learned.local
    raised, least, sales = learned.raised, learned.least, learned.sales
    for one in range(len(score)):
        if not free[one] or times[one] > 0:
            continue
        if owner.personal and learned.by_cluster:
            value = TIE * local[-1, one]
            if owner.cluster >= 0:
                value += popular[owner.cluster, one]
        elif owner.personal:
            value = max(score[one] * raised[one], least[one]) + sales[one]
        else:
            value = local[owner.shop, one] * raised[one]
            if owner.says and _likes(owner.likes, groups[one]):
                value += LIKED
        values[news], queue[news] = value, LAST - one
        news += 1
    # A share is never below nought, so its bits are in its order; places count down in the lower half.
    bits = values.view(np.uint32)
    for place in range(news):
        queue[place] |= np.uint64(bits[place]) << np.uint64(32)
    lined_up(queue, news)
    return news


@compiled
def _together(many: int, learned: Any, room: Any, chosen: Ints) -> None:
    """Of the chosen that the owner never bought, and of whose score own goods make more than sales do, the own good
    that adds most to it."""
    held, goods, score, times, best = room.held, room.goods, room.score, room.times, room.best
    columns, raised, least, sales = learned.columns, learned.raised, learned.least, learned.sales
    for rank in range(len(chosen)):
        one, most = chosen[rank], np.float32(0)
        if times[one] == 0 and score[one] * raised[one] > max(least[one], sales[one]):
            for place in range(many):
                adds = columns[held[place], one]
                if adds > most:
                    best[rank], most = goods[place], adds


@compiled
def _why(
    owner: Any, offered: Any, learned: Any, best: int, times: int, gap: float, age: int, one: int
) -> tuple[int, int]:
    """The reason and what it is about."""
    if times > 0:
        return (DUE if times > 1 and age >= RIPE * gap else USUAL), -1
    if best >= 0:
        return TOGETHER, best
    everywhere = TYPICAL * learned.local[-1, one]
    if owner.personal and owner.cluster >= 0 and learned.popular[owner.cluster, one] > everywhere:
        return ALIKE, owner.cluster
    if owner.says and _likes(owner.likes, offered.groups[one]):
        return INTEREST, offered.groups[one]
    return (STORE if owner.has_shop and learned.local[owner.shop, one] > everywhere else CHAIN), -1


@compiled
def _likes(liked: Ints, group: int) -> bool:
    found = False
    for one in liked:
        found |= one >= 0 and one == group
    return found
