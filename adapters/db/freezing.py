"""A run's people written down: once, whole, and without a sale waiting for it.

First everybody is found, and the figures are made, which may refuse. Then the rows are copied from where they were
found: on SQLite in chunks, each its own transaction, so that a till waits for one chunk; on PostgreSQL, where nobody
waits for a writer of other rows, each finder's by one statement, all at once. Only then the run is frozen. Rows of a
freezing that was cut short are removed by the next.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, insert, literal, select, update

from adapters.db.audience import Audience
from adapters.db.campaigntables import campaign_counts, campaign_people, campaign_runs
from adapters.db.engines import bulk_engine
from adapters.db.finding import FOUND, MANY, STANDS, Finder, each, finders
from adapters.db.standing import Standing
from core.campaigns.model import Run
from core.campaigns.numbers import Group

_CHUNK = 20_000
"""Rows of one transaction on SQLite: 20 ms of a core that has nothing else to do."""
_REST = 0.015
"""Seconds between two of them, at least: whoever waits for one looks again within that time."""
_REST_OF_CHUNK = 0.7
"""And at least so much of the time that the last one took: where all is slow, whoever waits is slow, too."""
WAITING = "waiting"
"""What `campaign_counts` calls those without an outcome."""
Figures = Callable[[Sequence[Group]], dict[str, Any]]
_NAMES = ("run", "serial", "customer", *Standing._fields)


def count_audience(url: str, chosen: Audience, many: int = MANY) -> Sequence[Group]:
    """The run as it would be frozen now, counted; nothing is written."""
    engine = bulk_engine(url)
    try:
        with finders(engine, chosen, many) as found:
            return _together(each(found, Finder.count))
    finally:
        engine.dispose()


def freeze(url: str, run: Run, chosen: Audience, figures: Figures, now: datetime, many: int = MANY) -> bool:
    """The run has its people and the `figures` of them; False: it had them before, and keeps them.

    Run it again after a crash. `figures` may raise: then nothing is frozen, and the run waits.
    """
    engine = bulk_engine(url)
    try:
        with engine.connect() as connection:
            if _is_frozen(connection, run):
                return False
            while _cleared(engine, run):
                time.sleep(_REST)
            with finders(engine, chosen, many) as found:
                groups = each(found, Finder.keep)
                told = figures(_together(groups))
                _write(found, run, [sum(one.people for one in some) for some in groups])
            keep_counts(connection, run, told, now, _together(groups))
            connection.commit()
            return True
    finally:
        engine.dispose()


def _is_frozen(connection: Connection, run: Run) -> bool:
    """On PostgreSQL nobody else freezes it until this transaction ends; SQLite has one house, which freezes once."""
    of = campaign_runs.c
    frozen = connection.execute(select(of.frozen_at).where(of.id == run.id).with_for_update()).scalar()
    if connection.dialect.name == "sqlite":
        connection.rollback()
    return frozen is not None


def _together(groups: Sequence[Sequence[Group]]) -> Sequence[Group]:
    found = Counter[tuple[Any, ...]]()
    for one in (one for some in groups for one in some):
        found[one.arm, one.channel, one.outcome, one.reason, one.cost] += one.people
    return [Group(arm, channel, outcome, why, n, cost) for (arm, channel, outcome, why, cost), n in found.items()]


def _write(found: Sequence[Finder], run: Run, people: Sequence[int]) -> None:
    """Everybody found has a row; serials go on from one finder to the next."""
    before = dict(zip(found, accumulate(people, initial=0), strict=False))
    if found[0].connection.dialect.name == "sqlite":
        for finder, many in zip(found, people, strict=True):
            _in_chunks(finder.connection, _rows(run, before[finder]), many)
        return
    each(
        found, lambda one: one.connection.execute(insert(campaign_people).from_select(_NAMES, _rows(run, before[one])))
    )
    for one in found:
        one.connection.commit()


def _rows(run: Run, before: int) -> Select[Any]:
    serial = (FOUND.c.serial + before).label("serial")
    stands = (STANDS.c[name] for name in Standing._fields)
    chosen = select(literal(run.id).label("run"), serial, FOUND.c.customer, *stands)
    return chosen.select_from(FOUND.join(STANDS, STANDS.c.kind == FOUND.c.kind))


def _in_chunks(connection: Connection, rows: Select[Any], many: int) -> None:
    driver: Any = connection.connection.dbapi_connection
    connection.commit()  # what has been found is seen by nobody else, and nothing older need be kept for it
    driver.execute("pragma wal_autocheckpoint = 0")
    for after in range(0, many, _CHUNK):
        some = rows.where(FOUND.c.serial.between(after + 1, after + _CHUNK)).order_by(FOUND.c.serial)
        began = time.monotonic()
        connection.execute(insert(campaign_people).from_select(_NAMES, some))
        connection.commit()
        over = time.monotonic()
        rested = over + max(_REST, _REST_OF_CHUNK * (over - began))
        driver.execute("pragma wal_checkpoint(passive)").fetchall()  # no till has to: nobody waits for it
        time.sleep(max(0.0, rested - time.monotonic()))


def _cleared(engine: Engine, run: Run) -> int:
    """Rows that an unfinished freezing left are gone, some at a time; how many were."""
    of = campaign_people.c
    some = select(of.serial).where(of.run == run.id).order_by(of.serial).limit(_CHUNK)
    with engine.begin() as connection:
        return connection.execute(delete(campaign_people).where(of.run == run.id, of.serial.in_(some))).rowcount


def keep_counts(
    connection: Connection, run: Run, figures: dict[str, Any], at: datetime, found: Sequence[Group]
) -> None:
    """The run is frozen: its figures, and how many stand where."""
    of = campaign_runs.c
    connection.execute(update(campaign_runs).where(of.id == run.id).values(frozen_at=at, figures=figures))
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for one in found:
        counts[one.arm, one.channel, WAITING if one.outcome is None else one.outcome.value, one.reason] += one.people
    rows = [
        {"run": run.id, "arm": arm, "channel": channel, "what": what, "reason": why, "people": people}
        for (arm, channel, what, why), people in counts.items()
    ]
    if rows:
        connection.execute(insert(campaign_counts), rows)
