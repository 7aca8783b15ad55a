"""Figures over everybody: counted by the hour and kept, or now where the house is small enough for that."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, distinct, func, select

from adapters.db.engines import sync_engine
from adapters.db.figuretables import kept_figures
from adapters.db.ledgertables import lots, purses
from adapters.db.profiletables import customer_features
from adapters.db.sql import put
from adapters.db.surveyfunnel import funnel_of
from adapters.db.surveyrows import newest
from adapters.db.tables import addresses, cards, customers, events, plastics
from adapters.db.work import DbWork
from core.cards.views import SourceRow
from core.sales.views import Counted
from core.shared.events import CardIssued, Met, PhoneProven, PlasticRestored
from core.surveys.model import Questionnaire

HOUSE, HOOKS = "house", "hooks"
SMALL = 5_000
"""So many customers are counted while somebody waits; of more the last hour's figures are shown."""
SOON = timedelta(days=30)
_STEPS = (Met.name, PhoneProven.name, CardIssued.name, PlasticRestored.name)
_LIVING = (customers.c.merged_into.is_(None), customers.c.forgotten_at.is_(None))


def count_now(url: str, at: datetime, own: Questionnaire) -> Counted:
    """Over a connection of its own that may take its time and can change nothing."""
    engine = sync_engine(url, patient=True, writes=False, connections=1)
    try:
        with engine.connect() as connection:
            return counted(connection, at, own)
    finally:
        engine.dispose()


def keep(name: str, at: datetime, figures: dict[str, Any]) -> Callable[[DbWork], None]:
    """A job: these are the newest figures of the name."""
    return lambda work: put(work.connection, kept_figures, [{"name": name, "at": at, "figures": figures}])


def counted(connection: Connection, at: datetime, own: Questionnaire) -> Counted:
    """Everything of `Counted`, a handful of passes over the tables. `own`: asked while nothing else is published."""

    def number(chosen: Select[Any]) -> int:
        return int(connection.execute(chosen).scalar_one() or 0)

    def groups(chosen: Select[Any]) -> dict[str, int]:
        return {str(row[0]): int(row[1]) for row in connection.execute(chosen) if row[0] is not None}

    points = connection.execute(
        select(func.sum(purses.c.active + purses.c.held), func.sum(purses.c.pending), func.sum(purses.c.debt))
    ).one()
    soon = (lots.c.active > 0, lots.c.expires_at > at, lots.c.expires_at <= at + SOON)
    expiring = connection.execute(
        select(func.coalesce(func.sum(lots.c.active), 0), func.count(distinct(lots.c.customer))).where(*soon)
    ).one()
    asked, had = funnel_of(connection, newest(connection, own)), customer_features.c
    stage: ColumnElement[Any] = func.coalesce(had.lifecycle, "registered")
    return Counted(
        at,
        number(select(func.count()).select_from(customers).where(*_LIVING)),
        number(select(func.count()).select_from(cards).where(cards.c.state.in_(("issued", "active", "blocked")))),
        number(select(func.count()).select_from(plastics)),
        number(select(func.count()).select_from(plastics).where(plastics.c.card.is_not(None))),
        _sources(connection),
        asked.answered,
        asked.asked,
        asked.started,
        int(points[0] or 0),
        int(points[1] or 0),
        int(points[2] or 0),
        int(expiring[0]),
        int(expiring[1]),
        groups(
            select(stage, func.count())
            .select_from(customers.outerjoin(customer_features, had.owner == customers.c.id))
            .where(*_LIVING)
            .group_by(stage)
        ),
        groups(select(cards.c.state, func.count()).group_by(cards.c.state)),
        groups(
            select(addresses.c.channel, func.count(distinct(addresses.c.customer)))
            .where(addresses.c.customer.is_not(None), addresses.c.subscribed.is_(True))
            .group_by(addresses.c.channel)
        ),
        groups(select(customers.c.language, func.count()).where(*_LIVING).group_by(customers.c.language)),
    )


def _sources(connection: Connection) -> list[SourceRow]:
    """Facts by channel and source; a fact without a source belongs to the source "" of its channel."""
    channel, source = events.c.data["channel"].as_string(), events.c.data["source"].as_string()
    chosen = select(channel.label("channel"), source.label("source"), events.c.name, func.count().label("people"))
    rows = connection.execute(chosen.where(events.c.name.in_(_STEPS)).group_by(channel, source, events.c.name))
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows:
        found.setdefault((row.channel, row.source or ""), {})[row.name] = row.people
    return [
        SourceRow(channel, source, *(counts.get(name, 0) for name in _STEPS))
        for (channel, source), counts in sorted(found.items())
    ]
