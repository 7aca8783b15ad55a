"""The till's lookup and the staff's sessions: single statements on reading connections."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.codelook import COLUMNS, FOUND, POINTS, Code, bound
from adapters.db.codelook import found as found_of
from adapters.db.lanes import Lanes
from adapters.db.quick import quick
from adapters.db.sql import put
from adapters.db.tables import sessions, till_misses, till_sightings
from adapters.db.types import Instant
from adapters.http.sessions import StaffSession
from core.cards.lookup import Found, Keys
from core.shared.values import StoreId, TillId
from core.stores.model import Till

_LOOK = (
    # The till, its misses and what the code means, in one statement; the till stands in every row.
    "select t.id, t.store, t.name, t.key_hash, t.created_at, t.revoked_at, t.next_hash, "
    "(select count(*) from till_misses m where m.till = :till and m.at > :since), "
    "(exists (select 1 from vouchers) or exists (select 1 from offer_people) "
    "or exists (select 1 from plans where week = :week and state = 'current')), "
    f"{COLUMNS} from (select 1 as one) o left join tills t on t.id = :till left join ({FOUND}) f on 1 = 1 {POINTS}"
)
_TILL_COLUMNS = 9
_SESSION = text(
    "select s.token_hash, s.created_at, s.seen_at, s.factored, m.id, m.login, m.role, m.store, m.one_time, m.sends, "
    "f.since is not null as enrolled from sessions s join staff m on m.id = s.staff "
    "left join staff_factors f on f.staff = m.id where s.token_hash = :token and m.disabled_at is null"
).columns(created_at=Instant, seen_at=Instant)


@dataclass(frozen=True, slots=True)
class TillView:
    """What the database says to a till that asks: the till itself, its misses lately, whose code it is."""

    till: Till | None
    misses: int
    found: Found
    rights: bool


class TillDesk:
    """Satisfies `adapters.pos.ports.TillDesk`."""

    def __init__(self, engine: AsyncEngine, lanes: Lanes) -> None:
        self._quick, self._lanes = quick(engine, _LOOK), lanes

    async def look(self, till: TillId, keys: Keys | None, since: datetime, week: str = "") -> TillView:
        """The till, and what its keys find; without keys the till alone. `week`: whose plan counts. Raises Busy."""
        values = {"till": till, "since": self._quick.bound(since), "week": week, **bound(keys)}
        rows = await self._quick.rows(values)
        instant = self._quick.instant
        found = [Code(*row[_TILL_COLUMNS:]) for row in rows if row[_TILL_COLUMNS] is not None]
        misses, rights = rows[0][_TILL_COLUMNS - 2 : _TILL_COLUMNS]
        return TillView(_till(rows[0], instant), misses, found_of(found, instant), bool(rights))

    async def miss(self, till: TillId, at: datetime) -> None:
        """One more wrong code from this till; those of yesterday are forgotten."""

        def write(work: Any) -> None:
            work.connection.execute(till_misses.insert(), {"till": till, "at": at})
            work.connection.execute(delete(till_misses).where(till_misses.c.at < at - timedelta(days=1)))

        await self._lanes.do(f"till:{till}", write)

    async def seen(self, till: TillId, at: datetime, *, by_next: bool) -> None:
        """The till was heard; `by_next`: by its second key."""
        told = {"till": till, "seen_at": at, **({"next_seen_at": at} if by_next else {})}
        await self._lanes.do(f"till:{till}", lambda work: put(work.connection, till_sightings, [told]))


class SessionRows:
    """Satisfies `adapters.http.sessions.SessionStore`."""

    def __init__(self, engine: AsyncEngine, lanes: Lanes) -> None:
        self._engine, self._lanes = engine, lanes

    async def open(self, token_hash: str, staff: str, at: datetime, *, factored: bool) -> None:
        """The session is open; sessions over for a day are cleared."""

        def write(work: Any) -> None:
            work.connection.execute(delete(sessions).where(sessions.c.created_at < at - timedelta(days=1)))
            row = {"token_hash": token_hash, "staff": staff, "created_at": at, "seen_at": at, "factored": factored}
            work.connection.execute(sessions.insert(), row)

        await self._lanes.do(f"staff:{staff}", write)

    async def find(self, token_hash: str) -> StaffSession | None:
        """The session of a member who may log in."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_SESSION, {"token": token_hash})).one_or_none()
        if row is None:
            return None
        sends = row.role == "owner" or (row.role == "marketer" and bool(row.sends))
        return StaffSession(
            row.token_hash, row.id, row.login, row.role, row.store, bool(row.one_time), row.created_at, row.seen_at,
            sends, bool(row.factored), bool(row.enrolled),
        )  # fmt: skip

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


def _till(row: Sequence[Any], instant: Callable[[Any], datetime | None]) -> Till | None:
    if row[0] is None:
        return None
    created_at = instant(row[4])
    assert created_at is not None, "a till has its birth"
    return Till(TillId(row[0]), StoreId(row[1]), row[2], row[3], created_at, instant(row[5]), row[6])
