"""How far a segment reaches, in one pass: who agreed to marketing, and by which channels they can be written to."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from adapters.db.consentsql import agreed, newest_words
from adapters.db.segmentsql import Scene, ids
from adapters.db.standing import CHANNELS
from adapters.db.tables import addresses
from core.customers.model import Purpose
from core.segments.model import Node

NOT_AGREED, EVERYBODY = -1, -2
"""What stands in place of channels for those who may not be written to, and for the living of the whole house."""
_of = addresses.c
_BITS = sum((func.max(case((_of.channel == name, 1 << at), else_=0)) for at, name in enumerate(CHANNELS[1:], 1)),
            start=func.max(case((_of.channel == CHANNELS[0], 1), else_=0)))  # fmt: skip


def reach(scene: Scene, tree: Node) -> Select[Any]:
    """bits, people: how many of the tree's people can be written to by just these of `CHANNELS`, a bit for each.

    SQLite looks each of them up, since its indexes answer in the order in which people are read; PostgreSQL joins sets.
    """
    matched = ids(scene, tree).subquery("matched")
    who: ColumnElement[str] = matched.c.id
    if scene.dialect == "sqlite":
        written = select(_BITS).where(_of.customer == who, _of.subscribed.is_(True)).scalar_subquery()
        bits = case((agreed(Purpose.MARKETING, who, scene.dialect), func.coalesce(written, 0)), else_=NOT_AGREED)
        base: Any = matched
    else:
        yes = newest_words(Purpose.MARKETING, given=True)
        some = select(_of.customer, _BITS.label("bits")).where(_of.subscribed.is_(True)).group_by(_of.customer)
        by = some.subquery("written")
        bits = case((yes.c.customer.is_not(None), func.coalesce(by.c.bits, 0)), else_=NOT_AGREED)
        base = matched.outerjoin(yes, yes.c.customer == who).outerjoin(by, by.c.customer == who)
    told = select(bits.label("bits")).select_from(base).subquery("told")
    return select(told.c.bits, func.count()).group_by(told.c.bits)
