"""What depends on the retailer, chosen on closed windows: how the trend is read, how much plain sales say, and
how much what others went on to buy.

A window's scores are those of affinity alone, made of what was known before it; the truth is what was then bought for
the first time. Windows are pooled, person by person: a thousand people of one say little. Nothing is drawn by lot, so
the same windows choose the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from adapters.analytics.compiled import compiled
from adapters.analytics.purchases import Floats
from adapters.analytics.sold import LIVES

Bools = npt.NDArray[np.bool_]
Doubles = npt.NDArray[np.float64]
Tried = TypeVar("Tried")
TREND_DAYS = LIVES[:3]
"""Half-lives of the trend that are tried; here and below the first is the usual one. Where sales are added, which hold
what days alone would make a fashion of, the shortest of all is tried too."""
POWERS = (1.25, 0.0, 0.5, 1.0, 1.5)
CLEARLY = 1.06
"""So many times the NDCG of what is usual: windows are noisy, a difference below that says nothing."""
LATELY = 28.0
"""Half-life, in days, of the share of owners who bought a good lately: the floor is a part of it."""
FLOORS = (2.0, 1.0, 0.5, 0.25)
"""Of the share of owners who bought it lately: what a good scores at least. Below it, affinity says less than sales. A
high one orders well what affinity hardly knows, and where tastes differ it takes the places of what affinity knows."""
SALES_DAYS = (7.0, 28.0)
WEIGHTS = (1.0, 2.0, 4.0)
"""Half-lives and weights of the share that is added to each score instead of a floor, where that is plainly better:
where people try what everybody buys, affinity and sales say more together than the greater of them."""
LIFTS = (0.0, 0.25, 0.5, 1.0)
"""Powers of the trend of `LIFT_DAYS` that are tried on the whole where sales are added: in a share of owners what fades
counts as what rises."""
LIFT_DAYS = 14.0
FOLLOWS = (0.0, 2.0, 4.0, 8.0)
"""Weights of what follows (`following`) that are tried where sales are added: where people try what everybody buys."""
ERRORS = 1.0
"""Standard errors that the best setting leads the usual one by, owner by owner, before it is plainly better."""
ENOUGH = 30
"""Owners who bought something new: fewer have no error to speak of."""
_LEAST = 0.01
"""A setting less likely than that, against the best, is left out."""


class Reading(NamedTuple):
    """How scores are read: max(affinity x trend ** power, floor x share lately) + weight x share by `sales_days`; all
    that x trend by `LIFT_DAYS` ** lift."""

    days: float = TREND_DAYS[0]
    power: float = POWERS[0]
    floor: float = FLOORS[0]
    sales_days: float = LATELY
    weight: float = 0.0
    lift: float = 0.0


USUAL = Reading()
Readings = Mapping[Reading, float]
"""Readings and their parts of one mean."""
ONLY_USUAL: Readings = {USUAL: 1.0}


class Selling(NamedTuple):
    """How goods sell, by half-life."""

    trends: Mapping[float, Floats]
    """Now against always, 1 = as always."""
    shares: Mapping[float, Doubles]
    """Owners who bought it, the longer ago the less."""

    def of(self, items: npt.NDArray[Any]) -> "Selling":
        """That of these goods."""
        return Selling(*({days: every[items] for days, every in one.items()} for one in self))


class Window(NamedTuple):
    """Scores (owners x goods), what was then bought, and how the goods sold when it began."""

    found: Floats
    truth: Bools
    selling: Selling


class Read(NamedTuple):
    """What readings make of how goods sell: what affinity is multiplied by, the least they score, and what is added."""

    raised: Floats
    least: Floats
    sales: Floats


def read(readings: Readings, selling: Selling) -> Read:
    """By good, in the mean."""
    trends, shares = selling
    raised, least, sales = np.zeros((3, len(shares[LATELY])))
    for one, part in readings.items():
        lifted = part * trends[LIFT_DAYS].astype(np.float64) ** one.lift if one.lift else part
        raised += lifted * trends[one.days].astype(np.float64) ** one.power
        least += lifted * one.floor * shares[LATELY]
        sales += lifted * one.weight * shares[one.sales_days]
    return Read(*(one.astype(np.float32) for one in (raised, least, sales)))


def told(found: Floats, by: Read) -> Floats:
    """Scores with the trend, the floor and the sales; what was bought (-1) stays below all."""
    return np.where(found < 0, np.float32(-1), np.maximum(found * by.raised, by.least) + by.sales)


def choose(windows: Sequence[Window]) -> Readings:
    """How to read scores, by NDCG@10 in these windows: the usual trend or a clearly better one; then, with it, the
    usual floor or a clearly better one; then that, or, if sales in its stead are plainly better, the likely ones of all
    with their weights and half-lives; and of those, if any lift is plainly better, the likely lifts."""

    def mean_of(readings: Readings) -> Floats:
        return np.concatenate([ndcg(one.found, one.truth, read(readings, one.selling)) for one in windows])

    def each(reading: Reading) -> Floats:
        return mean_of({reading: 1.0})

    def good(reading: Reading) -> float:
        return float(each(reading).mean())

    trends = [Reading(days, power) for days in TREND_DAYS for power in POWERS]
    chosen = clearly({one: good(one) for one in trends})
    chosen = clearly({one: good(one) for one in (chosen._replace(floor=floor) for floor in FLOORS)})
    if sum(int(one.truth.any(1).sum()) for one in windows) < ENOUGH:
        return {chosen: 1.0}
    here = {one: each(one) for one in (chosen, *_added(chosen))}
    if not plainly(here):
        return {chosen: 1.0}
    others = (chosen._replace(days=days) for days in LIVES if days != chosen.days)
    added = likely({**here, **{one: each(one) for other in others for one in _added(other)}})
    lifts = {lift: mean_of(_lifted(added, {lift: 1.0})) for lift in LIFTS}
    return _lifted(added, likely(lifts)) if plainly(lifts) else added


def added(readings: Readings) -> bool:
    """Whether sales are added to scores."""
    return any(one.weight for one in readings)


def weighed(tried: Mapping[float, npt.NDArray[Any]]) -> float:
    """The first weight, or, if another is plainly better, the mean of the likely ones."""
    return sum(weight * part for weight, part in likely(tried).items()) if plainly(tried) else next(iter(tried))


def _lifted(readings: Readings, lifts: Mapping[float, float]) -> Readings:
    """Each of these readings by each of the lifts."""
    return {one._replace(lift=lift): part * share for one, part in readings.items() for lift, share in lifts.items()}


def _added(chosen: Reading) -> list[Reading]:
    """The same trend, and sales instead of the floor."""
    return [chosen._replace(floor=0.0, sales_days=days, weight=weight) for weight in WEIGHTS for days in SALES_DAYS]


def clearly(tried: Mapping[Tried, float]) -> Tried:
    """The first, unless another is clearly better: then the best."""
    usual, best = next(iter(tried)), max(tried, key=tried.__getitem__)
    return best if tried[best] > CLEARLY * tried[usual] else usual


def plainly(tried: Mapping[Tried, npt.NDArray[Any]]) -> bool:
    """Whether owner by owner the best leads the first plainly (the rule of one standard error, Breiman et al. 1984)."""
    return _behind(tried)[next(iter(tried))] > ERRORS


def likely(tried: Mapping[Tried, npt.NDArray[Any]]) -> Mapping[Tried, float]:
    """Each as far as it may be the best, the parts of one: a mean of those that cannot be told apart is steadier than
    the luckiest of them."""
    chance = {one: float(np.exp(-errors * errors / 2)) for one, errors in _behind(tried).items()}
    some = {one: value for one, value in chance.items() if value >= _LEAST}
    whole = sum(some.values())
    return {one: value / whole for one, value in some.items()}


def _behind(tried: Mapping[Tried, npt.NDArray[Any]]) -> Mapping[Tried, float]:
    """How many standard errors of their difference the best leads each by."""
    best = max(tried, key=lambda one: float(tried[one].mean()))
    return {one: _errors(tried[best].astype(np.float64) - each) for one, each in tried.items()}


def _errors(lead: Doubles) -> float:
    """The mean in its standard errors."""
    mean, error = float(lead.mean()), float(lead.std()) / len(lead) ** 0.5
    return mean / error if error > 0 else np.inf if mean > 0 else 0.0


def ndcg(found: Floats, truth: Bools, by: Read) -> Floats:
    """NDCG@10 of what `told` makes of these scores, of each owner who then bought something; nought where nobody did.
    Of equals the earlier good stands first."""
    width = min(10, found.shape[1])
    discount = 1 / np.log2(np.arange(2, width + 2))
    gained = _gained(found, truth, by.raised, by.least, by.sales, discount)
    ideal = np.r_[0.0, np.cumsum(discount)][np.minimum(truth.sum(1), width)]
    some = ideal > 0
    each: Floats = (gained[some] / ideal[some]).astype(np.float32) if some.any() else np.zeros(1, np.float32)
    return each


@compiled
def _gained(found: Floats, truth: Bools, raised: Floats, least: Floats, sales: Floats, discount: Doubles) -> Any:
    """What the first ten of each owner are worth: dozens of rankings are tried, and none is written down."""
    width = len(discount)
    gained, best, place = np.zeros(len(found)), np.empty(width, np.float32), np.empty(width, np.int64)
    for owner in range(len(found)):
        best[:] = -np.inf
        for good in range(found.shape[1]):
            score = found[owner, good]
            score = np.float32(-1) if score < 0 else max(score * raised[good], least[good]) + sales[good]
            if score <= best[width - 1]:
                continue
            at = width - 1
            while at > 0 and best[at - 1] < score:
                best[at], place[at] = best[at - 1], place[at - 1]
                at -= 1
            best[at], place[at] = score, good
        for at in range(width):
            if truth[owner, place[at]]:
                gained[owner] += discount[at]
    return gained
