"""Segments that somebody made: rows and back, who uses them, and what of the things they name is there."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, select

from adapters.db.campaigntables import campaigns, segments
from adapters.db.outside import Outside
from adapters.db.sql import add, one, renew
from adapters.db.surveyrows import QuestionnaireRows
from adapters.db.tables import products, stores
from core.campaigns.model import State
from core.segments.actions import ready_tree
from core.segments.fields import Dimension
from core.segments.fitting import Asked, Thing, must_fit
from core.segments.model import Bought, Node, Segment
from core.segments.reading import segment_data, segment_from
from core.shared.refusals import Conflict, Invalid

_of = segments.c
_COLUMNS: Mapping[Thing, Column[str]] = {
    Thing.SKU: products.c.sku,
    Thing.CATEGORY: products.c.category,
    Thing.BRAND: products.c.brand,
    Thing.STORE: stores.c.id,
    Thing.GROUP: stores.c.store_group,
    Thing.CAMPAIGN: campaigns.c.id,
}
AHEAD = (State.DRAFT, State.APPROVED, State.RUNNING, State.PAUSED)
"""Campaigns that are yet to take people from their segment."""


class SegmentRows:
    """Satisfies `core.segments.ports.Segments` and `core.campaigns.ports.KeptSegments`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def get(self, segment: str, *, lock: bool = False) -> Segment | None:
        """The segment with the id; `lock`: its row is ours until the work is over."""
        chosen = select(segments).where(_of.id == segment)
        row = one(self._connection, chosen.with_for_update() if lock else chosen)
        return None if row is None else segment_of(row)

    def named(self, name: str) -> str | None:
        """There are as many as people make: they are compared here, since the databases know other capitals."""
        rows = self._connection.execute(select(_of.id, _of.name).where(_of.archived.is_(False)).order_by(_of.id))
        return next((row.id for row in rows if row.name.casefold() == name.casefold()), None)

    def add(self, segment: Segment) -> None:
        """One more segment."""
        add(self._connection, segments, {**_row(segment), "tree": _tree(segment)})

    def save(self, segment: Segment) -> None:
        """The segment is as given; a tree that nobody could read stays as it is kept."""
        row = _row(segment)
        renew(self._connection, segments, row if segment.tree is None else {**row, "tree": _tree(segment)})

    def used_by(self, segment: str) -> Sequence[str]:
        """By name."""
        ahead = select(campaigns.c.name).where(
            campaigns.c.plan["segment"].as_string() == segment, campaigns.c.state.in_([one.value for one in AHEAD])
        )
        return list(self._connection.execute(ahead.order_by(campaigns.c.name)).scalars())

    def missing(self, thing: Thing, names: Collection[str]) -> Collection[str]:
        """One look for all of them."""
        return set(names) - set(self._connection.execute(known_among(thing, names)).scalars())

    def stores_of(self, leaf: Bought) -> Sequence[str]:
        """The stores of the groups that the test names."""
        if leaf.dimension is not Dimension.GROUP:
            return []
        return list(self._connection.execute(in_groups(leaf.among)).scalars())

    def tree(self, segment: str) -> Node | None:
        """The house's own by key, a kept one by id; one that was put away is none.

        Raises Conflict (`gone-…`) for one that asks for what is not there any more.
        """
        if (ready := ready_tree(segment)) is not None:
            return ready
        chosen = select(_of.tree).where(_of.id == segment, _of.archived.is_(False))
        row = one(self._connection, chosen)
        if row is None:
            return None
        tree = read_tree(row.tree)
        questionnaire = QuestionnaireRows(self._connection, self._outside).newest()
        must_fit(tree, Asked(questionnaire, self._outside.programme.club_questions), self.missing)
        return tree


def known_among(thing: Thing, names: Collection[str]) -> Select[Any]:
    """The names that something of the kind has."""
    column = _COLUMNS[thing]
    return select(column).distinct().where(column.in_(list(names)))


def in_groups(groups: Collection[str]) -> Select[Any]:
    """The stores of these groups."""
    return select(stores.c.id).where(stores.c.store_group.in_(list(groups)))


def read_tree(data: object) -> Node:
    """A kept tree. Raises Conflict (`gone-field`) where a newer or older version of the house wrote it."""
    try:
        return segment_from(data)
    except Invalid as refusal:
        raise Conflict("gone-field", name=str(refusal.data.get("name", refusal.field))) from None


def segment_of(row: Row[Any]) -> Segment:
    """A row of `segments` as the core knows it."""
    try:
        tree: Node | None = segment_from(row.tree)
    except Invalid:
        tree = None
    return Segment(
        row.id, row.version, row.name, tree, row.created_by, row.created_at, row.changed_by, row.changed_at,
        row.archived,
    )  # fmt: skip


def _tree(one: Segment) -> dict[str, Any]:
    assert one.tree is not None, "verbs write trees that they have read"
    return segment_data(one.tree)


def _row(one: Segment) -> dict[str, Any]:
    return {
        "id": one.id, "version": one.version, "name": one.name, "created_by": one.created_by,
        "created_at": one.created_at, "changed_by": one.changed_by, "changed_at": one.changed_at,
        "archived": one.archived,
    }  # fmt: skip
