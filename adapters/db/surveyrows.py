"""Questionnaires, answers and rewards: rows and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, not_, select

from adapters.db.ledgertables import operations
from adapters.db.outside import Outside
from adapters.db.prepared import Prepared
from adapters.db.sql import insert_for, put
from adapters.db.surveytables import answers, question_rewards, questionnaires
from adapters.db.tables import customers
from core.shared.values import CustomerId
from core.surveys.actions import REWARD
from core.surveys.data import questionnaire_data, questionnaire_from
from core.surveys.model import Given, Kind, Questionnaire

_selves = select(customers.c.id).where(customers.c.id == bindparam("p_customer")).cte("family", recursive=True)
_selves = _selves.union_all(select(customers.c.id).where(customers.c.merged_into == _selves.c.id))
_FAMILY = select(_selves.c.id)
"""The customer and everybody merged into them, however often; an un-merge gives each their own again."""
_LAST = select(questionnaires).order_by(questionnaires.c.version.desc()).limit(1)
_NEWEST = Prepared(_LAST)
_OF = Prepared(
    select(answers)
    .where(answers.c.customer.in_(_FAMILY))
    .order_by(answers.c.customer != bindparam("p_customer"), answers.c.at.desc())
)
_PAID = Prepared(
    select(question_rewards.c.points)
    .where(question_rewards.c.customer.in_(_FAMILY), question_rewards.c.key == bindparam("p_name"))
    .limit(1)
)


def newest(connection: Connection, own: Questionnaire) -> Questionnaire:
    """The last one published, else the house's `own`; for reads, whose connection may be another driver's."""
    return _read(connection.execute(_LAST).one_or_none(), own)


class QuestionnaireRows:
    """Satisfies `core.surveys.ports.Questionnaires`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def newest(self) -> Questionnaire:
        """The last one published, else the house's own."""
        return _read(_NEWEST.one(self._connection, {}), self._outside.questionnaire)

    def add(self, questionnaire: Questionnaire, actor: str, at: datetime) -> None:
        """One more version."""
        row = {"version": questionnaire.version, "data": questionnaire_data(questionnaire), "actor": actor, "at": at}
        self._connection.execute(questionnaires.insert(), row)


class AnswerRows:
    """Satisfies `core.surveys.ports.GivenAnswers`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, customer: CustomerId) -> Mapping[str, Given]:
        """The customer's own, and between them those of whoever was merged into the customer, the newest first."""
        found: dict[str, Given] = {}
        for row in _OF.all(self._connection, {"p_customer": customer}):
            found.setdefault(row.question, Given(row.value, Kind(row.kind), row.version, row.at))
        return found

    def put(self, customer: CustomerId, key: str, given: Given) -> None:
        """The newest answer stands."""
        row = {"customer": customer, "question": key, "kind": given.kind.value, "value": given.value}
        put(self._connection, answers, [{**row, "version": given.version, "at": given.at}])


class RewardRows:
    """Satisfies `core.surveys.ports.Rewards`: rows that the ledger reads, each booked once."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def pay(self, customer: CustomerId, points: int, source: str, key: str) -> bool:
        """A row under `<source>` or `<source>:<key>`; none where it, or one of a merged self, is there already."""
        name = key if source == key else f"{source}:{key}"
        if points <= 0 or _PAID.one(self._connection, {"p_customer": customer, "p_name": name}) is not None:
            return False
        row = {"customer": customer, "key": name, "points": points, "at": self._outside.clock()}
        statement = insert_for(self._connection, question_rewards).on_conflict_do_nothing()
        return self._connection.execute(statement.returning(question_rewards.c.key), row).first() is not None

    def unbooked(self, limit: int) -> Sequence[tuple[CustomerId, str, int]]:
        """Those without their operation."""
        booked = exists().where(
            operations.c.source == REWARD,
            operations.c.key == question_rewards.c.customer + ":" + question_rewards.c.key,
        )
        chosen = select(question_rewards).where(not_(booked)).order_by(question_rewards.c.customer).limit(limit)
        return [(CustomerId(row.customer), row.key, row.points) for row in self._connection.execute(chosen)]


def _read(row: Any, own: Questionnaire) -> Questionnaire:
    return own if row is None else questionnaire_from(row.data, version=row.version)
