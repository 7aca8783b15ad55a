"""One person whose purchases lie under several owners: a phone before it was proven, a card that was merged.

Whoever has one such history has only another name by now. Histories that are one by now are counted again from their
lines: a median of gaps cannot be made of two medians.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.lakelines import lines_of
from adapters.analytics.ports import Engine, Source

MOST_LINES = 5_000_000
"""Of the lake in memory at a time."""


def united(
    engine: Engine, totals: Any, source: Source, former: Mapping[str, str],
    count: Callable[[pa.Table], Iterable[pa.Table]],
) -> Any:  # fmt: skip
    """The totals, a kept table, with a row for each person instead of each owner.

    `former` names the person of each owner who is not one; `count` makes totals of lines.
    """
    found = engine.fetch(totals)
    names = [name for name in found.schema.names if name not in ("o", "place")]
    texts = {name for name in names if name in ("owner", "top_store", "top_category")}
    schema = pa.schema([(name, pa.string() if name in texts else pa.int64()) for name in names])
    known = found.select(names).cast(schema)
    owners = known["owner"].to_pylist()
    people = [former.get(owner, owner) for owner in owners]
    many = Counter(people)
    several = np.array([many[person] > 1 for person in people], bool)
    alone = known.set_column(names.index("owner"), schema.field("owner"), [pa.array(people, pa.string())])
    tables = [alone.filter(pa.array(~several))]
    for some in _portions(np.asarray(people, object)[several], known.filter(pa.array(several)), MOST_LINES):
        lines = lines_of(source, some)
        renamed = pa.array([former.get(one, one) for one in lines["owner"].to_pylist()], pa.string())
        lines = lines.set_column(lines.schema.names.index("owner"), "owner", renamed)
        tables += [made.select(names).cast(schema) for made in count(lines)]
    whole = pa.concat_tables(tables)
    order = pc.sort_indices(whole["owner"]).to_numpy()
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return engine.small("people", whole.append_column("place", pa.array(place)))


def _portions(people: Sequence[str], known: pa.Table, most: int) -> Iterator[list[str]]:
    """The owners of some people at a time, all of each person together, with about so many lines."""
    order = np.argsort(people, kind="stable").tolist()
    owners, lines = known["owner"].to_pylist(), known["lines"].to_pylist()
    some: list[str] = []
    weight = 0
    for place, at in enumerate(order):
        if some and weight >= most and people[at] != people[order[place - 1]]:
            yield some
            some, weight = [], 0
        some.append(owners[at])
        weight += lines[at]
    if some:
        yield some
