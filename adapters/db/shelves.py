"""Imports: many rows at once, put or renewed by their key."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, select

from adapters.db.cardrows import row_of_plastic
from adapters.db.erasing import forgotten_among
from adapters.db.houserows import row_of_store
from adapters.db.outside import Outside
from adapters.db.sql import put
from adapters.db.tables import consents, customers, plastics, products, stores
from adapters.db.weektables import promo
from core.cards.model import Plastic
from core.customers.model import Purpose
from core.shared.values import Language, Phone
from core.stores.model import Product, Store

_BATCH = 400
"""Rows in one IN list: SQLite allows 32,766 parameters, older builds 999."""


class CustomerRow(Protocol):
    """A customer as a file knows them (`adapters.imports.ports.ImportedCustomer`)."""

    @property
    def phone(self) -> Phone: ...
    @property
    def name(self) -> str: ...
    @property
    def birthday(self) -> date | None: ...
    @property
    def sex(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def language(self) -> Language | None: ...
    @property
    def marketing(self) -> bool | None: ...
    @property
    def marketing_at(self) -> datetime | None: ...


class PromoRow(Protocol):
    """A promo item as a file has it (`adapters.imports.ports.ImportedPromo`)."""

    @property
    def week(self) -> str: ...
    @property
    def sku(self) -> str: ...
    @property
    def price_was(self) -> int: ...
    @property
    def price(self) -> int: ...
    @property
    def title_uk(self) -> str: ...
    @property
    def title_en(self) -> str: ...
    @property
    def limit(self) -> int | None: ...


class Shelves:
    """Satisfies `adapters.imports.ports.Shelves`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def put_stores(self, rows: Sequence[Store]) -> None:
        """Stores by id."""
        put(self._connection, stores, [row_of_store(row) for row in rows])

    def put_products(self, rows: Sequence[Product]) -> None:
        """Products by sku."""
        put(
            self._connection,
            products,
            [
                {
                    "sku": row.sku,
                    "name": row.name,
                    "category": row.category,
                    "brand": row.brand,
                    "price": row.price,
                    "no_points": row.no_points,
                    "image": row.image,
                }
                for row in rows
            ],
        )

    def put_promo(self, items: Sequence[tuple[PromoRow, Collection[str]]]) -> None:
        """Items by week and sku; what differs from what is there is its next version."""
        known: dict[tuple[str, str], Any] = {}
        for skus in _batches(sorted({item.sku for item, _ in items})):
            chosen = select(promo).where(promo.c.sku.in_(skus), promo.c.week.in_({item.week for item, _ in items}))
            known |= {(row.week, row.sku): dict(row._mapping) for row in self._connection.execute(chosen)}
        rows = []
        for item, places in items:
            told = {
                "week": item.week,
                "sku": item.sku,
                "price_was": item.price_was,
                "price": item.price,
                "title_uk": item.title_uk,
                "title_en": item.title_en,
                "stores": sorted(places),
                "per_customer": item.limit,
            }
            there = known.get((item.week, item.sku), {"version": 0})
            same = {**there, **told} == there
            rows.append({**told, "version": there["version"] + (not same)})
        put(self._connection, promo, rows)

    def goods(self, skus: Collection[str]) -> Set[str]:
        """By primary key."""
        found: set[str] = set()
        for some in _batches(sorted(skus)):
            found |= set(self._connection.execute(select(products.c.sku).where(products.c.sku.in_(some))).scalars())
        return found

    def places(self) -> Mapping[str, Set[str]]:
        """A store is a place of its own; a group is all of its stores."""
        found: dict[str, set[str]] = {}
        for row in self._connection.execute(select(stores.c.id, stores.c.store_group)):
            for name in filter(None, (row.id, row.store_group)):
                found.setdefault(name, set()).add(row.id)
        return found

    def put_plastics(self, rows: Sequence[Plastic]) -> None:
        """Records by number. A restored one keeps its card, its owner and its points: they are the card's now."""
        restored: set[str] = set()
        for numbers in _batches([row.number for row in rows]):
            chosen = select(plastics.c.number).where(plastics.c.number.in_(numbers), plastics.c.card.is_not(None))
            restored |= set(self._connection.execute(chosen).scalars())
        put(self._connection, plastics, [row_of_plastic(row) for row in rows if row.number not in restored])

    def forgotten(self, phones: Sequence[Phone]) -> Set[Phone]:
        """By their keyed hashes."""
        hashes = {self._outside.hashed(phone): phone for phone in phones}
        gone = forgotten_among(self._connection, hashes.keys())
        return {hashes[one] for one in gone} - self._proven([hashes[one] for one in gone])

    def _proven(self, phones: Sequence[Phone]) -> Set[Phone]:
        found: set[str] = set()
        for some in _batches([phone.e164 for phone in phones]):
            chosen = select(customers.c.phone).where(
                customers.c.phone.in_(some), customers.c.phone_verified_at.is_not(None)
            )
            found |= set(self._connection.execute(chosen).scalars())
        return {phone for phone in phones if phone.e164 in found}

    def put_customers(self, rows: Sequence[CustomerRow], now: datetime) -> None:
        """Customers by phone. What a person with a proven phone has said stays; a newer consent is a new line."""
        known: dict[str, Any] = {}
        for phones in _batches([row.phone.e164 for row in rows]):
            chosen = select(customers).where(customers.c.phone.in_(phones))
            known |= {row.phone: row for row in self._connection.execute(chosen)}
        fresh: list[dict[str, Any]] = []
        agreed: list[tuple[str, CustomerRow]] = []
        for row in rows:
            there = known.get(row.phone.e164)
            fresh.append(self._customer(row, there, now))
            agreed.append((fresh[-1]["id"], row))
        put(self._connection, customers, fresh)
        self._put_consents(agreed)

    def _customer(self, row: CustomerRow, there: Any, now: datetime) -> dict[str, Any]:
        proven = there is not None and there.phone_verified_at is not None
        base: dict[str, Any] = (
            dict(there._mapping)
            if there is not None
            else {
                "id": self._outside.new_id(),
                "created_at": now,
                "phone": row.phone.e164,
                "phone_verified_at": None,
                "name": "",
                "language": self._outside.programme.default_language.value,
                "source": "import",
                "birthday": None,
                "sex": "",
                "city": "",
                "email": "",
                "last_seen_at": None,
                "spend_lock": "",
                "merged_into": None,
                "forgotten_at": None,
            }
        )
        told = {
            "name": row.name,
            "birthday": row.birthday,
            "sex": row.sex,
            "city": row.city,
            "email": row.email,
            "language": row.language.value if row.language else None,
        }
        return base | {name: value for name, value in told.items() if value and not (proven and base[name])}

    def _put_consents(self, agreed: Sequence[tuple[str, CustomerRow]]) -> None:
        said = [(customer, row) for customer, row in agreed if row.marketing is not None and row.marketing_at]
        newest: dict[str, datetime] = {}
        for ids in _batches([customer for customer, _ in said]):
            chosen = select(consents.c.customer, consents.c.at).where(
                consents.c.customer.in_(ids), consents.c.purpose == Purpose.MARKETING.value
            )
            for customer, at in self._connection.execute(chosen.order_by(consents.c.at)):
                newest[customer] = at
        rules = self._outside.programme
        lines = [
            {
                "customer": customer,
                "purpose": Purpose.MARKETING.value,
                "given": row.marketing,
                "version": rules.marketing_version,
                "language": (row.language or rules.default_language).value,
                "channel": "import",
                "at": row.marketing_at,
            }
            for customer, row in said
            if row.marketing_at is not None and (customer not in newest or newest[customer] < row.marketing_at)
        ]
        if lines:
            self._connection.execute(consents.insert(), lines)


def _batches(values: Sequence[str]) -> Iterable[Sequence[str]]:
    for at in range(0, len(values), _BATCH):
        yield values[at : at + _BATCH]
