"""The walk over the owners that chooses their offers: compiled, owners in parallel, each by itself.

The named tuples that come in are those of `ranking`; the numbers of the reasons are those of `ranking.Why`.
"""

from typing import Any, NamedTuple

import numba
import numpy as np

from adapters.analytics.affinity import owner_traits
from adapters.analytics.compiled import compiled, in_parallel
from adapters.analytics.purchases import Floats, Ints, Longs
from adapters.analytics.rhythm import DECAY, Goods, describe, visits_of

KEPT = 64
"""Candidates of either kind that are looked at when ten are chosen: enough for six of a category to give way."""
TYPICAL = 1.2
"""So many times everybody's share of buyers makes a good popular in a cluster or a store."""
LIKED = 1.0
"""More than any share of buyers: stated interests come first."""
RIPE = 0.8
"""Of the own gap: from then on a good is due, as people do not shop to the day."""
TIE = np.float32(1e-3)
"""Of everybody's share of buyers: what nobody of a small cluster buys stands in that order."""
LEAST = np.float32(1e-6)
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


@in_parallel
def walk(
    starts: Longs, items: Ints, days: Ints, day: int, at: Ints, offered: Any, people: Any, goods: Goods, learned: Any,
    rules: Any, lot: Any, out: Any,
) -> None:  # fmt: skip
    """Fills `out` (ranking.Ranked); `at` is the candidate of each item or -1, `lot` a random number of each owner."""
    for place in numba.prange(len(starts) - 1):
        # The body is a function of its own: inside a parallel loop numba 0.68 loses stores through named tuples.
        _one(place, starts, items, days, day, at, offered, people, goods, learned, rules, lot[place], out)


@compiled
def _one(
    place: int, starts: Longs, items: Ints, days: Ints, day: int, at: Ints, offered: Any, people: Any, goods: Goods,
    learned: Any, rules: Any, lot: Any, out: Any,
) -> None:  # fmt: skip
    first, end, width = starts[place], starts[place + 1], len(offered.items)
    has_shop = people.store[place] >= 0
    owner = Owner(
        items[first:end], days[first:end], people.store[place] if has_shop else offered.allowed.shape[1] - 1,
        people.cluster[place], has_shop, people.profiled[place] and first < end,
        people.profiled[place] and first == end, people.likes[place],
    )  # fmt: skip
    free = offered.allowed[:, owner.shop].copy()
    for one in range(people.refusals[place], people.refusals[place + 1]):
        free[people.refused[one]] = False
    times, gap, age = np.zeros(width, np.int32), np.zeros(width, np.float32), np.zeros(width, np.int32)
    score = np.zeros(width, np.float32)
    due, due_odds = np.empty(KEPT, np.int32), np.empty(KEPT, np.float32)
    new, new_odds = np.empty(KEPT, np.int32), np.empty(KEPT, np.float32)
    dues = 0
    if owner.personal:
        dues = _due(owner, day, at, free, goods, learned, score, times, gap, age, due, due_odds)
    news = _new(owner, day, free, offered, learned, score, times, new, new_odds)
    chosen, chance = out.candidate[place], out.chance[place]
    filled = _choose(offered.groups, rules, times, due[:dues], due_odds, new[:news], new_odds, chosen, chance)
    tried = -1
    # Some owners' last place goes to a good from further down the new ones.
    share = (lot >> np.uint64(11)) / 9007199254740992.0 / (rules.explore * rules.places + 1e-12)
    if filled == rules.places and share < 1 and people.profiled[place]:
        tried = _try(offered.groups, rules, share, new[:news], chosen)
        if tried >= 0:
            chosen[filled - 1], chance[filled - 1] = new[tried], _chance(new_odds[tried])
    for rank in range(filled):
        one = chosen[rank]
        out.why[place, rank], out.about[place, rank] = _why(owner, offered, learned, score, times, gap, age, one)
        out.times[place, rank], out.gap[place, rank] = times[one], np.int32(np.round(gap[one]))
    if tried >= 0:
        out.why[place, filled - 1], out.about[place, filled - 1] = NEW, -1


@compiled
def _chance(odds: float) -> Any:
    return 1 / (1 + np.exp(-odds))


@compiled
def _keep(size: int, held: Ints, values: Floats, candidate: int, value: float) -> int:
    """The candidate is among the best, best first; of equals the earlier candidate stands first."""
    if size == len(held):
        if value <= values[size - 1]:
            return size
        size -= 1
    place = size
    while place > 0 and values[place - 1] < value:
        held[place], values[place] = held[place - 1], values[place - 1]
        place -= 1
    held[place], values[place] = candidate, value
    return size + 1


@compiled
def _due(
    owner: Any, day: int, at: Ints, free: Any, goods: Goods, learned: Any, score: Floats, times: Ints, gap: Floats,
    age: Ints, due: Ints, due_odds: Floats,
) -> int:  # fmt: skip
    """What the owner bought, good by good: the best of what is offered, and what each adds to the score of the rest."""
    dues = 0
    visits, lately, silent = visits_of(owner.days, day)
    about = np.empty(len(learned.weights), np.float32)
    row, end = 0, len(owner.items)
    while row < end:
        item, begun = owner.items[row], row
        while row < end and owner.items[row] == item:
            row += 1
        if learned.known[item] >= 0:
            adds = learned.columns[learned.known[item]]
            for one in range(len(score)):
                score[one] += adds[one]
        one = at[item]
        if one < 0:
            continue
        bought = owner.days[begun:row]
        times[one], age[one] = len(bought), day - bought[-1]
        if len(bought) > 1:
            gap[one] = (bought[-1] - bought[0]) / (len(bought) - 1)
        if free[one]:
            describe(
                bought, day, visits, lately, silent,
                goods.now[item], goods.ever[item], goods.again[item], goods.gap[item], DECAY, about,
            )  # fmt: skip
            odds = learned.bias
            for place in range(len(about)):
                odds += learned.weights[place] * about[place]
            dues = _keep(dues, due, due_odds, one, odds)
    return dues


@compiled
def _new(
    owner: Any, day: int, free: Any, offered: Any, learned: Any, score: Floats, times: Ints, new: Ints, new_odds: Floats
) -> int:
    """The best of what the owner never bought, by the log odds that are measured as those of the due."""
    news, odds = 0, learned.odds
    for one in range(len(score)):
        if not free[one] or times[one] > 0:
            continue
        if owner.personal and learned.by_cluster:
            value = TIE * learned.local[-1, one]
            if owner.cluster >= 0:
                value += learned.popular[owner.cluster, one]
        elif owner.personal:
            value = max(score[one] * learned.raised[one], learned.least[one])
        else:
            value = learned.local[owner.shop, one] * learned.raised[one]
            if owner.says and _likes(owner.likes, offered.groups[one]):
                value += LIKED
        news = _keep(news, new, new_odds, one, value)
    base = odds[0]
    if owner.personal:
        trait = owner_traits(owner.items, owner.days, day)
        base += odds[2] * trait[0] + odds[3] * trait[1] + odds[4] * trait[2] + odds[5] * trait[3]
    for place in range(news):
        new_odds[place] = base + odds[1] * np.log(max(new_odds[place], LEAST))
    return news


@compiled
def _choose(
    groups: Ints, rules: Any, times: Ints, due: Ints, due_odds: Floats, new: Ints, new_odds: Floats, chosen: Ints,
    chance: Floats,
) -> int:  # fmt: skip
    """The likeliest of both; with both rules, then with more of what is due, then with more of a category: ten are
    better than a rule. How many there are."""
    taken, filled = np.zeros(len(times), np.bool_), 0
    for strict in range(3):
        next_due, next_new, due_taken = 0, 0, 0
        for place in range(filled):
            due_taken += times[chosen[place]] > 0
        while filled < rules.places and (next_due < len(due) or next_new < len(new)):
            from_due = next_due < len(due) and (next_new >= len(new) or due_odds[next_due] >= new_odds[next_new])
            one = due[next_due] if from_due else new[next_new]
            odds = due_odds[next_due] if from_due else new_odds[next_new]
            if from_due:
                next_due += 1
            else:
                next_new += 1
            if taken[one] or (from_due and strict == 0 and due_taken >= rules.places - rules.new_least):
                continue
            if strict < 2 and _crowded(chosen[:filled], groups, one, rules.group_most):
                continue
            taken[one] = True
            due_taken += from_due
            chosen[filled], chance[filled] = one, _chance(odds)
            filled += 1
    return filled


@compiled
def _try(groups: Ints, rules: Any, share: float, new: Ints, chosen: Ints) -> int:
    """Which of the new ones from further down takes the last place, -1: none does."""
    if len(new) <= rules.places:
        return -1
    for place in range(rules.places + int(share * (len(new) - rules.places)), len(new)):
        among = False
        for one in chosen:
            among |= one == new[place]
        if not among and not _crowded(chosen[: rules.places - 1], groups, new[place], rules.group_most):
            return place
    return -1


@compiled
def _why(
    owner: Any, offered: Any, learned: Any, score: Floats, times: Ints, gap: Floats, age: Ints, one: int
) -> tuple[int, int]:
    """The reason and what it is about."""
    if times[one] > 0:
        return (DUE if times[one] > 1 and age[one] >= RIPE * gap[one] else USUAL), -1
    if owner.personal and score[one] * learned.raised[one] > learned.least[one]:
        best, most = -1, np.float32(0)
        for row in range(len(owner.items)):
            good = learned.known[owner.items[row]]
            again = row > 0 and owner.items[row - 1] == owner.items[row]
            if good >= 0 and not again and learned.columns[good, one] > most:
                best, most = owner.items[row], learned.columns[good, one]
        if best >= 0:
            return TOGETHER, best
    everywhere = TYPICAL * learned.local[-1, one]
    if owner.personal and owner.cluster >= 0 and learned.popular[owner.cluster, one] > everywhere:
        return ALIKE, owner.cluster
    if owner.says and _likes(owner.likes, offered.groups[one]):
        return INTEREST, offered.groups[one]
    return (STORE if owner.has_shop and learned.local[owner.shop, one] > everywhere else CHAIN), -1


@compiled
def _crowded(chosen: Ints, groups: Ints, one: int, most: int) -> bool:
    """Whether the chosen have as many of this one's category as there may be."""
    same = 0
    for other in chosen:
        same += groups[other] == groups[one]
    return groups[one] >= 0 and same >= most


@compiled
def _likes(liked: Ints, group: int) -> bool:
    found = False
    for one in liked:
        found |= one >= 0 and one == group
    return found
