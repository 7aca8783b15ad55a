"""What the work gets from outside the database: the clock, chance, the rules, the words, the keys."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import uuid_utils

from bot.ports import Texts
from core.customers.ports import Phones
from core.programme.model import Programme
from core.shared.values import Phone
from core.surveys.model import Questionnaire

OUTBOX_LEASE_SECONDS = 45
"""Three times the longest send timeout: a shorter lease makes duplicates without any crash (reliability.md 0.6)."""


class SystemChance:
    """Randomness of the operating system; satisfies `core.shared.work.Chance`."""

    def digits(self, count: int) -> str:
        """`count` random decimal digits."""
        return f"{secrets.randbelow(10**count):0{count}d}"

    def token(self) -> str:
        """43 characters, 256 random bits."""
        return secrets.token_urlsafe(32)

    def secret(self) -> bytes:
        """32 random bytes."""
        return secrets.token_bytes(32)


def system_clock() -> datetime:
    """Now, UTC."""
    return datetime.now(UTC)


def new_uuid() -> str:
    """A UUIDv7."""
    return str(uuid_utils.uuid7())


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything a work needs beside its connection. `keep_sms`: texts of SMS stay readable (the demo's page)."""

    programme: Programme
    texts: Texts
    phones: Phones
    number_key: bytes
    hash_key: bytes
    public_url: str
    chance: SystemChance = field(default_factory=SystemChance)
    clock: Callable[[], datetime] = system_clock
    new_id: Callable[[], str] = new_uuid
    keep_sms: bool = False
    locks: bool = True
    """False for lanes that only look, and in the test that must then see money go wrong."""
    questionnaire: Questionnaire = field(default_factory=Questionnaire)
    """What is asked while nobody has published a questionnaire; without questions: nothing."""

    def hashed(self, phone: Phone) -> str:
        """The keyed hash under which a phone is remembered when the phone itself must not be."""
        return hmac.digest(self.hash_key, phone.e164.encode(), hashlib.sha256).hex()

    def lot(self, salt: str, owner: str) -> int:
        """64 bits that the salt and the owner alone decide, and that nobody without the key can tell."""
        return int.from_bytes(hmac.digest(self.hash_key, f"lot|{salt}|{owner}".encode(), hashlib.sha256)[:8])
