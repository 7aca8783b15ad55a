"""Champion against challenger: the difference between the arms, how sure it is, and what to make of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt

from core.offers.rankings import Arm
from core.offers.reporting import ArmFunnel, Report, State
from core.shared.intervals import Z95, Difference, of_means, of_shares

Z_TOLD = 2.576
"""A verdict asks for 99 %: it is looked at every week, and Pocock's bound for ten looks at 5 % in all is 2.555."""
_POWER = 0.841621
"""The 80 % point of the normal distribution."""
LONGEST = 52
"""Weeks; what would take longer is not worth waiting for."""


class Told(StrEnum):
    """What the arms say of the challenger."""

    BETTER = "better"
    WORSE = "worse"
    NOT_YET = "not-yet"
    RUNNING = "running"
    """The week is not over."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The challenger less the champion over `weeks` weeks that are over; intervals of 95 %.

    `more`: how many weeks as large as these it takes at least until a difference like this one would be told; None:
    more than a year, or never at this share, since the same people come again.
    """

    told: Told
    weeks: int
    hit_rate: Difference
    redeemed: Difference
    more: int | None


def verdict(report: Report, earlier: Sequence[Report] = ()) -> Verdict | None:
    """By the report and those `earlier` ones that are over and of the same challenge; None: nobody was challenged.

    People are the same from week to week, so weeks count for less than so many people: by the correlation that was
    measured between neighbouring weeks, as clusters of equal size do (Kish's design effect).
    """
    switch = report.switch
    if switch.challenger is None:
        return None
    same = [one for one in earlier if one.switch.salt == switch.salt and one.week < report.week]
    weeks = [one for one in (*same, report) if one.state is not State.RUNNING]
    over = weeks or [report]
    again = _again(over)
    # Where nobody measured it, a second week of the same people adds nothing.
    less = 1 + (len(over) - 1) * (1.0 if again is None else again)
    hit, redeemed = _compared(over, less), _redeemed(over, less)
    if not weeks:
        return Verdict(Told.RUNNING, 0, hit, redeemed, None)
    sign = _compared(over, less, Z_TOLD).sign
    told = {1: Told.BETTER, -1: Told.WORSE, 0: Told.NOT_YET}[sign]
    more = _more(over, hit, again or 0.0) if told is Told.NOT_YET else None
    return Verdict(told, len(weeks), hit, redeemed, more)


def correlation(both: int, now: int, size: int, before: int, size_before: int) -> float:
    """How much whoever did it before did it again, 0..1: `both` of the `now` who did it are among those `before`."""
    if not size or not size_before:
        return 0.0
    one, other = now / size, before / size_before
    spread = sqrt(one * (1 - one) * other * (1 - other))
    return min(1.0, max(0.0, (both / size - one * other) / spread)) if spread else 0.0


def _again(reports: Sequence[Report]) -> float | None:
    measured = [one.again for one in reports if one.again is not None]
    return sum(measured) / len(measured) if measured else None


def _arms(reports: Sequence[Report], arm: Arm) -> list[ArmFunnel]:
    return [one.arms.get(arm, ArmFunnel()) for one in reports]


def _compared(reports: Sequence[Report], less: float, z: float = Z95) -> Difference:
    given = []
    for arm in (Arm.CHALLENGER, Arm.CHAMPION):
        funnels = [one.funnel for one in _arms(reports, arm)]
        given += [sum(one.bought.people for one in funnels) / less, sum(one.made.people for one in funnels) / less]
    return of_shares(given[0], given[1], given[2], given[3], z)


def _redeemed(reports: Sequence[Report], less: float) -> Difference:
    given = []
    for arm in (Arm.CHALLENGER, Arm.CHAMPION):
        arms = _arms(reports, arm)
        offers = sum(one.funnel.redeemed.offers for one in arms)
        people = sum(one.funnel.made.people for one in arms)
        given += [offers / less, sum(one.squares for one in arms) / less, people / less]
    return of_means(given[0], given[1], given[2], given[3], given[4], given[5])


def _more(reports: Sequence[Report], hit: Difference, again: float) -> int | None:
    """From so many people in each arm to as many as tell such a difference with 80 % power, week by week."""
    spread = 0.0
    for arm in (Arm.CHALLENGER, Arm.CHAMPION):
        funnels = [one.funnel for one in _arms(reports, arm)]
        people = sum(one.made.people for one in funnels) / len(reports)
        if not people:
            return None
        share = sum(one.bought.people for one in funnels) / len(reports) / people
        spread += share * (1 - share) / people
    if not hit.value or not spread:
        return None
    asked = ((Z_TOLD + _POWER) * sqrt(spread) / hit.value) ** 2
    # So many weeks of new people; of the same people `weeks / (1 + (weeks - 1) x again)` are worth as much.
    if asked * again >= 1 and asked > 1:
        return None
    weeks = ceil(max(1.0, asked * (1 - again) / (1 - asked * again)) if asked > 1 else 1.0)
    more = max(1, weeks - len(reports))
    return more if more <= LONGEST else None
