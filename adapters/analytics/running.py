"""Expressions become Arrow tables: the same types, rows and order from every engine."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.ports import Engine
from adapters.analytics.words import in_one


def run(engine: Engine, expression: Any, schema: pa.Schema) -> pa.Table:
    """Its rows in these types, ordered by the first column: the same table from every engine."""
    found = engine.fetch(expression)
    order, columns = None, []
    for field in schema:
        # Column by column, each in one piece: rows taken out of many are looked for in each, and what one column took
        # on the way is there for the next.
        column = in_one(canonical(found[field.name], field.type))
        if order is None:
            order = pc.sort_indices(column)
        columns.append(column.take(order))
    return pa.table(columns, schema=schema)


def batches(engine: Engine, expression: Any, schema: pa.Schema, size: int = 100_000) -> Iterator[pa.Table]:
    """The same rows as `run`, so many at a time by ranges of the first column, whose values are distinct."""
    key = schema.names[0]
    kept = engine.keep("ranged", expression)
    numbered = kept.select(kept[key], at=ibis.row_number().over(order_by=kept[key]))
    starts = sorted(engine.fetch(numbered.filter(numbered["at"] % size == 0).select(key))[key].to_pylist())
    for first, after in zip_longest(starts, starts[1:]):
        chosen = kept.filter(kept[key] >= first)
        yield run(engine, chosen if after is None else chosen.filter(chosen[key] < after), schema)


def canonical(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    """In this type: counts are signed again, 0 and 1 are booleans, days since 1970 are dates."""
    if pa.types.is_date(wanted) and not pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    if pa.types.is_boolean(wanted) and not pa.types.is_boolean(column.type):
        column = pc.not_equal(column, 0)
    if pa.types.is_decimal(column.type) and pa.types.is_integer(wanted):  # PostgreSQL's sums
        column = column.cast(pa.decimal128(38, 0))
    return column.cast(wanted)


def narrowed(expression: Any) -> str:
    """Its columns in SQL, sums as whole numbers of 64 bits: engines make wider ones, dear in the next grouping."""
    whole = {name for name, kind in expression.schema().items() if kind.is_int64()}
    return ", ".join(f'cast("{name}" as bigint) as "{name}"' if name in whole else f'"{name}"'
                     for name in expression.columns)  # fmt: skip
