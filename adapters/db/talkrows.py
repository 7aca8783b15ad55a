"""Dialogs, files, inbox and outbox: the talk as rows."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.db.erasing import erase_last_words
from adapters.db.letters import pack, unpack, unpack_reply
from adapters.db.outside import OUTBOX_LEASE_SECONDS, Outside
from adapters.db.sql import one, put
from adapters.db.tables import addresses, dialogs, inbox, media, outbox
from bot.dialog import Dialog
from bot.messages import Answer, Say
from bot.ports import Letter, Outcome, RawEvent, Rejected, Retry, Sent, Unreachable, Unsure
from bot.words import say
from core.customers.model import CodeUse
from core.shared.values import Address, CustomerId, Language, Phone

_EXTENSIONS = {"application/json": ".json", "image/png": ".png", "image/jpeg": ".jpg"}
MOST_SENDS = 2
"""A letter whose answer was lost is sent once more and never again (reliability.md section 7)."""


class DialogRows:
    """Satisfies `bot.ports.Dialogs`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, address: Address, customer: CustomerId | None) -> Dialog:
        """What is open; an empty dialog when nothing ever was."""
        row = one(self._connection, select(dialogs.c.state).where(dialogs.c.key == (customer or address.key)))
        return Dialog() if row is None else unpack(row.state)

    def save(self, address: Address, customer: CustomerId | None, dialog: Dialog) -> None:
        """The dialog is as given."""
        put(self._connection, dialogs, [{"key": customer or address.key, "state": pack(dialog)}])

    def hand_over(self, address: Address, customer: CustomerId) -> None:
        """The address' own dialog goes to the customer, unless the customer has one open."""
        mine = self.of(address, None)
        theirs = self.of(address, customer)
        if not theirs.open:
            self.save(address, customer, mine)
        self._connection.execute(delete(dialogs).where(dialogs.c.key == address.key))


class FileRows:
    """Satisfies `bot.ports.Files`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def keep(self, content: bytes, mime: str, customer: CustomerId | None, until: datetime) -> str:
        """The file lies under a new name of 256 random bits."""
        name = self._outside.chance.token() + _EXTENSIONS.get(mime, ".bin")
        row = {
            "name": name,
            "mime": mime,
            "content": content,
            "owner": customer or "",
            "digest": "",
            "created_at": self._outside.clock(),
            "until": until,
        }
        self._connection.execute(media.insert(), row)
        return name


@dataclass(frozen=True, slots=True)
class Pending:
    """An inbox event that waits."""

    id: int
    event: RawEvent
    received_at: datetime
    tries: int


_ADD_EVENT = {
    "sqlite": sqlite.insert(inbox).on_conflict_do_nothing().returning(inbox.c.id),
    "postgresql": postgresql.insert(inbox).on_conflict_do_nothing().returning(inbox.c.id),
}
"""The hook's only statement, built once."""


class InboxRows:
    """Events as they came: unique by key, oldest first per person."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, event: RawEvent, received_at: datetime) -> tuple[int, bool]:
        """The event's number, and True when it is new."""
        address = event.address
        row = {**_of(address), "event_key": event.key, "body": dict(event.body), "received_at": received_at}
        number = self._connection.execute(_ADD_EVENT[self._connection.dialect.name], row).scalar()
        if number is not None:
            return int(number), True
        known = select(inbox.c.id).where(
            inbox.c.channel == address.channel, inbox.c.bot == address.bot, inbox.c.event_key == event.key
        )
        return int(self._connection.execute(known).scalar_one()), False

    def next_of(self, address: Address) -> Pending | None:
        """The oldest event of the person that waits; the person is locked against other processes until commit."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _lock_of(address)})
        waiting = select(inbox).where(_is(inbox, address), text("state = 'new'")).order_by(inbox.c.id).limit(1)
        row = one(self._connection, waiting)
        if row is None:
            return None
        return Pending(row.id, RawEvent(address, row.event_key, row.body), row.received_at, row.tries)

    def done(self, event: int) -> None:
        """Handled; what was said is not kept. An address that was erased meanwhile leaves no row."""
        changed = update(inbox).where(inbox.c.id == event).values(state="done", body={}, error="")
        self._connection.execute(changed)

    def failed(self, event: int, error: str) -> int:
        """One more failure; how many there are."""
        changed = update(inbox).where(inbox.c.id == event).values(tries=inbox.c.tries + 1, error=error)
        return int(self._connection.execute(changed.returning(inbox.c.tries)).scalar() or 0)

    def park(self, event: int, error: str) -> None:
        """Set aside with its error and its body, for somebody to look at."""
        self._connection.execute(update(inbox).where(inbox.c.id == event).values(state="parked", error=error))


class OutboxRows:
    """Letters committed with the state that they tell of, and what became of each."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside
        self.added: list[Letter] = []
        """Every letter of this work, in order: what is to be sent once it is committed."""

    def add(
        self, event: int | None, address: Address, answer: Answer, language: Language, level: int | None
    ) -> list[Letter]:
        """The answer's replies are letters now, leased to this process for their first sending."""
        now = self._outside.clock()
        lease = max(now, answer.not_before or now) + timedelta(seconds=OUTBOX_LEASE_SECONDS)
        letters = []
        for place, reply in enumerate(answer.replies, 1):
            last = place == len(answer.replies)
            row = {
                **_of(address),
                "event": event,
                "letter": {"reply": pack(reply), "keyboard": pack(answer.keyboard)},
                "language": language.value,
                "level": level,
                "is_last": last,
                "created_at": now,
                "not_before": answer.not_before,
                "lease_until": lease,
            }
            number = self._connection.execute(outbox.insert().returning(outbox.c.id), row).scalar_one()
            letters.append(
                Letter(number, address, reply, answer.keyboard, language, level, last, answer.not_before, event)
            )
        self.added += letters
        return letters

    def of_event(self, event: int) -> list[Letter]:
        """The letters that answer an event."""
        chosen = select(outbox).where(outbox.c.event == event, text(READABLE)).order_by(outbox.c.id)
        return [letter_of_row(row) for row in self._connection.execute(chosen) if row.letter]

    def settle(self, letter: int, outcome: Outcome, at: datetime) -> None:
        """What became of the letter; what was said is kept only where the channel itself shows it again."""
        row = one(self._connection, select(outbox).where(outbox.c.id == letter))
        if row is None:
            return
        values: dict[str, Any] = {"tries": row.tries + 1}
        address = Address(row.channel, row.bot, row.user_key)
        match outcome:
            case Sent(message):
                values |= {"state": "sent", "message": message}
            case Unreachable(reason):
                values |= {"state": "unreachable", "error": reason}
                self._unsubscribe(address, at)
            case Rejected(reason):
                values |= {"state": "failed", "error": reason}
            case Retry(after):  # refused before it was looked at: no try of this letter
                values = {"lease_until": at + timedelta(seconds=after), "error": "retry"}
            case Unsure(reason):
                again = row.tries + 1 < MOST_SENDS
                values |= {"lease_until": at, "error": reason} | ({} if again else {"state": "unknown"})
        over = "state" in values
        if over and not self._keeps(row.channel):
            values["letter"] = {}
        self._connection.execute(update(outbox).where(outbox.c.id == letter).values(values))
        if over and row.channel != "sms":
            erase_last_words(self._connection, address)

    def _keeps(self, channel: str) -> bool:
        return channel == "web" or (channel == "sms" and self._outside.keep_sms)

    def _unsubscribe(self, address: Address, at: datetime) -> None:
        left = update(addresses).where(_is(addresses, address), addresses.c.subscribed)
        self._connection.execute(left.values(subscribed=False, subscribed_at=at))


READABLE = "(channel = 'web' or state = 'new')"
"""Letters whose words are still there."""


class PostRows:
    """Satisfies `core.customers.ports.Post`: a code leaves by the outbox, channel `sms`."""

    def __init__(self, outboxes: OutboxRows, outside: Outside) -> None:
        self._outbox, self._outside = outboxes, outside

    def send_code(self, code: str, phone: Phone, digits: str, use: CodeUse, language: Language) -> None:
        """The code's text is a letter to the phone."""
        del code, use
        words = Say(say("sms.code", code=digits, brand=self._outside.programme.brand))
        self._outbox.add(None, Address("sms", "house", phone.e164), Answer([words], ()), language, None)


def letter_of_row(row: Row[Any]) -> Letter:
    """A row of `outbox` as a channel takes it."""
    reply, keyboard = unpack_reply(row.letter)
    address = Address(row.channel, row.bot, row.user_key)
    return Letter(
        row.id, address, reply, keyboard, Language(row.language), row.level, row.is_last, row.not_before, row.event
    )


def _lock_of(address: Address) -> int:
    """64 bits that stand for the person in every process."""
    return int.from_bytes(hashlib.blake2b(address.key.encode(), digest_size=8).digest(), "big", signed=True)


def _of(address: Address) -> dict[str, str]:
    return {"channel": address.channel, "bot": address.bot, "user_key": address.user}


def _is(table: Any, address: Address) -> Any:
    return and_(table.c.channel == address.channel, table.c.bot == address.bot, table.c.user_key == address.user)
