"""Cards, their numbers, plastic records and spoken codes: rows and back."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, select

from adapters.db.erasing import erase_plastic_owner
from adapters.db.sql import insert_for, one, put, renew
from adapters.db.tables import card_numbers, cards, counters, plastics, spoken_codes
from core.cards.model import Card, CardState, NumberKind, Plastic
from core.shared.values import CardId, CustomerId, Phone

_LIVING = (CardState.ISSUED.value, CardState.ACTIVE.value, CardState.BLOCKED.value)


class CardRows:
    """Satisfies `core.cards.ports.Cards`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, card: CardId) -> Card | None:
        """The card with the id."""
        row = one(self._connection, select(cards).where(cards.c.id == card))
        return None if row is None else card_of_row(row)

    def of(self, customer: CustomerId) -> Card | None:
        """The newest living card."""
        living = select(cards).where(cards.c.customer == customer, cards.c.state.in_(_LIVING))
        shown = exists().where(card_numbers.c.card == cards.c.id, card_numbers.c.kind == NumberKind.CURRENT.value)
        chosen = living.where(shown).order_by(cards.c.issued_at.desc(), cards.c.id.desc()).limit(1)
        row = one(self._connection, chosen)
        return None if row is None else card_of_row(row)

    def all_of(self, customer: CustomerId) -> Sequence[Card]:
        """Every card the customer ever had."""
        chosen = select(cards).where(cards.c.customer == customer).order_by(cards.c.issued_at, cards.c.id)
        return [card_of_row(row) for row in self._connection.execute(chosen)]

    def add(self, card: Card) -> None:
        """The card and its number are stored."""
        self._connection.execute(cards.insert(), asdict(card))
        self.give_number(card.number, card.id, NumberKind.CURRENT)

    def save(self, card: Card) -> None:
        """The card is as given."""
        renew(self._connection, cards, asdict(card))

    def give_number(self, number: str, card: CardId, kind: NumberKind) -> None:
        """The number finds this card as `kind`."""
        put(self._connection, card_numbers, [{"number": number, "card": card, "kind": kind.value}])

    def taken(self, number: str) -> bool:
        """True when a card or a plastic record has it."""
        own = select(card_numbers.c.number).where(card_numbers.c.number == number)
        old = select(plastics.c.number).where(plastics.c.number == number)
        return self._connection.execute(own.union_all(old).limit(1)).first() is not None

    def next_sequence(self) -> int:
        """One more; the counter's row is locked until the work is over."""
        statement = insert_for(self._connection, counters).values(name="cards", value=1)
        renewed = statement.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
        return int(self._connection.execute(renewed.returning(counters.c.value)).scalar_one())


class PlasticRows:
    """Satisfies `core.cards.ports.Plastics`."""

    def __init__(self, connection: Connection, *, locks: bool = True) -> None:
        self._connection, self._locks = connection, locks

    def get(self, number: str) -> Plastic | None:
        """The record, locked."""
        chosen = select(plastics).where(plastics.c.number == number)
        row = one(self._connection, chosen.with_for_update() if self._locks else chosen)
        return None if row is None else plastic_of_row(row)

    def of_phone(self, phone: Phone) -> Sequence[Plastic]:
        """Records with this phone, most points first."""
        chosen = select(plastics).where(plastics.c.phone == phone.e164)
        ordered = chosen.order_by(plastics.c.points.desc(), plastics.c.number)
        return [plastic_of_row(row) for row in self._connection.execute(ordered)]

    def save(self, plastic: Plastic) -> None:
        """The record is as given."""
        renew(self._connection, plastics, row_of_plastic(plastic))

    def forget(self, customer: CustomerId) -> None:
        """The customer's restored records name nobody."""
        erase_plastic_owner(self._connection, customer)


class SpokenRows:
    """Satisfies `core.cards.ports.SpokenCodes`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def living(self, card: CardId, now: datetime) -> tuple[str, datetime] | None:
        """The card's code that lives longest."""
        chosen = select(spoken_codes).where(spoken_codes.c.card == card, spoken_codes.c.until > now)
        row = one(self._connection, chosen.order_by(spoken_codes.c.until.desc()).limit(1))
        return None if row is None else (row.code, row.until)

    def claim(self, code: str, card: CardId, now: datetime, until: datetime) -> bool:
        """One statement decides the race: the row is ours only when it was free or over."""
        if self._connection.execute(select(card_numbers.c.card).where(card_numbers.c.number == code)).first():
            return False
        if self._connection.execute(select(plastics.c.number).where(plastics.c.number == code)).first():
            return False
        statement = insert_for(self._connection, spoken_codes).values(code=code, card=card, until=until)
        renewed = statement.on_conflict_do_update(
            index_elements=["code"], set_={"card": card, "until": until}, where=spoken_codes.c.until <= now
        )
        return self._connection.execute(renewed.returning(spoken_codes.c.code)).first() is not None

    def drop(self, card: CardId) -> None:
        """The card's codes stand for nothing."""
        self._connection.execute(delete(spoken_codes).where(spoken_codes.c.card == card))


def card_of_row(row: Row[Any]) -> Card:
    """A row of `cards` as the core knows it."""
    return Card(
        CardId(row.id),
        CustomerId(row.customer),
        row.number,
        row.symbology,
        CardState(row.state),
        bytes(row.secret),
        row.issued_at,
        CardId(row.replaced_by) if row.replaced_by else None,
    )


def plastic_of_row(row: Row[Any]) -> Plastic:
    """A row of `plastics` as the core knows it."""
    return Plastic(
        row.number,
        row.symbology,
        Phone(row.phone) if row.phone else None,
        row.name,
        row.birthday,
        row.points,
        row.points_expire_on,
        row.blocked,
        CardId(row.card) if row.card else None,
    )


def row_of_plastic(plastic: Plastic) -> dict[str, Any]:
    """A record as a row."""
    return {**asdict(plastic), "phone": plastic.phone.e164 if plastic.phone else None}
