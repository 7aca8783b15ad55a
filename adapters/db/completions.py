"""Who has completed the questionnaire, kept so that nobody's answers are read to count them.

Judged anew is whoever's answers or profile changed, as triggers note it, and everybody when the questionnaire or the
gate does. Until then `complete` judges those by their answers: what it says is always of now.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from json import dumps
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
)

from adapters.db.formersql import LIVES, SAID, family_of, said_by
from adapters.db.gatesql import Judge
from adapters.db.judging import SAID_THERE, gather
from adapters.db.sql import insert_for
from adapters.db.surveytables import answers, questionnaire_changes, questionnaire_completions, questionnaire_judged
from adapters.db.tables import customers
from adapters.db.types import any_of
from core.surveys.data import questionnaire_data
from core.surveys.model import Questionnaire
from core.surveys.progress import goal

_JUDGE = 1
"""One more when the same answers are judged differently: then everybody is judged anew."""
_ONLY = 1
_MANY = 20
"""Times as many changes are forgotten in one work as people are judged."""
_person, _done, _changed, _judged = (
    one.c for one in (customers, questionnaire_completions, questionnaire_changes, questionnaire_judged)
)


def rule_of(questionnaire: Questionnaire, gate: Sequence[str]) -> str:
    """What the questionnaire and the gate ask for, as a name."""
    told = dumps([_JUDGE, questionnaire_data(questionnaire), *gate], sort_keys=True)
    return sha256(told.encode()).hexdigest()


def _and_now(some: Select[tuple[str]]) -> CTE:
    """`id`: these customers, and who they are now if they were merged."""
    found = some.cte("selves", recursive=True)
    return found.union(select(_person.merged_into).where(_person.id == found.c.id, _person.merged_into.is_not(None)))


_LATER = _and_now(select(_changed.customer.label("id")))
_CHANGED = select(_LATER.c.id)
_FAMILY = family_of(select(_LATER.c.id.label("holder")))
_SAID_SINCE = {
    "sqlite": said_by(_FAMILY).cte("said_since"),
    "postgresql": said_by(_FAMILY, answers.c.customer == any_of(select(_FAMILY.c.member))).cte("said_since"),
}


def complete(questionnaire: Questionnaire, gate: tuple[str, ...], dialect: str) -> ColumnElement[bool]:
    """True of a customer who has completed it: all who were judged by another rule are judged by their answers."""
    judged, changed = _everybody_judged(questionnaire, gate), _person.id.in_(_CHANGED)
    kept = or_(
        and_(_person.id.in_(select(_done.customer)), not_(changed)),
        and_(changed, _by_answers(questionnaire, gate, _SAID_SINCE[dialect])),
    )
    return or_(and_(judged, kept), and_(not_(judged), _by_answers(questionnaire, gate, SAID)))


def how_many(
    questionnaire: Questionnaire, gate: tuple[str, ...], dialect: str,
    living: Callable[[Select[Any]], ColumnElement[Any]],
) -> ColumnElement[Any]:  # fmt: skip
    """How many living people have; `living` counts ids that are of such."""
    kept = living(select(_done.customer).where(_done.customer.not_in(_CHANGED)))
    changed = _person.id.in_(_CHANGED) if dialect == "sqlite" else _person.id == any_of(_CHANGED)
    since, anew = (
        select(func.count()).select_from(customers).where(*LIVES, *which).scalar_subquery()
        for which in (
            (changed, _by_answers(questionnaire, gate, _SAID_SINCE[dialect])),
            (_by_answers(questionnaire, gate, SAID),),
        )
    )
    return case((_everybody_judged(questionnaire, gate), kept + since), else_=anew)


def _everybody_judged(questionnaire: Questionnaire, gate: tuple[str, ...]) -> ColumnElement[bool]:
    return exists().where(_judged.rule == rule_of(questionnaire, gate), _judged.after.is_(None))


def _by_answers(questionnaire: Questionnaire, gate: tuple[str, ...], said: FromClause) -> ColumnElement[bool]:
    return Judge(questionnaire, _person.id, said).complete(goal(questionnaire, gate))


class CompletionRows:
    """Satisfies `core.surveys.ports.Completions`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def judge_some(self, questionnaire: Questionnaire, gate: tuple[str, ...], limit: int) -> bool:
        """Everybody once by this rule, in the order of their ids; then those who changed."""
        run, rule = self._connection.execute, rule_of(questionnaire, gate)
        row = run(select(questionnaire_judged).with_for_update()).one_or_none()
        if row is not None and row.rule == rule and row.after is None:
            return self._judge_changed(questionnaire, gate, limit)
        after = row.after if row is not None and row.rule == rule else ""
        if not after and self._noted_no_more(_MANY * limit) == _MANY * limit:
            return self._go_on(rule, after)
        some = select(_person.id).where(_person.id > after).order_by(_person.id).limit(limit).subquery()
        many, last = run(select(func.count(), func.max(some.c.id))).one()
        if many:
            run(delete(questionnaire_completions).where(_done.customer > after, _done.customer <= last))
            self._judge(questionnaire, gate, and_(_person.id > after, _person.id <= last))
        return self._go_on(rule, last if many == limit else None)

    def _go_on(self, rule: str, after: str | None) -> bool:
        told = {"rule": rule, "after": after}
        line = insert_for(self._connection, questionnaire_judged).values(id=_ONLY, **told)
        self._connection.execute(line.on_conflict_do_update(index_elements=["id"], set_=told))
        return True

    def _noted_no_more(self, limit: int) -> int:
        """So many changes need no look of their own, since everybody is to be judged."""
        some = select(_changed.id).order_by(_changed.id).limit(limit).subquery()
        gone = delete(questionnaire_changes).where(_changed.id.in_(select(some.c.id)))
        return self._connection.execute(gone).rowcount

    def _judge_changed(self, questionnaire: Questionnaire, gate: tuple[str, ...], limit: int) -> bool:
        """Only lines that were seen go: what comes meanwhile may be of a change that was not."""
        run = self._connection.execute
        lines = list(run(select(_changed.id).order_by(_changed.id).limit(limit)).scalars())
        if not lines:
            return False
        seen = _changed.id.in_(lines)
        now = list(run(select(_and_now(select(_changed.customer.label("id")).where(seen)).c.id)).scalars())
        run(delete(questionnaire_completions).where(_done.customer.in_(now)))
        self._judge(questionnaire, gate, _person.id.in_(now))
        run(delete(questionnaire_changes).where(seen))
        return True

    def _judge(self, questionnaire: Questionnaire, gate: tuple[str, ...], which: ColumnElement[bool]) -> None:
        gather(self._connection, select(_person.id.label("holder")).where(which, *LIVES))
        found = select(_person.id).where(which, *LIVES, _by_answers(questionnaire, gate, SAID_THERE))
        self._connection.execute(insert(questionnaire_completions).from_select(["customer"], found))
