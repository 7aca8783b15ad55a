"""How many people a segment has, and no more: from the customer table alone where the tree asks for nothing beside it.

A test and its opposite share the living between them, so that who is not in it is counted by who is. Whoever has no
row in the table needs no look: what is true of them is the same for all, and how many they are is the living people's
number less the rows'. Only whether they have bought nothing (`BOUGHT_NOTHING`) is told one from another, and those who
have bought and have no row yet are looked for among purchases.
"""

from dataclasses import replace
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Select, except_, exists, literal_column, select, union

from adapters.db.consentsql import UNPROFILED
from adapters.db.formersql import LIVES
from adapters.db.historytables import purchases
from adapters.db.profiletables import customer_features
from adapters.db.saletables import sales
from adapters.db.segmentfacts import LIVING, counted, told_elsewhere
from adapters.db.segmentsql import Scene, asks_row_alone, condition, id_row, ids
from adapters.db.tables import agreements, customers
from core.segments.fields import Op
from core.segments.model import Answered, Bought, Contacted, Either, Every, FieldTest, Node, Not

_person, _had = customers.c, customer_features.c


def total(scene: Scene, node: Node) -> Select[Any]:
    """One row: how many living people the tree is true of."""
    if isinstance(node, Not):
        return select(LIVING - total(scene, node.of).scalar_subquery())
    if (told := told_elsewhere(scene, node)) is not None:
        return select(told)
    if not asks_row_alone(node):
        return select(counted(ids(scene, node)))
    of_rows = replace(scene, rows_alone=True)
    idle, rowless = (_without_row(node, bought_nothing=told) for told in (True, False))
    asked = Not(node) if idle else node
    many: ColumnElement[Any] = counted(select(_had.owner).where(id_row(scene), condition(of_rows, asked, known=False)))
    if idle:
        many = LIVING - many
    if idle != rowless:
        many = many - _waiting(scene.dialect) if idle else many + _waiting(scene.dialect)
    return select(many)


def _without_row(node: Node, *, bought_nothing: bool) -> bool:
    """Whether it is true of somebody who has no row."""
    match node:
        case Every(of):
            return all(_without_row(one, bought_nothing=bought_nothing) for one in of)
        case Either(of):
            return any(_without_row(one, bought_nothing=bought_nothing) for one in of)
        case Not(inner):
            return not _without_row(inner, bought_nothing=bought_nothing)
        case FieldTest("lifecycle"):
            return bought_nothing and (node.op is Op.KNOWN or "registered" in node.among)
        case FieldTest() | Answered() | Bought() | Contacted():
            return False
        case _:
            assert_never(node)


def _waiting(dialect: str) -> ColumnElement[Any]:
    """Living people without a row of whom it is not true that they have bought nothing.

    In the order of their ids SQLite walks both sides of each `except` at once, and looks nobody up; of the few who do
    not want their purchases looked at it looks each up. PostgreSQL joins sets.
    """
    bought: list[Any] = []
    for who in (sales.c.customer, purchases.c.owner):
        some = select(who.label("who"))
        if dialect == "sqlite":
            some = some.where(who.is_not(None)).distinct() if who is sales.c.customer else some
            new = except_(some, select(_had.owner)).order_by(literal_column("1")).subquery()
            bought.append(select(new.c.who))
        else:
            bought.append(some.where(~exists().where(_had.owner == who)))
    rowless = ~exists().where(_had.owner == agreements.c.customer)
    unseen = select(agreements.c.customer.label("who")).where(UNPROFILED, rowless)
    waiting = union(*bought, unseen).subquery("waiting")
    return counted(select(_person.id).join(waiting, waiting.c.who == _person.id).where(*LIVES))
