"""One item of work: one instant, one savepoint, one source of chance. Every verb takes it first.

Rooms above widen it with the stores of their concept (`CustomerWork`, `CardWork`): the type says how deep it reaches.
"""

from datetime import datetime
from typing import Protocol

from core.shared.events import Event


class Chance(Protocol):
    """Randomness from outside, good enough for secrets."""

    def digits(self, count: int) -> str:
        """`count` random decimal digits, leading zeros included."""
        ...

    def token(self) -> str:
        """A URL-safe text of at least 128 random bits, letters, digits, `-` and `_` only."""
        ...

    def secret(self) -> bytes:
        """32 random bytes."""
        ...


class Tries(Protocol):
    """Counted attempts at something that must not be guessed; subjects are ids or keyed hashes, never a phone."""

    def note(self, kind: str, subject: str, item: str, at: datetime) -> None:
        """One attempt at `item` by `subject`."""
        ...

    def distinct(self, kind: str, subject: str, since: datetime) -> int:
        """How many different items the subject has tried since then."""
        ...

    def includes(self, kind: str, subject: str, item: str, since: datetime) -> bool:
        """True when the subject has tried this very item since then."""
        ...

    def clear(self, kind: str, subject: str) -> None: ...


class Work(Protocol):
    """What any verb may use."""

    @property
    def now(self) -> datetime:
        """The instant of this item of work, UTC, the same for all it does."""
        ...

    @property
    def chance(self) -> Chance: ...

    @property
    def tries(self) -> Tries: ...

    def new_id(self) -> str:
        """A fresh UUIDv7 in its text form: unique, and in the order of making."""
        ...

    def record(self, event: Event) -> None:
        """Remember a fact in the transaction of this work."""
        ...
