"""Words by key: what is to be said, without a language. Texts live in `locales/`, never in Python."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from core.shared.refusals import Refusal

Value: TypeAlias = "str | int | date | Words | Lines | Money"
"""A datetime carries the zone in which it is told: `26 листопада, 14:05`; a date is told with its year."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of minor units in a currency (ISO 4217), told as the language writes it."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Words:
    """A message of the catalogue; `data` fills its `{names}`, and `n` chooses its plural form."""

    key: str
    data: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A text that is the same in every language: a person's name, a number, a street."""

    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Several texts, each on a line of its own."""

    of: tuple["Text", ...]


Text: TypeAlias = Words | Verbatim | Lines


def say(key: str, **data: Value) -> Words:
    """The message of this key with its data."""
    return Words(key, data)


def refused(refusal: Refusal) -> Words:
    """What is said when the core declines: the message `refusal.<code>` with the refusal's data."""
    return Words(f"refusal.{refusal.code}", dict(refusal.data))
