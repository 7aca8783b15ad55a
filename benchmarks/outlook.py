"""What share of the next order's price a customer will probably not pay, from two figures known the day before.

How much the shop gave away lately, and how much more than it gave at the time the customer took: a customer of a sale
week is no discount hunter, and in the next sale everybody pays less. The second is drawn towards nought by the weight
that `discounts` finds. What each counts is a ridge regression (Hoerl & Kennedy, Technometrics 12, 1970) over orders
that have come since, each foretold from the orders before it.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from adapters.analytics.compiled import compiled
from adapters.analytics.histories import Floats, Ints
from benchmarks.discounts import Prior, fit_prior

SHOP_DAYS = (3.5, 7.0, 14.0, 28.0)
"""Half-lives, in days, that the shop's level is tried with."""
OWN_DAYS = (30.0, 90.0, 1e9)
"""And the customer's own difference from it."""
_JUDGED = 90
"""Days at the end that choose between them."""
_PENALTY = 1.0
_SLOWEST = (SHOP_DAYS[-1], OWN_DAYS[-1])
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What was learned of a shop's orders."""

    prior: Prior
    shop_days: float
    own_days: float
    bias: float
    weights: Floats

    def expected(self, customer: Ints, day: Ints, discount: Floats) -> Floats:
        """Of each order the discount that the orders before it let expect, 0..1: those of everybody on earlier days
        and the customer's own. Orders stand by customer (numbers from 0), then by day."""
        known = _known(self.prior, customer, day, discount, self.shop_days, self.own_days)
        return np.clip(self.bias + known @ self.weights, 0.0, 1.0)


def fit_outlook(customer: Ints, day: Ints, discount: Floats) -> Outlook:
    """Half-lives are those that told the last ninety days of these orders best, learned before them; weights are then
    learned of all. Raises ValueError if nobody has ordered twice."""
    prior = fit_prior(customer, discount)
    told = np.diff(customer, prepend=-1) == 0
    late = told & (day > day.max() - _JUDGED)
    early = told & ~late
    tried = list(product(SHOP_DAYS, OWN_DAYS)) if early.any() and late.any() else [_SLOWEST]
    made = {days: _known(prior, customer, day, discount, *days) for days in tried}
    best = min(tried, key=lambda days: _missed(made[days], discount, early, late))
    return Outlook(prior, *best, *_ridge(made[best][told], discount[told]))


def _missed(known: Floats, discount: Floats, early: Bools, late: Bools) -> float:
    if not early.any():
        return 0.0
    bias, weights = _ridge(known[early], discount[early])
    return float(((bias + known[late] @ weights - discount[late]) ** 2).sum())


def _known(prior: Prior, customer: Ints, day: Ints, discount: Floats, shop_days: float, own_days: float) -> Floats:
    level = _levels(day, discount, prior.mean, 0.5 ** (1 / shop_days))
    more, orders = _own(customer, day, discount - level, own_days)
    return np.column_stack([level, more / (orders + prior.weight)])


def _levels(day: Ints, discount: Floats, mean: float, kept: float) -> Floats:
    """Of each order the decayed mean of everybody's on earlier days; before there were any, the mean."""
    at = day - day.min()
    sums, counts = np.bincount(at, discount).astype(np.float64), np.bincount(at).astype(np.float64)
    found: Floats = _decayed(sums, counts, mean, kept)[at]
    return found


@compiled
def _decayed(sums: Floats, counts: Floats, mean: float, kept: float) -> Floats:
    level = np.full(len(sums), mean)
    total = count = 0.0
    for day in range(1, len(sums)):
        total, count = kept * (total + sums[day - 1]), kept * (count + counts[day - 1])
        if count > 0:
            level[day] = total / count
    return level


@compiled
def _own(customer: Ints, day: Ints, value: Floats, half_life: float) -> tuple[Floats, Floats]:
    """Of each order the decayed sum of the customer's values before it, and of their weights."""
    sums, weights = np.zeros(len(value)), np.zeros(len(value))
    for row in range(1, len(value)):
        if customer[row] == customer[row - 1]:
            kept = 0.5 ** ((day[row] - day[row - 1]) / half_life)
            sums[row] = kept * (sums[row - 1] + value[row - 1])
            weights[row] = kept * (weights[row - 1] + 1)
    return sums, weights


def _ridge(known: Floats, truth: Floats) -> tuple[float, Floats]:
    middle, spread = known.mean(0), known.std(0)
    spread[spread == 0] = 1.0
    scaled = (known - middle) / spread
    weights = np.linalg.solve(
        scaled.T @ scaled + _PENALTY * np.eye(known.shape[1]), scaled.T @ (truth - truth.mean())
    ) / spread  # fmt: skip
    return float(truth.mean() - middle @ weights), weights
