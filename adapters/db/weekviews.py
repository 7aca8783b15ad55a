"""Reads for the page of the week's offers."""

from collections.abc import Sequence

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.reportrows import NEWEST, current_plan, planned_of, reports_before, switch_of
from adapters.db.weektables import CURRENT, plans, promo, week_reports
from core.offers.rankings import Switch
from core.offers.reporting import Report, report_from
from core.offers.weekly import Planned

_MOST = 60
"""A year of weeks and those ahead."""


class WeekReads:
    """Satisfies `adapters.console.ports.WeekViews`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def weeks(self) -> Sequence[str]:
        """By both tables' own indexes."""
        known = union(select(promo.c.week), select(plans.c.week).where(plans.c.state == CURRENT)).subquery()
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(known.c.week).order_by(known.c.week.desc()).limit(_MOST))
            return list(rows.scalars())

    async def plan(self, week: str) -> Planned | None:
        """The current one."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(current_plan(week))).one_or_none()
        return planned_of(row) if row is not None else None

    async def report(self, week: str) -> Report | None:
        """The kept one."""
        async with self._engine.connect() as connection:
            chosen = select(week_reports.c.figures).where(week_reports.c.week == week)
            found = (await connection.execute(chosen)).scalar()
        return report_from(found) if found is not None else None

    async def before(self, week: str) -> Sequence[Report]:
        """Up to a year of them."""
        async with self._engine.connect() as connection:
            return [report_from(figures) for figures in (await connection.execute(reports_before(week))).scalars()]

    async def switch(self) -> Switch:
        """The newest row."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(NEWEST)).one_or_none()
        return switch_of(row) if row is not None else Switch()
