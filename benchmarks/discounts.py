"""How much a customer is after discounts: the share of his next order's price that he will probably not pay.

A mean of a few orders is mostly luck, so each customer's is drawn towards everybody's, the more the fewer orders he has
(empirical Bayes: Efron & Morris, JASA 68, 1973). The pull is that of `weight` orders of the `mean` customer, which is a
Beta(mean x weight, (1 - mean) x weight); a voucher that was used or left lying updates the same Beta.
"""

from dataclasses import dataclass

import numpy as np

from adapters.analytics.histories import Floats, Ints

_MOST = 1e6  # orders: everybody is the same


@dataclass(frozen=True, slots=True)
class Prior:
    """Everybody: their `mean` discount, 0..1, which counts as much as `weight` orders of a customer's own."""

    mean: float
    weight: float


@dataclass(frozen=True, slots=True)
class Leaning:
    """A Beta(took, left) for each customer: its mean is the expected discount, its total says how sure that is."""

    took: Floats
    left: Floats

    @property
    def mean(self) -> Floats:
        """The expected discount of each customer's next order, 0..1."""
        return np.asarray(self.took / (self.took + self.left))

    def sureness(self, prior: Prior) -> Floats:
        """0 for a customer of whom nothing is known, towards 1 with all that he did."""
        return np.asarray(1 - prior.weight / (self.took + self.left))

    def answered(self, used: Floats, ignored: Floats, weight: float = 1.0) -> "Leaning":
        """With the vouchers or games he has used and ignored since; each counts as `weight` orders."""
        return Leaning(self.took + weight * used, self.left + weight * ignored)


def fit_prior(customer: Ints, discount: Floats) -> Prior:
    """The mean and the weight, by moments, from orders: customer numbers from 0, discount shares 0..1, order by order.

    weight = variance within customers / variance between them. Raises ValueError if nobody has ordered twice.
    """
    if ((discount < 0) | (discount > 1)).any():
        raise ValueError("a discount is a share of the price before it, between 0 and 1")
    number = np.bincount(customer)
    known = number > 0
    if not (number > 1).any():
        raise ValueError("nobody has ordered twice; show the mean discount of all orders until somebody has")
    total, size = number.sum(), known.sum()
    own = np.divide(np.bincount(customer, discount), number, out=np.zeros(len(number)), where=known)
    within = float(((discount - own[customer]) ** 2).sum() / (total - size)) if total > size else 0.0
    overall = float(discount.mean())
    # Analysis of variance with unequal numbers (Searle, Linear Models, 1971, ch. 9).
    if size > 1:
        spread = float((number * (own - overall) ** 2)[known].sum()) - (size - 1) * within
        between = spread / (total - (number.astype(np.float64) ** 2).sum() / total)
    else:
        between = 0.0
    mean = float(own[known].mean())
    if between <= 0:
        return Prior(mean, _MOST)
    return Prior(mean, float(np.clip(within / between, 1e-3, _MOST)))


def leaning(prior: Prior, orders: Floats, discounts: Floats) -> Leaning:
    """Of each customer, from the number of his orders and the sum of their discount shares; both may be 0."""
    return Leaning(prior.mean * prior.weight + discounts, (1 - prior.mean) * prior.weight + orders - discounts)
