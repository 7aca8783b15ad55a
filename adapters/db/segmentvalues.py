"""What somebody has in the fields that a segment asks for: "4 receipts, at least 2 were asked for"."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, literal, select, union_all

from adapters.db.contactsql import contacts
from adapters.db.formersql import SAID
from adapters.db.ledgertables import lots, purses
from adapters.db.profilerows import BOUGHT_NOTHING
from adapters.db.profiletables import customer_features
from adapters.db.segmentsql import SOON, Scene
from adapters.db.tables import addresses, cards, customers, plastics
from core.customers.model import NO_YEAR
from core.segments.fields import FIELDS, Kind
from core.segments.model import Answered, Contacted, FieldTest, Leaf
from core.segments.views import Value

_person, _had = customers.c, customer_features.c
_POINTS = {"points_active": "active", "points_pending": "pending", "points_expiring_30d": ""}
_SEVERAL = {"club", "channel", "card", "plastic"}
"""Fields of which somebody may have several values."""
_OTHERWISE = {"joined": "created_at", "seen": "last_seen_at", "age": "birthday"}
"""Fields that lie in a customer's column of another name."""


def value_query(scene: Scene, leaf: Leaf, customer: str) -> Any:
    """What to ask the database for; None where the truth of the test says it all, or where the lake knows."""
    match leaf:
        case Answered(question):
            return select(SAID.c.value).where(SAID.c.customer == customer, SAID.c.question == question)
        case Contacted():
            found = contacts(leaf, scene.today, scene.start, customer).subquery("contact")
            return select(func.max(found.c.at))
        case FieldTest(field):
            if FIELDS[field].kind is Kind.FLAG:
                return None
            special = _SPECIAL.get(field)
            return special(scene, customer) if special is not None else _plain(field, customer)
        case _:
            return None


def value_of(scene: Scene, leaf: Leaf, rows: Sequence[Any]) -> Value:
    """What the values that `value_query` found come to."""
    found = [one for one in rows if one not in (None, "")]
    if isinstance(leaf, Answered) or (isinstance(leaf, FieldTest) and leaf.field in _SEVERAL):
        return sorted({one for value in found for one in value.split(",")})
    value: Any = found[0] if found else None
    if isinstance(leaf, FieldTest):
        if leaf.field == "age":
            return None if value is None or value.year == NO_YEAR else _years(scene, value)
        if leaf.field in _POINTS:
            return int(value or 0)
    return scene.day(value) if isinstance(value, datetime) else value


def _years(scene: Scene, born: Any) -> int:
    today = scene.today
    return int(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))


def _plain(field: str, customer: str) -> Select[Any]:
    name = _OTHERWISE.get(field, field)
    if name in _person:
        return select(_person[name]).where(_person.id == customer)
    return select(_had[name]).where(_had.owner == customer)


def _lifecycle(_: Scene, customer: str) -> Select[Any]:
    with_table = customers.outerjoin(customer_features, _had.owner == _person.id)
    stage = case((_had.lifecycle.is_not(None), _had.lifecycle), (BOUGHT_NOTHING, "registered"))
    return select(stage).select_from(with_table).where(_person.id == customer)


def _expiring(scene: Scene, customer: str) -> Select[Any]:
    ends = scene.start(scene.today + timedelta(days=SOON + 1))
    of = lots.c
    return select(func.sum(of.active)).where(of.customer == customer, of.active > 0, of.expires_at < ends)


def _plastic(_: Scene, customer: str) -> Any:
    restored = select(literal("restored")).select_from(cards.join(plastics, plastics.c.card == cards.c.id))
    waiting = select(literal("waiting")).select_from(customers.join(plastics, plastics.c.phone == _person.phone))
    return union_all(
        restored.where(cards.c.customer == customer),
        waiting.where(_person.id == customer, _person.phone_verified_at.is_not(None), plastics.c.card.is_(None)),
    )


_SPECIAL: Mapping[str, Callable[[Scene, str], Any]] = {
    "club": lambda scene, who: select(SAID.c.value).where(SAID.c.customer == who, SAID.c.question.in_(scene.clubs)),
    "channel": lambda _, who: select(addresses.c.channel).where(
        addresses.c.customer == who, addresses.c.subscribed.is_(True)
    ),
    "card": lambda _, who: select(cards.c.state).where(cards.c.customer == who),
    "plastic": _plastic,
    "points_active": lambda _, who: select(purses.c.active).where(purses.c.customer == who),
    "points_pending": lambda _, who: select(purses.c.pending).where(purses.c.customer == who),
    "points_expiring_30d": _expiring,
    "lifecycle": _lifecycle,
}
