"""Reads for the console's pages: counted by the database, not by a loop."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.audittables import audit
from adapters.db.planrows import LATEST
from adapters.db.saletables import offers
from adapters.db.situationrows import NEWEST, switches_of
from adapters.db.slices import slice_of
from core.audit.views import AuditRow, Head
from core.offers.reading import offer_from
from core.offers.views import SituationsView
from core.shared.listing import Asked, Slice


class ConsoleReads:
    """Satisfies `adapters.console.ports.ConsoleViews`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def situations(self) -> SituationsView:
        """Offers by id."""
        chosen = select(offers.c.body, offers.c.version).where(offers.c.current).order_by(offers.c.id)
        async with self._engine.connect() as connection:
            switches = switches_of(await connection.execute(NEWEST))
            found = [offer_from(row.body, row.version) for row in await connection.execute(chosen)]
            plan = (await connection.execute(LATEST)).one_or_none()
        week, figures = (plan.week, plan.figures or {}) if plan is not None else ("", {})
        return SituationsView(switches, found, week, figures.get("situations", {}))

    async def audit(self, asked: Asked) -> Slice[AuditRow]:
        """Lines of the log, the newest first."""
        of, chosen = audit.c, select(audit)
        if "verb" in asked.filters:
            chosen = chosen.where(of.verb.startswith(asked.filters["verb"], autoescape=True))
        for name, column in (("login", of.login), ("subject", of.subject)):
            if name in asked.filters:
                chosen = chosen.where(column == asked.filters[name])
        if "since" in asked.filters:
            chosen = chosen.where(of.at >= datetime.fromisoformat(asked.filters["since"]))
        if "until" in asked.filters:
            chosen = chosen.where(of.at < datetime.fromisoformat(asked.filters["until"]))
        sortable = {"login": of.login, "verb": of.verb, "subject": of.subject}
        async with self._engine.connect() as connection:
            return await slice_of(connection, chosen, asked, sortable=sortable, order=(of.number.desc(),), made=_line)

    async def audit_head(self) -> Head | None:
        """By its number."""
        newest = select(audit.c.number, audit.c.at, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
        async with self._engine.connect() as connection:
            row = (await connection.execute(newest)).one_or_none()
        return None if row is None else Head(row.number, row.at, row.hash)


def _line(row: Row[Any]) -> AuditRow:
    return AuditRow(
        row.number, row.at, row.login, row.role, row.verb, row.subject, row.before, row.after, row.why, row.hash
    )
