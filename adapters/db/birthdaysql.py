"""Birthdays as conditions: whose comes soon, and who is how old."""

from calendar import isleap
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Date, String, and_, bindparam, func, type_coerce

from core.customers.model import NO_YEAR
from core.shared.calendar import add_months

_YEARS = range(1900, 2101)
"""As answers and imports take them."""


def comes_within(born: ColumnElement[Any], days: int, today: date, dialect: str) -> ColumnElement[bool]:
    """29 February is the 28th in other years, as everywhere (`birthday_near`).

    SQLite keeps a date as a text, whose end it compares in a third of the time that reading its calendar takes.
    PostgreSQL finds a day among those of all years faster than it takes one apart.
    """
    coming = [today + timedelta(days=at) for at in range(days + 1)]
    told = {(day.month, day.day) for day in coming}
    told |= {(2, 29) for day in coming if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3}
    if dialect == "sqlite":
        return func.substr(type_coerce(born, String), 6).in_([f"{one:02d}-{other:02d}" for one, other in sorted(told)])
    every = [date(year, *one) for year in _YEARS for one in sorted(told) if one != (2, 29) or isleap(year)]
    return born == func.any(bindparam(None, every, type_=ARRAY(Date), unique=True))


def has_year(born: ColumnElement[Any]) -> ColumnElement[bool]:
    """The year was told, so that the age is known."""
    return born >= date(NO_YEAR + 1, 1, 1)


def aged(born: ColumnElement[Any], years: int, today: date, *, at_most: bool) -> ColumnElement[bool]:
    """In whole years, by the last birthday: at least so old, or at most."""
    edge = add_months(today, -12 * min(years + at_most, today.year - 1))
    return and_(has_year(born), born > edge if at_most else born <= edge)
