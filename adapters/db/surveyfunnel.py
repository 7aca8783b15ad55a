"""How far people come in the questionnaire, counted over everybody."""

from sqlalchemy import ColumnElement, Connection, and_, case, func, not_, select

from adapters.db.formersql import ANSWERED, SAID
from adapters.db.gatesql import Judge
from adapters.db.tables import customers
from core.surveys.model import Question, Questionnaire
from core.surveys.views import Funnel

_of = ANSWERED.c


def funnel_of(connection: Connection, questionnaire: Questionnaire) -> Funnel:
    """One pass for where people stopped, one for counts, one for each question that not everybody is asked."""
    keys = [one.key for one in questionnaire.questions]
    if not keys:
        return Funnel(0, {}, {}, {})
    judge, began = Judge(questionnaire, customers.c.id, SAID), select(_of.customer).where(_of.question.in_(keys))
    started = int(connection.execute(select(func.count()).select_from(began.distinct().subquery())).scalar_one())
    place = case({key: at for at, key in enumerate(keys)}, value=_of.question, else_=-1)
    done = select(customers.c.id).where(customers.c.id.in_(began), judge.complete(questionnaire.required))
    far = select(func.max(place).label("far")).where(_of.customer.not_in(done)).group_by(_of.customer).subquery()
    ends = connection.execute(select(far.c.far, func.count().label("many")).group_by(far.c.far))
    stopped = {keys[row.far]: int(row.many) for row in ends if row.far >= 0}
    rows = connection.execute(select(_of.question, func.count().label("many")).group_by(_of.question))
    answered = {row.question: int(row.many) for row in rows if row.question in keys}
    asked = {
        one.key: started
        if one.when is None and not one.keeps
        else _asked(connection, judge, one, customers.c.id.in_(began))
        for one in questionnaire.questions
    }
    return Funnel(started, answered, asked, stopped)


def _asked(connection: Connection, judge: Judge, question: Question, began: ColumnElement[bool]) -> int:
    """Of those who began: its condition is met, and their profile did not answer before it could be asked."""
    known: ColumnElement[bool] = and_(
        judge.in_profile(question), customers.c.id.not_in(select(_of.customer).where(_of.question == question.key))
    )
    chosen = select(func.count()).select_from(customers).where(began, judge.asked(question), not_(known))
    return int(connection.execute(chosen).scalar_one())
