"""A segment as one condition over customers: fields from the closed list alone, every value a bound parameter.

A test is true or false of everybody, never unknown: what the database does not know is false, so that `not` turns a
test round (core.segments.fields). Conditions about other tables are sets of ids that are made once, not looked up for
each customer, but where an index answers in the order in which people are read.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias, assert_never

from sqlalchemy import ColumnElement, FromClause, Select, and_, false, func, literal, not_, or_, select, true
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from adapters.db.birthdaysql import aged, comes_within, has_year
from adapters.db.completions import complete
from adapters.db.consentsql import agreed
from adapters.db.contactsql import contacts
from adapters.db.formersql import LIVES, SAID
from adapters.db.historytables import PHONE
from adapters.db.ledgertables import lots, purses
from adapters.db.profilerows import BOUGHT_NOTHING
from adapters.db.profiletables import customer_features
from adapters.db.tables import addresses, cards, customers, plastics
from adapters.db.types import Instant, by_bytes, is_among
from core.customers.model import Purpose
from core.segments.fields import FIELDS, Kind, Op
from core.segments.model import Answered, Bought, Contacted, Either, Every, FieldTest, Leaf, Node, Not, leaves
from core.surveys.model import Questionnaire

Bit: TypeAlias = ColumnElement[bool]
_person, _had, _at = customers.c, customer_features.c, addresses.c
SOON = 30
_NUMBERED = {"weekday", "r", "f", "m", "basket_third", "items_third"}
"""Choices that are numbers in the customer table."""
_OF_PURSES = {"points_active", "points_pending"}


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
    clubs: tuple[str, ...]
    """The questions whose chosen options are the clubs that somebody is in."""
    rows_alone: bool = False
    """Conditions are over rows of the customer table, with no customer beside them."""

    def day(self, instant: datetime) -> date:
        """The programme's day that holds the instant."""
        return instant.astimezone(self.start(self.today).tzinfo).date()


def people(scene: Scene, node: Node) -> Select[Any]:
    """The ids of living customers of whom the tree is true, beside their rows in the customer table and their purses.

    Where it asks for purchases the customer table comes first, and only for rows that pass is somebody looked for.
    """
    return _living(scene, node, with_rows=True, with_purses=True)


def ids(scene: Scene, node: Node) -> Select[Any]:
    """The same `id`s and nothing beside them: no table is looked into that the tree does not ask for, and nobody is
    looked up where the customer table alone answers."""
    if not asks_table_alone(node):
        points = any(isinstance(one, FieldTest) and one.field in _OF_PURSES for one in leaves(node))
        return _living(scene, node, with_rows=any(map(_in_table, leaves(node))), with_purses=points)
    rows = replace(scene, rows_alone=True)
    return select(_had.owner.label("id")).where(id_row(scene), condition(rows, node, known=False))


def _living(scene: Scene, node: Node, *, with_rows: bool, with_purses: bool) -> Select[Any]:
    tables: FromClause = customers
    if _asks_purchases(node):
        # A key with a sign is none to SQLite, which guesses without counts and would look up everybody.
        owner = UnaryExpression(_had.owner, operator=custom_op("+")) if scene.dialect == "sqlite" else _had.owner
        tables = customer_features.join(customers, owner == _person.id)
    elif with_rows:
        tables = customers.outerjoin(customer_features, _had.owner == _person.id)
    if with_purses:
        tables = tables.outerjoin(purses, purses.c.customer == _person.id)
    return select(_person.id).select_from(tables).where(*LIVES, condition(scene, node, known=False))


def id_row(scene: Scene) -> Bit:
    """A row of a living customer, not of a phone that is nobody's yet: an id is hexadecimal and comes before them."""
    return by_bytes(_had.owner, scene.dialect) < PHONE


def asks_table_alone(node: Node) -> bool:
    """Whether the customer table alone answers it: nobody without a row is in it."""
    return _asks_purchases(node) and asks_row_alone(node)


def asks_row_alone(node: Node) -> bool:
    """Whether the row alone answers it of whoever has one."""
    return all(_in_table(one) for one in leaves(node))


def _in_table(leaf: Leaf) -> bool:
    if not isinstance(leaf, FieldTest) or leaf.field in _COLUMNS:
        return False
    return leaf.field not in _SPECIAL or leaf.field == "lifecycle"


def _asks_purchases(node: Node) -> bool:
    """Whether it can be true only of somebody who has a row in the customer table."""
    match node:
        case Every(of):
            return any(_asks_purchases(one) for one in of)
        case Either(of):
            return bool(of) and all(_asks_purchases(one) for one in of)
        case FieldTest("lifecycle"):
            return node.op is Op.ONE_OF and "registered" not in node.among
    return isinstance(node, FieldTest) and node.field not in _SPECIAL and node.field not in _COLUMNS


def condition(scene: Scene, node: Node, *, known: bool = True) -> Bit:
    """The tree as a condition over `people`'s tables; if it need not be `known`, unknown stands for false, and the
    database sees what is asked of a column."""
    match node:
        case Every(of):
            return and_(true(), *(condition(scene, one, known=known) for one in of))
        case Either(of):
            return or_(false(), *(condition(scene, one, known=known) for one in of))
        case Not(inner):
            return not_(condition(scene, inner))
        case Answered(question, among):
            return _said(SAID.c.question == question, among)
        case Contacted():
            return _person.id.in_(select(contacts(node, scene.today, scene.start).subquery("contact").c.who))
        case Bought():
            unlike = is_among(_person.id, scene.unlike[node], scene.dialect)
            return not_(unlike) if node.passes(0) else unlike
        case FieldTest():
            found = _test(scene, node)
            return func.coalesce(found, false()) if known and node.field not in _ELSEWHERE else found
        case _:
            assert_never(node)


def _said(asked: Bit, among: tuple[str, ...]) -> Bit:
    return _person.id.in_(select(SAID.c.customer).where(asked, chose(SAID.c.value, among)))


def chose(value: ColumnElement[str], among: tuple[str, ...]) -> Bit:
    """An answer that has one of the options; none named: any answer."""
    chosen = literal(",") + value + literal(",")
    return or_(*(chosen.contains(f",{one},", autoescape=True) for one in among)) if among else true()


def _club(scene: Scene, test: FieldTest) -> Bit:
    """Whoever chose it in a question of clubs."""
    return _said(SAID.c.question.in_(scene.clubs), test.among)


def _test(scene: Scene, test: FieldTest) -> Bit:
    if test.field in _SPECIAL:
        return _SPECIAL[test.field](scene, test)
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
    born = _person.birthday
    return born.is_not(None) if test.op is Op.KNOWN else comes_within(born, test.number, scene.today, scene.dialect)


def _age(scene: Scene, test: FieldTest) -> Bit:
    if test.op is Op.KNOWN:
        return has_year(_person.birthday)
    return aged(_person.birthday, test.number, scene.today, at_most=test.op is Op.AT_MOST)


def _agreed(purpose: Purpose) -> Callable[[Scene, FieldTest], Bit]:
    return lambda scene, _: agreed(purpose, _person.id, scene.dialect)


def _contact(*, subscribed: bool) -> Bit:
    return _person.id.in_(select(_at.customer).where(_at.customer.is_not(None), _at.subscribed.is_(subscribed)))


def _channel(_: Scene, test: FieldTest) -> Bit:
    some = select(_at.customer).where(_at.customer.is_not(None), _at.subscribed.is_(True))
    return _person.id.in_(some if test.op is Op.KNOWN else some.where(_at.channel.in_(test.among)))


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
    ends = scene.start(scene.today + timedelta(days=SOON + 1))
    of = lots.c
    points = func.sum(of.active)
    some = select(of.customer).where(of.active > 0, of.expires_at < ends).group_by(of.customer)
    if test.op is Op.AT_MOST:
        return _person.id.not_in(some.having(points > test.number))
    anybody = test.op is Op.KNOWN or not test.number
    return true() if anybody else _person.id.in_(some.having(points >= test.number))


def _points(name: str) -> Callable[[Scene, FieldTest], Bit]:
    column = func.coalesce(purses.c[name], 0)

    def asked(_: Scene, test: FieldTest) -> Bit:
        if test.op is Op.KNOWN:
            return true()
        return column >= test.number if test.op is Op.AT_LEAST else column <= test.number

    return asked


def _complete(scene: Scene, _: FieldTest) -> Bit:
    return complete(scene.questionnaire, scene.gate, scene.dialect)


def _lifecycle(scene: Scene, test: FieldTest) -> Bit:
    """Whoever has no row has bought nothing, unless the purchases are too new for it, or not to be looked at."""
    known = test.op is Op.KNOWN
    stage = _had.lifecycle.is_not(None) if known else _had.lifecycle.in_(test.among)
    nothing = not scene.rows_alone and (known or "registered" in test.among)
    return or_(stage, BOUGHT_NOTHING) if nothing else stage


_COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "language": _person.language, "city": _person.city, "sex": _person.sex, "source": _person.source,
    "joined": _person.created_at, "seen": _person.last_seen_at,
}  # fmt: skip
"""Fields that are a column of the customer; the others are columns of the customer table under their own names."""
_ELSEWHERE = {
    "club", "questionnaire_complete", "phone_proven", "marketing", "profiling", "reachable", "blocked_bot", "channel",
    "card", "points_active", "points_pending", "points_expiring_30d",
}  # fmt: skip
"""Fields of which a test is never unknown."""
_SPECIAL: Mapping[str, Callable[[Scene, FieldTest], Bit]] = {
    "club": _club,
    "birthday": _birthday,
    "age": _age,
    "questionnaire_complete": _complete,
    "phone_proven": lambda _, __: _person.phone_verified_at.is_not(None),
    "marketing": _agreed(Purpose.MARKETING),
    "profiling": _agreed(Purpose.PROFILING),
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
