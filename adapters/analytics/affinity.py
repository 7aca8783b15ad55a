"""New to you: what people with the same purchases buy and this person never did, while it sells.

EASE (Steck 2019): the closed form of an item-item model without self-similarity, from the purchases of a sample of
owners, the newer the heavier; each good's column is multiplied by how it sells now against always (its trend). The
score is a sum over the person's own goods, so the largest term is the reason.
"""

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from adapters.analytics.compiled import compiled, in_parallel
from adapters.analytics.ease import SAMPLE, buyers_of, ease
from adapters.analytics.judging import TREND_DAYS, USUAL, choose, raised, told
from adapters.analytics.logits import fit_logit
from adapters.analytics.purchases import Floats, Ints, Longs, Purchases
from adapters.analytics.rhythm import came_within, visits_of

STEADY = 5.0
"""Buyers added to both sides of the trend: few sales are no fashion."""
LATELY = 28.0
"""Half-life, in days, of the share of owners who bought a good lately: the floor is a part of it."""
_JUDGED = 4_000
_LEAST = 1e-6
_PENALTY = 1.0
_PLAIN: Floats = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0], np.float32)


@dataclass(frozen=True, slots=True)
class Affinity:
    """The item-item model of one week."""

    known: Ints
    """Place of each item among the model's goods, -1 for the rest: too rarely bought to say anything."""
    column: Ints
    """Place of each item among the columns of `weights`; -1 for what the model does not know or was not asked about."""
    weights: Floats
    """goods x columns: what having bought the row adds to the score of the column, before the trend."""
    trend: Floats
    """Of every item: decayed buyers against all buyers, 1 = sells as always."""
    raised: Floats
    """The trend to the power that told the last window best."""
    least: Floats
    """What each item scores at least, the trend included: the share of owners who bought it lately."""
    power: float
    floor: float
    odds: Floats
    """Log odds of buying within the horizon: bias, then weights of the log score and of the owner's traits."""
    owners: int
    """How many owners it was fitted on."""


def fit(bought: Purchases, end: int, horizon: int, *, seed: int = 0, wanted: Ints | None = None) -> Affinity:
    """The model as of the morning of `end`; the trend's half-life and power, the floor and the odds are those that
    told the newest closed window of `horizon` days best. Without one they are the usual ones, and the log score.

    Of `wanted` items only is there a score to be had, exact as with all: a week has few, and each costs its share.
    """
    cut = end - horizon
    before = bought.until(cut)
    half_life, power, floor, odds = *USUAL, _PLAIN
    if len(before.days):
        half_life, power, floor, odds = _judged(bought, before, cut, horizon, seed)
    del before
    known, column, weights, owners = ease(bought, end, seed, wanted=wanted)
    trend = trend_of(bought, end, half_life)
    least = _least(bought, end, floor)
    return Affinity(known, column, weights, trend, raised(trend, power), least, power, floor, odds, owners)


def trend_of(bought: Purchases, day: int, half_life: float) -> Floats:
    """How each good sells now against always, as of the morning of that day; 1 where nobody knows."""
    width = len(bought.skus)
    now, ever = buyers_of(bought.starts, bought.items, bought.days, width, day, half_life)
    if not ever.sum():
        return np.ones(width, np.float32)
    trend: Floats = ((now + STEADY) / (ever * (now.sum() / ever.sum()) + STEADY)).astype(np.float32)
    return trend


def _least(bought: Purchases, day: int, floor: float) -> Floats:
    lately = buyers_of(bought.starts, bought.items, bought.days, len(bought.skus), day, LATELY)[0]
    least: Floats = (floor * lately / max(1, np.count_nonzero(np.diff(bought.starts)))).astype(np.float32)
    return least


def scores(model: Affinity, bought: Purchases, owners: npt.NDArray[Any], candidates: Ints) -> Floats:
    """owners x candidates: the score of each candidate for each of these owners, bought ones among them."""
    columns = columns_of(model, candidates)
    out = np.zeros((len(owners), len(candidates)), np.float32)
    _add(bought.starts, bought.items, owners, model.known, columns, out)
    found: Floats = np.maximum(out * model.raised[candidates], model.least[candidates])
    return found


def probability(model: Affinity, bought: Purchases, owners: npt.NDArray[Any], found: Floats, day: int) -> Floats:
    """Probabilities of buying within the horizon for these scores of these owners."""
    about = _traits(bought, owners, day) @ model.odds[2:]
    odds = model.odds[0] + model.odds[1] * np.log(np.maximum(found, _LEAST)) + about[:, None]
    chance: Floats = (1 / (1 + np.exp(-odds))).astype(np.float32)
    return chance


def _traits(bought: Purchases, owners: npt.NDArray[Any], day: int) -> Floats:
    traits = [owner_traits(bought.items[rows], bought.days[rows], day) for rows in bought.rows(owners)]
    return np.array(traits, np.float32)


def columns_of(model: Affinity, candidates: Ints) -> Floats:
    """goods x candidates; nought for candidates that have no column."""
    place = model.column[candidates]
    return (
        np.where(place >= 0, model.weights[:, np.maximum(place, 0)], np.float32(0))
        if model.weights.size
        else np.zeros((len(model.weights), len(candidates)), np.float32)
    )


def _judged(
    bought: Purchases, before: Purchases, cut: int, horizon: int, seed: int
) -> tuple[float, float, float, Floats]:
    """What `judging` chooses on the window after `cut`, and the odds of the scores that it makes."""
    known, column, weights, owners = ease(before, cut, seed, goods=_JUDGED, sample=SAMPLE // 3)
    flat = np.ones(len(bought.skus), np.float32)
    model = Affinity(known, column, weights, flat, flat, np.zeros_like(flat), 0.0, 0.0, _PLAIN, owners)
    there = np.flatnonzero(np.diff(before.starts))
    came = _some(there[came_within(bought, cut, cut + horizon)[there]], seed)
    items = np.flatnonzero(known >= 0).astype(np.int32)
    trends = {days: trend_of(before, cut, days)[items] for days in TREND_DAYS}
    share = _least(before, cut, 1.0)[items]
    days, power, floor = USUAL
    if len(came):
        days, power, floor = choose(*_new(model, bought, before, came, items, cut, horizon), trends, share)
    some = _some(there, seed)
    found, truth = _new(model, bought, before, some, items, cut, horizon)
    return days, power, floor, _odds(before, cut, some, told(found, raised(trends[days], power), floor * share), truth)


def _some(owners: npt.NDArray[Any], seed: int) -> npt.NDArray[Any]:
    if len(owners) <= _JUDGED:
        return owners
    return np.sort(np.random.default_rng(seed).choice(owners, _JUDGED, replace=False))


def _new(
    model: Affinity, bought: Purchases, before: Purchases, owners: npt.NDArray[Any], items: Ints, cut: int, horizon: int
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Scores of what these owners had not bought (-1: they had), and whether they then bought it for the first time."""
    found = scores(model, before, owners, items)
    _strike(before.starts, before.items, owners, model.known, found)
    then = np.zeros(found.shape, bool)
    _bought(bought.starts, bought.items, bought.days, owners, model.known, cut, cut + horizon, then)
    return found, then & (found >= 0)


def _odds(before: Purchases, cut: int, owners: npt.NDArray[Any], found: Floats, truth: npt.NDArray[Any]) -> Floats:
    """The odds on the first hundred of each of these owners' goods; the score alone where nobody bought any."""
    width = min(100, found.shape[1])
    top = np.argpartition(-found, width - 1, axis=1)[:, :width]
    score = np.log(np.maximum(np.take_along_axis(found, top, 1), _LEAST))
    y = np.take_along_axis(truth, top, 1).ravel()
    if not 0 < y.sum() < len(y):
        return _PLAIN
    x = np.column_stack([score.ravel(), np.repeat(_traits(before, owners, cut), width, axis=0)])
    bias, weights = fit_logit(x, y, [1] + [0] * (x.shape[1] - 1), _PENALTY).plain
    odds: Floats = np.r_[bias, weights].astype(np.float32)
    return odds


@compiled
def owner_traits(items: Ints, days: Ints, day: int) -> Any:
    """Logarithms of visits, of days since the last (less is more), of visits lately and of distinct goods: scores are
    sums over goods, so whoever has many has high ones without buying so much more."""
    visits, lately, silent = visits_of(days, day)
    return np.log(visits), -np.log(silent), np.log(lately + 0.01), np.log(len(np.unique(items)))


@in_parallel
def _add(starts: Longs, items: Ints, owners: Any, known: Ints, columns: Floats, out: Floats) -> None:
    for place in numba.prange(len(owners)):
        first, end = starts[owners[place]], starts[owners[place] + 1]
        for row in range(first, end):
            good = known[items[row]]
            if good >= 0 and (row == first or items[row - 1] != items[row]):
                for candidate in range(columns.shape[1]):
                    out[place, candidate] += columns[good, candidate]


@compiled
def _strike(starts: Longs, items: Ints, owners: Any, known: Ints, out: Floats) -> None:
    """What somebody bought is out: its score is -1."""
    for place in range(len(owners)):
        for row in range(starts[owners[place]], starts[owners[place] + 1]):
            if known[items[row]] >= 0:
                out[place, known[items[row]]] = -1


@compiled
def _bought(
    starts: Longs, items: Ints, days: Ints, owners: Any, known: Ints, first: int, end: int, out: npt.NDArray[np.bool_]
) -> None:
    """What somebody bought on a day from `first` to before `end` is marked."""
    for place in range(len(owners)):
        for row in range(starts[owners[place]], starts[owners[place] + 1]):
            if known[items[row]] >= 0 and first <= days[row] < end:
                out[place, known[items[row]]] = True
