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
from adapters.analytics.purchases import Floats, Ints, Longs, Purchases

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
    bought: Purchases, end: int, seed: int, goods: int = GOODS, sample: int = SAMPLE, wanted: Ints | None = None
) -> tuple[Ints, Ints, Floats, int]:
    """Places of the goods, places of the columns, the weights, and how many owners were looked at."""
    there = np.flatnonzero(np.diff(bought.starts))
    if len(there) > sample:
        there = np.sort(np.random.default_rng(seed).choice(there, sample, replace=False))
    some = bought.of(there)
    buyers = buyers_of(some.starts, some.items, some.days, len(some.skus), end, 1.0)[1]
    chosen = np.sort(np.argsort(-buyers, kind="stable")[: min(goods, int((buyers > 0).sum()))])
    known = _places(chosen, len(some.skus))
    asked = chosen if wanted is None else np.unique(wanted[known[wanted] >= 0])
    column = _places(asked, len(some.skus))
    if not len(asked):
        return known, column, np.zeros((len(chosen), 0), np.float32), len(there)
    gram, mass, count = _gram(some.starts, some.items, some.days, known, len(chosen), end)
    at = known[asked]
    shared = np.maximum(gram[:, at], gram[at].T)  # below the diagonal it is in the one, above in the other
    gram[np.diag_indices_from(gram)] += RIDGE * len(there) * mass / count
    weights = _solved(gram, at)
    weights[(shared <= SHARED) & (weights > 0)] = 0
    return known, column, weights, len(there)


def _places(chosen: npt.NDArray[Any], width: int) -> Ints:
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
        units = np.zeros((len(at), len(gram)), np.float32)
        units[np.arange(len(at)), at] = 1
        inverse, wrong = lapack.spotrs(factor, units.T, lower=0, overwrite_b=1)
        assert wrong == 0, "its factor has no nought on the diagonal"
    weights: Floats = np.ascontiguousarray(inverse / -inverse[at, np.arange(len(at))], np.float32)
    weights[at, np.arange(len(at))] = 0
    return weights


@compiled
def buyers_of(starts: Longs, items: Ints, days: Ints, width: int, day: int, half_life: float) -> Any:
    """By good: distinct buyers, decayed from each one's last purchase, and all of them."""
    now, ever = np.zeros(width), np.zeros(width)
    for owner in range(len(starts) - 1):
        for row in range(starts[owner], starts[owner + 1]):
            if row + 1 == starts[owner + 1] or items[row + 1] != items[row]:
                now[items[row]] += 0.5 ** ((day - days[row]) / half_life)
                ever[items[row]] += 1
    return now, ever


@compiled
def _gram(starts: Longs, items: Ints, days: Ints, known: Ints, width: int, day: int) -> Any:
    """Sum over owners of the products of their weights, its mass on the diagonal, and the pairs of owner and good."""
    gram = np.zeros((width, width), np.float32)
    mass, count = 0.0, 0
    for owner in range(len(starts) - 1):
        first, end = starts[owner], starts[owner + 1]
        held, weight, size = np.empty(end - first, np.int32), np.empty(end - first, np.float32), 0
        for row in range(first, end):
            last = row + 1 == end or items[row + 1] != items[row]
            if last and known[items[row]] >= 0:
                held[size] = known[items[row]]
                weight[size] = 0.5 ** ((day - days[row]) / FADING)
                mass += weight[size] * weight[size]
                size += 1
        count += size
        for one in range(size):
            for other in range(one + 1):
                gram[held[one], held[other]] += weight[one] * weight[other]
    return gram, mass, max(1, count)
