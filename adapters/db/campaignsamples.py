"""Some people of a segment to show a message for, and how many of it buy anyway: one statement each."""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from adapters.db.campaigntables import segments
from adapters.db.profiletables import customer_features
from adapters.db.segmentsql import Scene, people
from adapters.db.tables import customers
from core.segments.model import Node
from core.shared.values import CustomerId

_USUAL = 4, 8
"""Letters of most first names, at least and at most."""
_person = customers.c
_letters = func.length(_person.name)


def samples(connection: Connection, scene: Scene, tree: Node) -> Mapping[str, CustomerId]:
    """Customers of the segment by `usual`, `longest` and `nameless`, the first of each; what there is not is left out.

    Nothing is sorted: of a million people the longest name is found in two looks at all of them.
    """
    within = select(_person.id).where(_person.id.in_(people(scene, tree)))
    longest = select(func.max(_letters)).where(_person.id.in_(people(scene, tree))).scalar_subquery()
    named = within.where(_person.name != "")
    chosen = {
        "usual": within.where(_letters.between(*_USUAL)),
        "longest": named.where(_letters == longest),
        "nameless": within.where(_person.name == ""),
    }
    found = {who: connection.execute(one.order_by(_person.id).limit(1)).scalar() for who, one in chosen.items()}
    return {who: CustomerId(one) for who, one in found.items() if one is not None}


def base_rate(connection: Connection, scene: Scene, tree: Node, days: int) -> float:
    """The share of the segment that has bought within so many days before the newest plan; 0 of nobody."""
    segment = people(scene, tree).subquery()
    bought = func.count().filter(customer_features.c.recency_days <= days)
    joined = segment.outerjoin(customer_features, customer_features.c.owner == segment.c.id)
    share, all_of = connection.execute(select(bought, func.count()).select_from(joined)).one()
    return float(share) / float(all_of) if all_of else 0.0


def kept_segments(connection: Connection) -> list[tuple[str, str]]:
    """Id and name of the segments that were not put away, by name."""
    of = segments.c
    rows = connection.execute(select(of.id, of.name).where(of.archived.is_(False)).order_by(of.name, of.id))
    return [(row.id, row.name) for row in rows]
