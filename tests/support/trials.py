"""A trial counted the plain way: a loop over people, textbook formulas, no arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import floor, hypot, log, sqrt
from statistics import mean, variance

from scipy.stats import t


@dataclass(slots=True)
class Head:
    """A person of the trial and everything that counts: money paid, taken off and earned within their window."""

    arm: str
    since: datetime
    cost: int = 0
    gross: int = 0
    off: int = 0
    points: int = 0
    before: int = 0
    days: set[int] = field(default_factory=set)
    """How many days ago they bought something, counted back from the start."""

    @property
    def paid(self) -> int:
        """After discounts."""
        return self.gross - self.off


Bought = Sequence[tuple[str, datetime, int, int]]
"""Owner, instant, money before discounts, discount; less than nought for what came back."""


def count(heads: Mapping[str, Head], bought: Bought, until: datetime, who: Mapping[str, str]) -> None:
    """Each line is somebody's, by who they are now, within their window or in the 84 days before it."""
    sold: dict[tuple[str, datetime], int] = {}
    for owner, at, gross, off in bought:
        person = who.get(owner, owner)
        head = heads.get(person)
        if head is None:
            continue
        if head.since <= at < until:
            head.gross, head.off = head.gross + gross, head.off + off
        elif head.since - timedelta(days=84) <= at < head.since:
            head.before += gross - off
            sold[person, at] = sold.get((person, at), 0) + gross
    for (person, at), left in sold.items():
        if left > 0:
            heads[person].days.add((heads[person].since - at) // timedelta(days=1))


def capped(values: Sequence[float]) -> list[float]:
    """Nothing above the 99th percentile."""
    ordered = sorted(values)
    place = 0.99 * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    most = ordered[low] + (ordered[high] - ordered[low]) * (place - low)
    return [min(one, most) for one in values]


def known_of(heads: Sequence[Head]) -> list[list[float]]:
    """Before the start: money, the same a day of purchase, such days, their logarithm, days of silence."""
    days = [float(len(one.days)) for one in heads]
    silent = [float(min(one.days, default=84)) for one in heads]
    money = capped([one.before for one in heads])
    daily = [one / max(1.0, many) for one, many in zip(money, days, strict=True)]
    return [money, daily, days, [log(1 + one) for one in days], silent]


def less_known(values: Sequence[float], known: Sequence[Sequence[float]]) -> list[float]:
    """The values less what a least-squares plane over known figures tells of them: one figure after the other, each
    less what those before it tell of it (Gram and Schmidt)."""
    left, done = list(values), list[list[float]]()
    for column in known:
        apart = [one - mean(column) for one in column]
        for former in done:
            apart = _less(apart, former)
        done.append(apart)
        left = _less(left, apart)
    return left


def _less(values: Sequence[float], along: Sequence[float]) -> list[float]:
    weight = sum(x * y for x, y in zip(values, along, strict=True)) / sum(x * x for x in along)
    return [value - weight * x for value, x in zip(values, along, strict=True)]


def welch(treated: Sequence[float], control: Sequence[float]) -> tuple[float, float, float]:
    """Low end, difference of means, high end: 95 %."""
    one, other = variance(treated) / len(treated), variance(control) / len(control)
    freedom = (one + other) ** 2 / (one**2 / (len(treated) - 1) + other**2 / (len(control) - 1))
    half, middle = float(t.ppf(0.975, freedom)) * sqrt(one + other), mean(treated) - mean(control)
    return middle - half, middle, middle + half


def newcombe(hits: int, size: int, control_hits: int, control_size: int) -> tuple[float, float, float]:
    """Low end, difference of shares, high end: 95 %, of arms where some outcome is rarer than a hundred."""

    def wilson(some: int, of: int) -> tuple[float, float, float]:
        share, square = some / of, 1.959963984540054**2
        middle = (share + square / (2 * of)) / (1 + square / of)
        half = sqrt(square * (share * (1 - share) + square / (4 * of)) / of) / (1 + square / of)
        return middle - half, share, middle + half

    low, one, high = wilson(hits, size)
    control_low, other, control_high = wilson(control_hits, control_size)
    value = one - other
    return value - hypot(one - low, control_high - other), value, value + hypot(high - one, other - control_low)
