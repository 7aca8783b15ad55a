"""What pages read about questionnaires."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of the list; `at` None: the house's own, which nobody published."""

    version: int
    at: datetime | None
    actor: str
    questions: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far people come: who began, and by question who answered it, who was asked it, who stopped after it.

    Asked is whoever began, meets the question's condition and has not told it in their profile. Whoever has answered
    every required question has stopped nowhere.
    """

    started: int
    answered: Mapping[str, int]
    asked: Mapping[str, int]
    stopped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Count:
    """So many people gave this answer; `value` is an option's key, a rating, a store, a city, empty: a text."""

    question: str
    value: str
    people: int
