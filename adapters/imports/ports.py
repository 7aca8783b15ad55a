"""What an import needs from the database: shelves that take many rows at once, each row put or renewed."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from core.cards.model import Plastic
from core.shared.values import Language, Phone
from core.stores.model import Product, Store


@dataclass(frozen=True, slots=True)
class ImportedCustomer:
    """A customer as a file knows them. The phone is claimed by the file, not proven; empty texts say nothing."""

    phone: Phone
    name: str
    birthday: date | None
    sex: str
    city: str
    email: str
    language: Language | None
    marketing: bool | None
    marketing_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportedPromo:
    """A promo item as a file has it, minor units; `places` are ids of stores, or groups of them. No titles: empty."""

    week: str
    sku: str
    price_was: int
    price: int
    title_uk: str
    title_en: str
    places: tuple[str, ...]
    limit: int | None


class Shelves(Protocol):
    """Set-based writes. Each call renews what is there by its key and adds the rest; running twice changes nothing."""

    def put_stores(self, stores: Sequence[Store]) -> None: ...

    def put_products(self, products: Sequence[Product]) -> None: ...

    def put_customers(self, customers: Sequence[ImportedCustomer], now: datetime) -> None:
        """A field that a proven customer has filled is theirs and stays; a newer consent in the file is a new line."""
        ...

    def put_plastics(self, plastics: Sequence[Plastic]) -> None:
        """A record that a card has restored keeps its card and its points."""
        ...

    def put_promo(self, items: Sequence[tuple[ImportedPromo, Collection[str]]]) -> None:
        """Items with the ids of their stores; one that changed is the next version."""
        ...

    def goods(self, skus: Collection[str]) -> Set[str]:
        """Those that are products."""
        ...

    def places(self) -> Mapping[str, Set[str]]:
        """The ids of stores by id, and by the name of their group."""
        ...

    def forgotten(self, phones: Sequence[Phone]) -> Set[Phone]:
        """Those whose owner was forgotten and that nobody has proven since."""
        ...
