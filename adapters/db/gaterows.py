"""The gate opened for everybody who passes it, a chunk of cards at a time: some statements, however many people."""

from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    String,
    Table,
    Text,
    exists,
    func,
    insert,
    literal,
    not_,
    select,
    update,
)
from sqlalchemy.schema import CreateTable

from adapters.db.gatesql import Judge
from adapters.db.sql import empty, insert_for, measure
from adapters.db.surveytables import answers, question_rewards
from adapters.db.tables import cards, customers, events
from core.cards.model import CardState
from core.shared.events import SpendingOpened
from core.surveys.actions import WELCOME
from core.surveys.model import Questionnaire
from core.surveys.ports import Opened
from core.surveys.progress import goal

_DESK = MetaData()
"""Tables that live as long as a connection: where one chunk is worked out."""
_people = Table(
    "gate_people",
    _DESK,
    Column("holder", String(36), primary_key=True),
    Column("member", String(36), primary_key=True),
    prefixes=["TEMPORARY"],
)
"""Who holds a card that waits, and everybody who was merged into them."""
_said = Table(
    "gate_answers",
    _DESK,
    Column("customer", String(36), primary_key=True),
    Column("question", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("value", Text, nullable=False),
    prefixes=["TEMPORARY"],
)
"""The answers that count for a holder: their own, else the newest of their other selves."""


class GateRows:
    """Satisfies `core.surveys.ports.Gate`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_some(
        self, questionnaire: Questionnaire, gate: tuple[str, ...], points: int, at: datetime, after: str, limit: int
    ) -> Opened:
        """Facts and rewards first, from the cards that still wait; then the cards move."""
        waiting = cards.c.state == CardState.ISSUED.value
        chunk = select(cards.c.id).where(waiting, cards.c.id > after).order_by(cards.c.id).limit(limit).subquery()
        last = self._connection.execute(select(func.max(chunk.c.id))).scalar()
        if last is None:
            return Opened(0, None)
        merged = exists().where(customers.c.id == cards.c.customer, customers.c.merged_into.is_not(None))
        waits = waiting & cards.c.id.between(after, last) & not_(merged)
        self._gather(waits)
        judge = Judge(questionnaire, cards.c.customer, _said)
        passing = waits & judge.passes(gate)
        made = func.json_build_object if self._connection.dialect.name == "postgresql" else func.json_object
        fact = literal(SpendingOpened.name), literal(at, events.c.at.type), cards.c.customer, made("card", cards.c.id)
        facts = insert(events).from_select(["name", "at", "customer", "data"], select(*fact).where(passing))
        self._connection.execute(facts)
        if points > 0:
            self._welcome(passing & judge.complete(goal(questionnaire, gate)), points, at)
        moved = update(cards).where(passing).values(state=CardState.ACTIVE.value)
        return Opened(self._connection.execute(moved).rowcount, last)

    def _gather(self, waits: ColumnElement[bool]) -> None:
        """The desk holds the people of these cards and what they have said."""
        run = self._connection.execute
        for table in (_people, _said):
            run(CreateTable(table, if_not_exists=True))
            empty(self._connection, table.name)
        family = (
            select(cards.c.customer.label("holder"), cards.c.customer.label("member"))
            .where(waits)
            .cte("family", recursive=True)
        )
        more = select(family.c.holder, customers.c.id).where(customers.c.merged_into == family.c.member)
        family = family.union(more)
        run(insert(_people).from_select(["holder", "member"], select(family.c.holder, family.c.member)))
        measure(self._connection, _people.name)
        newest = func.row_number().over(
            partition_by=(_people.c.holder, answers.c.question),
            order_by=(answers.c.customer != _people.c.holder, answers.c.at.desc()),
        )
        ranked = (
            select(_people.c.holder, answers.c.question, answers.c.kind, answers.c.value, newest.label("place"))
            .join(answers, answers.c.customer == _people.c.member)
            .subquery()
        )
        counts = select(ranked.c.holder, ranked.c.question, ranked.c.kind, ranked.c.value).where(ranked.c.place == 1)
        run(insert(_said).from_select(["customer", "question", "kind", "value"], counts))
        measure(self._connection, _said.name)

    def _welcome(self, due: ColumnElement[bool], points: int, at: datetime) -> None:
        """Holders are paid, but those who were before, as themselves or as somebody merged into them."""
        paid = exists().where(
            _people.c.holder == cards.c.customer,
            question_rewards.c.customer == _people.c.member,
            question_rewards.c.key == WELCOME,
        )
        line = cards.c.customer, literal(WELCOME), literal(points), literal(at, question_rewards.c.at.type)
        statement = insert_for(self._connection, question_rewards).from_select(
            ["customer", "key", "points", "at"], select(*line).distinct().where(due, not_(paid))
        )
        self._connection.execute(statement.on_conflict_do_nothing())
