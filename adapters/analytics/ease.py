"""EASE (Steck 2019): the closed form of an item-item model without self-similarity, from the purchases of a sample.

The inverse of the Gram matrix is never made: each column of the model is solved for by itself, so that the two hundred
goods of a week cost a fortieth of eight thousand.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack
from threadpoolctl import threadpool_limits

from adapters.analytics.compiled import compiled
from adapters.analytics.purchases import Floats, Ints, Longs
from adapters.analytics.sold import Mornings

RIDGE = 0.1
"""Of the owners fitted on: the ridge grows with them, as the Gram matrix does."""
FADING = 240.0
"""Days in which a purchase loses half its weight in the Gram matrix."""
SHARED = 1.0
"""Of shared weight: two goods bought by one person only say nothing about others, and would tell on that one."""
SAMPLE = 100_000
GOODS = 8_000
"""The most bought: 72 % of the purchases of a grocer with 30,000; twice as many cost eight times as much."""


def ease(
    sold: Mornings, end: int, seed: int, goods: int = GOODS, sample: int = SAMPLE, wanted: Ints | None = None
) -> tuple[Ints, Ints, Floats, int]:
    """Places of the goods, places of the columns, the weights, and how many owners were looked at, as of the morning
    of `end`."""
    bought, there = sold.bought, np.flatnonzero(sold[end].rows)
    if len(there) > sample:
        there = np.sort(np.random.default_rng(seed).choice(there, sample, replace=False))
    some = bought.of(there).until(end)
    buyers = _buyers(some.starts, some.items, len(some.skus))
    chosen = np.sort(np.argsort(-buyers, kind="stable")[: min(goods, int((buyers > 0).sum()))])
    known = places(chosen, len(some.skus))
    asked = chosen if wanted is None else np.unique(wanted[known[wanted] >= 0])
    column = places(asked, len(some.skus))
    if not len(asked):
        return known, column, np.zeros((len(chosen), 0), np.float32), len(there)
    gram, mass, count = gram_of(some.starts, some.items, some.days, known, len(chosen), end)
    at = known[asked]
    few = _few(gram, at)
    gram[np.diag_indices_from(gram)] += RIDGE * len(there) * mass / count
    weights = _solved(gram, at)
    weights[few & (weights > 0)] = 0
    return known, column, weights, len(there)


def places(chosen: npt.NDArray[Any], width: int) -> Ints:
    """By item: its place among the chosen, -1 for the rest."""
    place = np.full(width, -1, np.int32)
    place[chosen] = np.arange(len(chosen), dtype=np.int32)
    return place


def _solved(gram: Floats, at: npt.NDArray[Any]) -> Floats:
    """These columns of EASE's B: minus the inverse over its diagonal, by column; the diagonal is nought. The matrix,
    of which the lower half is told, is used up."""
    # LAPACK counts by columns: the lower half of our rows is its upper half, and nothing is copied.
    with threadpool_limits(1, "blas"):  # sums in another order on more cores, and cores that wait are busy
        factor, wrong = lapack.spotrf(gram.T, lower=0, overwrite_a=1)
        assert wrong == 0, "a Gram matrix with a ridge is positive definite"
        if len(at) == len(gram):  # all columns cost less than half as much at once
            inverse, wrong = lapack.spotri(factor, lower=0, overwrite_c=1)
            _mirrored(inverse)
        else:
            units = np.zeros((len(at), len(gram)), np.float32)
            units[np.arange(len(at)), at] = 1
            inverse, wrong = lapack.spotrs(factor, units.T, lower=0, overwrite_b=1)
        assert wrong == 0, "its factor has no nought on the diagonal"
    weights: Floats = np.ascontiguousarray(inverse / -inverse[at, np.arange(len(at))], np.float32)
    weights[at, np.arange(len(at))] = 0
    return weights


@compiled
def _few(lower: Floats, at: Ints) -> Any:
    """Which goods share little with those: goods x those."""
    out = np.empty((len(lower), len(at)), np.bool_)
    tile = 64
    for first in range(0, len(lower), tile):
        for begin in range(0, len(at), tile):
            for row in range(first, min(first + tile, len(lower))):
                for place in range(begin, min(begin + tile, len(at))):
                    out[row, place] = lower[max(row, at[place]), min(row, at[place])] <= SHARED
    return out


@compiled
def _mirrored(upper: Floats) -> None:
    """What stands above the diagonal stands below it, tile by tile: a column of a large matrix lies in no cache."""
    size, tile = len(upper), 64
    for first in range(0, size, tile):
        for other in range(first, size, tile):
            for row in range(first, min(first + tile, size)):
                for column in range(max(other, row + 1), min(other + tile, size)):
                    upper[column, row] = upper[row, column]


@compiled
def _buyers(starts: Longs, items: Ints, width: int) -> Longs:
    """By good: distinct buyers."""
    out = np.zeros(width, np.int64)
    for owner in range(len(starts) - 1):
        for row in range(starts[owner], starts[owner + 1]):
            out[items[row]] += row == starts[owner] or items[row - 1] != items[row]
    return out


@compiled
def gram_of(starts: Longs, items: Ints, days: Ints, known: Ints, width: int, day: int) -> Any:
    """Sum over owners of the products of their weights (the lower half), its mass on the diagonal, and the pairs of
    owner and good. Row by row: one row of the matrix lies in the nearest cache, all of it in none."""
    held, weight = np.empty(len(items), np.uint32), np.empty(len(items), np.float32)
    begun, firsts = np.empty(len(items), np.int64), np.zeros(width + 1, np.int64)
    left = np.empty(day - days.min() + 1 if len(days) else 1, np.float32)
    for age in range(len(left)):
        left[age] = 0.5 ** (age / FADING)
    mass, count = 0.0, 0
    for owner in range(len(starts) - 1):
        first, end = count, starts[owner + 1]
        for row in range(starts[owner], end):
            last = row + 1 == end or items[row + 1] != items[row]
            if last and known[items[row]] >= 0:
                held[count], weight[count], begun[count] = known[items[row]], left[day - days[row]], first
                mass += weight[count] * weight[count]
                firsts[held[count] + 1] += 1
                count += 1
    for good in range(width):
        firsts[good + 1] += firsts[good]
    at, order = firsts[:-1].copy(), np.empty(count, np.int64)
    for place in range(count):
        order[at[held[place]]] = place
        at[held[place]] += 1
    gram = np.zeros((width, width), np.float32)
    for good in range(width):
        sums = gram[good]
        for one in range(firsts[good], firsts[good + 1]):
            place = order[one]
            own, goods, theirs = weight[place], held[begun[place] : place + 1], weight[begun[place] : place + 1]
            for other in range(len(goods)):
                sums[goods[other]] += own * theirs[other]
    return gram, mass, max(1, count)
