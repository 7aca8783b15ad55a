"""Cards, their numbers, plastic records and spoken codes: rows and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, or_, select

from adapters.db.erasing import erase_plastic_owner
from adapters.db.prepared import Prepared
from adapters.db.sql import add, both, flat, put, renew
from adapters.db.tables import card_numbers, cards, counters, plastics, spoken_codes
from core.cards.model import Card, CardState, NumberKind, Plastic
from core.shared.values import CardId, CustomerId, Phone

_LIVING = (CardState.ISSUED.value, CardState.ACTIVE.value, CardState.BLOCKED.value)
_SHOWN = exists().where(card_numbers.c.card == cards.c.id, card_numbers.c.kind == NumberKind.CURRENT.value)
_CARD = Prepared(select(cards).where(cards.c.id == bindparam("p_id")))
_ALL_CARDS = Prepared(
    select(cards).where(cards.c.customer == bindparam("p_customer")).order_by(cards.c.issued_at, cards.c.id)
)
_LIVING_CARD = Prepared(
    select(cards)
    .where(cards.c.customer == bindparam("p_customer"), or_(*(cards.c.state == state for state in _LIVING)), _SHOWN)
    .order_by(cards.c.issued_at.desc(), cards.c.id.desc())
    .limit(1)
)
_NUMBER_OF_CARD = select(card_numbers.c.number).where(card_numbers.c.number == bindparam("p_number"))
_NUMBER_OF_PLASTIC = select(plastics.c.number).where(plastics.c.number == bindparam("p_number"))
_TAKEN = Prepared(_NUMBER_OF_CARD.union_all(_NUMBER_OF_PLASTIC).limit(1))
_PLASTIC = Prepared(select(plastics).where(plastics.c.number == bindparam("p_number")))
_LOCKED_PLASTIC = Prepared(select(plastics).where(plastics.c.number == bindparam("p_number")).with_for_update())
_PLASTICS = Prepared(
    select(plastics)
    .where(plastics.c.phone == bindparam("p_phone"))
    .order_by(plastics.c.points.desc(), plastics.c.number)
)
_SPOKEN = Prepared(
    select(spoken_codes)
    .where(spoken_codes.c.card == bindparam("p_card"), spoken_codes.c.until > bindparam("p_now"))
    .order_by(spoken_codes.c.until.desc())
    .limit(1)
)
_CLAIM = both(
    spoken_codes,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["code"],
        set_={"card": insert.excluded.card, "until": insert.excluded.until},
        where=spoken_codes.c.until <= bindparam("p_now"),
    ).returning(spoken_codes.c.code),
)
_NEXT = both(
    counters,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["name"], set_={"value": counters.c.value + 1}
    ).returning(counters.c.value),
)
_DROP = Prepared(delete(spoken_codes).where(spoken_codes.c.card == bindparam("p_card")))


class CardRows:
    """Satisfies `core.cards.ports.Cards`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, card: CardId) -> Card | None:
        """The card with the id."""
        row = _CARD.one(self._connection, {"p_id": card})
        return None if row is None else card_of_row(row)

    def of(self, customer: CustomerId) -> Card | None:
        """The newest living card."""
        row = _LIVING_CARD.one(self._connection, {"p_customer": customer})
        return None if row is None else card_of_row(row)

    def all_of(self, customer: CustomerId) -> Sequence[Card]:
        """Every card the customer ever had."""
        return [card_of_row(row) for row in _ALL_CARDS.all(self._connection, {"p_customer": customer})]

    def add(self, card: Card) -> None:
        """The card and its number are stored."""
        add(self._connection, cards, flat(card))
        self.give_number(card.number, card.id, NumberKind.CURRENT)

    def save(self, card: Card) -> None:
        """The card is as given."""
        renew(self._connection, cards, flat(card))

    def give_number(self, number: str, card: CardId, kind: NumberKind) -> None:
        """The number finds this card as `kind`."""
        put(self._connection, card_numbers, [{"number": number, "card": card, "kind": kind.value}])

    def taken(self, number: str) -> bool:
        """True when a card or a plastic record has it."""
        return _TAKEN.one(self._connection, {"p_number": number}) is not None

    def next_sequence(self) -> int:
        """One more; the counter's row is locked until the work is over."""
        return int(_NEXT.value(self._connection, {"name": "cards", "value": 1}))


class PlasticRows:
    """Satisfies `core.cards.ports.Plastics`."""

    def __init__(self, connection: Connection, *, locks: bool = True) -> None:
        self._connection = connection
        self._plastic = _LOCKED_PLASTIC if locks else _PLASTIC

    def get(self, number: str) -> Plastic | None:
        """The record, locked."""
        row = self._plastic.one(self._connection, {"p_number": number})
        return None if row is None else plastic_of_row(row)

    def of_phone(self, phone: Phone) -> Sequence[Plastic]:
        """Records with this phone, most points first."""
        return [plastic_of_row(row) for row in _PLASTICS.all(self._connection, {"p_phone": phone.e164})]

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
        row = _SPOKEN.one(self._connection, {"p_card": card, "p_now": now})
        return None if row is None else (row.code, row.until)

    def claim(self, code: str, card: CardId, now: datetime, until: datetime) -> bool:
        """One statement decides the race: the row is ours only when it was free or over."""
        if _TAKEN.one(self._connection, {"p_number": code}) is not None:
            return False
        claimed = {"code": code, "card": card, "until": until, "p_now": now}
        return _CLAIM.one(self._connection, claimed) is not None

    def drop(self, card: CardId) -> None:
        """The card's codes stand for nothing."""
        _DROP.run(self._connection, {"p_card": card})


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
    return {**flat(plastic), "phone": plastic.phone.e164 if plastic.phone else None}
