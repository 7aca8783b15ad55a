"""One row a customer: everything that the features are computed from, with whole numbers only."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.history import History
from adapters.analytics.marts import gone, number, parts_of, ranked, receipts, sane
from adapters.analytics.ports import Engine, Lines
from adapters.analytics.summing import Asked, totals_of
from adapters.analytics.sums import SPANS

BY = ("category", "brand")
"""What of the goods is looked at for each customer; each costs a look at every line."""
_TIES = 1 << 16
"""Names that a tie can be between: the name's place is packed under the amount, and one maximum finds both."""
_LIFT = 1 << 40
"""Minor units. Goods sold at a loss can leave negative money, whose remainder differs by engine: it is lifted."""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands beside the lines: goods (sku, category, brand), promo (week's Monday, sku) where there is one."""

    products: pa.Table
    promo: pa.Table | None = None


def totals(
    engine: Engine, lines: Lines, around: Around, *, as_of: date, zone: ZoneInfo, by: Collection[str] = BY
) -> Any:
    """A row for each owner with a sane line by `as_of`; what is not asked for in `by` is not there. `place` is ordered
    as the owners are.

    Raises ValueError for a sku that stands among the products twice, RuntimeError if two owners have one key.
    """
    products, weeks, names = _told(around)
    if lines.here is not None:
        return _held(engine, totals_of(lines.here, Asked(products, weeks, names, as_of, zone, by)))
    goods = engine.small("goods", products, key="sku")
    promo = None if weeks is None else engine.small("promo", weeks, key="sku")
    kept = _kept(engine, lines, sane(lines.part, goods, promo, as_of), by, partial(receipts, zone=zone, as_of=as_of))
    stores = _named(engine, "stores", lines, "s", "store")
    stores = stores.select("s", "store", place=ibis.row_number().over(order_by=stores.store))
    parts = [_gaps(kept["receipts"]), _stores(kept["receipts"], stores)]
    if "category" in by:
        parts.append(_categories(kept["category"], engine.small("categories", names["category"])))
    if "brand" in by:
        parts.append(_whole(kept["brand"], "brand").group_by("o").aggregate(brands=lambda t: t.count()))
    made = _sums(kept["receipts"], as_of).join(_named(engine, "owners", lines, "o", "owner"), "o")
    for part in parts:
        made = made.left_join(part, "o").drop("o_right")
    return made.mutate(place=made.owner)


def totals_by_day(
    engine: Engine, history: History, around: Around, *, days: Sequence[date], zone: ZoneInfo, by: Collection[str] = BY
) -> Any:
    """The totals of a history as of each of these days one below the other, with the day (from 1970 on) as `as_of`."""
    products, weeks, names = _told(around)
    tables = []
    for day in days:
        (table,) = totals_of(history, Asked(products, weeks, names, day, zone, by))
        tables.append(table.append_column("as_of", pa.array(np.full(table.num_rows, number(day)))))
    return engine.small("summed", pa.concat_tables(tables))


def _told(around: Around) -> tuple[pa.Table, pa.Table | None, dict[str, pa.Table]]:
    """Goods and promo by the places of names, and the names."""
    if len(around.products["sku"].unique()) < around.products.num_rows:
        raise ValueError("products: a sku stands there twice, and its lines would count twice")
    names = {name: ranked(around.products, name) for name in BY}
    return _coded(around.products, names), None if around.promo is None else _weeks(around.promo), names


def _held(engine: Engine, tables: Iterable[pa.Table]) -> Any:
    """Of one range the table itself, of several what the engine keeps of them: all may be more than memory holds."""
    kept: Any = None
    for at, table in enumerate(tables):
        if at == 1:
            kept = engine.keep("ranges", kept.select(kept.columns))
        given = engine.small("summed", table)
        kept = engine.keep("ranges", given, more=True) if at else given
    return kept


def _kept(
    engine: Engine, lines: Lines, rows: Any, by: Collection[str], receipts_of: Callable[[Any, Any], Any]
) -> dict[str, Any]:
    """Receipts; money by customer and category, by customer and brand: the last two still in parts."""
    kept: dict[str, Any] = {}
    parts: list[tuple[str, Any]] = []
    for turn in lines.turns:
        turn()
        here = engine.keep("here", rows)
        lost = engine.keep("gone", gone(here))
        parts = parts or [
            ("receipts", receipts_of(here, lost)),
            *((name, part) for name in by for part in parts_of(here, lost, name)),
        ]
        for name, part in parts:
            kept[name] = engine.keep(f"by_{name}", part, more=name in kept)
    return kept


def _whole(parts: Any, name: str) -> Any:
    """Of the parts of a category or brand, what is left."""
    sums = {column: parts[column].sum() for column in parts.columns if column not in ("o", name)}
    summed = parts.group_by("o", name).aggregate(**sums)
    return summed.filter(summed.lines > 0)


def _coded(products: pa.Table, names: Mapping[str, pa.Table]) -> pa.Table:
    columns = {"sku": products["sku"]}
    for column, known in names.items():
        at = pc.index_in(products[column], value_set=known["name"].combine_chunks())
        columns[column] = known["code"].cast(pa.int32()).take(at).fill_null(0)
    return pa.table(columns)


def _weeks(promo: pa.Table) -> pa.Table:
    weeks = promo["week"].cast(pa.int32()).cast(pa.int64())
    return pa.table({"sku": promo["sku"], "week": weeks}).group_by(["sku", "week"]).aggregate([])


def _named(engine: Engine, name: str, lines: Lines, key: str, column: str) -> Any:
    """Each key and what it stands for."""
    table = lines.table.filter(lines.table.owner.notnull())
    kept = engine.keep(name, table.select(key, column).distinct())
    told = engine.fetch(kept.aggregate(rows=kept.count(), keys=kept[key].nunique())).to_pylist()[0]
    if told["rows"] != told["keys"]:
        raise RuntimeError(
            f"two {name} have one key of 64 bits; the chance is one in a million, count on another engine"
        )
    return kept


def _sums(kept: Any, as_of: date) -> Any:
    """Sums and counts of receipts; one that came back wholly has no day and counts in `returned` and `lines` alone."""
    today = number(as_of)
    money = kept.gross - kept.discount
    weekday = (kept.day + 3) % 7  # 1970-01-01 was a Thursday; 0 is Monday
    sums = {
        "first_day": kept.day.min(),
        "last_day": kept.day.max(),
        "receipts": kept.day.count(),
        "gross": kept.gross.sum(),
        "discount": kept.discount.sum(),
        "items": kept["items"].sum(),
        "promo": kept.promo.sum(),
        "returned": kept.returned.sum(),
        "lines": kept.lines.sum(),
    }
    for span in SPANS:
        recent = kept.day > today - span
        sums[f"receipts_{span}"] = _many(kept, recent)
        sums[f"money_{span}"] = recent.ifelse(money, 0).sum()
    # The most frequent, and of equals the earliest: counts in the upper bits, what is left of the week below.
    days = [_many(kept, weekday == at) * 8 + (7 - at) for at in range(7)]
    hours = [_many(kept, kept.hour == at) * 32 + (31 - at) for at in range(24)]
    sums["weekday"] = 8 - ibis.greatest(*days) % 8
    sums["hour"] = 31 - ibis.greatest(*hours) % 32
    return kept.group_by("o").aggregate(**sums)


def _many(kept: Any, condition: Any) -> Any:
    """How many rows it holds for; on Spark one row that knows no answer would make the count null."""
    return kept.count(where=condition.fill_null(False))


def _gaps(kept: Any) -> Any:
    """Days between different days of purchase: their sum of squares and exact median, and how many days there are."""
    days = kept.filter(kept.day.notnull()).select("o", "day").distinct()
    window = ibis.window(group_by=days.o, order_by=days.day)
    seen = days.select("o", "day", at=ibis.row_number().over(window), before=days.day.lag().over(window))
    # ClickHouse's lag gives 0 where there is none.
    seen = seen.select("o", gap=(seen["at"] > 0).ifelse(seen.day - seen.before, ibis.null("int64")))
    ordered = ibis.window(group_by=seen.o, order_by=[seen.gap.isnull().ifelse(1, 0), seen.gap])
    seen = seen.select("o", "gap", place=ibis.row_number().over(ordered) + 1,
                       many=seen.gap.count().over(group_by=seen.o))  # fmt: skip
    middle = (seen.place * 2).between(seen.many, seen.many + 2)
    return seen.group_by("o").aggregate(
        days=seen.count(),
        gap_squares=(seen.gap * seen.gap).sum(),
        gap_middles=middle.ifelse(seen.gap, ibis.null("int64")).sum(),
        gap_middle_count=middle.ifelse(seen.gap, ibis.null("int64")).count(),
    )


def _stores(kept: Any, stores: Any) -> Any:
    """How many stores, and the one with most receipts."""
    visits = kept.filter(kept.day.notnull()).group_by("o", "s").aggregate(visits=lambda t: t.count())
    visits = visits.join(stores, "s")
    packed = visits.visits * _TIES + (_TIES - 1 - visits.place)
    best = visits.group_by("o").aggregate(stores=visits.count(), best=packed.max())
    best = best.mutate(place=_TIES - 1 - best.best % _TIES)
    named = stores.select(top_store="store", at="place")
    return best.join(named, best.place == named["at"]).select("o", "stores", "top_store")


def _categories(tastes: Any, names: Any) -> Any:
    """How many categories, and the one with most money."""
    whole = _whole(tastes, "category")
    packed = (whole.money + _LIFT) * _TIES + (_TIES - 1 - whole.category)
    best = whole.group_by("o").aggregate(categories=whole.count(), best=packed.max())
    best = best.mutate(code=_TIES - 1 - best.best % _TIES)
    return best.left_join(names, best.code == names.code).select("o", "categories", top_category="name")
