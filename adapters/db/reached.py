"""Of everybody chosen: have they agreed to promotions, and at which place among channels are they reached first.

PostgreSQL reads both indexes once beside that of customers, in one order, each for the span of ids that is asked for,
and puts the three together; SQLite, which cannot, looks into the same indexes for one customer after the other. Neither
reads the tables themselves.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from adapters.db.consentsql import agreed, newest_words
from adapters.db.spans import within
from adapters.db.tables import addresses, agreements, customers
from core.customers.model import Purpose

_person, _at = customers.c, addresses.c


def with_reach(chosen: Select[Any], channels: Sequence[str], dialect: str) -> Select[Any]:
    """The customers, each with `agreed` and `place`: 1 for the first channel, 0 for whoever is subscribed to none."""
    return (_one_by_one if dialect == "sqlite" else _by_sets)(chosen, channels)


def _one_by_one(chosen: Select[Any], channels: Sequence[str]) -> Select[Any]:
    mine = (_at.customer == _person.id, _at.subscribed.is_(True))
    places = ((exists().where(*mine, _at.channel == one), place) for place, one in enumerate(channels, 1))
    word = agreed(Purpose.MARKETING, _person.id, "sqlite")
    return chosen.add_columns(word.label("agreed"), case(*places, else_=0).label("place"))


def _by_sets(chosen: Select[Any], channels: Sequence[str]) -> Select[Any]:
    said = newest_words(Purpose.MARKETING, within(agreements.c.customer), given=True)
    place = case({one: place for place, one in enumerate(channels, 1)}, value=_at.channel)
    reached = select(_at.customer, place.label("place")).where(within(_at.customer), _at.subscribed.is_(True))
    first = reached.ext(distinct_on(_at.customer)).order_by(_at.customer, place).subquery("first")
    both = chosen.outerjoin(said, said.c.customer == _person.id).outerjoin(first, first.c.customer == _person.id)
    return both.add_columns(
        said.c.customer.is_not(None).label("agreed"), func.coalesce(first.c.place, 0).label("place")
    )
