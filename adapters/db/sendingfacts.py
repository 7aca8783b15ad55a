"""The next people of a run with all that decides whether they may be written to, by one statement for all of them.

Whoever was merged, has absorbed somebody, is forgotten or has no address of the channel any more is `odd`: few are, and
they are looked at one by one (`adapters.db.sendingvet`).
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)

from adapters.db.audience import PAID, spoke
from adapters.db.campaigntables import campaign_people, campaign_runs, campaigns
from adapters.db.prepared import Prepared
from adapters.db.tables import addresses, consents, customers, inbox
from adapters.db.types import among_numbers
from core.campaigns.model import Kind, Outcome, State
from core.customers.model import Purpose

_row, _person, _place = campaign_people.c, customers.c, addresses.c
_DIALECTS = ("sqlite", "postgresql")


def _others() -> Select[Any]:
    run, of = campaign_runs.c, campaigns.c
    rank, mine = of.plan["priority"].as_integer(), bindparam("p_priority", type_=Integer)
    ahead = or_(rank > mine, and_(rank == mine, run.id < bindparam("p_run")))
    first = and_(of.state == State.RUNNING.value, run.frozen_at.is_not(None), ahead)
    late = or_(run.ended_at.is_(None), run.ended_at >= bindparam("p_since"))
    may = and_(of.kind == Kind.PROMOTION.value, run.due_at > bindparam("p_old"), late, run.id != bindparam("p_run"))
    return select(run.id, first.label("first")).join(campaigns, of.id == run.campaign).where(may)


OTHERS = Prepared(_others())
"""Other runs whose messages may count for the cap (as `audience.counts_as_contact` says of one); `first`: those of them
that also count while they wait."""
FRESH = Prepared(
    select(campaigns.c.state)
    .join(campaign_runs, campaign_runs.c.campaign == campaigns.c.id)
    .where(campaign_runs.c.id == bindparam("p_run"), campaign_runs.c.ended_at.is_(None))
    .where(campaign_runs.c.deliver_by > bindparam("p_now"))
)
LOCK = Prepared(select(campaign_runs.c.id).where(campaign_runs.c.id == bindparam("p_run")).with_for_update())


@cache
def facts(*, promotion: bool, others: bool, priced: bool, waits: bool) -> Prepared:
    """Rows in the order of their serials: serial, customer, arm, tries, odd, agreed, contacts, free, and the address.

    Of several addresses of the channel the last row is the newest. `others`: there are runs that count for the cap;
    `priced`: a message outside of a session costs; `waits`: only whoever has an open session. What is true or not is
    told as the database tells it: nothing is changed on its way.
    """
    return Prepared({dialect: _facts(dialect, promotion, others, priced, waits) for dialect in _DIALECTS})


def _facts(dialect: str, promotion: bool, others: bool, priced: bool, waits: bool) -> Any:
    chosen = (
        select(_row.serial, _row.customer, _row.arm, _row.tries)
        .where(_row.run == bindparam("p_run"), _row.outcome.is_(None), _row.channel == bindparam("p_channel"))
        .where(_row.serial > bindparam("p_after"), _row.serial <= bindparam("p_until"))
        .where(or_(_row.not_before.is_(None), _row.not_before <= bindparam("p_now")))
    )
    if waits:
        chosen = chosen.where(_row.customer.in_(_in_session()))
    named = chosen.order_by(_row.serial).limit(bindparam("p_limit")).cte("next_people").prefix_with("materialized")
    of = named.c
    here = _here(dialect, of.customer)
    where = here.c
    free = _free(where) if priced else literal(1)
    return (
        select(
            of.serial, of.customer, of.arm, of.tries,
            type_coerce(_odd(of.customer), Integer).label("odd"),
            (type_coerce(_agreed(of.customer), Integer) if promotion else literal(1)).label("agreed"),
            (_contacts(dialect, of.customer) if others else literal(0)).label("contacts"),
            type_coerce(free, Integer).label("free"),
            where.channel, where.bot, where.user_key, where.language, where.level,
        )
        .select_from(named.outerjoin(here, true() if dialect == "postgresql" else _mine(where, of.customer)))
        .order_by(of.serial, where.first_seen_at)
    )  # fmt: skip


def _here(dialect: str, customer: ColumnElement[str]) -> Any:
    """PostgreSQL is led to look them up one by one, whatever it believes of a table that has just been filled."""
    if dialect == "sqlite":
        return addresses
    newest = select(addresses).where(_mine(_place, customer)).order_by(_place.first_seen_at.desc()).limit(1)
    return newest.lateral("here")


def _mine(place: Any, customer: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(place.customer == customer, place.channel == bindparam("p_channel"), place.subscribed.is_(True))


def _odd(customer: ColumnElement[str]) -> ColumnElement[Any]:
    former = customers.alias("former_self").c
    absorbed = exists().where(former.merged_into == _person.id)
    odd = or_(_person.merged_into.is_not(None), _person.forgotten_at.is_not(None), absorbed)
    return select(odd).where(_person.id == customer).scalar_subquery()


def _agreed(customer: ColumnElement[str]) -> ColumnElement[Any]:
    of = consents.c
    said = select(of.given).where(of.customer == customer, of.purpose == Purpose.MARKETING.value)
    return said.order_by(of.at.desc(), of.id.desc()).limit(1).scalar_subquery()


def _contacts(dialect: str, customer: ColumnElement[str]) -> ColumnElement[Any]:
    """Looked for by the person: a run has a million rows."""
    other = campaign_people.alias("other_run").c
    came = or_(*(other.outcome == one.value for one in (Outcome.SENT, Outcome.UNKNOWN)))
    went = and_(came, other.at >= bindparam("p_since"))
    waits = and_(other.outcome.is_(None), among_numbers(other.run + 0, "p_first", dialect))
    mine = and_(other.customer == customer, among_numbers(other.run + 0, "p_others", dialect))
    return select(func.count()).where(mine, or_(went, waits)).scalar_subquery()


def _in_session() -> Select[Any]:
    event = inbox.c
    said = and_(event.bot == _place.bot, event.user_key == _place.user_key, spoke(bindparam("p_session")))
    known = and_(_place.channel == PAID, _place.customer.is_not(None))
    return select(_place.customer).join(inbox, said).where(known)


def _free(place: Any) -> ColumnElement[Any]:
    event = inbox.c
    said = exists().where(event.bot == place.bot, event.user_key == place.user_key, spoke(bindparam("p_session")))
    return or_(place.channel != PAID, said)
