"""Old rows leave: what has done its work is deleted in small chunks, each its own item of a lane.

A chunk is far below the 50 ms that a till may wait; an hour's rows are a handful of chunks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, select, text, update

from adapters.db.lanes import Lanes
from adapters.db.tables import (
    addresses,
    codes,
    import_changes,
    imports,
    inbox,
    media,
    outbox,
    sessions,
    spoken_codes,
    till_misses,
    tries,
)
from adapters.db.weektables import REPLACED, plan_rows, plans
from adapters.db.work import DbWork
from core.imports.model import UNDO_WITHIN
from core.offers.weekly import week_of

_CHUNK = 500
_LIMITS_LOOK_BACK = timedelta(days=2)
"""Limits count the last day at most (domain sections 2 and 3); twice that is kept."""
_KEYS = timedelta(days=7)
"""A platform repeats an event for hours; after a week its key need not be known any more."""
_PICTURES = timedelta(days=90)
"""A messenger fetches a picture at once, and again on a new phone; later it is drawn again when asked for."""
_WEB_TALK = timedelta(days=90)
"""How far a web chat can be scrolled back."""
_TOO_LATE = timedelta(days=2)
"""A letter that could not be sent for so long is not sent any more: nobody waits for it."""
_PLANS = timedelta(weeks=8)
"""A receipt comes a week late at most; a returned one is not judged anew."""
_FAREWELL = timedelta(minutes=5)
"""How long a forgotten person's web chat can still show that they are forgotten."""
_SESSION = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Growing:
    """Rows of a table whose ids grow with time: `when` is looked at up to `age`, `done` says which rows go."""

    table: Table
    when: str
    age: timedelta
    done: ColumnElement[bool] | None = None
    last: int | None = None
    """Look at so many of the newest rows only; None: at all."""


_GONE = ~exists().where(
    addresses.c.channel == outbox.c.channel,
    addresses.c.bot == outbox.c.bot,
    addresses.c.user_key == outbox.c.user_key,
)
_GROWING = (
    _Growing(inbox, "received_at", _KEYS, inbox.c.state == "done"),
    _Growing(outbox, "created_at", _KEYS, and_(outbox.c.state != "new", outbox.c.channel != "web")),
    _Growing(outbox, "created_at", _WEB_TALK, outbox.c.state != "new"),
    _Growing(outbox, "created_at", _FAREWELL, and_(outbox.c.channel == "web", _GONE), last=100_000),
    _Growing(tries, "at", _LIMITS_LOOK_BACK),
    _Growing(till_misses, "at", _LIMITS_LOOK_BACK),
)


async def purge(lanes: Lanes, now: datetime) -> dict[str, int]:
    """Old rows are gone: how many of each table. Run it hourly; run twice it does nothing the second time.

    Raises Busy when the database has no time for it: the next hour will do.
    """
    gone: dict[str, int] = {}
    for rule in _GROWING:
        after: int | None = await lanes.do("purge", _start(rule))
        while after is not None:
            count, after = await lanes.do("purge", _walk(rule, after, now - rule.age))
            gone[rule.table.name] = gone.get(rule.table.name, 0) + count
    for table, key, over in _over(now):
        count = _CHUNK
        while count == _CHUNK:
            count = await lanes.do("purge", _chop(table, key, over))
            gone[table.name] = gone.get(table.name, 0) + count
    while await lanes.do("purge", _give_up(now - _TOO_LATE)) == _CHUNK:
        continue
    rows: int | None = 0
    while rows is not None:
        gone[plan_rows.name] = gone.get(plan_rows.name, 0) + rows
        rows = await lanes.do("purge", _chop_plan(week_of((now - _PLANS).date())))
    return {name: count for name, count in gone.items() if count}


def _start(rule: _Growing) -> Callable[[DbWork], int]:
    """A job: the id after which the walk begins."""

    def job(work: DbWork) -> int:
        if rule.last is None:
            return 0
        newest = work.connection.execute(select(func.max(rule.table.c.id))).scalar() or 0
        return max(0, newest - rule.last)

    return job


def _walk(rule: _Growing, after: int, before: datetime) -> Callable[[DbWork], tuple[int, int | None]]:
    """A job: the next rows by id lose those that are done and old; where to go on, None at the first young row."""
    row = rule.table.c

    def job(work: DbWork) -> tuple[int, int | None]:
        chunk = select(row.id, row[rule.when]).where(row.id > after).order_by(row.id).limit(_CHUNK).subquery()
        last, newest = work.connection.execute(select(func.max(chunk.c.id), func.max(chunk.c[rule.when]))).one()
        if last is None:
            return 0, None
        old = and_(row.id > after, row.id <= last, row[rule.when] < before)
        chosen = old if rule.done is None else and_(old, rule.done)
        count = work.connection.execute(delete(rule.table).where(chosen)).rowcount
        return count, last if newest < before else None

    return job


def _over(now: datetime) -> list[tuple[Table, str, ColumnElement[bool]]]:
    """Small tables, or such with an index on time: which rows are over."""
    stale = and_(media.c.until.is_(None), media.c.created_at < now - _PICTURES)
    return [
        (media, "name", or_(media.c.until <= now, stale)),
        (codes, "id", codes.c.sent_at < now - _LIMITS_LOOK_BACK),
        (spoken_codes, "code", spoken_codes.c.until <= now - timedelta(hours=1)),
        (sessions, "token_hash", sessions.c.created_at < now - _SESSION),
        (import_changes, "id", import_changes.c["import"].in_(select(imports.c.id).where(_too_late(now)))),
    ]


def _too_late(now: datetime) -> ColumnElement[bool]:
    """Of imports that cannot be taken back any more; a day more than that, for one that is being taken back."""
    return func.coalesce(imports.c.finished_at, imports.c.at) < now - UNDO_WITHIN - _SESSION


def _chop(table: Table, key: str, over: ColumnElement[bool]) -> Callable[[DbWork], int]:
    """A job: up to a chunk of the rows that are over is gone; how many."""

    def job(work: DbWork) -> int:
        chosen = select(table.c[key]).where(over).limit(_CHUNK)
        return work.connection.execute(delete(table).where(table.c[key].in_(chosen))).rowcount

    return job


def _chop_plan(oldest: str) -> Callable[[DbWork], int | None]:
    """A job: up to a chunk of a plan that was replaced, or is of a week before, is gone; None when there is none."""

    def job(work: DbWork) -> int | None:
        over = or_(plans.c.state == REPLACED, plans.c.week < oldest)
        left = exists().where(plan_rows.c.plan == plans.c.id)
        plan = work.connection.execute(select(plans.c.id).where(over, left).order_by(plans.c.id).limit(1)).scalar()
        if plan is None:
            return None
        some = select(plan_rows.c.owner).where(plan_rows.c.plan == plan).order_by(plan_rows.c.owner).limit(_CHUNK)
        chosen = delete(plan_rows).where(plan_rows.c.plan == plan, plan_rows.c.owner.in_(some))
        return work.connection.execute(chosen).rowcount

    return job


def _give_up(before: datetime) -> Callable[[DbWork], int]:
    """A job: up to a chunk of letters that wait since then are over, and their words with them; how many."""

    def job(work: DbWork) -> int:
        due = func.coalesce(outbox.c.not_before, outbox.c.created_at)
        late = select(outbox.c.id).where(text("state = 'new'"), due < before).limit(_CHUNK)
        over = {"state": "failed", "error": "too late", "letter": {}}
        return work.connection.execute(update(outbox).where(outbox.c.id.in_(late)).values(over)).rowcount

    return job
