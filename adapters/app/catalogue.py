"""Every product of the house as analytics reads them."""

import pyarrow as pa

from adapters.app.owners import Do, all_of

_READ = 10_000
"""Rows in one reading work."""
Product = tuple[str, str, str, int, str]


def products_of(do: Do) -> list[Product]:
    """Row by row: sku, category, brand, price first."""
    return list(all_of(do, lambda work, after: work.planning.products(after, _READ), lambda row: row[0]))


def table_of(rows: list[Product]) -> pa.Table:
    """Sku, category, brand, price."""
    names = ("sku", "category", "brand")
    columns = {name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(names)}
    return pa.table({**columns, "price": pa.array([row[3] for row in rows], pa.int64())})


def catalogue_of(do: Do) -> pa.Table:
    """Every product: sku, category, brand, price."""
    return table_of(products_of(do))
