"""Spans of customers' ids: a statement about everybody that can be asked for some of them alone."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam


class Span(NamedTuple):
    """The ids behind the first, as far as the other."""

    after: str
    until: str


WHOLE = Span("", "z")
"""All that there are: ids are hexadecimal, and come before it in any collation."""


def within(customer: ColumnElement[Any]) -> ColumnElement[bool]:
    """Theirs is an id of the span that is asked for, whichever there is."""
    return and_(customer > bindparam("p_after", WHOLE.after), customer <= bindparam("p_until", WHOLE.until))


def of_span(chosen: Select[Any], span: Span) -> Select[Any]:
    """The statement, asked for these alone."""
    return chosen.params(p_after=span.after, p_until=span.until)
