"""Reads for the pages of campaigns: from the kept counts, so that a page costs the same for a million people."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.db.campaignrows import campaign_of, run_of
from adapters.db.campaigntables import campaign_counts, campaign_people, campaign_rates, campaign_runs, campaigns
from adapters.db.freezing import WAITING
from adapters.db.outside import system_clock
from adapters.db.tables import customers
from core.campaigns.model import Campaign, Outcome, Run
from core.campaigns.views import CampaignRow, Counted, Delivery, Progress

MARKS = ("delivered", "seen", "tapped")
_RECENT, STEP = timedelta(minutes=1), timedelta(seconds=10)


class CampaignReads:
    """Satisfies `adapters.console.ports.CampaignViews`."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime] = system_clock) -> None:
        self._engine, self._clock = engine, clock

    async def campaigns(self) -> Sequence[CampaignRow]:
        """The newest first."""
        of, runs, count = campaigns.c, campaign_runs.c, campaign_counts.c
        by_run = (
            select(runs.campaign, count.what, func.sum(count.people).label("people"))
            .join(campaign_runs, runs.id == count.run)
            .group_by(runs.campaign, count.what)
        )
        about = select(
            runs.campaign, func.count().label("runs"), func.max(runs.due_at).label("due"),
            func.sum(runs.spent).label("spent"),
        ).group_by(runs.campaign)  # fmt: skip
        async with self._engine.connect() as connection:
            found = {row.campaign: row for row in await connection.execute(about)}
            outcomes: dict[str, dict[str, int]] = {}
            for row in await connection.execute(by_run):
                outcomes.setdefault(row.campaign, {})[row.what] = int(row.people)
            rows = await connection.execute(select(campaigns).order_by(of.created_at.desc(), of.id.desc()))
            made = [campaign_of(row) for row in rows]
        return [_row(one, found.get(one.id), outcomes.get(one.id, {})) for one in made]

    async def campaign(self, campaign: str) -> Campaign | None:
        """With its plan."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(campaigns).where(campaigns.c.id == campaign))).one_or_none()
        return None if row is None else campaign_of(row)

    async def runs(self, campaign: str) -> Sequence[Run]:
        """The newest first."""
        of = campaign_runs.c
        async with self._engine.connect() as connection:
            chosen = select(campaign_runs).where(of.campaign == campaign).order_by(of.number.desc())
            return [run_of(row) for row in await connection.execute(chosen)]

    async def progress(self, run: int) -> Progress | None:
        """From a few dozen rows, whatever the run's size."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(campaign_runs).where(campaign_runs.c.id == run))).one_or_none()
            if row is None:
                return None
            of = campaign_counts.c
            rows = await connection.execute(
                select(campaign_counts).where(of.run == run).order_by(of.arm, of.channel, of.what, of.reason)
            )
            counts, marks = [], dict[str, dict[tuple[str, str], int]]()
            for one in rows:
                if one.what in MARKS:
                    marks.setdefault(one.what, {})[one.arm, one.channel] = one.people
                elif one.people:
                    outcome = None if one.what == WAITING else Outcome(one.what)
                    counts.append(Counted(one.arm, one.channel, outcome, one.reason, one.people))
            now = self._clock()
            rate = await _rate(connection, run, now)
        waiting = sum(one.people for one in counts if one.outcome is None)
        return Progress(run_of(row), counts, marks, rate, round(waiting / rate) if rate else None, now)

    async def deliveries(self, customer: str) -> Sequence[Delivery]:
        """The newest run first; also those of whoever was merged into the customer."""
        of, run, plan, person = campaign_people.c, campaign_runs.c, campaigns.c, customers.c
        selves = select(person.id).where(or_(person.id == customer, person.merged_into == customer))
        chosen = (
            select(campaign_people, plan.id.label("campaign"), plan.name, plan.kind, run.number, run.due_at)
            .join(campaign_runs, run.id == of.run)
            .join(campaigns, plan.id == run.campaign)
            .where(of.customer.in_(selves))
        )
        async with self._engine.connect() as connection:
            rows = await connection.execute(chosen.order_by(run.due_at.desc(), of.run.desc(), of.serial))
            return [_delivery(row) for row in rows]


async def _rate(connection: AsyncConnection, run: int, now: datetime) -> float:
    """Settled messages a second over the last minute, of the minutes that the senders note."""
    of = campaign_rates.c
    chosen = select(func.sum(of.people), func.min(of.at)).where(of.run == run, of.at > now - _RECENT)
    people, first = (await connection.execute(chosen)).one()
    return float(people) / max((now - first).total_seconds(), STEP.total_seconds()) if people else 0.0


def _row(campaign: Campaign, about: Any, outcomes: Mapping[str, int]) -> CampaignRow:
    if about is None:
        return CampaignRow(campaign, 0, None, {}, 0)
    return CampaignRow(campaign, about.runs, about.due, outcomes, int(about.spent))


def _delivery(row: Any) -> Delivery:
    outcome = None if row.outcome is None else Outcome(row.outcome)
    return Delivery(
        row.campaign, row.name, row.kind, row.number, row.due_at, row.arm, outcome, row.reason, row.channel or "",
        row.at, row.delivered_at, row.seen_at, row.tapped_at,
    )  # fmt: skip
