"""A trial counted: what everybody in it bought, arm against arm, day by day, and of some of the people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from adapters.analytics.effects import LEVEL, Foretold, early, mean_difference, ratio, share_difference, without_whales
from adapters.analytics.spending import Longs, Spent, micros
from core.campaigns.results import FEW, SURE, ArmResult, Effect, Group, Look
from core.shared.intervals import Difference

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
BEFORE = timedelta(days=84)
"""What somebody bought so long before their start foretells what they buy after it (analytics 5)."""
MOST_LOOKS = 60
_DAY, _MICRO = timedelta(days=1), timedelta(microseconds=1)
_Z = float(norm.ppf((1 + LEVEL) / 2))


@dataclass(frozen=True, slots=True)
class Trial:
    """Who is compared. `arm`: each person's place in `arms`, 0 the control group; `since`: when their window begins,
    microseconds since 1970. `cost` of messages and `points` earned, by person, in minor units. `frozen`: how many stand
    in each arm as it was drawn, with the `shares` that it was drawn with.
    """

    arms: Sequence[str]
    shares: Sequence[int]
    frozen: Sequence[int]
    arm: Ints
    since: Longs
    until: datetime
    cost: Floats
    points: Floats
    margin: float

    @property
    def control(self) -> Bools:
        """Who is of the control group."""
        first: Bools = self.arm == 0
        return first


@dataclass(frozen=True, slots=True)
class Heads:
    """By person: paid after discounts, and given by discounts and points, as it is; money, margin, reward and net
    without the greatest buyers' excess; whether they bought; `known`: what was known before the start; `steady`: money
    less what is foretold of it."""

    paid: Floats
    given: Floats
    money: Floats
    margin: Floats
    reward: Floats
    net: Floats
    bought: Bools
    known: Foretold
    steady: Floats


@dataclass(frozen=True, slots=True)
class Measured:
    """What a trial comes to, in the words of `core.campaigns.results`."""

    heads: Heads
    arms: Sequence[ArmResult]
    effects: Sequence[Effect]
    ratio: float
    kept: float
    looks: Sequence[Look]


def measured(trial: Trial, spent: Spent, now: datetime, zone: ZoneInfo) -> Measured:
    """By what is known now."""
    heads = heads_of(trial, spent)
    together = [_effect(trial, heads, "", ~trial.control)]
    several = [_effect(trial, heads, trial.arms[at], trial.arm == at) for at in range(1, len(trial.arms))]
    before = float(heads.money.var())
    left = float(heads.steady.var()) / before if before else 1.0
    return Measured(
        heads,
        [_arm(trial, heads, at) for at in range(len(trial.arms))],
        together + (several if len(several) > 1 else []),
        ratio(trial.frozen, trial.shares),
        left,
        looks(trial, spent, heads.known, now, zone),
    )


def heads_of(trial: Trial, spent: Spent) -> Heads:
    """What each person's purchases come to.

    Margin is a part of the price before discounts: what they take off is told as reward. Where a great buyer's money is
    cut, their margin and reward are cut by as much.
    """
    size = len(trial.arm)
    within = _within(trial, spent)
    gross, off = (_sum(spent.person[within], column[within], size) for column in (spent.gross, spent.discount))
    paid = gross - off
    money = without_whales(paid)
    part = np.divide(money, paid, out=np.ones(size), where=paid > 0)
    margin, reward = trial.margin * gross * part, (off + trial.points) * part
    known = Foretold(_before(trial, spent))
    return Heads(
        paid, off + trial.points, money, margin, reward, margin - reward - trial.cost, gross > 0, known,
        known.less(money),
    )  # fmt: skip


def looks(trial: Trial, spent: Spent, known: Foretold, now: datetime, zone: ZoneInfo) -> list[Look]:
    """The difference of money by head at the end of each day so far, as wide as many looks need it to be."""
    first = datetime.fromtimestamp(int(trial.since.min()) / 1_000_000, UTC) if len(trial.since) else trial.until
    days = max(1, ceil((trial.until - first) / _DAY))
    step = ceil(days / MOST_LOOKS)
    many = ceil(days / step)
    ends = [min(trial.until, first + step * (at + 1) * _DAY) for at in range(many)]
    done = [end for end in ends if end <= now]
    control = trial.control
    if not done or min(int(control.sum()), int((~control).sum())) < SURE:
        return []
    bounds = _bounds(len(done), many)
    within = np.flatnonzero(_within(trial, spent))
    person, money = spent.person[within], (spent.gross - spent.discount)[within]
    look = np.searchsorted([micros(end) for end in done], spent.at[within], side="right").astype(np.uint8)
    order, starts = np.argsort(look, kind="stable"), np.append(0, np.bincount(look, minlength=len(done)).cumsum())
    paid, found = np.zeros(len(trial.arm)), list[Look]()
    for at, (end, bound) in enumerate(zip(done, bounds, strict=True)):
        new = order[starts[at] : starts[at + 1]]
        paid += _sum(person[new], money[new], len(paid))
        less = known.less(without_whales(paid))
        plain = mean_difference(less[~control], less[control])
        wide = bound / _Z
        shown = Difference(
            plain.value - (plain.value - plain.low) * wide, plain.value, plain.value + (plain.high - plain.value) * wide
        )
        found.append(Look((end.astimezone(zone) - _MICRO).date(), shown))
    return found


@cache
def _bounds(done: int, many: int) -> list[float]:
    """Of so many looks out of so many, evenly apart."""
    return early([(at + 1) / many for at in range(done)])


def group(trial: Trial, heads: Heads, kind: str, name: str, chosen: Bools) -> Group | None:
    """Some of the people; None where either side has so few that they could be known."""
    treated, control = chosen & ~trial.control, chosen & trial.control
    sizes = int(treated.sum()), int(control.sum())
    if min(sizes) < FEW:
        return None
    hits = int(heads.bought[treated].sum()), int(heads.bought[control].sum())
    if min(sizes) < SURE:
        return Group(kind, name, *sizes, *hits, None, None)
    money = mean_difference(heads.steady[treated], heads.steady[control])
    return Group(kind, name, *sizes, *hits, share_difference(hits[0], sizes[0], hits[1], sizes[1]), money)


def with_counts(arm: ArmResult, counts: Mapping[str, Any]) -> ArmResult:
    """The arm with how many messages were sent, delivered, seen, tapped, and who was sent another campaign."""
    return replace(arm, **counts)


def _arm(trial: Trial, heads: Heads, at: int) -> ArmResult:
    mine = trial.arm == at
    many = int(mine.sum())
    money, reward, cost = (
        float(column[mine].mean()) if many else 0.0 for column in (heads.paid, heads.given, trial.cost)
    )
    return ArmResult(trial.arms[at], many, int(heads.bought[mine].sum()), money, reward, cost)


def _effect(trial: Trial, heads: Heads, name: str, treated: Bools) -> Effect:
    control = trial.control
    sizes = int(treated.sum()), int(control.sum())
    if min(sizes) < SURE:
        return Effect(name, None, None, None, None, None, None)
    hits = int(heads.bought[treated].sum()), int(heads.bought[control].sum())

    def of(values: Floats) -> Difference:
        return mean_difference(values[treated], values[control])

    return Effect(
        name,
        share_difference(hits[0], sizes[0], hits[1], sizes[1]),
        of(heads.money),
        of(heads.steady),
        *(of(heads.known.less(values)) for values in (heads.margin, heads.reward, heads.net)),
    )


def _within(trial: Trial, spent: Spent) -> Bools:
    found: Bools = (spent.at >= trial.since[spent.person]) & (spent.at < micros(trial.until))
    return found


def _before(trial: Trial, spent: Spent) -> Sequence[Floats]:
    """Of each person's time before their start: money, money a day of purchase, such days, the same in proportion,
    days of silence.

    Of what was tried on four windows of Online Retail 2011 these left least spread of money, visits and activity, and
    more figures took away next to nothing more.
    """
    size, since = len(trial.arm), trial.since[spent.person]
    earlier = (spent.at < since) & (spent.at >= since - BEFORE // _MICRO)
    person, gross = spent.person[earlier], spent.gross[earlier]
    money = without_whales(_sum(person, gross - spent.discount[earlier], size))
    person, ago = person[gross > 0], (since[earlier] - spent.at[earlier])[gross > 0] // (_DAY // _MICRO)
    seen = np.zeros((size, BEFORE // _DAY + 1), bool)
    seen[person, ago] = True
    days = seen.sum(axis=1)
    silent = np.full(size, BEFORE / _DAY)
    silent[person] = ago  # a person's are in the order of time: the last one stays
    return money, money / np.maximum(days, 1), days.astype(np.float64), np.log1p(days), silent


def _sum(person: Longs, amounts: Longs, size: int) -> Floats:
    found: Floats = np.bincount(person, weights=amounts, minlength=size).astype(np.float64)
    return found
