"""Questionnaires as the console tells them: what another version changes, how far people come, who answered what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from adapters.console.door import Door
from adapters.console.lists import Column, Filter, Listing
from bot.words import Value, say
from core.shared.fives import told
from core.shared.listing import Asked, Slice, slice_of_rows
from core.stores.model import Store
from core.surveys.changes import Change, What
from core.surveys.model import Kind, Question, Questionnaire
from core.surveys.views import Count, Funnel

PATH = "/console/questionnaires"
KINDS = {
    Kind.TEXT: "surveys.kind-text", Kind.DATE: "surveys.kind-date", Kind.CHOICE: "surveys.kind-choice",
    Kind.CHOICES: "surveys.kind-choices", Kind.NUMBER: "surveys.kind-number", Kind.CITY: "surveys.kind-city",
    Kind.STORE: "surveys.kind-store", Kind.EMAIL: "surveys.kind-email", Kind.RATING: "surveys.kind-rating",
}  # fmt: skip
_CHANGES = {
    What.ADDED: "surveys.change-added", What.REQUIRED: "surveys.change-required",
    What.REMOVED: "surveys.change-removed", What.KIND: "surveys.change-kind", What.OPTIONS: "surveys.change-options",
    What.CONDITION: "surveys.change-condition", What.POINTS: "surveys.change-points",
}  # fmt: skip
_WRONG = {
    "key": "surveys.bad-key", "kind": "surveys.bad-kind", "points": "surveys.bad-points", "keeps": "surveys.bad-keeps",
    "least": "surveys.bad-bounds", "most": "surveys.bad-bounds", "options": "surveys.bad-options",
    "categories": "surveys.bad-categories",
    "question": "surveys.bad-when", "in": "surveys.bad-when", "questions": "surveys.bad-gate",
}  # fmt: skip
_LONGEST = {"name": "surveys.bad-name", "title": "surveys.bad-title", "label": "surveys.bad-label"}


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer of the list of counts; `people` None: too few to be told."""

    question: str
    answer: str
    people: int | None


_ORDERS: Mapping[str, Callable[[AnswerRow], Any]] = {
    "question": lambda row: row.question.casefold(),
    "answer": lambda row: row.answer.casefold(),
    "people": lambda row: row.people or 0,
}


@dataclass(frozen=True, slots=True)
class Step:
    """A question of the funnel; a number is None where it is too small to be told."""

    name: str
    asked: int | None
    answered: int | None
    percent: int | None
    stopped: int | None


class Shown:
    """Tells questionnaires in the language of one page; `exact` False: no number under five."""

    def __init__(self, door: Door, request: web.Request, *, exact: bool = True) -> None:
        self._door, self._request, self._exact = door, request, exact
        self.language = door.language(request)

    def t(self, key: str, **data: Value) -> str:
        """A message of the page's language."""
        return self._door.told(self._request, say(key, **data))

    def why(self, place: str) -> str:
        """What is wrong with the field at the place of the form."""
        parts = place.split(".")
        longest = next((_LONGEST[part] for part in reversed(parts) if part in _LONGEST), "surveys.wrong")
        return self.t(_WRONG.get(parts[-1], longest))

    def name(self, question: Question) -> str:
        """The question in a word or two."""
        return question.name[self.language]

    def changes(
        self, found: Sequence[Change], before: Questionnaire, after: Questionnaire, counts: Sequence[Count],
        funnel: Funnel,
    ) -> list[str]:  # fmt: skip
        """Each change with how many people it touches."""
        told = []
        for one in found:
            question = after.question(one.question) or before.question(one.question)
            assert question is not None, "a change is of a question of one of them"
            people = funnel.answered.get(one.question, 0)
            if one.what is What.OPTIONS:
                people = sum(each.people for each in counts if (each.question, each.value in one.options) ==
                             (one.question, True))  # fmt: skip
            elif one.what in (What.ADDED, What.CONDITION, What.POINTS):
                people = funnel.started
            elif one.what is What.REQUIRED:
                people = funnel.asked.get(one.question, 0) - people
            told.append(self.t(_CHANGES[one.what], name=self.name(question), people=self.count(people)))
        return told

    def count(self, people: int) -> str:
        """So many, or too few to be told."""
        seen = self._told(people)
        return self.t("surveys.few") if seen is None else str(seen)

    def steps(self, questionnaire: Questionnaire, funnel: Funnel) -> list[Step]:
        """How far people come, question by question; nobody stops at the last one."""
        found = []
        for at, one in enumerate(questionnaire.questions):
            asked, answered = funnel.asked.get(one.key, 0), funnel.answered.get(one.key, 0)
            end = at == len(questionnaire.questions) - 1
            stopped = 0 if end else funnel.stopped.get(one.key, 0)
            some, of = self._told(answered), self._told(asked)
            percent = round(100 * some / of) if of and some is not None else None
            found.append(Step(self.name(one), of, some, percent, self._told(stopped)))
        return found

    def answers(
        self, questionnaire: Questionnaire, counts: Sequence[Count], stores: Sequence[Store]
    ) -> list[AnswerRow]:
        """Every answer with how many gave it, in the order of questions, the most frequent first."""
        places = {str(one.id): one.name for one in stores}
        found = []
        for one in questionnaire.questions:
            mine = [count for count in counts if count.question == one.key]
            for count in sorted(mine, key=lambda count: (-count.people, count.value)):
                found.append(
                    AnswerRow(self.name(one), self._answer(one, count.value, places), self._told(count.people))
                )
        return found

    def listing(self, questionnaire: Questionnaire) -> Listing[AnswerRow]:
        """The list of counts as it is declared."""
        columns: tuple[Column[AnswerRow], ...] = (
            Column("question", "surveys.question", lambda row: row.question),
            Column("answer", "surveys.answer", lambda row: row.answer),
            Column("people", "surveys.people", lambda row: self.t("surveys.few") if row.people is None else row.people,
                   number=True),
        )  # fmt: skip
        names = [(self.name(one), self.name(one)) for one in questionnaire.questions]
        return Listing(f"{PATH}/draft/answers", "answers", columns, (Filter("question", "surveys.question", names),),
                       "surveys.no-answers")  # fmt: skip

    def counted(self, rows: Sequence[AnswerRow], asked: Asked) -> Slice[AnswerRow]:
        """Those of a question, in the order of questions or as somebody sorts them."""
        wanted = asked.filters.get("question", "")
        return slice_of_rows([row for row in rows if wanted in ("", row.question)], asked, _ORDERS)

    def _told(self, people: int) -> int | None:
        return people if self._exact else told(people)

    def _answer(self, question: Question, value: str, places: Mapping[str, str]) -> str:
        if not value:
            return self.t("surveys.own-words")
        option = next((one for one in question.options if one.key == value), None)
        if option is not None:
            return option.label[self.language]
        if question.kind is Kind.STORE:
            return places.get(value, value)
        return self.t("surveys.option-gone", option=value) if question.options else value
