"""Some of a trial's people, told apart by what was known of them before it began: ready segments, usual stores."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.features import schema_of
from adapters.analytics.trials import Bools
from core.segments.fields import Op
from core.segments.model import Either, Every, FieldTest, Node, Not, leaves

KNOWN = schema_of(
    {"lifecycle", "active_12m", "r", "f", "m", "basket_third", "items_third", "single_category", "top_store"}
)
"""What is looked at, as of the day before the start: purchases alone tell it afterwards. Segments that need a birthday,
a consent or a questionnaire as they stood on that day are not told apart."""
NEVER = "lifecycle-registered"


def tellable(segments: Mapping[str, Node]) -> dict[str, Node]:
    """Those that purchases tell."""
    return {name: node for name, node in segments.items() if all(_is_known(leaf) for leaf in leaves(node))}


def groups_of(people: Sequence[str], table: pa.Table, segments: Mapping[str, Node]) -> Iterator[tuple[str, str, Bools]]:
    """Kind, name and who: by segment, by usual store. `table`: `KNOWN` of everybody with a purchase by that day.

    Whoever has none has registered and no more.
    """
    at = pc.index_in(pa.array(people, pa.string()), value_set=table["owner"].combine_chunks())
    mine = table.take(at)
    nobody = pc.is_null(at).to_numpy(zero_copy_only=False)
    for name, node in tellable(segments).items():
        yield "segment", name, _passes(node, mine) | (nobody if name == NEVER else False)
    stores = mine["top_store"].combine_chunks()
    for store in sorted(pc.unique(stores.drop_null()).to_pylist()):
        yield "store", store, _true(pc.equal(stores, store))


def _is_known(leaf: object) -> bool:
    return isinstance(leaf, FieldTest) and leaf.field in KNOWN.names and leaf.op in (Op.ONE_OF, Op.YES)


def _passes(node: Node, table: pa.Table) -> Bools:
    match node:
        case Every(of):
            return np.logical_and.reduce([_passes(one, table) for one in of])  # type: ignore[no-any-return]  # of arrays, an array
        case Either(of):
            return np.logical_or.reduce([_passes(one, table) for one in of])  # type: ignore[no-any-return]  # of arrays, an array
        case Not(of):
            return ~_passes(of, table)
        case FieldTest(field, Op.YES):
            return _true(table[field])
        case FieldTest(field, _, _, among):
            return _true(pc.is_in(table[field].cast(pa.string()), value_set=pa.array(among, pa.string())))
        case _:
            raise AssertionError("only what purchases tell is asked for")


def _true(values: pa.Array | pa.ChunkedArray) -> Bools:
    found: Bools = values.fill_null(False).to_numpy(zero_copy_only=False).astype(bool)
    return found
