"""Many people of a run changed at once, with the run's counts and what it has spent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Connection, String, bindparam, func, select, update

from adapters.db.campaigncounts import Tally
from adapters.db.campaigntables import campaign_people, campaign_runs
from adapters.db.prepared import Prepared
from adapters.db.types import Numbers, among_numbers

_row = campaign_people.c


def _ended(serial: Any, message: Any) -> Any:
    """The row, unless it has an outcome, is as told."""
    return (
        update(campaign_people)
        .where(_row.run == bindparam("p_run"), _row.serial == serial, _row.outcome.is_(None))
        .values(
            outcome=bindparam("p_outcome"), reason=bindparam("p_reason"), channel=bindparam("p_channel"),
            cost=bindparam("p_cost"), tries=_row.tries + bindparam("p_tried"), not_before=bindparam("p_not_before"),
            at=bindparam("p_at"), message=message,
        )
    )  # fmt: skip


def _together() -> Any:
    """All of them. Between which serials they lie PostgreSQL can look up, whatever it believes of the table."""
    serials, messages = bindparam("p_serials", type_=Numbers), bindparam("p_messages", type_=ARRAY(String))
    given = func.unnest(serials, messages).table_valued("serial", "message", name="given").render_derived().c
    between = _row.serial.between(bindparam("p_first"), bindparam("p_last"))
    done = _ended(given.serial, given.message).where(between).returning(_row.arm).cte("done").c
    return select(done.arm, func.count().label("people")).group_by(done.arm)


_LISTED = among_numbers(_row.serial, "p_serials", "sqlite")
_TOGETHER = Prepared(_together())
_ONE = Prepared(_ended(bindparam("p_serial"), bindparam("p_message")))
_SAME = Prepared(_ended(_row.serial, bindparam("p_message")).where(_LISTED))
_OPEN = Prepared(
    select(_row.arm, func.count().label("people"))
    .where(_row.run == bindparam("p_run"), _row.outcome.is_(None), _LISTED)
    .group_by(_row.arm)
)
_SPENT = Prepared(
    update(campaign_runs)
    .where(campaign_runs.c.id == bindparam("p_run"))
    .values(spent=campaign_runs.c.spent + bindparam("p_more"))
)


class Ending(NamedTuple):
    """What a row becomes: settled, or, with `outcome` None, waiting, perhaps for another channel or a later time."""

    outcome: str | None
    channel: str | None
    reason: str = ""
    cost: int = 0
    tried: bool = False
    not_before: datetime | None = None


class Change(NamedTuple):
    """A row, by its serial and its channel until now, and what it becomes."""

    serial: int
    before: str | None
    ending: Ending
    message: str | None = None


Told = tuple[int, str | None]
"""A row's serial, and its message where the platform named one."""
Alike = Mapping[tuple[str | None, Ending], Sequence[Told]]
"""Rows by their channel until now and what they become."""


def alike(changes: Sequence[Change]) -> Alike:
    """Those that end alike together."""
    found: dict[tuple[str | None, Ending], list[Told]] = {}
    for serial, before, ending, message in changes:
        found.setdefault((before, ending), []).append((serial, message or None))
    return found


def change(connection: Connection, run: int, told: Alike, at: datetime) -> int:
    """The rows that had no outcome yet are as told, and the counts with them; what those rows cost.

    Whoever ends alike is written by one statement: most of a pack were simply sent.
    """
    tally, cost = Tally(run), 0
    for (before, ending), some in told.items():
        for arm, people in _written(connection, run, ending, some, at) if some else ():
            cost += ending.cost * people
            if ending.channel != before:
                tally.move(arm, before or "", ending.channel or "", people)
            if ending.outcome is not None:
                tally.settle(arm, ending.channel or "", ending.outcome, ending.reason, people)
    tally.write(connection, at)
    return cost


def spend(connection: Connection, run: int, more: int) -> None:
    """The run has spent so much more, less when negative."""
    if more:
        _SPENT.run(connection, {"p_run": run, "p_more": more})


def _written(connection: Connection, run: int, ending: Ending, some: Sequence[Told], at: datetime) -> list[Any]:
    """How many were written, by arm."""
    values: dict[str, Any] = {
        "p_run": run, "p_outcome": ending.outcome, "p_reason": ending.reason, "p_channel": ending.channel,
        "p_cost": ending.cost, "p_tried": int(ending.tried), "p_not_before": ending.not_before,
        "p_at": None if ending.outcome is None else at,
    }  # fmt: skip
    serials = [serial for serial, _ in some]
    if connection.dialect.name == "postgresql":
        messages = [message for _, message in some]
        bounds = {"p_first": min(serials), "p_last": max(serials)}
        return _TOGETHER.all(connection, {**values, **bounds, "p_serials": serials, "p_messages": messages})
    rows = _OPEN.all(connection, {"p_run": run, "p_serials": serials})
    if len({message for _, message in some}) == 1:
        _SAME.run(connection, {**values, "p_serials": serials, "p_message": some[0][1]})
    else:
        _ONE.many(connection, values, [{"p_serial": serial, "p_message": message} for serial, message in some])
    return rows
