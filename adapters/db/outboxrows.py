"""The outbox: letters committed with the state that they tell of, and what became of each; rows and back."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    exists,
    literal,
    or_,
    select,
    text,
    update,
)

from adapters.db.erasing import erase_last_words
from adapters.db.letters import pack, unpack_reply
from adapters.db.outside import OUTBOX_LEASE_SECONDS, Outside
from adapters.db.prepared import Prepared
from adapters.db.sql import belongs, columns_of, to
from adapters.db.tables import addresses, outbox
from bot.messages import Answer, Say
from bot.ports import Letter, Outcome, Rejected, Retry, Sent, Unreachable, Unsure
from bot.words import say
from core.customers.model import CodeUse
from core.shared.values import Address, Language, Phone

MOST_SENDS = 2
"""A letter whose answer was lost is sent once more and never again (reliability.md section 7)."""
READABLE = "(channel = 'web' or state = 'new')"
"""Letters whose words are still there."""


def _words_where(kept: ColumnElement[bool]) -> ColumnElement[Any]:
    """The words of a letter as they become: what was said is kept only where the channel itself shows it again."""
    return case((kept, outbox.c.letter), else_=literal({}, JSON))


_ADD_LETTER = Prepared(outbox.insert().returning(outbox.c.id))
_OF_EVENT = Prepared(select(outbox).where(outbox.c.event == bindparam("p_event"), text(READABLE)).order_by(outbox.c.id))
_TOLD = (
    outbox.c.channel,
    outbox.c.bot,
    outbox.c.user_key,
    outbox.c.state,
    exists()
    .where(
        addresses.c.channel == outbox.c.channel,
        addresses.c.bot == outbox.c.bot,
        addresses.c.user_key == outbox.c.user_key,
    )
    .correlate(outbox)
    .label("known"),
)
"""What the sending leaves to be done: whose letter it was, whether it is over, whether the address is known still."""
_LETTER = update(outbox).where(outbox.c.id == bindparam("p_id"))
_SHOWN_AGAIN = or_(outbox.c.channel == "web", and_(outbox.c.channel == "sms", bindparam("p_sms", type_=Boolean)))
_TRIED = outbox.c.tries + 1
_MAY_TRY = _TRIED < MOST_SENDS
_SENT = Prepared(
    _LETTER.values(
        state="sent", tries=_TRIED, message=bindparam("p_message"), letter=_words_where(_SHOWN_AGAIN)
    ).returning(*_TOLD)
)
_NOT_SENT = Prepared(
    _LETTER.values(
        state=bindparam("p_state"), tries=_TRIED, error=bindparam("p_error"), letter=_words_where(_SHOWN_AGAIN)
    ).returning(*_TOLD)
)
_UNSURE = Prepared(
    _LETTER.values(
        state=case((_MAY_TRY, outbox.c.state), else_="unknown"),
        tries=_TRIED,
        error=bindparam("p_error"),
        lease_until=bindparam("p_at"),
        letter=_words_where(or_(_MAY_TRY, _SHOWN_AGAIN)),
    ).returning(*_TOLD)
)
_LATER = Prepared(_LETTER.values(lease_until=bindparam("p_at"), error="retry"))
UNSUBSCRIBE = Prepared(
    update(addresses)
    .where(belongs(addresses), addresses.c.subscribed)
    .values(subscribed=False, subscribed_at=bindparam("p_at"))
)


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
                **columns_of(address),
                "event": event,
                "letter": {"reply": pack(reply), "keyboard": pack(answer.keyboard)},
                "language": language.value,
                "level": level,
                "is_last": last,
                "created_at": now,
                "not_before": answer.not_before,
                "lease_until": lease,
            }
            number = _ADD_LETTER.value(self._connection, row)
            letters.append(
                Letter(number, address, reply, answer.keyboard, language, level, last, answer.not_before, event)
            )
        self.added += letters
        return letters

    def of_event(self, event: int) -> list[Letter]:
        """The letters that answer an event."""
        rows = _OF_EVENT.all(self._connection, {"p_event": event})
        return [letter_of_row(row) for row in rows if row.letter]

    def settle(self, letter: int, outcome: Outcome, at: datetime) -> None:
        """What became of the letter; what was said is kept only where the channel itself shows it again."""
        given: dict[str, Any] = {"p_id": letter, "p_sms": self._outside.keep_sms}
        match outcome:
            case Sent(message):
                row = _SENT.one(self._connection, {**given, "p_message": message})
            case Unreachable(reason):
                row = _NOT_SENT.one(self._connection, {**given, "p_state": "unreachable", "p_error": reason})
            case Rejected(reason):
                row = _NOT_SENT.one(self._connection, {**given, "p_state": "failed", "p_error": reason})
            case Unsure(reason):
                row = _UNSURE.one(self._connection, {**given, "p_at": at, "p_error": reason})
            case Retry(after):  # refused before it was looked at: no try of this letter
                later = {"p_id": letter, "p_at": at + timedelta(seconds=after)}
                _LATER.run(self._connection, later)
                return
        if row is None:
            return
        address = Address(row.channel, row.bot, row.user_key)
        if isinstance(outcome, Unreachable):
            UNSUBSCRIBE.run(self._connection, {**to(address), "p_at": at})
        if row.state != "new" and row.channel != "sms" and not row.known:
            erase_last_words(self._connection, address)


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
