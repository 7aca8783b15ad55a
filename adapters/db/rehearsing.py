"""What a rehearsal plays upon: a database of its own with a run's people and all that sending looks at, copied."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, insert, or_, select, text

from adapters.db.audience import LONGEST_LIFE, PAID, Audience, Launch, audience, cap_since, grouped, spoke
from adapters.db.campaignrows import CampaignRows
from adapters.db.campaigntables import campaign_people, campaign_runs, campaigns
from adapters.db.engines import bulk_engine
from adapters.db.freezing import Figures, keep_counts
from adapters.db.outside import Outside
from adapters.db.tables import addresses, consents, customers, inbox, metadata
from adapters.db.work import DbWork
from core.campaigns.model import Campaign, Outcome, Run, State
from core.campaigns.rehearsal import Ending
from core.customers.model import Purpose
from core.segments.model import Node

T = TypeVar("T")
_CHUNK, _ASKED = 10_000, 400
"""Rows written at once, and people whom one statement asks for."""
_row, _run = campaign_people.c, campaign_runs.c


@contextmanager
def stage(folder: Path) -> Iterator[Engine]:
    """An empty database in the folder; it is nobody's, so nothing is waited for until it is safe on the disk."""
    engine = create_engine(f"sqlite:///{folder / 'stage.db'}", hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _careless(connection: Any, record: Any) -> None:
        del record
        connection.executescript("pragma journal_mode=memory; pragma synchronous=off; pragma locking_mode=exclusive")

    metadata.create_all(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def set_stage(
    url: str, there: Engine, campaign: Campaign, tree: Node, launch: Launch, at: datetime, figures: Figures
) -> Run:
    """The campaign's next run stands there frozen, as if it were due at the instant, beside all that sending looks at:
    addresses, consents, merges, other promotions of these people, open sessions. Of the house nothing changes."""
    house = bulk_engine(url)
    try:
        with house.connect() as connection, there.begin() as copy:
            if connection.dialect.name == "postgresql":
                connection.execute(text("set transaction read only"))
            chosen = audience(campaign, tree, launch)
            chosen.get_ready(connection)
            run = _begun(connection, copy, campaign, tree, at)
            waiting = _people(connection, copy, run, chosen)
            for some in _parts(waiting):
                _copied(connection, copy, some, cap_since(launch.at, launch.zone), run)
            found = grouped(copy, _row, _row.run == run.id)
            keep_counts(copy, run, figures(found), at, found)
            return run
    finally:
        house.dispose()


def endings_of(connection: Connection, run: int) -> Sequence[Ending]:
    """How everybody of the run ended."""
    by = (_row.arm, _row.channel, _row.outcome, _row.reason)
    chosen = select(*by, func.count().label("people")).where(_row.run == run).group_by(*by).order_by(*by)
    return [
        Ending(
            row.arm, row.channel or "", None if row.outcome is None else Outcome(row.outcome), row.reason, row.people
        )
        for row in connection.execute(chosen)
    ]


def sent_between(connection: Connection, run: int, morning: datetime) -> tuple[datetime | None, datetime | None, int]:
    """The first and the last message, and how many went out from that morning on."""
    sent = (_row.run == run, _row.outcome == Outcome.SENT.value)
    when = connection.execute(select(func.min(_row.at), func.max(_row.at)).where(*sent)).one()
    moved = connection.execute(select(func.count()).where(*sent, _row.at >= morning)).scalar_one()
    return when[0], when[1], moved


class StageLanes:
    """Each work at once, on the stage's one connection."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    async def do(self, key: str, job: Callable[[DbWork], T]) -> T:
        """The job's result."""
        del key
        await asyncio.sleep(0)
        return self.now(job)

    def now(self, job: Callable[[DbWork], T]) -> T:
        """The same, without a loop."""
        if self._connection.in_transaction():
            self._connection.rollback()
        with self._connection.begin():
            return job(DbWork(self._connection, self._outside))


def _begun(connection: Connection, copy: Connection, campaign: Campaign, tree: Node, at: datetime) -> Run:
    plan = campaign.plan
    CampaignRows(copy).add(replace(campaign, state=State.RUNNING, audience=tree, started_at=at, resumed_at=at))
    mine = connection.execute(select(campaign_runs).where(_run.campaign == campaign.id)).mappings().all()
    _put(copy, campaign_runs, mine)
    newest = connection.execute(select(func.max(_run.id))).scalar() or 0
    run = Run(newest + 1, campaign.id, len(mine) + 1, at, at + plan.lifetime, at + timedelta(days=plan.window_days))
    copy.execute(
        insert(campaign_runs),
        {"id": run.id, "campaign": run.campaign, "number": run.number, "due_at": run.due_at, "spent": 0,
         "deliver_by": run.deliver_by, "window_until": run.window_until, "figures": {}},
    )  # fmt: skip
    return run


def _people(connection: Connection, copy: Connection, run: Run, chosen: Audience) -> list[str]:
    """Everybody of the audience, in the order of freezing; those who are to be written to."""
    rows = connection.execution_options(yield_per=_CHUNK).execute(chosen.people)
    waiting, serial = list[str](), 0
    for part in rows.partitions(_CHUNK):
        given = []
        for row in part:
            serial += 1
            stands = chosen.standing(row.kind)
            given.append({**stands._asdict(), "run": run.id, "serial": serial, "customer": row.customer})
            if stands.outcome is None:
                waiting.append(row.customer)
        _put(copy, campaign_people, given)
    return waiting


def _copied(connection: Connection, copy: Connection, people: Sequence[str], since: datetime, run: Run) -> None:
    family = _family(connection, people)
    _put(copy, customers, connection.execute(select(customers).where(customers.c.id.in_(family))).mappings().all())
    of = addresses.c
    places = connection.execute(select(addresses).where(of.customer.in_(people))).mappings().all()
    _put(copy, addresses, places)
    said = select(consents).where(consents.c.customer.in_(people), consents.c.purpose == Purpose.MARKETING.value)
    _put(copy, consents, connection.execute(said).mappings().all())
    keys = [one["user_key"] for one in places if one["channel"] == PAID]
    words = select(inbox).where(inbox.c.user_key.in_(keys), spoke(run.due_at - timedelta(hours=24)))
    _put(copy, inbox, [{**one, "body": {}} for one in connection.execute(words).mappings()])
    _contacts(connection, copy, family, since)


def _contacts(connection: Connection, copy: Connection, family: Collection[str], since: datetime) -> None:
    """Other promotions of theirs that count for the cap, or may; their campaigns are told of and do not go out."""
    may = or_(_row.outcome.is_(None), _row.outcome.in_((Outcome.SENT.value, Outcome.UNKNOWN.value)))
    chosen = (
        select(campaign_people)
        .join(campaign_runs, _run.id == _row.run)
        .where(_row.customer.in_(family), _run.due_at > since - LONGEST_LIFE, may)
    )
    rows = connection.execute(chosen).mappings().all()
    if not rows:
        return
    there = set(copy.execute(select(_run.id)).scalars())
    wanted = {row["run"] for row in rows} - there
    runs = connection.execute(select(campaign_runs).where(_run.id.in_(wanted))).mappings().all()
    named = {one["campaign"] for one in runs} - set(copy.execute(select(campaigns.c.id)).scalars())
    _put(copy, campaigns, connection.execute(select(campaigns).where(campaigns.c.id.in_(named))).mappings().all())
    _put(copy, campaign_runs, runs)
    _put(copy, campaign_people, rows)


def _family(connection: Connection, people: Sequence[str]) -> list[str]:
    """These and everybody who was merged into one of them, or into those."""
    found, last = dict.fromkeys(people), list(people)
    while last:
        of = customers.c
        rows = connection.execute(select(of.id).where(of.merged_into.in_(last))).scalars()
        last = [one for one in rows if one not in found]
        found.update(dict.fromkeys(last))
    return list(found)


def _put(copy: Connection, table: Table, rows: Iterable[Any]) -> None:
    given = [dict(one) for one in rows]
    if given:
        copy.execute(insert(table), given)


def _parts(people: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(people), _ASKED):
        yield people[at : at + _ASKED]
