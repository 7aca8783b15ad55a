"""What the verbs about people need from outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.customers.model import CodeUse, Consent, Customer, KnownAddress, Merge, OneTimeCode
from core.programme.ports import ProgrammeWork
from core.shared.values import Address, CustomerId, Language, Phone


class Customers(Protocol):
    """The people. Reading one for change locks it until the work is over (PostgreSQL: row lock, in id order)."""

    def get(self, customer: CustomerId) -> Customer | None: ...

    def by_phone(self, phone: Phone) -> Customer | None:
        """Whose phone this is, verified or claimed by a file; a merged customer's is the survivor's."""
        ...

    def add(self, customer: Customer) -> None: ...

    def save(self, customer: Customer) -> None: ...

    def seen(self, customers: Sequence[CustomerId]) -> Mapping[CustomerId, Customer]:
        """Those of these who are there, merged or not, by one look that locks nobody."""
        ...

    def lock(self, customers: Sequence[CustomerId]) -> None:
        """These customers change in this work only, locked in ascending id order."""
        ...


class Addresses(Protocol):
    """The addresses that have spoken to us."""

    def get(self, address: Address) -> KnownAddress | None: ...

    def of(self, customer: CustomerId) -> Sequence[KnownAddress]:
        """Every address of the customer, the most recently met last."""
        ...

    def add(self, known: KnownAddress) -> None: ...

    def save(self, known: KnownAddress) -> None: ...

    def erase(self, customer: CustomerId) -> Sequence[Address]:
        """All traces of these addresses are gone: events, replies, dialogs, memories; the answer lists them."""
        ...


class Consents(Protocol):
    """The append-only ledger of consents."""

    def add(self, consent: Consent) -> None: ...

    def of(self, customer: CustomerId) -> Sequence[Consent]: ...


class Codes(Protocol):
    """One-time codes that were sent."""

    def add(self, code: OneTimeCode) -> None: ...

    def save(self, code: OneTimeCode) -> None: ...

    def newest(self, use: CodeUse, subject: str) -> OneTimeCode | None: ...

    def last_sent(self, phone: Phone) -> datetime | None: ...

    def sent_to(self, phone: Phone, since: datetime) -> int: ...

    def sent_from(self, origin: str, since: datetime) -> int:
        """How many codes, decoys included, were asked for from this address."""
        ...

    def sent_in_all(self, since: datetime) -> int: ...


class Post(Protocol):
    """Messages that go to a phone itself."""

    def send_code(self, code: str, phone: Phone, digits: str, use: CodeUse, language: Language) -> None:
        """The digits are queued for the phone, once for this code id, in the transaction of this work."""
        ...


class Phones(Protocol):
    """Reading phones as people write them."""

    def read(self, text: str) -> Phone | None:
        """The phone in the text, by the programme's region; None when there is none."""
        ...

    def served(self, phone: Phone) -> bool:
        """True when we may send a code there: a mobile of the programme's region, no premium range."""
        ...


class Merges(Protocol):
    """Records of merges."""

    def add(self, merge: Merge) -> None: ...

    def get(self, merge: str) -> Merge | None: ...

    def close(self, merge: str, at: datetime) -> bool:
        """True when the merge was open and is undone now."""
        ...


class Suppressed(Protocol):
    """Keyed hashes of phones whose owners asked to be forgotten."""

    def add(self, phone: Phone, at: datetime) -> None: ...


class CustomerWork(ProgrammeWork, Protocol):
    """Work that reaches people."""

    @property
    def customers(self) -> Customers: ...

    @property
    def addresses(self) -> Addresses: ...

    @property
    def consents(self) -> Consents: ...

    @property
    def codes(self) -> Codes: ...

    @property
    def post(self) -> Post: ...

    @property
    def phones(self) -> Phones: ...

    @property
    def merges(self) -> Merges: ...

    @property
    def suppressed(self) -> Suppressed: ...
