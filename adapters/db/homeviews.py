"""Reads for the console's home: what an index answers at once, and what is counted by the hour."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.db.campaigntables import campaign_counts, campaign_runs, campaigns
from adapters.db.counting import HOOKS, HOUSE, SMALL, counted
from adapters.db.figuretables import kept_figures
from adapters.db.saletables import sales
from adapters.db.tables import addresses, customers, events, inbox, outbox, stores, tills
from core.sales.views import CampaignNow, Counted, HomeView, Issued, SilentTill, counted_from
from core.shared.events import CardIssued
from core.surveys.model import Questionnaire

DAYS = 30
_NEWEST = 500
"""Cards whose way is looked at for the time from the first word."""
_SILENT, _GONE = timedelta(hours=36), timedelta(days=14)
"""A till is silent after a day and a half without a sale, and nobody misses it any more after two weeks."""
_SHOWN = 20
_of = events.c
_ISSUED = _of.name == CardIssued.name


class HomeReads:
    """Satisfies `adapters.console.homeports.HomeViews`. `own`: what is asked before anybody published."""

    def __init__(self, engine: AsyncEngine, zone: ZoneInfo, own: Questionnaire, small: int = SMALL) -> None:
        self._engine, self._zone, self._own, self._small = engine, zone, own, small

    async def home(self, now: datetime) -> HomeView:
        """A dozen short reads."""
        today = now.astimezone(self._zone).date()
        async with self._engine.connect() as connection:
            days = await self._days(connection, today)
            waited = await _waited(connection, self._start(today - timedelta(days=DAYS - 1)))
            return HomeView(
                days,
                days[-1].cards,
                await _count(connection, select(func.count()).where(_ISSUED, _of.at >= now - timedelta(days=7))),
                median(waited) if waited else None,
                len(waited),
                await _count(connection, select(func.count()).select_from(inbox).where(text("state = 'parked'"))),
                await _count(connection, select(func.count()).select_from(outbox).where(text("state = 'failed'"))),
                await _silent(connection, now),
                await _campaigns(connection),
                (await _kept(connection, HOOKS)) or {},
                await self._counted(connection, now),
            )

    async def counted(self, now: datetime) -> Counted | None:
        """The figures over everybody alone."""
        async with self._engine.connect() as connection:
            return await self._counted(connection, now)

    async def _counted(self, connection: AsyncConnection, now: datetime) -> Counted | None:
        some = select(customers.c.id).limit(self._small + 1).subquery()
        if await _count(connection, select(func.count()).select_from(some)) <= self._small:
            return await connection.run_sync(lambda plain: counted(plain, now, self._own))
        data = await _kept(connection, HOUSE)
        return counted_from(data) if data is not None else None

    async def _days(self, connection: AsyncConnection, today: date) -> Sequence[Issued]:
        """A count of a range of the index for each day, whose ends are the zone's."""
        days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
        counts = [
            select(
                literal(at).label("at"),
                select(func.count())
                .where(_ISSUED, _of.at >= self._start(day), _of.at < self._start(day + timedelta(days=1)))
                .scalar_subquery()
                .label("cards"),
            )
            for at, day in enumerate(days)
        ]
        found = {row.at: row.cards for row in await connection.execute(union_all(*counts))}
        return [Issued(day, int(found[at])) for at, day in enumerate(days)]

    def _start(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self._zone)


async def _waited(connection: AsyncConnection, since: datetime) -> list[float]:
    """Seconds from the first word to the card, of the newest cards; an address that is gone tells nothing."""
    first = select(func.min(addresses.c.first_seen_at)).where(addresses.c.customer == _of.customer).scalar_subquery()
    chosen = select(_of.at, first.label("first")).where(_ISSUED, _of.at >= since).order_by(_of.at.desc())
    rows = await connection.execute(chosen.limit(_NEWEST))
    return [(row.at - row.first).total_seconds() for row in rows if row.first is not None and row.first <= row.at]


async def _silent(connection: AsyncConnection, now: datetime) -> Sequence[SilentTill]:
    """By each till's own sales, the newest of which the index knows."""
    last = select(func.max(sales.c.sold_at)).where(sales.c.source == tills.c.id).scalar_subquery()
    chosen = select(tills.c.name, stores.c.name.label("store"), last.label("last"))
    known = chosen.join(stores, stores.c.id == tills.c.store).where(tills.c.revoked_at.is_(None)).subquery()
    silent = select(known).where(known.c.last < now - _SILENT, known.c.last >= now - _GONE)
    rows = await connection.execute(silent.order_by(known.c.last, known.c.name).limit(_SHOWN))
    return [SilentTill(row.name, row.store, row.last) for row in rows]


async def _campaigns(connection: AsyncConnection) -> Sequence[CampaignNow]:
    """Those under way, by the index of states, with what their runs have cost."""
    of = campaigns.c
    spent = select(func.coalesce(func.sum(campaign_runs.c.spent), 0)).where(campaign_runs.c.campaign == of.id)
    people = (
        select(func.coalesce(func.sum(campaign_counts.c.people), 0))
        .join(campaign_runs, campaign_runs.c.id == campaign_counts.c.run)
        .where(campaign_runs.c.campaign == of.id)
    )
    sent, waiting = (people.where(campaign_counts.c.what == what) for what in ("sent", "waiting"))
    chosen = select(
        of.id, of.name, of.state, of.kind, of.why, of.started_at, spent.scalar_subquery().label("spent"),
        sent.scalar_subquery().label("sent"), waiting.scalar_subquery().label("waiting"),
    )  # fmt: skip
    rows = await connection.execute(
        chosen.where(of.state.in_(("running", "paused"))).order_by(of.started_at.desc(), of.id).limit(_SHOWN)
    )
    return [
        CampaignNow(
            row.id,
            row.name,
            row.state,
            row.kind,
            row.why,
            row.started_at,
            *map(int, (row.spent, row.sent, row.waiting)),
        )
        for row in rows
    ]


async def _kept(connection: AsyncConnection, name: str) -> Mapping[str, Any] | None:
    found = (await connection.execute(select(kept_figures.c.figures).where(kept_figures.c.name == name))).scalar()
    return None if found is None else dict(found)


async def _count(connection: AsyncConnection, chosen: Select[Any]) -> int:
    return int((await connection.execute(chosen)).scalar_one())
