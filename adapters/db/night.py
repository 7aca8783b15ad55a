"""The night: what time itself does to points, set-based, in chunks of people (domain section 4, nightly order).

Every chunk is one item of a lane: it activates, then expires, what is due for its people. Holds that are over and
debts are rare and go person by person, by the same verb that a sale begins with. A second run finds nothing due; a
missed night is caught up by the next, since everything is due by its own instant.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, text

from adapters.db.lanes import Lanes
from adapters.db.types import Instant
from adapters.db.work import DbWork
from core.ledger.model import Kind
from core.ledger.posting import NIGHT, current
from core.shared.values import CustomerId

CHUNK = 2_000
"""People in one transaction: a till never waits for more than one chunk."""
_SINGLES = 100


def _sql(statement: str) -> Callable[[Connection, Mapping[str, object]], int]:
    names = [name for name in ("now",) if f":{name}" in statement]
    made = text(statement).bindparams(*(bindparam(name, type_=Instant()) for name in names))
    return lambda connection, values: connection.execute(made, values).rowcount


_TABLE = _sql("create temporary table if not exists due_now (customer varchar(64) primary key)")
_EMPTY = _sql("delete from due_now")
_CHOOSE = """
insert into due_now (customer)
select customer from purses p where due_at <= :now and debt = 0
  and not exists (select 1 from holds h where h.customer = p.customer and h.state = 'open' and h.until <= :now)
order by customer limit :chunk"""
_OPERATION = _sql(
    "insert into operations (id, kind, source, key, at, business_at) values (:id, :kind, :source, :key, :now, :now)"
)
_RIPE = "select id, customer, pending as points from lots where pending > 0 and activates_at <= :now"
_OVER = "select id, customer, active as points from lots where active > 0 and expires_at <= :now"
_HERE = " and customer in (select customer from due_now)"


@dataclass(frozen=True, slots=True)
class _Move:
    """One kind of operation over all lots that are due: where points go from and to, and which lots change how."""

    kind: Kind
    chosen: str
    source: str
    target: str
    to_house: bool
    change: str


_MOVES = (
    _Move(Kind.ACTIVATE, _RIPE + _HERE, "pending", "active", False, "active = active + pending, pending = 0"),
    _Move(Kind.EXPIRE, _OVER + _HERE, "active", "expired", True, "active = 0"),
)
_BALANCES = """
update purses set active = purses.active + d.active, pending = purses.pending + d.pending, number = purses.number + 1
from (select customer, sum(case when account = 'active' then amount else 0 end) as active,
        sum(case when account = 'pending' then amount else 0 end) as pending
      from entries where operation = :id and customer is not null group by customer) as d
where purses.customer = d.customer"""
_MEMBERS = """
insert into operation_members (customer, number, operation, active, pending, held, debt)
select p.customer, p.number, cast(:id as varchar(36)), p.active, p.pending, p.held, p.debt from purses p
where p.customer in (select customer from entries where operation = :id and customer is not null)"""
_DUE = """
update purses set due_at = (
  select min(at) from (
    select activates_at as at from lots l where l.customer = purses.customer and l.pending > 0
    union all select expires_at from lots l where l.customer = purses.customer and l.active > 0
    union all select until from holds h where h.customer = purses.customer and h.state = 'open') as soon)
where customer in (select customer from due_now)"""


async def run_night(lanes: Lanes, now: datetime, *, chunk: int = CHUNK) -> dict[str, int]:
    """Everything due by `now` is done: how many people had something due. Raises Busy; the next run goes on."""
    singly = chosen = 0
    while (count := await lanes.do("night", _person_by_person(now))) > 0:
        singly += count
    while (count := await lanes.do("night", lambda work: together(work.connection, work.new_id, now, chunk))) > 0:
        chosen += count
    return {"people": singly + chosen, "singly": singly}


def _person_by_person(now: datetime) -> Callable[[DbWork], int]:
    """A job: up to a hundred people with an ended hold or a debt are up to date; how many."""
    rare = text(
        "select customer from purses p where due_at <= :now and (debt > 0 or exists (select 1 from holds h "
        "where h.customer = p.customer and h.state = 'open' and h.until <= :now)) order by customer limit :limit"
    ).bindparams(bindparam("now", type_=Instant()))

    def job(work: DbWork) -> int:
        found = list(work.connection.execute(rare, {"now": now, "limit": _SINGLES}).scalars())
        current(work, [CustomerId(one) for one in found])
        return len(found) if work.now >= now else 0

    return job


def together(connection: Connection, new_id: Callable[[], str], now: datetime, chunk: int) -> int:
    """Up to a chunk of people are up to date by `now`; how many were not."""
    locking = " for update skip locked" if connection.dialect.name == "postgresql" else ""
    _TABLE(connection, {})
    _EMPTY(connection, {})
    count = _sql(_CHOOSE + locking)(connection, {"now": now, "chunk": chunk})
    if not count:
        return 0
    for move in _MOVES:
        _post(connection, move, new_id, now)
    _sql(_DUE)(connection, {})
    return count


def _post(connection: Connection, move: _Move, new_id: Callable[[], str], now: datetime) -> None:
    due = text(f"select 1 from ({move.chosen}) as d limit 1").bindparams(bindparam("now", type_=Instant()))
    if connection.execute(due, {"now": now}).first() is None:
        return
    made = new_id()
    named = {"id": made, "kind": move.kind.value, "source": NIGHT, "key": made, "now": now}
    _OPERATION(connection, named)
    insert = "insert into entries (operation, account, customer, lot, amount) "
    out = f"select cast(:id as varchar(36)), '{move.source}', d.customer, d.id, -d.points from ({move.chosen}) as d"
    _sql(f"{insert} {out}")(connection, {"id": made, "now": now})
    owner = "null, null, sum(d.points)" if move.to_house else "d.customer, d.id, d.points"
    _sql(f"{insert} select cast(:id as varchar(36)), '{move.target}', {owner} from ({move.chosen}) as d")(
        connection, {"id": made, "now": now}
    )
    _sql(f"update lots set {move.change} where id in (select id from ({move.chosen}) as d)")(connection, {"now": now})
    _sql(_BALANCES)(connection, {"id": made})
    _sql(_MEMBERS)(connection, {"id": made})
