"""The audience of a run, set-based: everybody whom the segment finds, each with their arm and what becomes of them.

One SELECT says it for the numbers before launch and for the freezing of the run, so that what is shown is what is sent.
In this order, each for those whom the ones before have let pass: `no_consent`, `unreachable`, `capped`, the standing
holdout, the arm. In the trial is whoever comes as far as the arm: these are what makes the arms alike, and all of it is
decided before anybody is written to (analytics: intention to treat).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    text,
    true,
)

from adapters.db.campaigntables import campaign_people, campaign_runs, campaigns
from adapters.db.drawing import Draw
from adapters.db.reached import with_reach
from adapters.db.segmentsql import Scene, people
from adapters.db.spans import within
from adapters.db.standing import CHANNELS, End, Standing, kind_of, kinds, standing
from adapters.db.tables import addresses, customers, inbox
from adapters.db.triggers import happened
from core.campaigns.arms import WHOLE
from core.campaigns.model import Campaign, Kind, On, Outcome, Plan, State
from core.campaigns.numbers import Group
from core.campaigns.timing import instant
from core.segments.model import Node

Bit = ColumnElement[bool]
PAID = "viber"
SESSION = timedelta(hours=24)
"""How long after a person's message to a bot of Viber answers are free (channels.md 1.16)."""
CAP_DAYS = 7
MEANWHILE = "meanwhile"
"""The reason of `capped` at the sending."""
_person = customers.c


@dataclass(frozen=True, slots=True)
class Launch:
    """What a run's audience depends on beside the campaign: the programme's numbers, and the instant it goes out."""

    scene: Scene
    at: datetime
    """When the first message may go out: the cap counts the seven days that end with its day."""
    zone: tzinfo
    holdout_salt: str
    holdout_percent: int
    cap: int
    viber_price: int


@dataclass(frozen=True, slots=True)
class Audience:
    """The people of a run. `people`: customer, kind; a row for each of them, in the order of their ids.

    They can be asked for in parts, each a span of ids (`spans`).
    """

    people: Select[Any]
    plan: Plan
    price: int
    draw: Draw | None

    def get_ready(self, connection: Connection) -> None:
        """The connection can be asked for them, for as long as its transaction lasts.

        PostgreSQL is told that what an audience is read from is mostly in memory: that it may go through indexes in
        their order instead of sorting and hashing everybody. Nor does it wait for a lock without an end.
        """
        if self.draw is not None:
            self.draw.get_ready(connection)
        if connection.dialect.name == "postgresql":
            for setting in ("random_page_cost = 1.1", "work_mem = '128MB'", "lock_timeout = '10s'"):
                connection.execute(text(f"set local {setting}"))

    @property
    def kinds(self) -> Sequence[int]:
        """All that there can be."""
        return kinds(self.plan)

    def standing(self, kind: int) -> Standing:
        """What the kind means."""
        return standing(self.plan, self.price, kind)

    def groups(self, connection: Connection, rows: FromClause) -> Sequence[Group]:
        """Such rows counted, without anybody's name."""
        kind, found = rows.c.kind, Counter[Standing]()
        counted = select(kind, func.count().label("people")).select_from(rows).group_by(kind)
        for row in connection.execute(counted):
            found[self.standing(row.kind)] += row.people
        return [Group(one.arm, one.channel or "", one.outcome, one.reason, n, one.cost) for one, n in found.items()]


def audience(campaign: Campaign, tree: Node, launch: Launch) -> Audience:
    """Everybody of whom the tree is true, for a run that is launched so."""
    plan, scene = campaign.plan, launch.scene
    found = people(scene, tree).where(within(_person.id))
    if isinstance(plan.schedule, On):
        found = found.where(happened(scene, plan.schedule, campaign.id))
    told = with_reach(found, plan.channels or CHANNELS, scene.dialect).add_columns(
        (_in_session(launch.at) if launch.viber_price else true()).label("free")
    )
    draw = None
    if plan.kind is Kind.PROMOTION:
        below = launch.holdout_percent * WHOLE // 100
        draw = Draw(launch.holdout_salt, campaign.salt, below, plan.arms, scene.dialect)
        told = _with_cap(told, _capped(campaign, launch), scene.dialect).add_columns(*draw.columns(_person.id))
    # An offset keeps the databases from working out each of these once for every place where it is used.
    of = told.order_by(_person.id).offset(0).subquery("told").c
    paid = [place for place, one in enumerate(plan.channels or CHANNELS, 1) if one == PAID]
    pays = case((and_(of.place.in_(paid), ~of.free), 1), else_=0)
    end, arm = _settled(of, draw), literal(len(plan.arms) - 1) if draw is None else draw.arm(of)
    chosen = select(of.id.label("customer"), kind_of(end, arm, of.place, pays).label("kind"))
    return Audience(chosen, plan, launch.viber_price, draw)


def _settled(of: Any, draw: Draw | None) -> ColumnElement[int]:
    """A service message is for everybody who can be reached."""
    nowhere = (of.place == 0, End.UNREACHABLE.value)
    if draw is None:
        return case(nowhere, else_=End.WAITS.value)
    return case(
        (~of.agreed, End.NO_CONSENT.value),
        nowhere,
        (of.capped, End.CAPPED.value),
        (draw.held(of), End.HOLDOUT.value),
        (draw.control(of), End.CONTROL.value),
        else_=End.WAITS.value,
    )


def grouped(connection: Connection, of: Any, where: Bit) -> Sequence[Group]:
    """Frozen rows, counted."""
    by = (of.arm, of.channel, of.outcome, of.reason, of.cost)
    chosen = select(*by, func.count().label("people")).where(where).group_by(*by)
    return [
        Group(
            row.arm, row.channel or "", None if row.outcome is None else Outcome(row.outcome), row.reason, row.people,
            row.cost,
        )
        for row in connection.execute(chosen)
    ]  # fmt: skip


def counts_as_contact(since: Any, run: Any, priority: Any, old: Any) -> Bit:
    """Rows of `campaign_people`, joined with run and campaign, that count as a promotional message for their person.

    Sent, or perhaps, since then; or waiting in a running campaign that comes first: of a higher priority, or of the
    same and begun before. Runs that were due before `old` have nobody left to count.
    """
    row, runs, of = campaign_people.c, campaign_runs.c, campaigns.c
    outcomes = (Outcome.SENT, Outcome.UNKNOWN)
    went = and_(or_(*(row.outcome == one.value for one in outcomes)), row.at >= since)
    rank = of.plan["priority"].as_integer()
    first = or_(rank > priority, and_(rank == priority, runs.id < run))
    waits = and_(row.outcome.is_(None), of.state == State.RUNNING.value, runs.frozen_at.is_not(None), first)
    return and_(of.kind == Kind.PROMOTION.value, runs.due_at > old, or_(went, waits))


def cap_since(at: datetime, zone: tzinfo) -> datetime:
    """The beginning of the seven calendar days that end with the day of the instant."""
    return instant(at.astimezone(zone).date() - timedelta(days=CAP_DAYS - 1), time(), zone)


def _in_session(at: datetime) -> Bit:
    """Some address of theirs at Viber has written within a day; receipts and openings of the chat are no messages."""
    of, event = addresses.c, inbox.c
    return _person.id.in_(
        select(of.customer)
        .join(inbox, and_(event.bot == of.bot, event.user_key == of.user_key))
        .where(of.channel == PAID, of.customer.is_not(None), spoke(at - SESSION))
    )


def spoke(since: Any) -> Bit:
    """Events of the inbox that are words of a person at Viber since then."""
    event = inbox.c
    return and_(event.channel == PAID, event.received_at > since, event.event_key.startswith("message:"))


def _capped(campaign: Campaign, launch: Launch) -> Select[Any]:
    """The customers, as they are by now, who have had as many promotions as they may, or are about to."""
    row, run, of = campaign_people.c, campaign_runs.c, campaigns.c
    whose = func.coalesce(_person.merged_into, _person.id)
    since = cap_since(launch.at, launch.zone)
    counted = counts_as_contact(since, NEWEST, campaign.plan.priority, since - LONGEST_LIFE)
    joined = campaign_people.join(campaign_runs, run.id == row.run).join(campaigns, of.id == run.campaign)
    chosen = select(whose.label("who")).select_from(joined.join(customers, _person.id == row.customer)).where(counted)
    return chosen.group_by(whose).having(func.count() >= launch.cap)


def _with_cap(told: Select[Any], capped: Select[Any], dialect: str) -> Select[Any]:
    """PostgreSQL joins: a set of `in` that it takes for too large to hash it would go through for every person."""
    if dialect == "sqlite":
        return told.add_columns(_person.id.in_(capped).label("capped"))
    some = capped.subquery("some")
    return told.outerjoin(some, some.c.who == _person.id).add_columns(some.c.who.is_not(None).label("capped"))


NEWEST = 2**31 - 1
"""A run that is not there yet comes behind all that are."""
LONGEST_LIFE = timedelta(days=15)
"""No message goes out so long after its run was due."""
