"""Whom a rule meets in a week: not those who rest from it, and each person in the arm that their lot says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.offers.model import birthday_near
from core.offers.situations import Rule
from core.offers.weekly import monday_of

PHONE = "phone:"
"""How an owner of purchases begins who is only the keyed hash of a phone."""
_LOTS = 1 << 64
_LEAP_DAY = date(2000, 2, 29)


class Arm(StrEnum):
    """Whether somebody who was met got the voucher, or stays without it to compare with."""

    GIVEN = "given"
    CONTROL = "control"


class Standing(StrEnum):
    """How a person stands with a rule in a week."""

    FREE = "free"
    MET = "met"
    RESTS = "rests"


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody whom a rule met in a week; `voucher` is the code of what they got."""

    rule: Rule
    owner: str
    week: str
    arm: Arm
    voucher: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a rule would meet: the owner by which the week knows them, and the first and last day of their voucher.

    `selves`: earlier owners of theirs, merged customers and the hash of a phone that they have proven since.
    """

    owner: str
    first: date
    last: date
    selves: tuple[str, ...] = ()

    @property
    def owners(self) -> tuple[str, ...]:
        """Every owner that may stand for them."""
        return (self.owner, *self.selves)


def standing(earlier: Sequence[Met], week: str, pause: int) -> Standing:
    """Met in this week; resting, less than `pause` days from another week in which they were met; else free."""
    if any(one.week == week for one in earlier):
        return Standing.MET
    monday = monday_of(week)
    near = any(abs((monday_of(one.week) - monday).days) < pause for one in earlier)
    return Standing.RESTS if near else Standing.FREE


def known_as(person: Person, earlier: Sequence[Met]) -> str:
    """The owner whose lot decides: the one by which the rule first met them, so that no merge changes an arm."""
    return min(earlier, key=lambda one: (one.week, one.owner)).owner if earlier else person.owner


def arm_of(lot: int, control: int) -> Arm:
    """The arm of a lot of 64 bits; `control` percent of all lots are the control group's."""
    return Arm.CONTROL if lot * 100 < control * _LOTS else Arm.GIVEN


def birthday_in(birthday: date, week: str) -> date | None:
    """The day of the week on which the birthday falls; 29 February is the 28th in other years; None: on none."""
    return next((day for day in _days(week) if birthday_near(birthday, day, 0, 0)), None)


def birthdays_of(week: str) -> list[tuple[int, int]]:
    """Month and day of every birthday that falls into the week."""
    found = [(day.month, day.day) for day in _days(week)]
    if birthday_in(_LEAP_DAY, week) is not None:
        found.append((_LEAP_DAY.month, _LEAP_DAY.day))
    return sorted(set(found))


def last_day(week: str, valid: int) -> date:
    """The last good day of a voucher that is good for so many days from the week's Monday on."""
    return monday_of(week) + timedelta(days=valid - 1)


def _days(week: str) -> list[date]:
    return [monday_of(week) + timedelta(days=ahead) for ahead in range(7)]
