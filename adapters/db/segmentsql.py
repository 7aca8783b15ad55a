"""A segment as one condition over customers: fields from the closed list alone, every value a bound parameter.

A test is true or false of everybody, never unknown: what the database does not know is false, so that `not` turns a
test round (core.segments.fields). Conditions about other tables are sets of ids that are made once, not looked up for
each customer.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias, assert_never

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    extract,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from adapters.db.gatesql import Judge
from adapters.db.historytables import purchases
from adapters.db.ledgertables import lots, purses
from adapters.db.profilerows import UNPROFILED
from adapters.db.profiletables import customer_features
from adapters.db.saletables import sales
from adapters.db.surveytables import answers
from adapters.db.tables import addresses, cards, consents, customers, plastics
from adapters.db.types import Instant, Strings
from core.customers.model import NO_YEAR, Purpose
from core.segments.fields import FIELDS, Kind, Op
from core.segments.model import Answered, Bought, Either, Every, FieldTest, Node, Not
from core.shared.calendar import add_months
from core.surveys.model import Questionnaire
from core.surveys.progress import goal

Bit: TypeAlias = ColumnElement[bool]
_person, _had = customers.c, customer_features.c
_newer = consents.alias("newer")
_holder, _own = customers.alias("holder"), answers.alias("own")
_said = (
    select(func.coalesce(_holder.c.merged_into, _holder.c.id).label("customer"), answers.c.question, answers.c.kind,
           answers.c.value)
    .join(_holder, _holder.c.id == answers.c.customer)
    .where(or_(_holder.c.merged_into.is_(None), ~exists().where(
        _own.c.customer == _holder.c.merged_into, _own.c.question == answers.c.question)))
    .subquery("said")
)  # fmt: skip
"""The answers that count for a person: their own, else those of the selves that were merged into them."""
_SOON = 30
_NUMBERED = {"weekday", "r", "f", "m", "basket_third", "items_third"}
"""Choices that are numbers in the customer table."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What tests are made against besides the tables: the day and where it begins, the questionnaire, who bought."""

    today: date
    start: Callable[[date], datetime]
    """The instant at which a day of the programme's zone begins."""
    questionnaire: Questionnaire
    gate: tuple[str, ...]
    dialect: str
    unlike: Mapping[Bought, Collection[str]]
    """For each test of purchases in the tree, whom the lake says it treats otherwise than those who bought nothing."""


def people(scene: Scene, node: Node) -> Select[Any]:
    """The ids of living customers of whom the tree is true."""
    base = select(_person.id).select_from(
        customers.outerjoin(customer_features, _had.owner == _person.id).outerjoin(
            purses, purses.c.customer == _person.id
        )
    )
    return base.where(_person.merged_into.is_(None), _person.forgotten_at.is_(None), condition(scene, node))


def condition(scene: Scene, node: Node) -> Bit:
    """The tree as a condition over `people`'s tables."""
    match node:
        case Every(of):
            return and_(true(), *(condition(scene, one) for one in of))
        case Either(of):
            return or_(false(), *(condition(scene, one) for one in of))
        case Not(inner):
            return not_(condition(scene, inner))
        case Answered(question, among):
            return _answered(question, among)
        case Bought():
            found = _is_in(_person.id, scene.unlike[node], scene.dialect)
            return not_(found) if node.passes(0) else found
        case FieldTest():
            return func.coalesce(_test(scene, node), false())
        case _:
            assert_never(node)


def _is_in(column: ColumnElement[str], values: Collection[str], dialect: str) -> Bit:
    """Of any number of values, which are one parameter."""
    given: Any = bindparam(None, list(values), type_=Strings, unique=True)
    if dialect == "sqlite":
        return column.in_(select(func.json_each(given).table_valued("value").c.value))
    return column == func.any(given)


def _answered(question: str, among: tuple[str, ...]) -> Bit:
    chosen = literal(",") + _said.c.value + literal(",")
    options = or_(*(chosen.contains(f",{one},", autoescape=True) for one in among)) if among else true()
    return _person.id.in_(select(_said.c.customer).where(_said.c.question == question, options))


def _test(scene: Scene, test: FieldTest) -> Bit:
    special = _SPECIAL.get(test.field)
    if special is not None:
        return special(scene, test)
    field = FIELDS[test.field]
    column = _COLUMNS[test.field] if test.field in _COLUMNS else _had[test.field]
    number = test.field in _NUMBERED
    if field.kind is Kind.FLAG:
        return column.is_(True)
    if field.kind is Kind.DAY:
        return _day(scene, column, test)
    if test.op is Op.KNOWN:
        return column.is_not(None) if field.kind not in (Kind.TEXT, Kind.CHOICE) or number else column != ""
    if test.op is Op.ONE_OF:
        return column.in_([int(one) for one in test.among] if number else list(test.among))
    bound = test.number / 100 if field.kind is Kind.PERCENT else test.number
    compared: Bit = column >= bound if test.op is Op.AT_LEAST else column <= bound
    return compared


def _day(scene: Scene, column: ColumnElement[Any], test: FieldTest) -> Bit:
    """Days are the programme's; an instant is of the day that holds it."""
    if test.op is Op.KNOWN:
        return column.is_not(None)
    first: Any = scene.today - timedelta(days=min(test.number, scene.today.toordinal() - 1))
    if isinstance(column.type, Instant):
        first = scene.start(first)
    compared: Bit = column >= first if test.op is Op.WITHIN else column < first
    return compared


def _birthday(scene: Scene, test: FieldTest) -> Bit:
    """29 February is the 28th in other years, as everywhere (`birthday_near`)."""
    if test.op is Op.KNOWN:
        return _person.birthday.is_not(None)
    days = [scene.today + timedelta(days=at) for at in range(test.number + 1)]
    told = {(day.month, day.day) for day in days}
    told |= {(2, 29) for day in days if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3}
    month, day = extract("month", _person.birthday), extract("day", _person.birthday)
    return (month * 100 + day).in_([one * 100 + other for one, other in sorted(told)])


def _age(scene: Scene, test: FieldTest) -> Bit:
    """In whole years, by the last birthday; of somebody whose year nobody told it is not known."""
    told = _person.birthday >= date(NO_YEAR + 1, 1, 1)
    if test.op is Op.KNOWN:
        return told
    years = min(test.number + (test.op is Op.AT_MOST), scene.today.year - 1)
    edge = add_months(scene.today, -12 * years)
    return and_(told, _person.birthday <= edge if test.op is Op.AT_LEAST else _person.birthday > edge)


def _consented(purpose: Purpose) -> Callable[[Scene, FieldTest], Bit]:
    newer = or_(_newer.c.at > consents.c.at, and_(_newer.c.at == consents.c.at, _newer.c.id > consents.c.id))
    newest = ~exists().where(
        _newer.c.customer == consents.c.customer, _newer.c.purpose == purpose.value, newer
    )  # fmt: skip
    given = consents.c.given.is_not(purpose.unless_withdrawn)
    asked = select(consents.c.customer).where(consents.c.purpose == purpose.value, given, newest)
    found = _person.id.in_(asked)
    return lambda _, __: not_(found) if purpose.unless_withdrawn else found


def _contact(*, subscribed: bool) -> Bit:
    of = addresses.c
    return _person.id.in_(select(of.customer).where(of.customer.is_not(None), of.subscribed.is_(subscribed)))


def _channel(_: Scene, test: FieldTest) -> Bit:
    of = addresses.c
    some = select(of.customer).where(of.customer.is_not(None), of.subscribed.is_(True))
    return _person.id.in_(some if test.op is Op.KNOWN else some.where(of.channel.in_(test.among)))


def _card(_: Scene, test: FieldTest) -> Bit:
    some = select(cards.c.customer)
    return _person.id.in_(some if test.op is Op.KNOWN else some.where(cards.c.state.in_(test.among)))


def _plastic(_: Scene, test: FieldTest) -> Bit:
    """Restored by them; or waiting: in the retailer's file under their proven phone, and nobody's yet."""
    restored = _person.id.in_(select(cards.c.customer).join(plastics, plastics.c.card == cards.c.id))
    under = select(plastics.c.phone).where(plastics.c.card.is_(None), plastics.c.phone.is_not(None))
    waiting = and_(_person.phone_verified_at.is_not(None), _person.phone.in_(under))
    of = {"restored": restored, "waiting": waiting}
    return or_(*(of[one] for one in (of if test.op is Op.KNOWN else test.among)))


def _expiring(scene: Scene, test: FieldTest) -> Bit:
    """Active points whose last day is one of the next thirty; nobody has an unknown number of points."""
    ends = scene.start(scene.today + timedelta(days=_SOON + 1))
    of = lots.c
    points = func.sum(of.active)
    some = select(of.customer).where(of.active > 0, of.expires_at < ends).group_by(of.customer)
    match test.op:
        case Op.AT_LEAST:
            return _person.id.in_(some.having(points >= test.number)) if test.number else true()
        case Op.AT_MOST:
            return _person.id.not_in(some.having(points > test.number))
        case _:
            return true()


def _points(name: str) -> Callable[[Scene, FieldTest], Bit]:
    column = func.coalesce(purses.c[name], 0)

    def asked(_: Scene, test: FieldTest) -> Bit:
        if test.op is Op.KNOWN:
            return true()
        return column >= test.number if test.op is Op.AT_LEAST else column <= test.number

    return asked


def _complete(scene: Scene, _: FieldTest) -> Bit:
    judge = Judge(scene.questionnaire, _person.id, _said)
    return judge.complete(goal(scene.questionnaire, scene.gate))


def _lifecycle(_: Scene, test: FieldTest) -> Bit:
    """Whoever has no row has bought nothing, unless the purchases are too new for it, or not to be looked at."""
    if test.op is Op.KNOWN:
        return or_(_had.lifecycle.is_not(None), _BOUGHT_NOTHING)
    stage = _had.lifecycle.in_(test.among)
    return or_(stage, _BOUGHT_NOTHING) if "registered" in test.among else stage


_BOUGHT_NOTHING = and_(
    _had.owner.is_(None),
    _person.id.not_in(select(sales.c.customer).where(sales.c.customer.is_not(None))),
    _person.id.not_in(select(purchases.c.owner)),
    _person.id.not_in(select(consents.c.customer).where(UNPROFILED)),
)
_COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "language": _person.language, "city": _person.city, "sex": _person.sex, "source": _person.source,
    "joined": _person.created_at, "seen": _person.last_seen_at,
}  # fmt: skip
"""Fields that are a column of the customer; the others are columns of the customer table under their own names."""
_SPECIAL: Mapping[str, Callable[[Scene, FieldTest], Bit]] = {
    "birthday": _birthday,
    "age": _age,
    "questionnaire_complete": _complete,
    "phone_proven": lambda _, __: _person.phone_verified_at.is_not(None),
    "marketing": _consented(Purpose.MARKETING),
    "profiling": _consented(Purpose.PROFILING),
    "reachable": lambda _, __: _contact(subscribed=True),
    "blocked_bot": lambda _, __: and_(_contact(subscribed=False), not_(_contact(subscribed=True))),
    "channel": _channel,
    "card": _card,
    "plastic": _plastic,
    "points_active": _points("active"),
    "points_pending": _points("pending"),
    "points_expiring_30d": _expiring,
    "lifecycle": _lifecycle,
}
