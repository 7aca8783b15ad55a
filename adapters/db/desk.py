"""The till's lookup and the staff's sessions: single statements on reading connections."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, Row, String, bindparam, delete, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.cardrows import card_of_row
from adapters.db.lanes import Lanes
from adapters.db.tables import sessions, till_misses
from adapters.db.types import Instant
from adapters.http.sessions import StaffSession
from core.cards.lookup import Found, Holder, Keys
from core.cards.model import CardState, NumberKind, Plastic
from core.shared.values import StoreId, TillId
from core.stores.model import Till

_CARD = (
    "c.id, c.customer, c.number, c.symbology, c.state, c.secret, c.issued_at, c.replaced_by, p.name as owner, "
    "p.spend_lock"
)
_NO_TIME = "cast(null as timestamp with time zone)"
_LOOKUP = text(
    # One statement for everything that a code can mean; each part is a probe of a unique index.
    f"select 'number' as how, n.number as found, n.kind as kind, {_NO_TIME} as until, {_CARD} from card_numbers n "
    "join cards c on c.id = n.card join customers p on p.id = c.customer where n.number in (:number, :stem) "
    f"union all select 'spoken', s.code, 'current', s.until, {_CARD} from spoken_codes s "
    "join cards c on c.id = s.card join customers p on p.id = c.customer where s.code = :spoken "
    f"union all select 'phone', p.phone, 'current', {_NO_TIME}, {_CARD} from customers p "
    "join cards c on c.customer = coalesce(p.merged_into, p.id) join card_numbers n on n.card = c.id "
    "and n.number = c.number and n.kind = 'current' where p.phone = :phone and p.phone_verified_at is not null "
    f"union all select 'plastic', l.number, '', {_NO_TIME}, null, null, l.number, l.symbology, "
    f"case when l.blocked then 'blocked' else 'prepared' end, null, {_NO_TIME}, null, '', '' "
    "from plastics l where l.number = :number and l.card is null"
).columns(
    how=String, found=String, kind=String, until=Instant, id=String, customer=String, number=String, symbology=String,
    state=String, secret=LargeBinary, issued_at=Instant, replaced_by=String, owner=String, spend_lock=String,
)  # fmt: skip
_TILL = (
    text(
        "select t.id, t.store, t.name, t.key_hash, t.created_at, t.revoked_at, "
        "(select count(*) from till_misses m where m.till = :till and m.at > :since) as misses "
        "from (select 1 as one) o left join tills t on t.id = :till"
    )
    .bindparams(bindparam("since", type_=Instant), bindparam("till", type_=String))
    .columns(created_at=Instant, revoked_at=Instant)
)
_SESSION = text(
    "select s.token_hash, s.created_at, s.seen_at, m.id, m.login, m.role, m.store, m.one_time from sessions s "
    "join staff m on m.id = s.staff where s.token_hash = :token and m.disabled_at is null"
).columns(created_at=Instant, seen_at=Instant)


@dataclass(frozen=True, slots=True)
class TillView:
    """What the database says to a till that asks: the till itself, its misses lately, whose code it is."""

    till: Till | None
    misses: int
    found: Found


class TillDesk:
    """Satisfies `adapters.pos.ports.TillDesk`."""

    def __init__(self, engine: AsyncEngine, lanes: Lanes) -> None:
        self._engine, self._lanes = engine, lanes

    async def look(self, till: TillId, keys: Keys | None, since: datetime) -> TillView:
        """The till, and what its keys find; without keys the till alone."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_TILL, {"till": till, "since": since})).one()
            rows = [] if keys is None else (await connection.execute(_LOOKUP, _bound(keys))).all()
        return TillView(_till(row), row.misses, _found(rows))

    async def miss(self, till: TillId, at: datetime) -> None:
        """One more wrong code from this till; those of yesterday are forgotten."""

        def write(work: Any) -> None:
            work.connection.execute(till_misses.insert(), {"till": till, "at": at})
            work.connection.execute(delete(till_misses).where(till_misses.c.at < at - timedelta(days=1)))

        await self._lanes.do(f"till:{till}", write)


class SessionRows:
    """Satisfies `adapters.http.sessions.SessionStore`."""

    def __init__(self, engine: AsyncEngine, lanes: Lanes) -> None:
        self._engine, self._lanes = engine, lanes

    async def open(self, token_hash: str, staff: str, at: datetime) -> None:
        """The session is open; sessions over for a day are cleared."""

        def write(work: Any) -> None:
            work.connection.execute(delete(sessions).where(sessions.c.created_at < at - timedelta(days=1)))
            row = {"token_hash": token_hash, "staff": staff, "created_at": at, "seen_at": at}
            work.connection.execute(sessions.insert(), row)

        await self._lanes.do(f"staff:{staff}", write)

    async def find(self, token_hash: str) -> StaffSession | None:
        """The session of a member who may log in."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_SESSION, {"token": token_hash})).one_or_none()
        if row is None:
            return None
        return StaffSession(
            row.token_hash, row.id, row.login, row.role, row.store, bool(row.one_time), row.created_at, row.seen_at
        )

    async def touch(self, token_hash: str, at: datetime) -> None:
        """Seen now."""
        await self._write(update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=at))

    async def close(self, token_hash: str) -> None:
        """Over."""
        await self._write(delete(sessions).where(sessions.c.token_hash == token_hash))

    async def _write(self, statement: Any) -> None:
        def write(work: Any) -> None:
            work.connection.execute(statement)

        await self._lanes.do("sessions", write)


def _bound(keys: Keys) -> dict[str, str]:
    return {"number": keys.numbers[0], "stem": keys.numbers[-1], "spoken": keys.spoken, "phone": keys.phone}


def _found(rows: Any) -> Found:
    plastic = next((row for row in rows if row.how == "plastic"), None)
    record = (
        Plastic(plastic.number, plastic.symbology, blocked=plastic.state == CardState.BLOCKED.value)
        if plastic is not None
        else None
    )
    return Found([_holder(row) for row in rows if row.how != "plastic"], record)


def _holder(row: Row[Any]) -> Holder:
    return Holder(row.found, row.how, NumberKind(row.kind), card_of_row(row), row.owner, row.spend_lock, row.until)


def _till(row: Row[Any]) -> Till | None:
    if row.id is None:
        return None
    return Till(TillId(row.id), StoreId(row.store), row.name, row.key_hash, row.created_at, row.revoked_at)
