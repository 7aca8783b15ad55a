"""Who bought what a segment asks for, out of the lake: exact for any number of days."""

from datetime import date, timedelta
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.duck import DuckDB
from adapters.analytics.marts import EARLIEST, amount_of, number
from adapters.analytics.ports import Source
from core.segments.fields import Dimension, Measure
from core.segments.model import Bought


def unlike(source: Source, products: pa.Table, leaf: Bought, today: date, memory: str = "500MB") -> list[str]:
    """The owners whom the test treats otherwise than somebody who bought nothing of the kind, in their order.

    `products`: sku, category, brand. A good that came back wholly was never bought; of one that came back in part the
    rest was. A receipt counts once, whatever stands on it.
    """
    first = EARLIEST if leaf.days is None else max(EARLIEST, today - timedelta(days=min(leaf.days, 100_000) - 1))
    engine = DuckDB(memory)
    try:
        found = engine.fetch(_unlike(engine, engine.lines(source, since=first).table, products, leaf, first, today))
    finally:
        engine.close()
    return sorted(found["owner"].to_pylist())


def _unlike(engine: DuckDB, table: Any, products: pa.Table, leaf: Bought, first: date, today: date) -> Any:
    rows = table.filter(table.owner.notnull() & (table.milli != 0) & table.day.between(number(first), number(today)))
    match leaf.dimension:
        case Dimension.STORE:
            rows = rows.filter(rows.store.isin(leaf.among))
        case Dimension.WEEKDAY:  # 1970-01-01 was a Thursday; 1 is Monday
            rows = rows.filter(((rows.day + 3) % 7 + 1).isin([int(one) for one in leaf.among]))
        case dimension:
            rows = rows.semi_join(engine.small("wanted", _skus(products, dimension, leaf.among), key="sku"), "p")
    rows = rows.select("owner", "day", "r", "p", "milli", money=amount_of(rows) - rows.discount)
    kept = rows.group_by("owner", "day", "r", "p").aggregate(milli=rows.milli.sum(), money=rows.money.sum())
    receipts = kept.filter(kept.milli > 0).group_by("owner", "day", "r").aggregate(money=kept.money.sum())
    amount = receipts.count() if leaf.measure is Measure.TIMES else receipts.money.sum()
    people = receipts.group_by("owner").aggregate(amount=amount)
    within = ibis.literal(True)
    if leaf.at_least is not None:
        within &= people.amount >= leaf.at_least
    if leaf.at_most is not None:
        within &= people.amount <= leaf.at_most
    return people.filter(~within if leaf.passes(0) else within).select("owner")


def _skus(products: pa.Table, dimension: Dimension, among: tuple[str, ...]) -> pa.Table:
    """A sku may be asked for that the catalogue does not know; a category or brand is the catalogue's."""
    if dimension is Dimension.SKU:
        return pa.table({"sku": pa.array(among, pa.string())})
    named = pc.is_in(products[dimension.value], value_set=pa.array(among, pa.string()))
    return products.filter(named).select(["sku"])
