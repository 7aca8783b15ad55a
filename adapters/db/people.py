"""Customers, addresses, codes, merges: rows and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from adapters.db.erasing import erase_absorbed, erase_addresses, erase_profiles, suppress
from adapters.db.outside import Outside
from adapters.db.prepared import Prepared
from adapters.db.sql import add, belongs, columns_of, flat, renew, to
from adapters.db.tables import addresses, codes, customers, merges
from adapters.db.types import among
from core.customers.model import CodeUse, Customer, KnownAddress, Merge, OneTimeCode, Purpose
from core.shared.values import Address, CustomerId, Language, Phone

_CUSTOMER = select(customers).where(customers.c.id == bindparam("p_id"))
_BY_PHONE = select(customers).where(customers.c.phone == bindparam("p_phone"))
_LOCK = select(customers.c.id).where(customers.c.id.in_(bindparam("p_ids", expanding=True))).order_by(customers.c.id)
# A person is saved whole, so one read and not locked could bring back what another work has just erased.
# FOR NO KEY UPDATE: rows that only refer to the customer may still be added meanwhile.
_LOCKED_CUSTOMER = Prepared(_CUSTOMER.with_for_update(key_share=True))
_LOCKED_BY_PHONE = Prepared(_BY_PHONE.with_for_update(key_share=True))
_LOCKED_ALL = _LOCK.with_for_update(key_share=True)
_SEEN_CUSTOMER, _SEEN_BY_PHONE = Prepared(_CUSTOMER), Prepared(_BY_PHONE)
_SEEN = Prepared({on: select(customers).where(named) for on, named in among(customers.c.id, "p_ids").items()})
_ADDRESS = Prepared(select(addresses).where(belongs(addresses)))
_ADDRESSES = Prepared(
    select(addresses)
    .where(addresses.c.customer == bindparam("p_customer"))
    .order_by(addresses.c.first_seen_at, addresses.c.channel, addresses.c.user_key)
)
_NEWEST_CODE = Prepared(
    select(codes)
    .where(codes.c.use == bindparam("p_use"), codes.c.subject == bindparam("p_subject"))
    .order_by(codes.c.sent_at.desc(), codes.c.id.desc())
    .limit(1)
)
_LAST_SENT = Prepared(
    select(codes.c.sent_at).where(codes.c.phone == bindparam("p_phone")).order_by(codes.c.sent_at.desc()).limit(1)
)
_SENT = select(func.count()).select_from(codes).where(codes.c.sent_at > bindparam("p_since"))
_SENT_TO = Prepared(_SENT.where(codes.c.phone == bindparam("p_phone")))
_SENT_FROM = Prepared(_SENT.where(codes.c.origin == bindparam("p_origin")))
_SENT_IN_ALL = Prepared(_SENT.where(codes.c.phone.is_not(None)))
_MERGE = Prepared(select(merges).where(merges.c.id == bindparam("p_id")))
_CLOSE = Prepared(update(merges).where(merges.c.id == bindparam("p_id"), merges.c.undone_at.is_(None)))


class CustomerRows:
    """Satisfies `core.customers.ports.Customers`."""

    def __init__(self, connection: Connection, *, locks: bool = True) -> None:
        self._connection = connection
        self._customer = _LOCKED_CUSTOMER if locks else _SEEN_CUSTOMER
        self._by_phone = _LOCKED_BY_PHONE if locks else _SEEN_BY_PHONE
        self._lock = _LOCKED_ALL if locks else _LOCK

    def get(self, customer: CustomerId) -> Customer | None:
        """The customer with the id, merged or not; on PostgreSQL the row is locked until the work is over."""
        row = self._customer.one(self._connection, {"p_id": customer})
        return None if row is None else customer_of_row(row)

    def by_phone(self, phone: Phone) -> Customer | None:
        """The living customer of the phone."""
        row = self._by_phone.one(self._connection, {"p_phone": phone.e164})
        while row is not None and row.merged_into is not None:
            row = self._customer.one(self._connection, {"p_id": row.merged_into})
        return None if row is None else customer_of_row(row)

    def add(self, customer: Customer) -> None:
        """The customer is stored; a phone that somebody else has by now raises IntegrityError and is tried again."""
        add(self._connection, customers, row_of_customer(customer))

    def save(self, customer: Customer) -> None:
        """The customer is as given."""
        renew(self._connection, customers, row_of_customer(customer))

    def seen(self, ids: Sequence[CustomerId]) -> Mapping[CustomerId, Customer]:
        """By one statement, however many."""
        return {row.id: customer_of_row(row) for row in _SEEN.all(self._connection, {"p_ids": list(ids)})}

    def lock(self, ids: Sequence[CustomerId]) -> None:
        """Row locks in ascending id order; on SQLite the writer is alone anyway."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(self._lock, {"p_ids": list(ids)}).all()


class AddressRows:
    """Satisfies `core.customers.ports.Addresses`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside
        self._read: dict[Address, KnownAddress | None] = {}
        """What this work has read: a turn of the talk asks three times, and only this room writes in between."""

    def get(self, address: Address) -> KnownAddress | None:
        """The address as known."""
        if address not in self._read:
            row = _ADDRESS.one(self._connection, to(address))
            self._read[address] = None if row is None else known_of_row(row)
        return self._read[address]

    def of(self, customer: CustomerId) -> Sequence[KnownAddress]:
        """All of the customer's, the newest last."""
        return [known_of_row(row) for row in _ADDRESSES.all(self._connection, {"p_customer": customer})]

    def add(self, known: KnownAddress) -> None:
        """The address is known from now on."""
        add(self._connection, addresses, _row_of_known(known))
        self._read[known.address] = known

    def save(self, known: KnownAddress) -> None:
        """The address is as given."""
        renew(self._connection, addresses, _row_of_known(known))
        self._read.pop(known.address, None)  # saved is not the same as there: an address that is gone stays gone

    def erase(self, customer: CustomerId) -> Sequence[Address]:
        """The addresses and all traces of them are gone, and so is whoever was merged into the customer."""
        found = [known.address for known in self.of(customer)]
        erase_absorbed(self._connection, customer, self._outside.clock(), self._outside.hashed)
        erase_addresses(self._connection, customer, found)
        self._read.clear()
        return found


class CodeRows:
    """Satisfies `core.customers.ports.Codes`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, code: OneTimeCode) -> None:
        """The code is remembered, as a digest."""
        add(self._connection, codes, _row_of_code(code))

    def save(self, code: OneTimeCode) -> None:
        """The code is as given."""
        renew(self._connection, codes, _row_of_code(code))

    def newest(self, use: CodeUse, subject: str) -> OneTimeCode | None:
        """The last one made for the subject."""
        row = _NEWEST_CODE.one(self._connection, {"p_use": use.value, "p_subject": subject})
        if row is None:
            return None
        phone = Phone(row.phone) if row.phone else None
        return OneTimeCode(
            row.id,
            CodeUse(row.use),
            row.subject,
            phone,
            row.origin,
            row.digest,
            row.sent_at,
            row.expires_at,
            row.tries_left,
            row.used,
        )

    def last_sent(self, phone: Phone) -> datetime | None:
        """When the phone was sent its last code."""
        found: datetime | None = _LAST_SENT.value(self._connection, {"p_phone": phone.e164})
        return found

    def sent_to(self, phone: Phone, since: datetime) -> int:
        """Codes sent to the phone."""
        return int(_SENT_TO.value(self._connection, {"p_phone": phone.e164, "p_since": since}))

    def sent_from(self, origin: str, since: datetime) -> int:
        """Codes, decoys included, that this origin asked for."""
        return int(_SENT_FROM.value(self._connection, {"p_origin": origin, "p_since": since}))

    def sent_in_all(self, since: datetime) -> int:
        """Codes really sent."""
        return int(_SENT_IN_ALL.value(self._connection, {"p_since": since}))


class MergeRows:
    """Satisfies `core.customers.ports.Merges`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, merge: Merge) -> None:
        """The merge is on record; the customer table has no row of the absorbed, whose purchases the next week's adds
        to the survivor's.
        """
        moved = [flat(address) for address in merge.addresses]
        add(self._connection, merges, {**flat(merge), "addresses": moved})
        erase_profiles(self._connection, [merge.absorbed])

    def get(self, merge: str) -> Merge | None:
        """The record."""
        row = _MERGE.one(self._connection, {"p_id": merge})
        if row is None:
            return None
        return Merge(
            row.id,
            CustomerId(row.survivor),
            CustomerId(row.absorbed),
            row.actor,
            row.at,
            tuple(Address(**given) for given in row.addresses),
            row.card,
            {Purpose(name): given for name, given in row.agreed_before.items()},
            row.undone_at,
        )

    def close(self, merge: str, at: datetime) -> bool:
        """Undone once: a second time is False."""
        return _CLOSE.run(self._connection, {"p_id": merge, "undone_at": at}) == 1


class SuppressedRows:
    """Satisfies `core.customers.ports.Suppressed`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def add(self, phone: Phone, at: datetime) -> None:
        """The keyed hash of the phone is on the list; what went to the phone itself is gone."""
        suppress(self._connection, phone, at, self._outside.hashed)


def customer_of_row(row: Row[Any]) -> Customer:
    """A row of `customers` as the core knows it."""
    return Customer(
        CustomerId(row.id),
        row.created_at,
        row.name,
        Phone(row.phone) if row.phone else None,
        row.phone_verified_at,
        Language(row.language),
        row.source,
        row.birthday,
        row.sex,
        row.city,
        row.email,
        row.last_seen_at,
        row.spend_lock,
        CustomerId(row.merged_into) if row.merged_into else None,
        row.forgotten_at,
    )


def row_of_customer(customer: Customer) -> dict[str, Any]:
    """A customer as a row."""
    return {**flat(customer), "phone": customer.phone.e164 if customer.phone else None}


def known_of_row(row: Row[Any]) -> KnownAddress:
    """A row of `addresses` as the core knows it."""
    return KnownAddress(
        Address(row.channel, row.bot, row.user_key),
        row.first_seen_at,
        Language(row.language),
        row.chosen_language,
        CustomerId(row.customer) if row.customer else None,
        row.profile_name,
        row.source,
        row.level,
        row.subscribed,
        row.subscribed_at,
    )


def _row_of_known(known: KnownAddress) -> dict[str, Any]:
    row = flat(known)
    return {**row, **columns_of(row.pop("address"))}


def _row_of_code(code: OneTimeCode) -> dict[str, Any]:
    return {**flat(code), "phone": code.phone.e164 if code.phone else None}
