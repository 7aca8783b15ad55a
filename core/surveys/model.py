"""A questionnaire as data: questions, the answers to choose from, the conditions on earlier answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.shared.values import Language

Wording = Mapping[Language, str]
"""What a marketer wrote, in every language."""
Canonical = Mapping[str, str]
"""Answers by question key, in the text form in which they are kept."""


class Kind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    CITY = "city"
    STORE = "store"
    EMAIL = "email"
    RATING = "rating"


CHOOSING = frozenset({Kind.CHOICE, Kind.CHOICES})
PROFILE = {"birthday": Kind.DATE, "sex": Kind.CHOICE, "city": Kind.CITY, "email": Kind.EMAIL}
"""Fields of a customer that a question can keep its answer in, and of which kind it must be then."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from; `key` is what is kept.

    `categories`: of goods, as the shop's own files call them, that whoever chooses it is interested in; without any the
    one that is called like the key.
    """

    key: str
    label: Wording
    categories: tuple[str, ...] = ()

    @property
    def interests(self) -> tuple[str, ...]:
        """Categories of goods that it stands for."""
        return self.categories or (self.key,)


@dataclass(frozen=True, slots=True)
class Condition:
    """The question is asked when the earlier one `question` was answered with one of `among`."""

    question: str
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Something a retailer wants to know. `name` is the question in a word or two, `title` as it is asked.

    `points` are whole and paid once; `keeps` names the customer's field that holds the answer too, empty: none.
    `least` and `most` bound a `number`.
    """

    key: str
    kind: Kind
    name: Wording
    title: Wording
    options: tuple[Option, ...] = ()
    optional: bool = False
    when: Condition | None = None
    points: int = 0
    keeps: str = ""
    least: int = 0
    most: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A version of what is asked, in order; version 0 is the house's own before anybody published one."""

    version: int = 0
    questions: tuple[Question, ...] = ()

    def question(self, key: str) -> Question | None:
        """The question with the key, None when this version has it no more."""
        return next((one for one in self.questions if one.key == key), None)

    @property
    def required(self) -> tuple[str, ...]:
        """Keys of the questions that cannot be passed over, in order."""
        return tuple(one.key for one in self.questions if not one.optional)

    def without(self, kind: Kind) -> "Questionnaire":
        """The questionnaire as it is where nobody could answer questions of this kind."""
        return replace(self, questions=tuple(one for one in self.questions if one.kind is not kind))


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is kept: what was said to a question of which kind, in which version, and when."""

    value: str
    kind: Kind
    version: int
    at: datetime
