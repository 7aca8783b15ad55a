"""From lines to totals: what was bought of each sku on a receipt, receipts, what each customer has altogether.

A line that came back is netted against its sale (same receipt, same sku); what came back wholly was never bought. All
sums are of whole numbers and every order is total, so each engine finds the same. The lake is worked through month by
month where the engine says so: memory then depends on a month, not on the years.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.ports import Engine, Lines

EARLIEST = date(2000, 1, 1)
"""No retailer's receipts are older; a business date before it is a broken clock."""
_EPOCH = date(1970, 1, 1)


def number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


@dataclass(frozen=True, slots=True)
class Report:
    """What the features are made of, in lines: all of them, those without a card, and the insane ones left out."""

    lines: int
    without_card: int
    zero_quantity: int
    outside: int
    """Sold before 2000 or after the day that the features are of."""
    broken: Sequence[str] = ()
    """Files that cannot be read: they are set aside, and none of this counts their lines."""


def report(engine: Engine, lines: Lines, as_of: date) -> Report:
    """One look over three columns."""
    table = lines.table
    counted = table.aggregate(
        lines=table.count(),
        without_card=table.owner.isnull().ifelse(1, 0).sum(),
        zero_quantity=(table.milli == 0).ifelse(1, 0).sum(),
        outside=((table.milli != 0) & ~table.day.between(number(EARLIEST), number(as_of))).ifelse(1, 0).sum(),
    )
    row = engine.fetch(counted).to_pylist()[0]
    return Report(**{name: int(value or 0) for name, value in row.items()}, broken=tuple(lines.broken()))


def sane(part: Any, goods: Any, promo: Any, as_of: date) -> Any:
    """Lines with a card as narrow rows: what they cost, how many minor units off, of which category, brand, on promo.

    `goods` has places of categories and brands by `p`, `promo` (or None) the weeks of each `p` by their Monday.
    """
    rows = part.filter(part.owner.notnull() & (part.milli != 0) & part.day.between(number(EARLIEST), number(as_of)))
    rows = rows.mutate(amount=amount_of(rows), week=rows.day - (rows.day + 3) % 7)
    rows = rows.left_join(goods.select("p", "category", "brand"), "p").drop("p_right")
    on_promo = ibis.literal(0, "int64")
    if promo is not None:
        rows = rows.left_join(promo.select("p", "week", on_it=1), ["p", "week"])
        on_promo = rows.on_it.fill_null(0)
    return rows.select(
        "o", "day", "r", "p", "s", "second", "milli", "amount", "discount", category=rows.category.fill_null(0),
        brand=rows.brand.fill_null(0), on_promo=on_promo.cast("int32"),
    )  # fmt: skip


def amount_of(rows: Any) -> Any:
    """What a line costs before its discount: half up by size, as a till rounds; an amount that comes back is rounded
    like the one that was paid."""
    exact = rows.milli * rows.unit_price
    return (rows.milli > 0).ifelse((exact + 500) // 1000, -((500 - exact) // 1000))


def gone(rows: Any) -> Any:
    """Skus of receipts of which nothing is left: they came back wholly, or their sale is not in the lake."""
    sku = ["o", "day", "r", "p"]
    back = rows.filter(rows.milli < 0).select(sku).distinct()
    touched = rows.semi_join(back, sku).group_by(*sku, "category", "brand", "on_promo")
    summed = touched.aggregate(
        milli=lambda t: t.milli.sum(), gross=lambda t: t.amount.sum(), discount=lambda t: t.discount.sum(),
        lines=lambda t: t.count(),
    )  # fmt: skip
    return summed.filter(summed.milli <= 0)


def receipts(rows: Any, lost: Any, zone: ZoneInfo, as_of: date) -> Any:
    """One row a receipt; of one that came back wholly only the returned lines are left: it has no day and no amounts.

    Sums are of all its lines, less those of the `lost` rows (`gone`), which are few: most skus stand on a receipt once
    and stay sold, and sums of each sku by itself would cost twice as much as all the rest.
    """
    receipt = ["o", "day", "r"]
    whole = rows.group_by(receipt).aggregate(
        s=rows.s.max(), second=rows.second.min(), gross=rows.amount.sum(), discount=rows.discount.sum(),
        returned=(rows.milli < 0).ifelse(1, 0).sum(), lines=rows.count(),
    )  # fmt: skip
    skus = rows.select(*receipt, "p", "on_promo").distinct()
    skus = skus.group_by(receipt).aggregate(skus=skus.count(), on_promo=skus.on_promo.sum())
    less = lost.group_by(receipt).aggregate(
        less_gross=lost.gross.sum(), less_discount=lost.discount.sum(), less_skus=lost.count(),
        less_promo=lost.on_promo.sum(),
    )  # fmt: skip
    made = whole.join(skus, receipt).left_join(less, receipt)
    made = made.select(
        "o", "day", "r", "s", "second", "returned", "lines", gross=made.gross - made.less_gross.fill_null(0),
        discount=made.discount - made.less_discount.fill_null(0), items=made.skus - made.less_skus.fill_null(0),
        promo=made.on_promo - made.less_promo.fill_null(0),
    )  # fmt: skip
    is_one = made["items"] > 0
    local = made.second + _offset(made.second, zone, as_of)
    return made.select(
        "o", "s", "gross", "discount",
        *(made[name].cast("int32").name(name) for name in ("items", "promo", "returned", "lines")),
        day=is_one.ifelse(made.day.cast("int64"), ibis.null("int64")),
        hour=is_one.ifelse(local // 3600 % 24, ibis.null("int64")),
    )  # fmt: skip


def parts_of(rows: Any, lost: Any, name: str) -> list[Any]:
    """Money and lines of each customer by category or brand, and what to take off again: their sums are what counts.

    Two expressions, not their union: ClickHouse finds no common type for counts and for what is less than nothing.
    """
    known, less = rows.filter(rows[name] > 0), lost.filter(lost[name] > 0)
    sold: dict[str, Any] = {"lines": known.count().cast("int32")}
    off: dict[str, Any] = {"lines": -less.lines.sum().cast("int32")}
    if name == "category":  # nobody asks for the money of a brand, and there are nearly as many rows as lines
        sold["money"] = (known.amount - known.discount).sum()
        off["money"] = -(less.gross - less.discount).sum()
    return [known.group_by("o", name).aggregate(**sold), less.group_by("o", name).aggregate(**off)]


def shifts_of(zone: ZoneInfo, as_of: date) -> list[tuple[int, int]]:
    """From which second on how many are added for the zone's own clock, until that day has ended everywhere."""
    hour = 3600
    first, after = number(EARLIEST) * 86_400, (number(as_of) + 2) * 86_400
    shifts = [(first, _shift(first, zone))]
    for day in range(first, after, 86_400):
        if _shift(day + 86_400, zone) != shifts[-1][1]:
            # Within that day, to the quarter of an hour; a day has one change at most.
            began = next(at for at in range(day, day + 86_401, hour // 4) if _shift(at, zone) != shifts[-1][1])
            shifts.append((began, _shift(began, zone)))
    return shifts


def _offset(second: Any, zone: ZoneInfo, as_of: date) -> Any:
    """Seconds to add for the zone's own clock, chosen between its changes: no engine's calendar is asked."""

    def among(some: Sequence[tuple[int, int]]) -> Any:
        if len(some) == 1:
            return ibis.literal(some[0][1], "int64")
        half = len(some) // 2
        return (second < some[half][0]).ifelse(among(some[:half]), among(some[half:]))

    return among(shifts_of(zone, as_of))


@lru_cache(20_000)
def _shift(second: int, zone: ZoneInfo) -> int:
    shift = datetime.fromtimestamp(second, zone).utcoffset()
    assert shift is not None
    return int(shift.total_seconds())


def ranked(names: pa.Table, column: str) -> pa.Table:
    """Different names of a column, but the empty one, by their places from 1."""
    found = pc.unique(names[column].combine_chunks()).drop_null()
    found = found.filter(pc.not_equal(found, "")).sort()
    return pa.table({"code": pa.array(range(1, len(found) + 1), pa.int64()), "name": found})
