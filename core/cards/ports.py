"""What the verbs about cards need from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.cards.model import Card, NumberKind, Plastic
from core.customers.ports import CustomerWork
from core.shared.values import CardId, CustomerId, Phone
from core.stores.ports import StoresWork


class Cards(Protocol):
    """Cards and the numbers that find them. A number finds one card for ever."""

    def get(self, card: CardId) -> Card | None: ...

    def of(self, customer: CustomerId) -> Card | None:
        """The customer's living card: the newest that is neither replaced nor deleted."""
        ...

    def all_of(self, customer: CustomerId) -> Sequence[Card]: ...

    def add(self, card: Card) -> None:
        """The card and its current number are stored."""
        ...

    def save(self, card: Card) -> None: ...

    def give_number(self, number: str, card: CardId, kind: NumberKind) -> None:
        """The number finds this card from now on, as `kind`; it may have found another before."""
        ...

    def taken(self, number: str) -> bool:
        """True when a card or a plastic record has the number."""
        ...

    def next_sequence(self) -> int:
        """The next of the sequence that card numbers are made of; never the same twice."""
        ...


class Plastics(Protocol):
    """Records of old plastic cards."""

    def get(self, number: str) -> Plastic | None:
        """The record, locked until the work is over."""
        ...

    def of_phone(self, phone: Phone) -> Sequence[Plastic]:
        """Records that name this phone, the one with most points first."""
        ...

    def save(self, plastic: Plastic) -> None: ...

    def forget(self, customer: CustomerId) -> None:
        """Name, phone and birthday are gone from the records this customer's cards have restored."""
        ...


class SpokenCodes(Protocol):
    """Six digits that stand for a card for a few minutes, unique among the living."""

    def living(self, card: CardId, now: datetime) -> tuple[str, datetime] | None: ...

    def claim(self, code: str, card: CardId, now: datetime, until: datetime) -> bool:
        """False when a living code of another card, or a number of a card or plastic, has these digits."""
        ...

    def drop(self, card: CardId) -> None: ...


class Numbering(Protocol):
    """The house's secret for card numbers."""

    @property
    def number_key(self) -> bytes: ...


class CardWork(CustomerWork, StoresWork, Numbering, Protocol):
    """Work that reaches cards."""

    @property
    def cards(self) -> Cards: ...

    @property
    def plastics(self) -> Plastics: ...

    @property
    def spoken(self) -> SpokenCodes: ...
