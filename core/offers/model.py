"""What an offer is: whom it is for, when it holds, what it asks, what it gives, how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo


class Audience(StrEnum):
    """Whom an offer is for: everybody, any card, those it is assigned to, whoever has its code."""

    PUBLIC = "public"
    MEMBERS = "members"
    PERSONAL = "personal"
    VOUCHER = "voucher"


class ReturnPolicy(StrEnum):
    """What becomes of a voucher whose sale is wholly returned."""

    RETURN_USE = "return_use"
    KEEP_BURNT = "keep_burnt"


@dataclass(frozen=True, slots=True)
class Goods:
    """Lists of goods; a line belongs when any of them names it."""

    sku: frozenset[str] = frozenset()
    category: frozenset[str] = frozenset()
    brand: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        """True when no list names anything."""
        return not (self.sku or self.category or self.brand)

    def names(self, sku: str, category: str, brand: str) -> bool:
        """True when a list names the line."""
        return sku in self.sku or category in self.category or brand in self.brand


@dataclass(frozen=True, slots=True)
class Match:
    """Which lines are meant: those the lists name (no list at all: every line), minus the excluded."""

    goods: Goods = Goods()
    excluded: Goods = Goods()

    def takes(self, sku: str, category: str, brand: str) -> bool:
        """True when the line is meant."""
        meant = self.goods.empty or self.goods.names(sku, category, brand)
        return meant and not self.excluded.names(sku, category, brand)


@dataclass(frozen=True, slots=True)
class Always:
    """No condition."""


@dataclass(frozen=True, slots=True)
class MinBasket:
    """The sum of line amounts is at least this, minor units."""

    amount: int


@dataclass(frozen=True, slots=True)
class Items:
    """At least so many (thousandths) of the matched lines."""

    match: Match
    milli: int


@dataclass(frozen=True, slots=True)
class FirstPurchase:
    """No sale yet, imported history included, that is not wholly returned."""


@dataclass(frozen=True, slots=True)
class Birthday:
    """The day is at most so many days before or after the birthday."""

    days_before: int
    days_after: int


@dataclass(frozen=True, slots=True)
class MemberOf:
    """The person belongs to the club."""

    club: str


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these."""

    of: tuple["Condition", ...]


Condition = Always | MinBasket | Items | FirstPurchase | Birthday | MemberOf | All


@dataclass(frozen=True, slots=True)
class PercentOff:
    """So many percent off the matched lines, or off the receipt without a match; at most `most` minor units."""

    percent: Fraction
    match: Match | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class AmountOff:
    """So many minor units off all matched lines together, or off the receipt."""

    amount: int
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """Matched lines fall to quantity x price."""

    price: int
    match: Match


@dataclass(frozen=True, slots=True)
class NthFree:
    """Of every n matched units the cheapest is free."""

    n: int
    match: Match


@dataclass(frozen=True, slots=True)
class PointsTimes:
    """Matched lines (all without a match) earn so many times the points."""

    times: Fraction
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class BonusPoints:
    """So many points more."""

    points: int


Benefit = PercentOff | AmountOff | FixedPrice | NthFree | PointsTimes | BonusPoints


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of the day, start in, end out; over midnight when the end is not after the start."""

    start: int
    end: int

    @property
    def overnight(self) -> bool:
        """True when the small hours belong to the day before."""
        return self.end <= self.start

    def hold(self, minute: int) -> bool:
        """True when the minute of the day is within."""
        return minute >= self.start or minute < self.end if self.overnight else self.start <= minute < self.end


@dataclass(frozen=True, slots=True)
class Window:
    """When and where: days of the programme's zone, both included; 1 = Monday; no stores: all of them."""

    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = frozenset()
    hours: Hours | None = None
    stores: frozenset[str] = frozenset()

    def shut(self, instant: datetime, zone: ZoneInfo, store: str) -> str:
        """Why it does not hold: `expired`, `not-yet`, `not-here`; empty when it does.

        The small hours of hours over midnight belong to the day before, for days and weekdays too.
        """
        local = instant.astimezone(zone)
        minute, day = local.hour * 60 + local.minute, local.date()
        if self.hours is not None and self.hours.overnight and minute < self.hours.end:
            day -= timedelta(days=1)
        if self.last is not None and day > self.last:
            return "expired"
        if self.first is not None and day < self.first:
            return "not-yet"
        elsewhere = bool(self.stores) and store not in self.stores
        another_day = bool(self.weekdays) and day.isoweekday() not in self.weekdays
        another_hour = self.hours is not None and not self.hours.hold(minute)
        return "not-here" if elsewhere or another_day or another_hour else ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How often: sets rewarded on one receipt (None: any number), sales per customer, sales in all, money in all."""

    per_receipt: int | None = 1
    per_customer: int | None = None
    total: int | None = None
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One version of an offer; `id` stays, `version` counts its changes."""

    id: str
    benefit: Benefit
    version: int = 1
    title: Mapping[str, str] = field(default_factory=dict)
    audience: Audience = Audience.MEMBERS
    phones: tuple[str, ...] = ()
    priority: int = 0
    group: str | None = None
    exclusive: bool = False
    window: Window = Window()
    condition: Condition = Always()
    limits: Limits = Limits()
    return_policy: ReturnPolicy = ReturnPolicy.RETURN_USE

    def title_in(self, language: str) -> str:
        """The title in the language, else in any, else the id: an offer always has a name."""
        return self.title.get(language) or next(iter(self.title.values()), "") or self.id


def conditions_of(condition: Condition) -> tuple[Condition, ...]:
    """The condition, or all that it is made of."""
    if not isinstance(condition, All):
        return (condition,)
    return tuple(one for part in condition.of for one in conditions_of(part))


def birthday_near(birthday: date, today: date, before: int, after: int) -> bool:
    """True from `before` days before the birthday to `after` days after it; 29 February is the 28th in other years."""
    for year in (today.year - 1, today.year, today.year + 1):
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        day = 28 if (birthday.month, birthday.day) == (2, 29) and not leap else birthday.day
        this = date(year, birthday.month, day)
        if this - timedelta(days=before) <= today <= this + timedelta(days=after):
            return True
    return False
