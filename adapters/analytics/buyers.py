"""Who bought what a segment asks for, out of the lake: exact for any number of days."""

from collections.abc import Collection, Sequence
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

_GOOD, _RECEIPT = ["owner", "day", "r", "store", "p"], ["owner", "day", "r", "store"]


def unlike(
    source: Source, products: pa.Table, leaf: Bought, today: date, memory: str = "500MB", *,
    stores: Collection[str] = (),
) -> list[str]:  # fmt: skip
    """What `Buyers` of this source tell once."""
    buyers = Buyers(source, memory)
    try:
        return buyers.unlike(products, leaf, today, stores=stores)
    finally:
        buyers.close()


class Buyers:
    """The lake as it is now, asked again and again: what came back is looked for once.

    `products`: sku, category, brand; `stores`: those of the groups that the test names. A good that came back wholly
    was never bought; of one that came back in part the rest was. A receipt counts once, whatever stands on it.
    """

    def __init__(self, source: Source, memory: str = "500MB") -> None:
        self._source = source
        self._engine = DuckDB(memory)
        self._touched: Any = None

    def unlike(self, products: pa.Table, leaf: Bought, today: date, *, stores: Collection[str] = ()) -> list[str]:
        """The owners whom the test treats otherwise than somebody who bought nothing of the kind, in their order."""
        people = self._people(products, leaf, today, stores)
        within = ibis.literal(True)
        if leaf.at_least is not None:
            within &= people.amount >= leaf.at_least
        if leaf.at_most is not None:
            within &= people.amount <= leaf.at_most
        found = self._engine.fetch(people.filter(~within if leaf.passes(0) else within).select("owner"))
        return sorted(found["owner"].to_pylist())

    def amount(self, products: pa.Table, leaf: Bought, today: date, owner: str, *, stores: Collection[str] = ()) -> int:
        """What the test counts of one owner: receipts, or minor units."""
        people = self._people(products, leaf, today, stores, owner)
        return sum(self._engine.fetch(people.select("amount"))["amount"].to_pylist())

    def close(self) -> None:
        """The engine is gone."""
        self._engine.close()

    def _people(
        self, products: pa.Table, leaf: Bought, today: date, stores: Collection[str], owner: str | None = None
    ) -> Any:
        """One row for each owner with something of the kind: the amount, less what came back."""
        if self._touched is None:
            self._touched = self._engine.keep("came_back", _touched(self._engine.lines(self._source).table))
        first = EARLIEST if leaf.days is None else max(EARLIEST, today - timedelta(days=min(leaf.days, 100_000) - 1))
        table = self._engine.lines(self._source, since=first).table
        wanted = None
        if leaf.dimension in (Dimension.SKU, Dimension.CATEGORY, Dimension.BRAND):
            wanted = self._engine.small("wanted", _skus(products, leaf.dimension, leaf.among), key="sku")

        def named(rows: Any) -> Any:
            rows = rows.filter(rows.owner.notnull() if owner is None else rows.owner == owner)
            rows = rows.filter(rows.day.between(number(first), number(today)))
            return _named(rows, leaf, wanted, stores)

        lines, touched = named(table.filter(table.milli != 0)), named(self._touched)
        if leaf.measure is Measure.MONEY:
            all_of = lines.group_by("owner").aggregate(amount=(amount_of(lines) - lines.discount).sum())
            gone = touched.filter(touched.milli <= 0)
            less = gone.group_by("owner").aggregate(less=gone.money.sum())
        else:
            receipts = lines.select(_RECEIPT).distinct()
            all_of = receipts.group_by("owner").aggregate(amount=receipts.count())
            emptied = touched.group_by(_RECEIPT).aggregate(most=touched.milli.max())
            emptied = emptied.filter(emptied.most <= 0)
            less = emptied.group_by("owner").aggregate(less=emptied.count())
        both = all_of.left_join(less, "owner")
        return both.select("owner", amount=both.amount - both.less.fill_null(0))


def _touched(lines: Any) -> Any:
    """Every good of the receipts of which something came back, with what is left of it.

    They are few: adding up each good on each receipt would cost five times as much as all the rest.
    """
    rows = lines.filter(lines.owner.notnull() & (lines.milli != 0))
    back = rows.filter(rows.milli < 0).select("r", "day").distinct()
    rows = rows.semi_join(back, ["r", "day"])
    rows = rows.select(*_GOOD, "milli", money=amount_of(rows) - rows.discount)
    return rows.group_by(_GOOD).aggregate(milli=rows.milli.sum(), money=rows.money.sum())


def _named(rows: Any, leaf: Bought, wanted: Any, stores: Collection[str]) -> Any:
    match leaf.dimension:
        case Dimension.ANYTHING:
            return rows
        case Dimension.STORE:
            return rows.filter(rows.store.isin(leaf.among))
        case Dimension.GROUP:
            return rows.filter(rows.store.isin(list(stores)) if stores else ibis.literal(False))
        case Dimension.WEEKDAY:  # 1970-01-01 was a Thursday; 1 is Monday
            return rows.filter(((rows.day + 3) % 7 + 1).isin([int(one) for one in leaf.among]))
        case _:
            return rows.semi_join(wanted, "p")


def _skus(products: pa.Table, dimension: Dimension, among: Sequence[str]) -> pa.Table:
    """A sku may be asked for that the catalogue does not know; a category or brand is the catalogue's."""
    if dimension is Dimension.SKU:
        return pa.table({"sku": pa.array(among, pa.string())})
    named = pc.is_in(products[dimension.value], value_set=pa.array(among, pa.string()))
    return products.filter(named).select(["sku"])
