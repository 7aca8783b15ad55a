"""Reads for the console's pages: counted by the database, not by a loop."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.db.planrows import LATEST
from adapters.db.saletables import offers
from adapters.db.situationrows import NEWEST, switches_of
from adapters.db.tables import cards, events, inbox, outbox, plastics, staff, stores, tills
from core.cards.views import Figures, SourceRow
from core.offers.reading import offer_from
from core.offers.views import SituationsView
from core.shared.events import CardIssued, Met, PhoneProven, PlasticRestored
from core.staff.views import StaffRow
from core.stores.views import StoreRow, TillRow


class ConsoleReads:
    """Satisfies `adapters.console.ports.ConsoleViews`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def figures(self, today: datetime, week: datetime) -> Figures:
        """Everything on the console's home."""
        issued = select(func.count()).select_from(events).where(events.c.name == CardIssued.name)
        async with self._engine.connect() as connection:
            return Figures(
                await _count(connection, issued.where(events.c.at >= today)),
                await _count(connection, issued.where(events.c.at >= week)),
                await _count(connection, select(func.count()).select_from(cards)),
                await _count(connection, select(func.count()).select_from(plastics)),
                await _count(
                    connection, select(func.count()).select_from(plastics).where(plastics.c.card.is_not(None))
                ),
                await _count(connection, select(func.count()).select_from(inbox).where(text("state = 'parked'"))),
                await _count(connection, select(func.count()).select_from(outbox).where(text("state = 'failed'"))),
                await self._sources(connection),
            )

    async def _sources(self, connection: AsyncConnection) -> Sequence[SourceRow]:
        """Facts by channel and source; a fact without a source belongs to the source "" of its channel."""
        channel, source = events.c.data["channel"].as_string(), events.c.data["source"].as_string()
        chosen = select(channel.label("channel"), source.label("source"), events.c.name, func.count().label("people"))
        wanted = (Met.name, PhoneProven.name, CardIssued.name, PlasticRestored.name)
        rows = await connection.execute(
            chosen.where(events.c.name.in_(wanted)).group_by(channel, source, events.c.name)
        )
        found: dict[tuple[str, str], dict[str, int]] = {}
        for row in rows:
            found.setdefault((row.channel, row.source or ""), {})[row.name] = row.people
        return [
            SourceRow(channel, source, *(counts.get(name, 0) for name in wanted))
            for (channel, source), counts in sorted(found.items())
        ]

    async def tills(self) -> Sequence[TillRow]:
        """Tills by store and name, the revoked ones last."""
        chosen = select(tills, stores.c.name.label("store_name")).join(stores, stores.c.id == tills.c.store)
        async with self._engine.connect() as connection:
            rows = await connection.execute(
                chosen.order_by(tills.c.revoked_at.is_not(None), stores.c.name, tills.c.name, tills.c.id)
            )
            return [
                TillRow(row.id, row.name, row.store, row.store_name, row.created_at, row.revoked_at is not None)
                for row in rows
            ]

    async def stores(self) -> Sequence[StoreRow]:
        """Stores by city and name."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(stores).order_by(stores.c.city, stores.c.name))
            return [StoreRow(row.id, row.name, row.city) for row in rows]

    async def staff(self) -> Sequence[StaffRow]:
        """Members by login, the closed ones last."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(staff).order_by(staff.c.disabled_at.is_not(None), staff.c.login))
            return [
                StaffRow(row.id, row.login, row.role, bool(row.one_time), row.disabled_at is not None) for row in rows
            ]

    async def situations(self) -> SituationsView:
        """Offers by id."""
        chosen = select(offers.c.body, offers.c.version).where(offers.c.current).order_by(offers.c.id)
        async with self._engine.connect() as connection:
            switches = switches_of(await connection.execute(NEWEST))
            found = [offer_from(row.body, row.version) for row in await connection.execute(chosen)]
            plan = (await connection.execute(LATEST)).one_or_none()
        week, figures = (plan.week, plan.figures or {}) if plan is not None else ("", {})
        return SituationsView(switches, found, week, figures.get("situations", {}))


async def _count(connection: AsyncConnection, chosen: Select[Any]) -> int:
    return int((await connection.execute(chosen)).scalar_one())
