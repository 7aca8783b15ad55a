"""What the verbs about questionnaires need from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.ledger.ports import LedgerWork
from core.shared.values import CustomerId
from core.surveys.model import Given, Questionnaire


class Questionnaires(Protocol):
    """The versions of the questionnaire; one that was published never changes."""

    def newest(self) -> Questionnaire:
        """The version that is asked now; the house's own (version 0) while nobody has published one."""
        ...

    def add(self, questionnaire: Questionnaire, actor: str, at: datetime) -> None:
        """One more version; somebody else's of the same number raises IntegrityError and is tried again."""
        ...


class GivenAnswers(Protocol):
    """The newest answer of each person to each question."""

    def of(self, customer: CustomerId) -> Mapping[str, Given]:
        """By question key; what was said by somebody merged into the customer counts where they said nothing."""
        ...

    def put(self, customer: CustomerId, key: str, given: Given) -> None:
        """The answer is kept; an earlier one to the same question is no more."""
        ...


class Rewards(Protocol):
    """Which points for answering a person has had: each once, whoever was merged into them meanwhile."""

    def pay(self, customer: CustomerId, points: int, source: str, key: str) -> bool:
        """They are due and written down; False when there are none, or they were paid under source and key before."""
        ...

    def unbooked(self, limit: int) -> Sequence[tuple[CustomerId, str, int]]:
        """Rewards written down for many at once that the ledger has not booked yet: customer, key, points."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """Cards that are `active` now, and the card after which the next chunk begins; None: there is none."""

    cards: int
    after: str | None


class Gate(Protocol):
    """Cards that wait behind the questionnaire, many at once."""

    def open_some(
        self, questionnaire: Questionnaire, gate: tuple[str, ...], points: int, at: datetime, after: str, limit: int
    ) -> Opened:
        """Of the next `limit` `issued` cards by id, those whose holders pass the gate are `active`.

        Answers of whoever was merged into a holder count as `GivenAnswers.of` says. The holders who have completed
        the questionnaire are paid `points` as a welcome, once.
        """
        ...


class Completions(Protocol):
    """Who has completed the questionnaire, kept for whoever counts them."""

    def judge_some(self, questionnaire: Questionnaire, gate: tuple[str, ...], limit: int) -> bool:
        """At most `limit` people, or changes of people, more are judged by what is asked now; whether there were any.

        After another questionnaire or gate everybody is judged anew.
        """
        ...


class SurveyWork(LedgerWork, Protocol):
    """Work that reaches questionnaires."""

    @property
    def questionnaires(self) -> Questionnaires: ...

    @property
    def answers(self) -> GivenAnswers: ...

    @property
    def rewards(self) -> Rewards: ...

    @property
    def gate(self) -> Gate: ...

    @property
    def completions(self) -> Completions: ...
