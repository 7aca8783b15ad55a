"""How a customer's goods sell now: whose goods go out of season or out of fashion is likelier to stay away.

On Online Retail this figure adds more to the churn model's cross-validated AUC (.743 -> .747, on windows that closed
before the test) than all others that were tried beside its seventeen.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from adapters.analytics.compiled import compiled
from adapters.analytics.purchases import Ints, Longs, Purchases

Floats = npt.NDArray[np.float64]

LATELY = 28
"""Days."""
_MANY, _FEW = 5.0, 1.0
"""Buyers added to a good's, of all and of lately, so that a good of two buyers is no fashion."""


UNKNOWN = _FEW / _MANY
"""The share of a good that nobody is known to have bought."""


def goods_lately(starts: Longs, items: Ints, days: Ints, width: int, at: int) -> Floats:
    """Of each owner's goods, bought up to and including day `at`, the mean share of their buyers whose last purchase of
    it lies in the 28 days that end with `at`; NaN for who bought nothing. Rows stand as those of `Purchases`."""
    found: Floats = _means(starts, items, days, _shares(starts, items, days, width, at), at)
    return found


def shares_of(bought: Purchases, at: int) -> Floats:
    """By good: the share of its buyers who bought it lately."""
    shares: Floats = _shares(bought.starts, bought.items, bought.days, len(bought.skus), at)
    return shares


def means_of(bought: Purchases, shares: Floats, at: int) -> Floats:
    """By owner: the mean of their goods' shares."""
    means: Floats = _means(bought.starts, bought.items, bought.days, shares, at)
    return means


@compiled
def _shares(starts: Longs, items: Ints, days: Ints, width: int, at: int) -> Any:
    lately, ever = np.full(width, _FEW), np.full(width, _MANY)
    for owner in range(len(starts) - 1):
        end = starts[owner + 1]
        for row in range(starts[owner], end):
            # An owner's last purchase of that good by then; asked here, as a call costs more than the rest.
            if days[row] <= at and (row + 1 == end or items[row + 1] != items[row] or days[row + 1] > at):
                ever[items[row]] += 1
                lately[items[row]] += days[row] > at - LATELY
    return lately / ever


@compiled
def _means(starts: Longs, items: Ints, days: Ints, shares: Floats, at: int) -> Any:
    means = np.full(len(starts) - 1, np.nan)
    for owner in range(len(starts) - 1):
        total, goods, end = 0.0, 0, starts[owner + 1]
        for row in range(starts[owner], end):
            if days[row] <= at and (row + 1 == end or items[row + 1] != items[row] or days[row + 1] > at):
                total += shares[items[row]]
                goods += 1
        if goods:
            means[owner] = total / goods
    return means
