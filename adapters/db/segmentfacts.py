"""How many people one test is true of, where what it asks is kept in another table: counted in that table's own index.

Nobody is looked up among customers: whoever was merged or forgotten is counted apart and taken away, and they are few.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Subquery, case, func, literal, literal_column, select, union

from adapters.db.completions import how_many
from adapters.db.formersql import FORMER
from adapters.db.historytables import PHONE
from adapters.db.ledgertables import lots, purses
from adapters.db.segmentsql import SOON, Scene, chose
from adapters.db.surveytables import answers
from adapters.db.tables import addresses, agreements, cards, customers
from adapters.db.types import any_of, by_bytes
from core.customers.model import Purpose
from core.segments.fields import Op
from core.segments.model import Answered, FieldTest, Node

_person, _at, _card, _word = customers.c, addresses.c, cards.c, agreements.c
_MERGED, _FORGOTTEN = _person.merged_into.is_not(None), _person.forgotten_at.is_not(None)
Number = ColumnElement[Any]


def _people(*which: ColumnElement[bool]) -> Number:
    return select(func.count()).select_from(customers).where(*which).scalar_subquery()


_ALL = select((_people() - _people(_MERGED) - _people(_FORGOTTEN) + _people(_MERGED, _FORGOTTEN)).label("people")).cte(
    "living"
)
LIVING = select(_ALL.c.people).scalar_subquery()
"""All less those who are merged or forgotten, each number by an index (for either of two SQLite would read everybody);
counted once in a statement, however often it stands there."""


def counted(rows: Select[Any]) -> Number:
    """How many rows the statement has."""
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()


def told_elsewhere(scene: Scene, node: Node) -> Number | None:
    """The number of living people of whom the test is true; None: it has to be asked of people one by one."""
    match node:
        case FieldTest(field) if field in _COUNTED:
            return _COUNTED[field](scene, node)
        case FieldTest("questionnaire_complete"):
            return how_many(scene.questionnaire, scene.gate, scene.dialect, partial(_living, scene))
        case FieldTest("club", among=among) if len(scene.clubs) == 1:
            return _answered(scene, scene.clubs[0], among)
        case Answered(question, among):
            return _answered(scene, question, among)
    return None


def _living(scene: Scene, rows: Select[Any]) -> Number:
    """Of `rows`, one for each person by their id, so many as are of people who live."""
    return counted(rows) - counted(_of_gone(scene, rows))


def _of_gone(scene: Scene, rows: Select[Any]) -> Select[Any]:
    """The same rows of people who were merged or forgotten: SQLite and PostgreSQL look into the index for each."""
    return rows.where(_among(scene, next(iter(rows.selected_columns)), select(_gone().c.id)))


def _among(scene: Scene, who: ColumnElement[Any], few: Select[Any]) -> ColumnElement[bool]:
    return who.in_(few) if scene.dialect == "sqlite" else who == any_of(few)


def _gone() -> Subquery:
    return union(select(_person.id).where(_MERGED), select(_person.id).where(_FORGOTTEN)).subquery("gone")


def _agreed(purpose: Purpose) -> Callable[[Scene, FieldTest], Number]:
    said = _word.given.is_(not purpose.unless_withdrawn)
    rows = select(_word.customer).where(_word.purpose == purpose.value, said)

    def asked(scene: Scene, _: FieldTest) -> Number:
        many = _living(scene, rows)
        return LIVING - many if purpose.unless_withdrawn else many

    return asked


def _subscribed(scene: Scene, test: FieldTest) -> Number:
    rows = select(_at.customer).where(_at.customer.is_not(None), _at.subscribed.is_(True)).distinct()
    return _living(scene, rows.where(_at.channel.in_(test.among)) if test.op is Op.ONE_OF else rows)


def _blocked(scene: Scene, _: FieldTest) -> Number:
    """Whoever has an address that is not subscribed, and none that is."""
    other = addresses.alias("other")
    subscribed = select(literal(1)).where(other.c.customer == _at.customer, other.c.subscribed.is_(True)).limit(1)
    rows = select(_at.customer).where(
        _at.customer.is_not(None), _at.subscribed.is_(False), _at.customer.not_in(select(_gone().c.id)),
        subscribed.scalar_subquery().is_(None),
    )  # fmt: skip
    return counted(rows.distinct())


def _has_card(scene: Scene, test: FieldTest) -> Number:
    rows = select(_card.customer).distinct()
    return _living(scene, rows if test.op is Op.KNOWN else rows.where(_card.state.in_(test.among)))


def _points(column: ColumnElement[Any]) -> Callable[[Scene, FieldTest], Number]:
    def having(scene: Scene, least: int) -> Number:
        own = by_bytes(purses.c.customer, scene.dialect) < PHONE
        return _living(scene, select(purses.c.customer).where(own, column >= least))

    return _number(having)


def _expiring(scene: Scene, least: int) -> Number:
    """A database has to see that points are left to know that the index will do; few lots expire so soon, and each is
    held against those who are gone."""
    of, ends = lots.c, scene.start(scene.today + timedelta(days=SOON + 1))
    soon = (of.active > literal_column("0"), of.expires_at < ends, by_bytes(of.customer, scene.dialect) < PHONE)
    rows = select(of.customer).where(*soon, of.customer.not_in(select(_gone().c.id)))
    return counted(rows.group_by(of.customer).having(func.sum(of.active) >= least))


def _number(having: Callable[[Scene, int], Number]) -> Callable[[Scene, FieldTest], Number]:
    """Nobody has an unknown number, and whoever has no row has none."""

    def asked(scene: Scene, test: FieldTest) -> Number:
        if test.op is Op.AT_MOST:
            return LIVING - having(scene, test.number + 1)
        return having(scene, test.number) if test.op is Op.AT_LEAST and test.number else LIVING

    return asked


def _answered(scene: Scene, question: str, among: tuple[str, ...]) -> Number:
    """Whoever said it, each value read once for all who gave it; and who is said to have by a former self of theirs."""
    of = answers.c
    fits = case((func.count() > 0, chose(of.value, among)))
    values = select(func.count().label("people")).where(of.question == question)
    many = values.group_by(of.kind, of.value).having(fits).subquery("values")
    own = select(func.coalesce(func.sum(many.c.people), 0)).scalar_subquery()
    theirs = _answers_of_gone(scene, question)
    gone = select(theirs.c.customer).where(chose(theirs.c.value, among))
    return own - counted(gone) + counted(_inherited(scene, question, among, theirs))


def _answers_of_gone(scene: Scene, question: str) -> CTE:
    of = answers.c
    return _of_gone(scene, select(of.customer, of.value, of.at).where(of.question == question)).cte("answers_of_gone")


def _inherited(scene: Scene, question: str, among: tuple[str, ...], theirs: CTE) -> Select[Any]:
    """Whoever has not answered, but the newest of their former selves that has said it: those alone are looked up."""
    of, own = theirs.c, answers.alias("own").c
    newest = func.row_number().over(partition_by=FORMER.c.who, order_by=(of.at.desc(), of.customer))
    told = select(FORMER.c.who, of.value, newest.label("place")).join(FORMER, FORMER.c.id == of.customer)
    one = told.subquery("told").c
    answered = select(own.customer).where(own.question == question, _among(scene, own.customer, select(FORMER.c.who)))
    found = select(one.who).where(one.place == 1, chose(one.value, among), one.who.not_in(answered))
    return found.where(one.who.not_in(select(_person.id).where(_FORGOTTEN)))


_COUNTED: Mapping[str, Callable[[Scene, FieldTest], Number]] = {
    "marketing": _agreed(Purpose.MARKETING),
    "profiling": _agreed(Purpose.PROFILING),
    "reachable": _subscribed,
    "channel": _subscribed,
    "blocked_bot": _blocked,
    "card": _has_card,
    "points_active": _points(purses.c.active),
    "points_pending": _points(purses.c.pending),
    "points_expiring_30d": _number(_expiring),
}
