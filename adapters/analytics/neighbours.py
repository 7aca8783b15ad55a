"""Neighbours: who buys of one category alone, and what a brand of theirs has on promo in the category next to it.

The neighbour of a category is the one that its buyers most over-proportionally also buy. How much more they do is
taken with care: a pair seen twice says less than one seen a thousand times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from adapters.analytics.compiled import compiled
from adapters.analytics.purchases import Floats, Ints, Longs, Purchases
from adapters.analytics.ranking import Candidates, People, Ranked, Why
from adapters.analytics.words import named

_DOUBT = 20.0
"""As many buyers of both categories more are expected, and are there: a few who chance to buy both tell nothing."""


class Neighbours(NamedTuple):
    """By owner: the candidate next door (-1: none), the brand that they know, on how many purchases they know it."""

    candidate: Ints
    brand: Ints
    times: Ints

    def at(self, owners: Any) -> "Neighbours":
        """Those at these places."""
        return Neighbours(self.candidate[owners], self.brand[owners], self.times[owners])


@dataclass(frozen=True, slots=True)
class Door:
    """How far one looks next door: on how many days somebody has bought at least, into how many categories."""

    days: int = 2
    nearest: int = 1
    on: bool = False
    gone: frozenset[str] = frozenset()
    """Owners who are forgotten."""


class Next(NamedTuple):
    """What is offered next door: the candidates' categories and brands as numbers, and where they are sold."""

    groups: Ints
    brands: Ints
    allowed: npt.NDArray[np.bool_]
    liked: Floats
    """By candidate: the share of all owners who buy it; of equal brands the most liked candidate is taken."""


def numbered(names: Sequence[str]) -> tuple[list[str], Ints]:
    """The different names in their order, and the place of each; nothing has no place (-1)."""
    known = sorted({name for name in names if name})
    at = {name: place for place, name in enumerate(known)}
    return known, np.array([at.get(name, -1) for name in names], np.int32)


def nearest(bought: Purchases, groups: Ints, count: int, most: int) -> Ints:
    """categories x `most`: which other categories the buyers of each over-proportionally also buy, the nearest first;
    -1: no more."""
    out = np.full((count, most), -1, np.int32)
    if not count or not len(bought):
        return out
    pairs = _pairs(bought.starts, bought.items, groups, count).astype(np.float64)
    buyers = np.diag(pairs)
    expected = np.outer(buyers, buyers) / len(bought)
    lift = (pairs + _DOUBT) / (expected + _DOUBT)
    np.fill_diagonal(lift, 0)
    order = np.argsort(-lift, axis=1, kind="stable")[:, :most].astype(np.int32)
    found = np.where(np.take_along_axis(lift, order, 1) > 1, order, -1)
    out[:, : found.shape[1]] = found
    return out


def neighbours(
    bought: Purchases, groups: Ints, brands: Ints, offered: Candidates, people: People, liked: Floats, door: Door
) -> Neighbours:
    """What each owner has next door, who may be profiled and bought goods of one category alone, on days enough.

    `groups` and `brands` are those of the goods. The brand that they bought most comes first, of a brand the most liked
    good that is sold in their store and that they did not refuse.
    """
    shape = len(bought)
    out = Neighbours(np.full(shape, -1, np.int32), np.full(shape, -1, np.int32), np.zeros(shape, np.int32))
    near = nearest(bought, groups, int(groups.max(initial=-1)) + 1, door.nearest)
    if shape and len(near) and len(offered.items):
        may = people.profiled & ~named(bought.owners, door.gone)
        there = Next(groups[offered.items], brands[offered.items], offered.allowed, liked)
        order = np.argsort(-liked, kind="stable").astype(np.int32)
        _walk(
            bought.starts, bought.items, bought.days, groups, brands, near, there, order, people.store,
            people.refusals, people.refused, may, door.days, out,
        )  # fmt: skip
    return out


def placed(ranked: Ranked, found: Neighbours, liked: Floats) -> Ranked:
    """Each owner's good from next door has the second place: of the first they already know why.

    It moves there from another place of the ten, else what stands last gives way, but for what the plan tries to learn
    from. Whoever has nothing else is left alone.
    """
    rows = np.flatnonzero(found.candidate >= 0)
    chosen, wanted = ranked.candidate[rows], found.candidate[rows]
    there = chosen == wanted[:, None]
    filled, places = (chosen >= 0).sum(1), chosen.shape[1]
    last = places - 1 - np.argmax((ranked.why[rows] != Why.NEW)[:, ::-1], axis=1)
    gives_way = np.where(there.any(1), there.argmax(1), np.where(filled < places, filled, last))
    fits = ((chosen >= 0) & ~there).any(1) & (there.any(1) | (gives_way > 0))
    rows, gives_way, wanted, there = rows[fits], gives_way[fits], wanted[fits], there[fits]
    every = np.arange(len(rows))
    # Between the first and the second, or behind the second where it is the first itself that moves.
    order = np.tile(np.arange(places) * 2, (len(rows), 1))
    order[every, gives_way] = np.where(gives_way == 0, 3, 1)
    order = np.argsort(order, axis=1, kind="stable")
    chance = np.where(there.any(1), ranked.chance[rows, gives_way], liked[wanted])
    told: tuple[Any, ...] = (wanted, int(Why.NEIGHBOUR), found.brand[rows], found.times[rows], 0, chance)
    columns: tuple[Any, ...] = ranked
    for column, value in zip(columns, told, strict=True):
        some = column[rows]
        some[every, gives_way] = value
        column[rows] = np.take_along_axis(some, order, axis=1)
    return ranked


@compiled
def _pairs(starts: Longs, items: Ints, groups: Ints, count: int) -> Any:
    """How many owners bought of both categories; on the diagonal, of the one."""
    out = np.zeros((count, count), np.int64)
    seen, mine = np.zeros(count, np.bool_), np.empty(count + 1, np.int32)
    for owner in range(len(starts) - 1):
        many = 0
        for row in range(starts[owner], starts[owner + 1]):
            group = groups[items[row]]
            if group >= 0:
                mine[many] = group  # without asking: whether a group is new is a coin that no machine foretells
                many += not seen[group]
                seen[group] = True
        for one in range(many):
            seen[mine[one]] = False
            for other in range(one + 1):
                out[max(mine[one], mine[other]), min(mine[one], mine[other])] += 1
    for one in range(count):
        for other in range(one):
            out[other, one] = out[one, other]
    return out


@compiled
def _walk(
    starts: Longs, items: Ints, days: Ints, groups: Ints, brands: Ints, near: Ints, offered: Any, order: Ints,
    store: Ints, refusals: Longs, refused: Ints, may: Any, least: int, out: Any,
) -> None:  # fmt: skip
    for owner in range(len(starts) - 1):
        first, end = starts[owner], starts[owner + 1]
        if not may[owner] or end - first < least:
            continue
        only = _only(items[first:end], groups)
        if only < 0 or _different(days[first:end]) < least:
            continue
        shop = store[owner] if store[owner] >= 0 else offered.allowed.shape[1] - 1
        for place in range(near.shape[1]):
            most, best, brand = 0, -1, -1
            for one in order:
                if offered.groups[one] != near[only, place] or near[only, place] < 0 or not offered.allowed[one, shop]:
                    continue
                times = _of_brand(items[first:end], brands, offered.brands[one])
                if times > most and not _among(refused[refusals[owner] : refusals[owner + 1]], one):
                    most, best, brand = times, one, offered.brands[one]
            if best >= 0:
                out.candidate[owner], out.brand[owner], out.times[owner] = best, brand, most
                break


@compiled
def _only(items: Ints, groups: Ints) -> int:
    """The one known category of these goods; -1: none, or more than one."""
    found = -1
    for item in items:
        if groups[item] >= 0:
            if found >= 0 and groups[item] != found:
                return -1
            found = groups[item]
    return found


@compiled
def _different(days: Ints) -> int:
    ordered, count = np.sort(days), 0
    for at in range(len(ordered)):
        count += at == 0 or ordered[at] != ordered[at - 1]
    return count


@compiled
def _of_brand(items: Ints, brands: Ints, brand: int) -> int:
    times = 0
    for item in items:
        times += brand >= 0 and brands[item] == brand
    return times


@compiled
def _among(some: Ints, one: int) -> bool:
    found = False
    for other in some:
        found |= other == one
    return found
