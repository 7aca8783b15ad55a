"""The gate opened for everybody who passes it, a chunk of cards at a time: some statements, however many people."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, insert, literal, not_, select, update

from adapters.db.gatesql import Judge
from adapters.db.judging import PEOPLE, SAID_THERE, gather
from adapters.db.sql import insert_for
from adapters.db.surveytables import question_rewards
from adapters.db.tables import cards, customers, events
from core.cards.model import CardState
from core.shared.events import SpendingOpened
from core.surveys.actions import WELCOME
from core.surveys.model import Questionnaire
from core.surveys.ports import Opened
from core.surveys.progress import goal


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
        gather(self._connection, select(cards.c.customer.label("holder")).where(waits))
        judge = Judge(questionnaire, cards.c.customer, SAID_THERE)
        passing = waits & judge.passes(gate)
        made = func.json_build_object if self._connection.dialect.name == "postgresql" else func.json_object
        fact = literal(SpendingOpened.name), literal(at, events.c.at.type), cards.c.customer, made("card", cards.c.id)
        facts = insert(events).from_select(["name", "at", "customer", "data"], select(*fact).where(passing))
        self._connection.execute(facts)
        if points > 0:
            self._welcome(passing & judge.complete(goal(questionnaire, gate)), points, at)
        moved = update(cards).where(passing).values(state=CardState.ACTIVE.value)
        return Opened(self._connection.execute(moved).rowcount, last)

    def _welcome(self, due: ColumnElement[bool], points: int, at: datetime) -> None:
        """Holders are paid, but those who were before, as themselves or as somebody merged into them."""
        paid = exists().where(
            PEOPLE.c.holder == cards.c.customer,
            question_rewards.c.customer == PEOPLE.c.member,
            question_rewards.c.key == WELCOME,
        )
        line = cards.c.customer, literal(WELCOME), literal(points), literal(at, question_rewards.c.at.type)
        statement = insert_for(self._connection, question_rewards).from_select(
            ["customer", "key", "points", "at"], select(*line).distinct().where(due, not_(paid))
        )
        self._connection.execute(statement.on_conflict_do_nothing())
