"""Plans of weeks as rows: made beside the current one, and made current in one step."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from adapters.db.erasing import gone_among
from adapters.db.sql import put
from adapters.db.weektables import BUILDING, CURRENT, REPLACED, plan_rows, plans, promo
from core.offers.weekly import Begun, monday_of, picks_from
from core.shared.refusals import Conflict

CHUNK = 300
"""Owners in one work: 15 ms with ten picks each on a busy core, so that a sale never waits for 50."""


LATEST = (
    select(plans.c.week, plans.c.figures)
    .where(plans.c.state == CURRENT)
    .order_by(plans.c.made_at.desc(), plans.c.id.desc())
    .limit(1)
)


class PlanRows:
    """Satisfies `core.offers.planports.Plans`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def wanted(self, week: str) -> bool:
        """By the two keys."""
        run = self._connection.execute
        made = run(select(plans.c.id).where(plans.c.week == week, plans.c.state == CURRENT)).first()
        return made is None and run(select(promo.c.sku).where(promo.c.week == week).limit(1)).first() is not None

    def begin(self, week: str, at: datetime, inputs: str = "") -> Begun:
        """Two who begin at once: the second loses the race for the week's only unfinished plan and goes on with it.

        One of other inputs is replaced before it ever was current, and its rows leave as those of any replaced plan.
        """
        monday_of(week)
        run, of = self._connection.execute, plans.c
        found = run(select(of.id, of.inputs).where(of.week == week, of.state == BUILDING).with_for_update()).first()
        if found is not None and found.inputs == inputs:
            # Lower-case hexadecimal, dashes in the same places and `phone:` sort alike in every collation.
            last = run(select(func.max(plan_rows.c.owner)).where(plan_rows.c.plan == found.id)).scalar()
            return Begun(int(found.id), last or "")
        if found is not None:
            run(update(plans).where(of.id == found.id).values(state=REPLACED))
        row = {"week": week, "state": BUILDING, "made_at": at, "inputs": inputs}
        return Begun(int(run(insert(plans).returning(of.id), row).scalar_one()))

    def add(self, plan: int, rows: Sequence[tuple[str, str]]) -> None:
        """All of them, or none."""
        if len(rows) > CHUNK:
            raise ValueError(f"at most {CHUNK} owners in one work, or a till waits too long")
        for _, picks in rows:
            picks_from(picks)
        self._must_be(plan, BUILDING)
        gone = gone_among(self._connection, [owner for owner, _ in rows])
        kept = sorted((owner, picks) for owner, picks in rows if owner not in gone)
        put(self._connection, plan_rows, [{"plan": plan, "owner": owner, "picks": picks} for owner, picks in kept])

    def finish(self, plan: int, figures: Mapping[str, Any]) -> None:
        """The former first: a week has one current plan, as its index holds."""
        run, of = self._connection.execute, plans.c
        known = run(select(of.week, of.state).where(of.id == plan).with_for_update()).one_or_none()
        if known is None or known.state == REPLACED:
            raise Conflict("plan-over")
        if known.state == CURRENT:
            return
        run(update(plans).where(of.week == known.week, of.state == CURRENT).values(state=REPLACED))
        run(update(plans).where(of.id == plan).values(state=CURRENT, figures=dict(figures)))

    def latest(self) -> tuple[str, Mapping[str, Any]] | None:
        """Of current ones the one begun last."""
        row = self._connection.execute(LATEST).one_or_none()
        return None if row is None else (row.week, row.figures)

    def _must_be(self, plan: int, state: str) -> None:
        if self._connection.execute(select(plans.c.state).where(plans.c.id == plan)).scalar() != state:
            raise Conflict("plan-over")
