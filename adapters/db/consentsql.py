"""What somebody's newest word on a purpose is, as a condition over people."""

from sqlalchemy import ColumnElement, Subquery, and_, func, not_, select, true

from adapters.db.tables import agreements
from core.customers.model import Purpose

UNPROFILED = and_(agreements.c.purpose == Purpose.PROFILING.value, agreements.c.given.is_(False))
"""The newest words on profiling that take it away."""


def agreed(purpose: Purpose, who: ColumnElement[str], dialect: str) -> ColumnElement[bool]:
    """Their newest word on it, where there is one: of nobody unknown."""
    of = agreements.c
    if dialect == "sqlite":
        word = select(of.given).where(of.customer == who, of.purpose == purpose.value).scalar_subquery()
        return func.coalesce(word, purpose.unless_withdrawn) == true()
    found = who.in_(select(newest_words(purpose, given=not purpose.unless_withdrawn).c.customer))
    return not_(found) if purpose.unless_withdrawn else found


def newest_words(purpose: Purpose, *some: ColumnElement[bool], given: bool) -> Subquery:
    """The customers, of `some`, whose newest word on it is this one: each once."""
    of = agreements.c
    said = select(of.customer).where(of.purpose == purpose.value, of.given.is_(given), *some)
    return said.subquery("said_so")
