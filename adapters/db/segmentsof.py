"""In which segments one person is: the conditions of many trees, each cut down to this person before it is asked.

A condition of everybody makes sets of ids once and for all (`segmentsql`); of one person that would be a million rows
read to answer for one. So each set is narrowed to the person's own id, and rows of campaigns to those of the person's
selves: what is left of each test is a look by an index.
"""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from sqlalchemy import BinaryExpression, Join, Select, Table, UnaryExpression, literal, union_all
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.operators import in_op, not_in_op
from sqlalchemy.sql.util import find_tables
from sqlalchemy.sql.visitors import replacement_traverse

from adapters.db.campaigntables import campaign_people
from adapters.db.formersql import FORMER, SAID
from adapters.db.profiletables import customer_features
from adapters.db.segmentsql import Scene, people
from adapters.db.tables import customers
from core.segments.model import Node

AT_ONCE = 40
"""Trees in one statement."""
_person = customers.c
_SETS = (in_op, not_in_op)


async def true_of(
    connection: AsyncConnection, scene: Scene, trees: Mapping[str, Node], selves: Sequence[str]
) -> Set[str]:
    """The keys of the trees that are true of the person, who is the first of `selves`."""
    found: set[str] = set()
    keys = list(trees)
    own = _Own(selves)
    for at in range(0, len(keys), AT_ONCE):
        asked = [
            own.asked(people(scene, trees[key])).with_only_columns(literal(key)) for key in keys[at : at + AT_ONCE]
        ]
        found |= set((await connection.execute(union_all(*asked))).scalars())
    return found


class _Own:
    """Cuts conditions of everybody down to one person."""

    def __init__(self, selves: Sequence[str]) -> None:
        self._customer, self._selves = selves[0], selves
        self._cut: list[Select[Any]] = []

    def asked(self, everybody: Select[Any]) -> Select[Any]:
        """The person's id, where they are one of everybody."""
        narrowed: Any = replacement_traverse(everybody, {}, self._narrowed)
        whole: Select[Any] = narrowed.where(_person.id == self._customer)
        return whole

    def _narrowed(self, element: Any, **_: Any) -> Any:
        """What stands in the place of the element; None: look inside."""
        if element is FORMER or element is SAID or isinstance(element, Table):
            return element
        if isinstance(element, UnaryExpression) and element.element is customer_features.c.owner:
            return element.element  # the sign that keeps a count of everybody from the key
        if isinstance(element, Select) and all(element is not one for one in self._cut) and _of_campaigns(element):
            self._cut.append(element.where(campaign_people.c.customer.in_(self._selves)))
            return replacement_traverse(self._cut[-1], {}, self._narrowed)
        if isinstance(element, BinaryExpression) and element.operator in _SETS and element.left is _person.id:
            inner = getattr(element.right, "element", element.right)
            if isinstance(inner, Select) and inner.get_final_froms():
                first = next(iter(inner.selected_columns))
                of: Any = replacement_traverse(inner.where(first == self._customer), {}, self._narrowed)
                return _person.id.in_(of) if element.operator is in_op else _person.id.not_in(of)
        return None


def _of_campaigns(element: Select[Any]) -> bool:
    """The rows of campaigns stand in it themselves, not in something that stands in it."""
    froms = (one for one in element.get_final_froms() if isinstance(one, Join | Table))
    return any(campaign_people in find_tables(one) for one in froms)
