"""What each benefit takes off a basket, or adds in points, given what is left of the lines at its turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.offers.model import (
    All,
    AmountOff,
    Benefit,
    BonusPoints,
    Condition,
    FixedPrice,
    Items,
    Match,
    NthFree,
    PercentOff,
    PointsTimes,
)
from core.sales.basket import Line
from core.shared.amounts import divide, half_up


@dataclass(frozen=True, slots=True)
class Rates:
    """The programme's figures that a quote uses, as exact numbers."""

    earn_percent: Fraction
    point_value: int
    max_spend_percent: Fraction


def matched(lines: Sequence[Line], match: Match | None) -> list[int]:
    """The places of the lines that are meant; all of them without a match."""
    if match is None:
        return list(range(len(lines)))
    return [at for at, line in enumerate(lines) if match.takes(line.sku, line.category, line.brand)]


def sets_of(condition: Condition, lines: Sequence[Line], per_receipt: int | None) -> int:
    """How often `amount_off` and `bonus_points` are given: floor(bought / asked) of the least `items` condition.

    Once where no `items` condition counts; never more than `per_receipt`.
    """
    bought = [sum(lines[at].milli for at in matched(lines, items.match)) // items.milli for items in _items(condition)]
    times = min(bought, default=1)
    return times if per_receipt is None else min(times, per_receipt)


def _items(condition: Condition) -> list[Items]:
    if isinstance(condition, Items):
        return [condition]
    return [one for part in condition.of for one in _items(part)] if isinstance(condition, All) else []


def taken_off(
    benefit: Benefit,
    lines: Sequence[Line],
    left: Sequence[int],
    places: Sequence[int],
    *,
    sets: int,
    free_units: int | None,
) -> dict[int, int]:
    """Minor units off, by the place of the line; nothing for a benefit in points.

    `places`: the lines that are meant. `sets`: how often an amount is given. `free_units`: the most units that
    `nth_free` frees, None: any number.
    """
    match benefit:
        case PercentOff():
            return _percent(benefit, left, places)
        case AmountOff():
            whole = min(benefit.amount * sets, sum(left[at] for at in places))
            return _divided(whole, places, left)
        case FixedPrice():
            falls = {at: left[at] - half_up(lines[at].milli * benefit.price, 1000) for at in places}
            return {at: fall for at, fall in falls.items() if fall > 0}
        case NthFree():
            return _free(benefit, lines, left, places, free_units)
        case _:
            return {}


def _percent(benefit: PercentOff, left: Sequence[int], places: Sequence[int]) -> dict[int, int]:
    over, under = benefit.percent.numerator, benefit.percent.denominator * 100
    if benefit.match is None:
        whole = half_up(sum(left[at] for at in places) * over, under)
        return _divided(whole if benefit.most is None else min(whole, benefit.most), places, left)
    each = {at: half_up(left[at] * over, under) for at in places}
    if benefit.most is not None and sum(each.values()) > benefit.most:
        return _divided(benefit.most, places, left)
    return {at: amount for at, amount in each.items() if amount}


def _free(
    benefit: NthFree, lines: Sequence[Line], left: Sequence[int], meant: Sequence[int], free_units: int | None
) -> dict[int, int]:
    """Worth of the cheapest units, divided over all that take part: returning the paid ones keeps no free one."""
    places = [at for at in meant if lines[at].milli % 1000 == 0 and lines[at].unit_price > 0]
    free = sum(lines[at].milli for at in places) // 1000 // benefit.n
    free = free if free_units is None else min(free, free_units)
    worth = 0
    for at in sorted(places, key=lambda at: (lines[at].unit_price, at)):
        units = lines[at].milli // 1000
        here = min(free, units)
        free -= here
        worth += half_up(left[at] * here, units)
    return _divided(worth, places, left)


def _divided(whole: int, places: Sequence[int], left: Sequence[int]) -> dict[int, int]:
    parts = divide(whole, [left[at] for at in places])
    return {at: part for at, part in zip(places, parts, strict=True) if part}


_SCALE = 1_000_000
"""Multipliers have six places at most, so that scaled by this they are whole."""


class Earning:
    """The points of a receipt: shares of what is left, multipliers by line, and bonus points on top (step 5)."""

    def __init__(self, lines: Sequence[Line], left: Sequence[int], rates: Rates) -> None:
        self._left = left
        self._earns = [at for at, line in enumerate(lines) if not line.no_points]
        self._times = dict.fromkeys(self._earns, _SCALE)
        self._bonus = [0] * len(lines)
        self._over = rates.earn_percent.numerator
        self._under = 100 * rates.point_value * rates.earn_percent.denominator * _SCALE

    @property
    def base(self) -> int:
        """floor(sum of shares) with the multipliers so far."""
        return sum(self._shares()) * self._over // self._under

    def _shares(self) -> list[int]:
        """What each line earns, in one unit for all: only their proportion and their sum count."""
        return [self._left[at] * times for at, times in self._times.items()]

    def multiply(self, benefit: PointsTimes, places: Sequence[int]) -> tuple[int, list[int]]:
        """Points that the multiplier adds at its turn, and the lines on which it is now the highest."""
        before, raised = self.base, []
        times = int(benefit.times * _SCALE)
        for at in places:
            if at in self._times and times > self._times[at]:
                self._times[at] = times
                raised.append(at)
        return self.base - before, raised

    def bonus(self, benefit: BonusPoints, sets: int) -> tuple[int, list[int]]:
        """Bonus points with what is left on earning lines; none where nothing is left."""
        parts = divide(benefit.points * sets, [self._left[at] for at in self._earns])
        for at, part in zip(self._earns, parts, strict=True):
            self._bonus[at] += part
        return sum(parts), [at for at, part in zip(self._earns, parts, strict=True) if part]

    def by_line(self) -> list[int]:
        """Points of every line; they sum to `base` and the bonus points."""
        earned = list(self._bonus)
        for at, part in zip(self._earns, divide(self.base, self._shares()), strict=True):
            earned[at] += part
        return earned
