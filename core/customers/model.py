"""Customers, the addresses they write from, and their consents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core.shared.calendar import add_months
from core.shared.values import Address, CustomerId, Language, Phone

NO_YEAR = 1904
"""The year of a birthday whose year nobody told: a leap year in which nobody alive was born."""


def birthday_text(birthday: date) -> str:
    """`1985-12-31`, or `--12-31` when only day and month are known (as vCard writes it)."""
    return birthday.isoformat() if birthday.year != NO_YEAR else f"--{birthday:%m-%d}"


def birthday_from(text: str) -> date:
    """The birthday in such a text. Raises ValueError when there is none."""
    return date.fromisoformat(f"{NO_YEAR}{text[1:]}" if text.startswith("--") else text)


@dataclass(frozen=True, slots=True)
class Customer:
    """A person. `phone` is theirs only when `phone_verified_at` is set; else a retailer's file claims it.

    `spend_lock` names why spending waits although the card would allow it (`recycled-phone`); empty: it does not.
    """

    id: CustomerId
    created_at: datetime
    name: str = ""
    phone: Phone | None = None
    phone_verified_at: datetime | None = None
    language: Language = Language.UK
    source: str | None = None
    birthday: date | None = None
    sex: str = ""
    city: str = ""
    email: str = ""
    last_seen_at: datetime | None = None
    spend_lock: str = ""
    merged_into: CustomerId | None = None
    forgotten_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """An address that has spoken to us. `customer` is who stands behind it, once a phone proved that.

    `chosen_language` says whether the person chose the language or the platform hinted at it.
    `level` is the channel's own measure of what the person's devices can show (Viber API level).
    """

    address: Address
    first_seen_at: datetime
    language: Language
    chosen_language: bool = False
    customer: CustomerId | None = None
    profile_name: str = ""
    source: str | None = None
    level: int | None = None
    subscribed: bool = True
    subscribed_at: datetime | None = None
    """The instant of the newest word about `subscribed`; an older one changes nothing (channels 1.5)."""


class Purpose(StrEnum):
    """What a person can agree to."""

    TERMS = "terms"
    MARKETING = "marketing"
    PROFILING = "profiling"

    @property
    def unless_withdrawn(self) -> bool:
        """True for what the card's terms say and a person can object to: it holds until they do.

        Choosing offers by own purchases is what the card is for; marketing is only ever asked for.
        """
        return self is Purpose.PROFILING


@dataclass(frozen=True, slots=True)
class Consent:
    """One line of the append-only consent ledger: given or withdrawn, to which text, where and when."""

    customer: CustomerId
    purpose: Purpose
    given: bool
    version: str
    language: Language
    channel: str
    at: datetime


def agreed(consents: Iterable[Consent]) -> dict[Purpose, bool]:
    """What holds now: the newest line of each purpose; one without a line was never agreed to, or never objected to."""
    newest: dict[Purpose, Consent] = {}
    for consent in sorted(consents, key=lambda one: one.at):
        newest[consent.purpose] = consent
    return {purpose: newest[purpose].given if purpose in newest else purpose.unless_withdrawn for purpose in Purpose}


def stricter(one: Mapping[Purpose, bool], other: Mapping[Purpose, bool]) -> dict[Purpose, bool]:
    """What a merged person agrees to: only what both agreed to (domain section 2)."""
    return {purpose: one[purpose] and other[purpose] for purpose in Purpose}


def long_silent(customer: Customer, now: datetime, months: int) -> bool:
    """True when the phone's owner was last heard of so long ago that the number may have a new owner."""
    seen = customer.last_seen_at
    return bool(months) and seen is not None and add_months(seen, months) < now


@dataclass(frozen=True, slots=True)
class Merge:
    """The record of two customers made one, with all that an un-merge needs."""

    id: str
    survivor: CustomerId
    absorbed: CustomerId
    actor: str
    at: datetime
    addresses: tuple[Address, ...] = ()
    card: str = ""
    """The absorbed customer's card id, empty when there was none; the survivor's own when it moved whole."""
    agreed_before: Mapping[Purpose, bool] = field(default_factory=dict)
    undone_at: datetime | None = None


class CodeUse(StrEnum):
    """What a one-time code is for; a code of one use is worth nothing for another."""

    PHONE = "phone"
    PLASTIC = "plastic"


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A code that was sent. `subject` binds it: the claimed phone, or the plastic number and who asked.

    `phone` is None for a decoy: nothing was sent, no code opens it, and nobody outside can tell (domain section 3).
    """

    id: str
    use: CodeUse
    subject: str
    phone: Phone | None
    origin: str
    digest: str
    sent_at: datetime
    expires_at: datetime
    tries_left: int
    used: bool = False
