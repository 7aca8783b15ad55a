"""Whom campaigns have reached, as a condition over customers: what became of a former self became of the person."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, func, select, union_all

from adapters.db.campaigntables import campaign_people, campaign_runs
from adapters.db.formersql import FORMER
from core.campaigns.model import Outcome
from core.segments.fields import Contact
from core.segments.model import Contacted

_row, _run = campaign_people.c, campaign_runs.c
_WHEN: Mapping[Contact, tuple[ColumnElement[bool], ColumnElement[Any]]] = {
    Contact.SENT: (_row.outcome == Outcome.SENT.value, func.coalesce(_row.at, _run.due_at)),
    Contact.SEEN: (_row.seen_at.is_not(None), _row.seen_at),
    Contact.TAPPED: (_row.tapped_at.is_not(None), _row.tapped_at),
    Contact.CONTROL: (_row.outcome == Outcome.CONTROL.value, func.coalesce(_row.at, _run.due_at)),
}
"""What shows that it happened, and when it did."""


def contacts(
    test: Contacted, today: date, start: Callable[[date], datetime], customer: str | None = None
) -> CompoundSelect[Any]:
    """One row for each time that it happened: `who` it was and `at` which instant. `start`: when a day begins.

    With a `customer` only what became of them and of their former selves. Whoever was merged away is told too, under
    their own id: nobody who lives has it.
    """
    happened, at = _WHEN[test.contact]
    chosen = (
        select(_row.customer.label("who"), at.label("at"))
        .select_from(campaign_people)
        .join(campaign_runs, _run.id == _row.run)
        .where(happened)
    )
    if test.campaign is not None:
        chosen = chosen.where(_run.campaign == test.campaign)
    if test.days is not None:
        first = today - timedelta(days=min(test.days, today.toordinal()) - 1)
        chosen = chosen.where(at >= start(first))
    former = chosen.with_only_columns(FORMER.c.who, at.label("at")).join(FORMER, FORMER.c.id == _row.customer)
    if customer is not None:
        chosen = chosen.where(_row.customer == customer)
        former = former.where(FORMER.c.who == customer)
    return union_all(chosen, former)
