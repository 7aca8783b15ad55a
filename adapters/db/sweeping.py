"""Runs that are over: whoever is still waiting has an outcome, and a run without anybody waiting has ended."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from adapters.db.campaigncounts import waiting_of
from adapters.db.campaigntables import campaign_packs, campaign_people, campaign_runs, campaigns
from adapters.db.settling import Change, Ending, alike, change
from core.campaigns.model import Outcome, State

_CHUNK = 1_000
"""People in one work: 20 ms."""
_row, _run, _plan = campaign_people.c, campaign_runs.c, campaigns.c


def sweep(connection: Connection, now: datetime, after: Mapping[int, int]) -> Mapping[int, int]:
    """How far each run was looked through; a run that somebody else looks through now is left to them."""
    over = or_(_plan.state == State.STOPPED.value, _run.deliver_by <= now, _run.frozen_at.is_not(None))
    chosen = (
        select(_run.id, _run.deliver_by, _run.frozen_at, _plan.state)
        .join(campaigns, _plan.id == _run.campaign)
        .where(_run.ended_at.is_(None), over)
        .order_by(_run.id)
        .with_for_update(of=campaign_runs, skip_locked=True)
    )
    found: dict[int, int] = {}
    for run in connection.execute(chosen).all():
        stopped = run.state == State.STOPPED.value
        outcome = Outcome.STOPPED if stopped else Outcome.EXPIRED
        if run.frozen_at is None:
            if not stopped:
                continue
        elif stopped or run.deliver_by <= now:
            found[run.id] = _settle_some(connection, run.id, after.get(run.id, 0), outcome, now)
        if run.frozen_at is None or not waiting_of(connection, run.id):
            connection.execute(update(campaign_runs).where(_run.id == run.id).values(ended_at=now))
            found.pop(run.id, None)
    return found


def _settle_some(connection: Connection, run: int, after: int, outcome: Outcome, now: datetime) -> int:
    """What is on its way has an outcome of its own soon. At the end it begins anew: some may have come back."""
    packs = connection.execute(select(campaign_packs.c.people).where(campaign_packs.c.run == run)).scalars()
    away = [serial for people in packs for serial, _ in people]
    chosen = select(_row.serial, _row.channel).where(_row.run == run, _row.serial > after, _row.outcome.is_(None))
    some = chosen.where(_row.serial.not_in(away)).order_by(_row.serial).limit(_CHUNK)
    rows = connection.execute(some.with_for_update(skip_locked=True)).all()
    over = alike([Change(row.serial, row.channel, Ending(outcome.value, row.channel)) for row in rows])
    change(connection, run, over, now)
    return rows[-1].serial if len(rows) == _CHUNK else 0
