"""The till's lookup and the staff's sessions: single statements on reading connections."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.lanes import Lanes
from adapters.db.quick import quick
from adapters.db.tables import sessions, till_misses
from adapters.db.types import Instant
from adapters.http.sessions import StaffSession
from core.cards.lookup import Found, Holder, Keys
from core.cards.model import Card, CardState, NumberKind, Plastic
from core.shared.values import CardId, CustomerId, StoreId, TillId
from core.stores.model import Till

_CARD = (
    "c.id as card, c.customer, c.number, c.symbology, c.state, c.secret, c.issued_at, c.replaced_by, "
    "p.name as owner, p.spend_lock"
)
_NO_TIME = "cast(null as timestamp with time zone)"
_FOUND = (
    # Everything that a code can mean; each part is a probe of a unique index.
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
)
_LOOK = (
    # The till, its misses and what the code means, in one statement; the till stands in every row.
    "select t.id, t.store, t.name, t.key_hash, t.created_at, t.revoked_at, "
    "(select count(*) from till_misses m where m.till = :till and m.at > :since), "
    "f.how, f.found, f.kind, f.until, f.card, f.customer, f.number, f.symbology, f.state, f.secret, f.issued_at, "
    "f.replaced_by, f.owner, f.spend_lock "
    f"from (select 1 as one) o left join tills t on t.id = :till left join ({_FOUND}) f on 1 = 1"
)
_TILL_COLUMNS = 7
_FOUND_TEXT = text(_FOUND)
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
        self._quick, self._lanes = quick(engine, _LOOK), lanes

    async def look(self, till: TillId, keys: Keys | None, since: datetime) -> TillView:
        """The till, and what its keys find; without keys the till alone. Raises Busy."""
        bound = {"till": till, "since": self._quick.bound(since), **_bound(keys)}
        rows = await self._quick.rows(bound)
        instant = self._quick.instant
        found = [_Code(*row[_TILL_COLUMNS:]) for row in rows if row[_TILL_COLUMNS] is not None]
        return TillView(_till(rows[0], instant), rows[0][_TILL_COLUMNS - 1], _found(found, instant))

    async def miss(self, till: TillId, at: datetime) -> None:
        """One more wrong code from this till; those of yesterday are forgotten."""

        def write(work: Any) -> None:
            work.connection.execute(till_misses.insert(), {"till": till, "at": at})
            work.connection.execute(delete(till_misses).where(till_misses.c.at < at - timedelta(days=1)))

        await self._lanes.do(f"till:{till}", write)


def found_in(connection: Connection, keys: Keys) -> Found:
    """What the keys find, read in a transaction that is under way."""
    sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(_FOUND_TEXT, _bound(keys))
    return _found([_Code(*row) for row in rows], _text_instant if sqlite else _true_instant)


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


class _Code(NamedTuple):
    """What the code may mean: a card and its owner, or plastic that nobody has restored."""

    how: str
    found: str
    kind: str
    until: Any
    card: str
    customer: str
    number: str
    symbology: str
    state: str
    secret: bytes
    issued_at: Any
    replaced_by: str | None
    owner: str
    spend_lock: str


def _text_instant(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _true_instant(value: Any) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _bound(keys: Keys | None) -> dict[str, str]:
    if keys is None:
        return {"number": "", "stem": "", "spoken": "", "phone": ""}
    return {"number": keys.numbers[0], "stem": keys.numbers[-1], "spoken": keys.spoken, "phone": keys.phone}


def _found(codes: Sequence[_Code], instant: Callable[[Any], datetime | None]) -> Found:
    plastic = next((code for code in codes if code.how == "plastic"), None)
    record = (
        Plastic(plastic.number, plastic.symbology, blocked=plastic.state == CardState.BLOCKED.value)
        if plastic is not None
        else None
    )
    return Found([_holder(code, instant) for code in codes if code.how != "plastic"], record)


def _holder(code: _Code, instant: Callable[[Any], datetime | None]) -> Holder:
    issued_at = instant(code.issued_at)
    assert issued_at is not None, "a card has its birth"
    card = Card(
        CardId(code.card), CustomerId(code.customer), code.number, code.symbology, CardState(code.state),
        bytes(code.secret), issued_at, CardId(code.replaced_by) if code.replaced_by else None,
    )  # fmt: skip
    return Holder(code.found, code.how, NumberKind(code.kind), card, code.owner, code.spend_lock, instant(code.until))


def _till(row: Sequence[Any], instant: Callable[[Any], datetime | None]) -> Till | None:
    if row[0] is None:
        return None
    created_at = instant(row[4])
    assert created_at is not None, "a till has its birth"
    return Till(TillId(row[0]), StoreId(row[1]), row[2], row[3], created_at, instant(row[5]))
