"""What depends on the retailer, chosen on a closed window: how the trend is read, and how much plain sales say.

A window's scores are those of affinity alone, made of what was known before it; the truth is what was then bought for
the first time. Nothing is drawn by lot, so the same window chooses the same.
"""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from adapters.analytics.purchases import Floats

Bools = npt.NDArray[np.bool_]
TREND_DAYS = (7.0, 14.0, 28.0)
"""Half-lives of the trend that are tried; here and below the first is the usual one."""
POWERS = (1.25, 0.0, 0.5, 1.0, 1.5)
CLEARLY = 1.06
"""So many times the NDCG of what is usual: one window is noisy, a difference below that says nothing."""
FLOORS = (2.0, 1.0, 0.5, 0.25)
"""Of the share of owners who bought it lately: what a good scores at least. Below it, affinity says less than sales. A
high one orders well what affinity hardly knows, and where tastes differ it takes the places of what affinity knows."""
Tried = TypeVar("Tried")
USUAL = (TREND_DAYS[0], POWERS[0], FLOORS[0])


def raised(trend: Floats, power: float) -> Floats:
    """The trend to that power."""
    return (trend.astype(np.float64) ** power).astype(np.float32)


def told(found: Floats, trend: Floats, least: Floats) -> Floats:
    """Scores with the trend and the floor; what was bought (-1) stays below all."""
    return np.where(found < 0, np.float32(-1), np.maximum(found * trend, least))


def choose(found: Floats, truth: Bools, trends: Mapping[float, Floats], share: Floats) -> tuple[float, float, float]:
    """Half-life, power and floor for these scores (owners x goods): the usual trend or a clearly better one, by
    NDCG@10; then, with it, the usual floor or a clearly better one."""

    def good(days: float, power: float, floor: float) -> float:
        return float(ndcg(told(found, raised(trends[days], power), floor * share), truth).mean())

    days, power = clearly({(days, power): good(days, power, FLOORS[0]) for days in TREND_DAYS for power in POWERS})
    return days, power, clearly({floor: good(days, power, floor) for floor in FLOORS})


def clearly(tried: Mapping[Tried, float]) -> Tried:
    """The first, unless another is clearly better: then the best."""
    usual, best = next(iter(tried)), max(tried, key=tried.__getitem__)
    return best if tried[best] > CLEARLY * tried[usual] else usual


def ndcg(found: Floats, truth: Bools) -> Floats:
    """NDCG@10 of each owner who then bought something; nought where nobody did."""
    width = min(10, found.shape[1])
    top = np.argpartition(-found, width - 1, axis=1)[:, :width]
    order = np.take_along_axis(top, np.argsort(-np.take_along_axis(found, top, 1), axis=1, kind="stable"), 1)
    discount = 1 / np.log2(np.arange(2, width + 2))
    gained = (np.take_along_axis(truth, order, 1) * discount).sum(1)
    ideal = np.r_[0.0, np.cumsum(discount)][np.minimum(truth.sum(1), width)]
    some = ideal > 0
    each: Floats = (gained[some] / ideal[some]).astype(np.float32) if some.any() else np.zeros(1, np.float32)
    return each
