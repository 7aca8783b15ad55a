"""Due: what a person buys, scored by the person's own rhythm.

A logistic model of "will buy it within the horizon", fitted on the newest closed windows, over decayed own frequency,
the time since the last purchase against the own gap, and how the good sells now, to all and to those who have had it.
Its weights keep their signs, so that one more purchase of a good never lowers that good's score on the day it is due.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from adapters.analytics.compiled import compiled
from adapters.analytics.logits import fit_logit
from adapters.analytics.purchases import Floats, Ints, Longs, Purchases
from adapters.analytics.sold import Mornings, Sold

HALF_LIVES = (14.0, 30.0, 60.0, 120.0, 365.0)
"""Days in which a purchase loses half its say; the model chooses among them."""
FEATURES = (
    *(f"frequency, half-life {days:.0f} d" for days in HALF_LIVES),
    "frequency", "bought again", "share of visits", "how lately", "early in its rhythm", "late in its rhythm",
    "sells now", "sells at all", "bought again by others", "visits", "last visit", "visits lately", "its buyers lately",
)  # fmt: skip
_FREE = {"sells at all"}
"""The only weight without a sign: beside "sells now" it tells a fashion from a staple."""
_OF_OWNER = ("visits", "last visit", "visits lately")
SELLS = 14.0
"""Half-life, in days, of the buyers who tell how a good sells now."""
FRESH, STEADY = 7.0, 5.0
"""Half-life, in days, of the share of a good's buyers who bought it lately, and the buyers who draw it towards that of
all goods."""
_PENALTY = 1.0
WINDOWS = 3
"""Closed ones that are learned from, the newest first."""
_MOST_PAIRS = 600_000
_TABLE = 4000
_LEAST = 1e-6


class Goods(NamedTuple):
    """How each good sells as of a day: what the rhythm needs to know besides the person's own purchases."""

    now: Floats
    """Distinct buyers, decayed with a half-life of `SELLS` from each one's last purchase."""
    ever: Floats
    """Distinct buyers."""
    again: Floats
    """Share of its buyers who bought it on two days or more, drawn towards a third."""
    gap: Floats
    """Mean days between two purchases of one buyer; that of all goods where nobody bought it twice."""
    fresh: Floats
    """What is left of its buyers with a half-life of `FRESH` from each one's last purchase, drawn towards that of all
    goods: whether those who have had it want it now."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The fitted weights: log odds of buying within the horizon = `bias` + `weights` · features."""

    bias: float
    weights: Floats
    horizon: int


def goods_of(sold: Sold) -> Goods:
    """How the goods sell, of what they had sold by a morning."""
    gaps, gap_count = sold.gaps, sold.gap_count
    overall = gaps.sum() / gap_count.sum() if gap_count.sum() else 28.0
    fresh = sold.lately[FRESH]
    usual = max(_LEAST, fresh.sum() / max(1.0, sold.ever.sum()))
    return Goods(
        sold.lately[SELLS].astype(np.float32),
        sold.ever.astype(np.float32),
        ((sold.twice + 1) / (sold.ever + 3)).astype(np.float32),
        np.where(gap_count > 0, (gaps + 3 * overall) / (gap_count + 3), overall).astype(np.float32),
        ((fresh + STEADY * usual) / (sold.ever + STEADY)).astype(np.float32),
    )


def pairs(bought: Purchases, day: int, goods: Goods) -> tuple[Ints, Ints, Floats]:
    """Owner, item and features (pairs x len(FEATURES)) of every good that somebody bought before that day."""
    count = _pair_count(bought.starts, bought.items)
    owner, item = np.empty(count, np.int32), np.empty(count, np.int32)
    features = np.empty((count, len(FEATURES)), np.float32)
    _all_pairs(
        bought.starts, bought.items, bought.days, day, goods.now, goods.ever, goods.again, goods.gap, goods.fresh,
        DECAY, owner, item, features,
    )  # fmt: skip
    return owner, item, features


def fit(sold: Mornings, end: int, horizon: int, *, seed: int = 0) -> Rhythm | None:
    """The weights that would have told best what was bought in the newest windows before `end`; None: no such window.

    Up to three windows of `horizon` days, and of owners as many as give 600,000 pairs. The order of a person's goods
    is learned from those who came, the probability from all: who stays away says nothing about which good is due.
    """
    bought, oldest = sold.bought, sold.oldest
    features, labels, came = list[Floats](), list[npt.NDArray[Any]](), list[npt.NDArray[Any]]()
    for window in range(1, WINDOWS + 1):
        cut = end - window * horizon
        if oldest is None or cut <= oldest or (features and cut - oldest < 2 * horizon):
            break
        goods = goods_of(sold[cut])
        chosen = _sample(sold[cut].rows, _MOST_PAIRS // WINDOWS, seed + window)
        some = bought.of(chosen).until(cut)
        owner, item, found = pairs(some, cut, goods)
        features.append(found)
        labels.append(bought_within(bought, cut, cut + horizon, chosen[owner], item))
        came.append(came_within(bought.of(chosen), cut, cut + horizon)[owner])
    x, y = (
        np.concatenate(features or [np.zeros((0, len(FEATURES)), np.float32)]),
        np.concatenate(labels or [np.zeros(0, bool)]),
    )
    if not 0 < y.sum() < len(y):
        return None
    there = np.concatenate(came)
    if y[there].all():
        there[:] = True
    _, order = fit_logit(x[there], y[there], [int(name not in _FREE) for name in FEATURES], _PENALTY).plain
    about = [FEATURES.index(name) for name in _OF_OWNER]
    columns = np.column_stack([x @ order, x[:, about]])
    bias, last = fit_logit(columns, y, [1] * columns.shape[1], _PENALTY).plain
    weights = last[0] * order
    weights[about] += last[1:]
    return Rhythm(bias, weights.astype(np.float32), horizon)


def probability(rhythm: Rhythm, features: Floats) -> Floats:
    """Probability of buying within the horizon, row by row."""
    chance: Floats = (1 / (1 + np.exp(-(features @ rhythm.weights + rhythm.bias)))).astype(np.float32)
    return chance


def _sample(rows: Ints, pairs_wanted: int, seed: int) -> npt.NDArray[Any]:
    """Some of the owners who have rows, so many that their pairs are about as many as wanted."""
    there = np.flatnonzero(rows)
    mean = rows.sum() / max(1, len(there))
    wanted = int(pairs_wanted / max(1.0, mean)) + 1
    if wanted >= len(there):
        return there
    return np.sort(np.random.default_rng(seed).choice(there, wanted, replace=False))


def bought_within(bought: Purchases, first: int, end: int, owner: Ints, item: Ints) -> npt.NDArray[np.bool_]:
    """For each pair of owner and item, whether it was bought on a day from `first` to before `end`."""
    found: npt.NDArray[np.bool_] = _bought(bought.starts, bought.items, bought.days, first, end, owner, item)
    return found


def came_within(bought: Purchases, first: int, end: int) -> npt.NDArray[np.bool_]:
    """For each owner, whether anything was bought on a day from `first` to before `end`."""
    came: npt.NDArray[np.bool_] = _came(bought.starts, bought.days, first, end)
    return came


DECAY: Floats = (0.5 ** (np.arange(_TABLE) / np.array(HALF_LIVES)[:, None])).astype(np.float32)
"""What is left of a purchase after so many days, by half-life; older than eleven years counts as that."""


_FADED = 0.5 ** (np.arange(_TABLE) / 60.0)
_SPAN = 100
"""Days of a calendar for each row that it is made for."""


@compiled
def visits_of(days: Ints, day: int) -> tuple[int, float, int]:
    """Distinct days of one owner's rows, the same decayed with a half-life of 60 days, days since the last."""
    first = last = days[0]
    for one in days:
        first, last = min(first, one), max(last, one)
    visits, lately = 0, 0.0
    if last - first > _SPAN * len(days):
        ordered = np.sort(days)
        for place in range(len(ordered)):
            if place == 0 or ordered[place] != ordered[place - 1]:
                visits += 1
                lately += _FADED[min(day - ordered[place], _TABLE - 1)]
        return visits, lately, day - last
    there = np.zeros(last - first + 1, np.bool_)  # no order is needed where a calendar has room
    for one in days:
        there[one - first] = True
    for place in range(len(there)):
        if there[place]:
            visits += 1
            lately += _FADED[min(day - (first + place), _TABLE - 1)]
    return visits, lately, day - last


@compiled
def describe(
    days: Ints, day: int, visits: int, lately: float, silent: int,
    now: float, ever: float, again: float, item_gap: float, fresh: float, decay: Floats, out: Floats,
) -> None:  # fmt: skip
    """The features of one good for one owner who bought it on these days, ascending."""
    count = len(days)
    for life in range(len(decay)):
        left = 0.0
        for one in days:
            left += decay[life, min(day - one, decay.shape[1] - 1)]
        out[life] = np.log(left + 0.01)
    at = len(decay)
    age = day - days[-1]
    gap = (days[-1] - days[0]) / (count - 1) if count > 1 else item_gap
    pace = np.log((age + 1.0) / (gap + 1.0))
    out[at] = np.log(count)
    out[at + 1] = 1.0 if count > 1 else 0.0
    out[at + 2] = np.log(count / visits)
    out[at + 3] = -np.log(age)
    out[at + 4] = min(0.0, pace)
    out[at + 5] = -max(0.0, pace)
    out[at + 6] = np.log(now + 1.0)
    out[at + 7] = np.log(ever + 1.0)
    out[at + 8] = np.log(again)
    out[at + 9] = np.log(visits)
    out[at + 10] = -np.log(silent)
    out[at + 11] = np.log(lately + 0.01)
    out[at + 12] = np.log(fresh)


@compiled
def _bought(starts: Longs, items: Ints, days: Ints, first: int, end: int, owner: Ints, item: Ints) -> Any:
    out = np.zeros(len(owner), np.bool_)
    for pair in range(len(owner)):
        after = starts[owner[pair] + 1]
        row = starts[owner[pair]] + np.searchsorted(items[starts[owner[pair]] : after], item[pair])
        while row < after and items[row] == item[pair] and not out[pair]:
            out[pair] = first <= days[row] < end
            row += 1
    return out


@compiled
def _came(starts: Longs, days: Ints, first: int, end: int) -> Any:
    out = np.zeros(len(starts) - 1, np.bool_)
    for owner in range(len(out)):
        for row in range(starts[owner], starts[owner + 1]):
            out[owner] |= first <= days[row] < end
    return out


@compiled
def _pair_count(starts: Longs, items: Ints) -> int:
    count = 0
    for owner in range(len(starts) - 1):
        for row in range(starts[owner], starts[owner + 1]):
            if row == starts[owner] or items[row] != items[row - 1]:
                count += 1
    return count


@compiled
def _all_pairs(
    starts: Longs, items: Ints, days: Ints, day: int,
    now: Floats, ever: Floats, again: Floats, gap: Floats, fresh: Floats, decay: Floats,
    owners: Ints, goods: Ints, features: Floats,
) -> None:  # fmt: skip
    pair = 0
    for owner in range(len(starts) - 1):
        row, end = starts[owner], starts[owner + 1]
        if row == end:
            continue
        visits, lately, silent = visits_of(days[row:end], day)
        while row < end:
            item, first = items[row], row
            while row < end and items[row] == item:
                row += 1
            owners[pair], goods[pair] = owner, item
            describe(
                days[first:row], day, visits, lately, silent,
                now[item], ever[item], again[item], gap[item], fresh[item], decay, features[pair],
            )  # fmt: skip
            pair += 1
