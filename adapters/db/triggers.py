"""To whom something happened: the condition that a campaign on an event adds to its segment.

Each is about one day of the programme's, so that a run a day meets everybody once; what has no day of its own (a
silence begins when nobody looks) is met for a week and remembered by the campaign's own earlier rows.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, case, cast, exists, func, literal, not_, or_, select

from adapters.db.campaigntables import campaign_people, campaign_runs
from adapters.db.historytables import purchases
from adapters.db.ledgertables import lots
from adapters.db.profiletables import customer_features
from adapters.db.saletables import sales
from adapters.db.segmentsql import Scene, condition
from adapters.db.surveytables import answers
from adapters.db.tables import customers
from core.campaigns.model import On, Trigger
from core.segments.fields import Op
from core.segments.model import FieldTest, Not

_person, _had = customers.c, customer_features.c
_SAME_BIRTHDAY = timedelta(days=300)
"""Whoever changes their birthday has not had another one."""
_SILENCE_DAYS, _SILENCE_GAPS = 45, 2
"""Lapsing: silent for longer than twice the own median gap, at least so long (domain section 7)."""
_MET_FOR = 7
"""Days in which a silence that has begun is still met: the customer table is a week's."""


def happened(scene: Scene, on: On, campaign: str) -> ColumnElement[bool]:
    """True of customers to whom the trigger happened `days` ago, or will in `days`, and who were not met for it."""
    day = scene.today - timedelta(days=on.days)
    ahead = scene.today + timedelta(days=on.days)
    match on.trigger:
        case Trigger.BIRTHDAY:
            return and_(_birthday(ahead), not_(_met(campaign, scene.start(scene.today) - _SAME_BIRTHDAY)))
        case Trigger.FIRST_PURCHASE:
            return and_(_first_bought(scene, day), not_(_met(campaign, None)))
        case Trigger.LAPSING:
            return _silent(scene, on.days, campaign)
        case Trigger.POINTS_EXPIRING:
            return and_(_expire(scene, ahead), not_(_met(campaign, scene.start(scene.today))))
        case Trigger.QUESTIONNAIRE_ABANDONED:
            return and_(_left_off(scene, day), not_(_met(campaign, scene.start(day))))
        case trigger:
            assert_never(trigger)


def _rows(campaign: str, since: datetime | None) -> Select[Any]:
    people, runs = campaign_people.c, campaign_runs.c
    chosen = select(people.customer).join(campaign_runs, runs.id == people.run).where(runs.campaign == campaign)
    return chosen if since is None else chosen.where(runs.due_at >= since)


def _met(campaign: str, since: datetime | None) -> ColumnElement[bool]:
    """They, or a self that was merged into them, had a row of the campaign since then."""
    met = _rows(campaign, since)
    gone = customers.alias("gone").c
    return or_(
        _person.id.in_(met),
        _person.id.in_(select(gone.merged_into).where(gone.merged_into.is_not(None), gone.id.in_(met))),
    )


def _birthday(day: date) -> ColumnElement[bool]:
    """29 February is the 28th in other years, as everywhere."""
    told = [(day.month, day.day)]
    if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3:
        told.append((2, 29))
    month, number = func.extract("month", _person.birthday), func.extract("day", _person.birthday)
    return or_(*(and_(month == one, number == other) for one, other in told))


def _first_bought(scene: Scene, day: date) -> ColumnElement[bool]:
    """The first sale that is not wholly returned was on the day; those before the house knew them count, too."""
    of, gone = sales.c, customers.alias("gone").c
    counted = (of.customer.is_not(None), of.returned.is_(False))
    begins, ends = scene.start(day), scene.start(day + timedelta(days=1))
    on_day = select(of.customer).where(*counted, of.sold_at >= begins, of.sold_at < ends)
    before = select(of.customer).where(*counted, of.sold_at < begins).union(
        select(purchases.c.owner).where(purchases.c.first_at < begins)
    )  # fmt: skip
    as_others = select(gone.merged_into).where(gone.merged_into.is_not(None), gone.id.in_(before))
    return and_(_person.id.in_(on_day), _person.id.not_in(before), _person.id.not_in(as_others))


def _silent(scene: Scene, days: int, campaign: str) -> ColumnElement[bool]:
    """Nobody is met twice in one silence: a row of the campaign after the last purchase is the same silence."""
    gap = cast(func.coalesce(_had.gap_median, 0) * _SILENCE_GAPS, Integer)
    bound = case((gap > _SILENCE_DAYS, gap), else_=_SILENCE_DAYS) + days
    if scene.dialect == "postgresql":
        silence: ColumnElement[Any] = literal(scene.today, Date) - _had.last_day
    else:
        silence = cast(func.julianday(literal(scene.today, Date)) - func.julianday(_had.last_day), Integer)
    people, runs = campaign_people.c, campaign_runs.c
    gone = customers.alias("self")
    last: ColumnElement[Any] = cast(_had.last_day, Date)
    ran = func.date(runs.due_at) if scene.dialect == "sqlite" else cast(runs.due_at, Date)
    met = exists().where(
        runs.campaign == campaign, people.run == runs.id, ran > last,
        or_(people.customer == _person.id,
            people.customer.in_(select(gone.c.id).where(gone.c.merged_into == _person.id))),
    )  # fmt: skip
    return and_(
        _had.lifecycle == "lapsing", silence > bound, silence <= bound + _MET_FOR,
        _person.id.not_in(_bought_since(scene)), not_(met),
    )  # fmt: skip


def _bought_since(scene: Scene) -> Select[Any]:
    """Who has come back since the customer table was made has broken their silence; two weeks hold every table."""
    of = sales.c
    since = scene.start(scene.today - timedelta(days=14))
    return select(of.customer).where(of.customer.is_not(None), of.sold_at >= since)


def _expire(scene: Scene, day: date) -> ColumnElement[bool]:
    """Active points whose last day is the day."""
    of = lots.c
    begins, ends = scene.start(day), scene.start(day + timedelta(days=1))
    over = and_(of.active > 0, of.expires_at > begins, of.expires_at <= ends)
    return _person.id.in_(select(of.customer).where(over))


def _left_off(scene: Scene, day: date) -> ColumnElement[bool]:
    """The newest answer is of the day, and the questionnaire is not complete."""
    of = answers.c
    begins, ends = scene.start(day), scene.start(day + timedelta(days=1))
    newest: Sequence[ColumnElement[bool]] = (func.max(of.at) >= begins, func.max(of.at) < ends)
    some = select(of.customer).group_by(of.customer).having(and_(*newest))
    return and_(_person.id.in_(some), condition(scene, Not(FieldTest("questionnaire_complete", Op.YES))))
