"""Expressions become Arrow tables: the same types, rows and order from every engine."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.ports import Engine


def run(engine: Engine, expression: Any, schema: pa.Schema) -> pa.Table:
    """Its rows in these types, ordered by the first column: the same table from every engine."""
    found = engine.fetch(expression).select(schema.names)
    # In one piece: rows taken out of many are looked for in each.
    whole = canonical(found, schema).combine_chunks()
    return whole.take(pc.sort_indices(whole[schema.names[0]]))


def batches(engine: Engine, expression: Any, schema: pa.Schema, size: int = 100_000) -> Iterator[pa.Table]:
    """The same rows as `run`, so many at a time by ranges of the first column, whose values are distinct."""
    key = schema.names[0]
    kept = engine.keep("ranged", expression)
    numbered = kept.select(kept[key], at=ibis.row_number().over(order_by=kept[key]))
    starts = sorted(engine.fetch(numbered.filter(numbered["at"] % size == 0).select(key))[key].to_pylist())
    for first, after in zip_longest(starts, starts[1:]):
        chosen = kept.filter(kept[key] >= first)
        yield run(engine, chosen if after is None else chosen.filter(chosen[key] < after), schema)


def canonical(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """In these types: counts are signed again, 0 and 1 are booleans, days since 1970 are dates."""
    columns = []
    for field in schema:
        column = table[field.name]
        if pa.types.is_date(field.type) and not pa.types.is_date(column.type):
            column = column.cast(pa.int32())
        if pa.types.is_boolean(field.type) and not pa.types.is_boolean(column.type):
            column = pc.not_equal(column, 0)
        if pa.types.is_decimal(column.type):  # PostgreSQL's sums
            column = column.cast(pa.decimal128(38, 0)) if pa.types.is_integer(field.type) else column
        columns.append(column.cast(field.type))
    return pa.table(columns, schema=schema)


def narrowed(expression: Any) -> str:
    """Its columns in SQL, sums as whole numbers of 64 bits: engines make wider ones, dear in the next grouping."""
    whole = {name for name, kind in expression.schema().items() if kind.is_int64()}
    return ", ".join(f'cast("{name}" as bigint) as "{name}"' if name in whole else f'"{name}"'
                     for name in expression.columns)  # fmt: skip
