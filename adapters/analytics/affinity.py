"""New to you: what people with the same purchases buy and this person never did, while it sells.

EASE (Steck 2019): the closed form of an item-item model without self-similarity, from the purchases of a sample of
owners, the newer the heavier; each good's column is multiplied by how it sells now against always (its trend). The
score is a sum over the person's own goods, so the largest term is the reason; where that told the last windows plainly
better, what everybody buys lately is one more term, and what others went on to from the same goods (`following`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from adapters.analytics.compiled import compiled, in_parallel
from adapters.analytics.ease import SAMPLE, ease
from adapters.analytics.following import following
from adapters.analytics.judging import (
    FOLLOWS,
    ONLY_USUAL,
    Readings,
    Selling,
    Window,
    added,
    choose,
    ndcg,
    read,
    told,
    weighed,
)
from adapters.analytics.logits import fit_logit
from adapters.analytics.purchases import Floats, Ints, Longs, Purchases
from adapters.analytics.rhythm import visits_of
from adapters.analytics.sold import Mornings, Sold

STEADY = 5.0
"""Buyers added to both sides of the trend: few sales are no fashion."""
_JUDGED = 4_000
"""Goods of a closed window, and people: a window where as many came says enough alone."""
_WINDOWS = 4
"""Closed windows that are looked at where fewer came: what is longer ago was another season."""
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
    """goods x columns: what having bought the row adds to the score of the column, before the trend; with what follows,
    where that is told."""
    raised: Floats
    """Of every item: how it sells now against always, to the power that told the last windows best."""
    least: Floats
    """What each item scores at least, the trend included: of the share of owners who bought it lately."""
    sales: Floats
    """What each item's sales add to its score, whoever is asked about."""
    readings: Readings
    odds: Floats
    """Log odds of buying within the horizon: bias, then weights of the log score and of the owner's traits."""
    owners: int
    """How many owners it was fitted on."""


def fit(sold: Mornings, end: int, horizon: int, *, seed: int = 0, wanted: Ints | None = None) -> Affinity:
    """The model as of the morning of `end`; the reading of its scores and the odds are those that told the newest
    closed windows of `horizon` days best. Without one they are the usual ones, and the log score.

    Of `wanted` items only is there a score to be had, exact as with all: a week has few, and each costs its share.
    """
    readings, follows, odds = ONLY_USUAL, 0.0, _PLAIN
    if sold.begun(end - horizon):
        readings, follows, odds = _judged(sold, end, horizon, seed)
    known, column, weights, owners = ease(sold, end, seed, wanted=wanted)
    by = read(readings, sells(sold[end]))
    model = Affinity(known, column, weights, *by, readings, odds, owners)
    return _led(model, _then(sold, model, end, horizon, seed, SAMPLE, readings), follows) if follows else model


def sells(sold: Sold) -> Selling:
    """By half-life, of each good: how it sells now against always, 1 where nobody knows; and the share of owners who
    bought it."""
    there, buyers = max(1, int(np.count_nonzero(sold.rows))), max(1.0, float(sold.ever.sum()))
    return Selling(
        {
            life: ((now + STEADY) / (sold.ever * (now.sum() / buyers) + STEADY)).astype(np.float32)
            for life, now in sold.lately.items()
        },
        {life: now / there for life, now in sold.lately.items()},
    )


def scores(model: Affinity, bought: Purchases, owners: npt.NDArray[Any], candidates: Ints) -> Floats:
    """owners x candidates: the score of each candidate for each of these owners, bought ones among them."""
    columns = columns_of(model, candidates)
    out = np.zeros((len(owners), len(candidates)), np.float32)
    _add(bought.starts, bought.items, owners, model.known, columns, out)
    out *= model.raised[candidates]
    np.maximum(out, model.least[candidates], out=out)
    out += model.sales[candidates]
    return out


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
    if not model.weights.size:
        return np.zeros((len(model.weights), len(candidates)), np.float32)
    if np.array_equal(place, np.arange(model.weights.shape[1])):
        return model.weights
    columns = np.where(place >= 0, model.weights[:, np.maximum(place, 0)], np.float32(0))
    return np.ascontiguousarray(columns)  # a good's row is read at once, for everybody who bought it


class _Closed(NamedTuple):
    """A window from the morning of `cut` on: the model as of then without trend and sales, who then came, and what
    became of its scores."""

    cut: int
    model: Affinity
    came: npt.NDArray[Any]
    window: Window


def _judged(sold: Mornings, end: int, horizon: int, seed: int) -> tuple[Readings, float, Floats]:
    """What `judging` chooses on the last windows before `end`, and the odds of what it makes of the newest's scores."""
    closed = list[_Closed]()
    for cut in range(end - horizon, end - (_WINDOWS + 1) * horizon, -horizon):
        if sold.begun(cut) and not (closed and len(closed[-1].came) == _JUDGED):
            closed.append(_closed(sold, cut, horizon, seed))
    readings, follows = choose([one.window for one in closed]), 0.0
    cut, model, _, window = closed[0]
    if added(readings):
        thens = [_then(sold, one.model, one.cut, horizon, seed, SAMPLE // 3, readings) for one in closed]
        follows = _follows(sold.bought, horizon, readings, closed, thens)
        model = _led(model, thens[0], follows)
    some = sold.bought.of(_some(np.flatnonzero(sold[cut].rows), seed))
    found, truth = _new(model, some, cut, horizon)
    return readings, follows, _odds(some.until(cut), cut, told(found, read(readings, window.selling)), truth)


def _closed(sold: Mornings, cut: int, horizon: int, seed: int) -> _Closed:
    bought, before = sold.bought, sold[cut]
    known, column, weights, owners = ease(sold, cut, seed, goods=_JUDGED, sample=SAMPLE // 3)
    flat, nothing = np.ones(len(bought.skus), np.float32), np.zeros(len(bought.skus), np.float32)
    model = Affinity(known, column, weights, flat, nothing, nothing, ONLY_USUAL, _PLAIN, owners)
    came = _some(np.flatnonzero((before.rows > 0) & (sold[cut + horizon].rows > before.rows)), seed)
    window = Window(*_new(model, bought.of(came), cut, horizon), sells(before).of(_goods(model)))
    return _Closed(cut, model, came, window)


def _follows(
    bought: Purchases, horizon: int, readings: Readings, closed: Sequence[_Closed], thens: Sequence[Floats]
) -> float:
    """How much of what follows tells these windows best."""

    def mean_of(weight: float) -> Floats:
        each = list[Floats]()
        for (cut, model, came, window), then in zip(closed, thens, strict=True):
            found, truth = _new(_led(model, then, weight), bought.of(came), cut, horizon)
            each.append(ndcg(found, truth, read(readings, window.selling)))
        return np.concatenate(each)

    return weighed({weight: mean_of(weight) for weight in FOLLOWS})


def _then(
    sold: Mornings, model: Affinity, cut: int, horizon: int, seed: int, sample: int, readings: Readings
) -> Floats:
    """What followed in the window before `cut`, by the places of the model's weights. It stands there as before the
    trend, which it knows already: with the trend it is itself again."""
    then = following(sold, cut - horizon, horizon, seed, model.known, model.column, sample)
    then /= read(readings, sells(sold[cut])).raised[model.column >= 0]
    return then


def _led(model: Affinity, then: Floats, weight: float) -> Affinity:
    """With so much of what follows."""
    return replace(model, weights=model.weights + np.float32(weight) * then) if weight else model


def _goods(model: Affinity) -> Ints:
    return np.flatnonzero(model.known >= 0).astype(np.int32)


def _some(owners: npt.NDArray[Any], seed: int) -> npt.NDArray[Any]:
    if len(owners) <= _JUDGED:
        return owners
    return np.sort(np.random.default_rng(seed).choice(owners, _JUDGED, replace=False))


def _new(model: Affinity, some: Purchases, cut: int, horizon: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Scores of what these people had not bought (-1: they had), and whether they then bought it for the first time."""
    before, everybody = some.until(cut), np.arange(len(some))
    found = scores(model, before, everybody, _goods(model))
    _strike(before.starts, before.items, everybody, model.known, found)
    then = np.zeros(found.shape, bool)
    _bought(some.starts, some.items, some.days, everybody, model.known, cut, cut + horizon, then)
    return found, then & (found >= 0)


def _odds(before: Purchases, cut: int, found: Floats, truth: npt.NDArray[Any]) -> Floats:
    """The odds on the first hundred of each of these owners' goods; the score alone where nobody bought any."""
    width = min(100, found.shape[1])
    top = np.argpartition(-found, width - 1, axis=1)[:, :width]
    score = np.log(np.maximum(np.take_along_axis(found, top, 1), _LEAST))
    y = np.take_along_axis(truth, top, 1).ravel()
    if not 0 < y.sum() < len(y):
        return _PLAIN
    x = np.column_stack([score.ravel(), np.repeat(_traits(before, np.arange(len(before)), cut), width, axis=0)])
    bias, weights = fit_logit(x, y, [1] + [0] * (x.shape[1] - 1), _PENALTY).plain
    odds: Floats = np.r_[bias, weights].astype(np.float32)
    return odds


@compiled
def owner_traits(items: Ints, days: Ints, day: int) -> Any:
    """Those of an owner's rows, which stand by goods."""
    visits, lately, silent = visits_of(days, day)
    return traits_of(items, visits, lately, silent)


@compiled
def traits_of(items: Ints, visits: int, lately: float, silent: int) -> Any:
    """Logarithms of visits, of days since the last (less is more), of visits lately and of distinct goods: scores are
    sums over goods, so whoever has many has high ones without buying so much more."""
    distinct = 0
    for row in range(len(items)):
        distinct += row == 0 or items[row] != items[row - 1]
    return np.log(visits), -np.log(silent), np.log(lately + 0.01), np.log(distinct)


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
