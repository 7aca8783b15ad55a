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
from adapters.db.sql import empty, measure
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


_PEOPLE = "due_now (customer varchar(64) primary key)"
_LOTS = "due_lots (lot varchar(36) primary key, customer varchar(64) not null, points bigint not null)"
_CHOOSE = """
insert into due_now (customer)
select customer from purses p where due_at <= :now and debt = 0
  and not exists (select 1 from holds h where h.customer = p.customer and h.state = 'open' and h.until <= :now)
order by customer limit :chunk"""
_OPERATION = _sql(
    "insert into operations (id, kind, source, key, at, business_at) values (:id, :kind, :source, :key, :now, :now)"
)
_LIVING = "from due_now d join lots l on l.customer = d.customer where l.pending + l.active + l.held > 0"
"""In the words of the index of living lots: without them a chunk would look through all lots that are due."""
_RIPE = f"pending {_LIVING} and l.pending > 0 and l.activates_at <= :now"
_OVER = f"active {_LIVING} and l.active > 0 and l.expires_at <= :now"


@dataclass(frozen=True, slots=True)
class _Move:
    """One kind of operation over all lots that are due: which those are, where their points go from and to."""

    kind: Kind
    chosen: str
    source: str
    target: str
    to_house: bool
    change: str


_MOVES = (
    _Move(Kind.ACTIVATE, _RIPE, "pending", "active", False, "active = active + pending, pending = 0"),
    _Move(Kind.EXPIRE, _OVER, "active", "expired", True, "active = 0"),
)
_BALANCES = """
update purses set active = purses.active + d.active, pending = purses.pending + d.pending, number = purses.number + 1
from (select customer, {active} * sum(points) as active, {pending} * sum(points) as pending
      from due_lots group by customer) as d
where purses.customer = d.customer"""
_MEMBERS = """
insert into operation_members (customer, number, operation, active, pending, held, debt)
select p.customer, p.number, cast(:id as varchar(36)), p.active, p.pending, p.held, p.debt from purses p
where p.customer in (select customer from due_lots)"""
_DUE = f"""
update purses set due_at = s.at from (
  select customer, min(at) as at from (
    select l.customer, l.activates_at as at {_LIVING} and l.pending > 0
    union all select l.customer, l.expires_at {_LIVING} and l.active > 0
    union all select h.customer, h.until from due_now d join holds h on h.customer = d.customer where h.state = 'open'
    union all select customer, null from due_now) as soon
  group by customer) as s
where purses.customer = s.customer"""
"""From the few people to their lots, in each arm: a plain min() per person walks an index of everybody's lots."""


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
    for table in (_PEOPLE, _LOTS):
        _sql(f"create temporary table if not exists {table}")(connection, {})
    empty(connection, "due_now")
    count = _sql(_CHOOSE + locking)(connection, {"now": now, "chunk": chunk})
    if not count:
        return 0
    measure(connection, "due_now")
    for move in _MOVES:
        _post(connection, move, new_id, now)
    _sql(_DUE)(connection, {})
    return count


def _post(connection: Connection, move: _Move, new_id: Callable[[], str], now: datetime) -> None:
    empty(connection, "due_lots")
    chosen = f"insert into due_lots (lot, customer, points) select l.id, l.customer, l.{move.chosen}"
    if not _sql(chosen)(connection, {"now": now}):
        return
    measure(connection, "due_lots")
    made = new_id()
    named = {"id": made, "kind": move.kind.value, "source": NIGHT, "key": made, "now": now}
    _OPERATION(connection, named)
    insert = "insert into entries (operation, account, customer, lot, amount) "
    run = {"id": made}
    _sql(f"{insert} select cast(:id as varchar(36)), '{move.source}', customer, lot, -points from due_lots")(
        connection, run
    )
    owner = "null, null, sum(points)" if move.to_house else "customer, lot, points"
    _sql(f"{insert} select cast(:id as varchar(36)), '{move.target}', {owner} from due_lots")(connection, run)
    _sql(f"update lots set {move.change} where id in (select lot from due_lots)")(connection, {})
    signs = {account: {move.source: -1, move.target: 1}.get(account, 0) for account in ("active", "pending")}
    _sql(_BALANCES.format(**signs))(connection, {})
    _sql(_MEMBERS)(connection, {"id": made})
