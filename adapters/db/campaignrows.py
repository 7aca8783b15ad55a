"""Campaigns and their runs: rows and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from adapters.db.campaigntables import campaign_runs, campaigns
from adapters.db.saletables import vouchers
from adapters.db.sql import add, one, renew
from core.campaigns.model import Campaign, Run, State
from core.campaigns.reading import plan_data, plan_from
from core.segments.reading import segment_data, segment_from


class CampaignRows:
    """Satisfies `core.campaigns.ports.Campaigns`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, campaign: str, *, lock: bool = False) -> Campaign | None:
        """The campaign with the id; `lock`: its row is ours until the work is over."""
        chosen = select(campaigns).where(campaigns.c.id == campaign)
        row = one(self._connection, chosen.with_for_update() if lock else chosen)
        return None if row is None else campaign_of(row)

    def add(self, campaign: Campaign) -> None:
        """One more campaign."""
        add(self._connection, campaigns, _row(campaign))

    def save(self, campaign: Campaign) -> None:
        """The campaign is as given."""
        renew(self._connection, campaigns, _row(campaign))

    def remove(self, campaign: str) -> None:
        """The campaign, which never ran, is gone."""
        self._connection.execute(delete(campaigns).where(campaigns.c.id == campaign))

    def runs(self, campaign: str) -> Sequence[Run]:
        """Its runs by number."""
        of = campaign_runs.c
        chosen = select(campaign_runs).where(of.campaign == campaign).order_by(of.number)
        return [run_of(row) for row in self._connection.execute(chosen)]

    def ids(self, state: State) -> Sequence[str]:
        """By their ids, which are in the order of making."""
        chosen = select(campaigns.c.id).where(campaigns.c.state == state.value).order_by(campaigns.c.id)
        return list(self._connection.execute(chosen).scalars())

    def add_run(self, campaign: str, due_at: datetime, deliver_by: datetime, window_until: datetime) -> Run:
        """The campaign's row is locked by whoever asks: numbers have no gaps."""
        of = campaign_runs.c
        last = self._connection.execute(select(func.max(of.number)).where(of.campaign == campaign)).scalar() or 0
        row: dict[str, Any] = {
            "campaign": campaign, "number": last + 1, "due_at": due_at, "deliver_by": deliver_by,
            "window_until": window_until, "figures": {},
        }  # fmt: skip
        number = self._connection.execute(insert(campaign_runs).returning(of.id), row).scalar_one()
        return Run(number, campaign, last + 1, due_at, deliver_by, window_until)

    def unfrozen(self) -> Sequence[Run]:
        """By id."""
        of = campaign_runs.c
        running = select(campaigns.c.id).where(campaigns.c.state == State.RUNNING.value)
        chosen = select(campaign_runs).where(of.frozen_at.is_(None), of.ended_at.is_(None), of.campaign.in_(running))
        return [run_of(row) for row in self._connection.execute(chosen.order_by(of.id))]

    def open_vouchers(self, offer: str) -> int:
        """Issued and reserved ones."""
        of = vouchers.c
        chosen = select(func.count()).where(of.offer == offer, of.state.in_(("issued", "reserved")))
        return int(self._connection.execute(chosen).scalar_one())


def campaign_of(row: Row[Any]) -> Campaign:
    """A row of `campaigns` as the core knows it."""
    return Campaign(
        row.id, row.version, State(row.state), plan_from(row.plan), row.salt, row.created_by, row.created_at,
        row.changed_by, row.changed_at, None if row.audience is None else segment_from(row.audience), row.approved_by,
        row.approved_at, row.started_by, row.started_at, row.ended_at, row.why,
        row.resumed_at,
    )  # fmt: skip


def run_of(row: Row[Any]) -> Run:
    """A row of `campaign_runs` as the core knows it."""
    return Run(
        row.id, row.campaign, row.number, row.due_at, row.deliver_by, row.window_until, row.frozen_at, row.ended_at,
        row.spent, row.figures,
    )  # fmt: skip


def _row(one: Campaign) -> dict[str, Any]:
    plan = one.plan
    return {
        "id": one.id, "version": one.version, "state": one.state.value, "name": plan.name, "kind": plan.kind.value,
        "plan": plan_data(plan), "salt": one.salt, "created_by": one.created_by, "created_at": one.created_at,
        "changed_by": one.changed_by, "changed_at": one.changed_at,
        "audience": None if one.audience is None else segment_data(one.audience), "approved_by": one.approved_by,
        "approved_at": one.approved_at, "started_by": one.started_by, "started_at": one.started_at,
        "ended_at": one.ended_at, "why": one.why, "resumed_at": one.resumed_at,
    }  # fmt: skip
