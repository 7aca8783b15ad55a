"""The spend gate as SQL: what `core.surveys.progress` says of one person, said of everybody in one condition."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    and_,
    case,
    cast,
    exists,
    false,
    literal,
    not_,
    or_,
    select,
    true,
)

from adapters.db.surveytables import answers
from adapters.db.tables import customers
from core.surveys.model import Condition, Kind, Question, Questionnaire
from core.surveys.reading import HIGHEST_RATING

_HOLDER = customers.alias("holder").c


@dataclass(frozen=True, slots=True)
class Judge:
    """Conditions about one `customer` column. `said` has the answers that count, one for each person and question."""

    questionnaire: Questionnaire
    customer: ColumnElement[str]
    said: FromClause = answers

    def passes(self, wanted: tuple[str, ...]) -> ColumnElement[bool]:
        """True of a customer who has answered every wanted question that is asked of them."""
        return and_(true(), *(or_(not_(self.asked(one)), self._answered(one)) for one in self._named(wanted)))

    def complete(self, goal: tuple[str, ...]) -> ColumnElement[bool]:
        """True of a customer for whom nothing of the goal is missing, and something of it is answered."""
        named = self._named(goal)
        if any(one.when is None for one in named):
            return self.passes(goal)  # which says that it is answered
        return and_(self.passes(goal), or_(false(), *(self._answered(one) for one in named)))

    def _named(self, keys: tuple[str, ...]) -> list[Question]:
        return [one for one in self.questionnaire.questions if one.key in keys]

    def asked(self, question: Question) -> ColumnElement[bool]:
        """Its condition, and those of the questions that the condition stands on."""
        if question.when is None:
            return true()
        earlier = self.questionnaire.question(question.when.question)
        if earlier is None:
            return false()
        return and_(self.asked(earlier), self._meets(earlier, question.when))

    def _meets(self, question: Question, condition: Condition) -> ColumnElement[bool]:
        """The earlier choice fell on one of the condition's options; the profile's word stands before the answer."""
        said = self._kept(question, self._chose(condition.among))
        if question.keeps != "sex":
            return said
        known = [one.key for one in question.options]
        told = self._profile(lambda of: of.sex.in_(condition.among))
        return or_(told, and_(not_(self._profile(lambda of: of.sex.in_(known))), said))

    def _answered(self, question: Question) -> ColumnElement[bool]:
        """There is an answer that still parses, here or in the profile."""
        return or_(self._kept(question, self._fits(question)), self.in_profile(question))

    def _kept(self, question: Question, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """A set made once: looked up for each customer, answers of several selves would be scanned each time."""
        said = self.said.c
        return self.customer.in_(
            select(said.customer).where(said.question == question.key, said.kind == question.kind.value, condition)
        )

    def _fits(self, question: Question) -> ColumnElement[bool]:
        """The kinds whose answers a newer version can rule out; a text stays a text."""
        match question.kind:
            case Kind.CHOICE:
                return self.said.c.value.in_([one.key for one in question.options])
            case Kind.CHOICES:
                return self._chose(tuple(one.key for one in question.options))
            case Kind.NUMBER:
                return self._between(question.least, question.most)
            case Kind.RATING:
                return self._between(0, HIGHEST_RATING)
            case Kind.DATE if question.keeps != "birthday":
                return not_(self.said.c.value.startswith("--"))
            case _:
                return true()

    def _between(self, least: int, most: int) -> ColumnElement[bool]:
        """PostgreSQL may look at the value before the kind, so only a number is read as one."""
        said = self.said.c
        whole = case((said.kind.in_([Kind.NUMBER.value, Kind.RATING.value]), said.value), else_="0")
        return cast(whole, Integer).between(least, most)

    def _chose(self, options: tuple[str, ...]) -> ColumnElement[bool]:
        chosen = literal(",") + self.said.c.value + literal(",")
        return or_(false(), *(chosen.contains(f",{key},", autoescape=True) for key in options))

    def in_profile(self, question: Question) -> ColumnElement[bool]:
        """True of a customer whose profile answers it, as far as it says anything there."""
        known: dict[str, Callable[[Any], ColumnElement[bool]]] = {
            "birthday": lambda of: of.birthday.is_not(None),
            "sex": lambda of: of.sex.in_([one.key for one in question.options]),
            "city": lambda of: of.city != "",
            "email": lambda of: of.email.contains("@"),
        }
        return self._profile(known[question.keeps]) if question.keeps else false()

    def _profile(self, told: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
        """Looked up only where the customer's own row is not at hand."""
        if self.customer is customers.c.id:
            return told(customers.c)
        return exists().where(_HOLDER.id == self.customer, told(_HOLDER))
