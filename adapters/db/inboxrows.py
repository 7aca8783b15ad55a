"""The inbox: events as they came, rows and back."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, select, text, update

from adapters.db.prepared import Prepared
from adapters.db.sql import belongs, both, columns_of, to
from adapters.db.tables import inbox
from bot.ports import RawEvent
from core.shared.values import Address

_ADD_EVENT = both(inbox, lambda insert: insert.on_conflict_do_nothing().returning(inbox.c.id))
_KNOWN_EVENT = Prepared(
    select(inbox.c.id).where(
        inbox.c.channel == bindparam("p_channel"),
        inbox.c.bot == bindparam("p_bot"),
        inbox.c.event_key == bindparam("p_key"),
    )
)
_ALONE = Prepared(text("select pg_advisory_xact_lock(:lock)"))
_LATER_EVENT = inbox.alias("later")
_MORE = exists().where(
    _LATER_EVENT.c.channel == inbox.c.channel,
    _LATER_EVENT.c.bot == inbox.c.bot,
    _LATER_EVENT.c.user_key == inbox.c.user_key,
    _LATER_EVENT.c.id > inbox.c.id,
    text("later.state = 'new'"),
)
_WAITING = Prepared(
    select(inbox.c.id, inbox.c.event_key, inbox.c.body, inbox.c.received_at, inbox.c.tries, _MORE.label("more"))
    .where(belongs(inbox), text("inbox.state = 'new'"))
    .order_by(inbox.c.id)
    .limit(1)
)
_EVENT = update(inbox).where(inbox.c.id == bindparam("p_id"))
_DONE = Prepared(_EVENT.values(state="done", body={}, error=""))
_FAILED = Prepared(_EVENT.values(tries=inbox.c.tries + 1, error=bindparam("p_error")).returning(inbox.c.tries))
_PARKED = Prepared(_EVENT.values(state="parked", error=bindparam("p_error")))


@dataclass(frozen=True, slots=True)
class Pending:
    """An inbox event that waits."""

    id: int
    event: RawEvent
    received_at: datetime
    tries: int
    more: bool


class InboxRows:
    """Events as they came: unique by key, oldest first per person."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, event: RawEvent, received_at: datetime) -> tuple[int, bool]:
        """The event's number, and True when it is new."""
        address = event.address
        row = {**columns_of(address), "event_key": event.key, "body": dict(event.body), "received_at": received_at}
        number = _ADD_EVENT.value(self._connection, row)
        if number is not None:
            return int(number), True
        known = {"p_channel": address.channel, "p_bot": address.bot, "p_key": event.key}
        return int(_KNOWN_EVENT.value(self._connection, known)), False

    def next_of(self, address: Address) -> Pending | None:
        """The oldest event of the person that waits; the person is locked against other processes until commit."""
        if self._connection.dialect.name == "postgresql":
            _ALONE.run(self._connection, {"lock": _lock_of(address)})
        row = _WAITING.one(self._connection, to(address))
        if row is None:
            return None
        return Pending(row.id, RawEvent(address, row.event_key, row.body), row.received_at, row.tries, row.more)

    def done(self, event: int) -> None:
        """Handled; what was said is not kept. An address that was erased meanwhile leaves no row."""
        _DONE.run(self._connection, {"p_id": event})

    def failed(self, event: int, error: str) -> int:
        """One more failure; how many there are."""
        return int(_FAILED.value(self._connection, {"p_id": event, "p_error": error}) or 0)

    def park(self, event: int, error: str) -> None:
        """Set aside with its error and its body, for somebody to look at."""
        _PARKED.run(self._connection, {"p_id": event, "p_error": error})


def _lock_of(address: Address) -> int:
    """64 bits that stand for the person in every process."""
    return int.from_bytes(hashlib.blake2b(address.key.encode(), digest_size=8).digest(), "big", signed=True)
