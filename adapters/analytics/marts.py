"""From lines to totals: what was bought of each sku on a receipt, receipts, what each customer has altogether.

A line that came back is netted against its sale (same receipt, same sku); what came back wholly was never bought. All
sums are of whole numbers and every order is total, so each engine finds the same. The lake is worked through month by
month where the engine says so: memory then depends on a month, not on the years.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.engines import Engine, Lines

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
    return Report(**{name: int(value or 0) for name, value in row.items()})


def bought(part: Any, as_of: date) -> Any:
    """One row for each sku of a receipt with a card: what is left of it after returns, and how many lines it had."""
    sane = part.filter(part.owner.notnull() & (part.milli != 0) & part.day.between(number(EARLIEST), number(as_of)))
    exact = sane.milli * sane.unit_price
    # Half up by size, as a till rounds; an amount that comes back is rounded like the one that was paid.
    amount = (sane.milli > 0).ifelse((exact + 500) // 1000, -((500 - exact) // 1000))
    sane = sane.mutate(amount=amount, back=(sane.milli < 0).ifelse(1, 0))
    return sane.group_by("o", "day", "r", "p").aggregate(
        s=sane.s.max(),
        second=sane.second.min(),
        milli=sane.milli.sum(),
        gross=sane.amount.sum(),
        discount=sane.discount.sum(),
        returned=sane.back.sum(),
        lines=sane.count(),
    )


def receipts(rows: Any, zone: ZoneInfo, as_of: date) -> Any:
    """One row a receipt; of one that came back wholly only the returned lines are left: it has no day and no amounts.

    `rows` are those of `bought`, with `on_promo` 0 or 1.
    """
    left = rows.milli > 0
    grouped = rows.group_by("o", "day", "r").aggregate(
        s=rows.s.max(),
        second=left.ifelse(rows.second, ibis.null("int64")).min(),
        items=left.ifelse(1, 0).sum(),
        gross=left.ifelse(rows.gross, 0).sum(),
        discount=left.ifelse(rows.discount, 0).sum(),
        promo=left.ifelse(rows.on_promo, 0).sum(),
        returned=rows.returned.sum(),
        lines=rows.lines.sum(),
    )
    is_one = grouped["items"] > 0
    local = grouped.second + _offset(grouped.second, zone, as_of)
    return grouped.select(
        "o", "r", "s", "items", "gross", "discount", "promo", "returned", "lines",
        day=is_one.ifelse(grouped.day, ibis.null("int64")),
        hour=local // 3600 % 24,
    )  # fmt: skip


def _offset(second: Any, zone: ZoneInfo, as_of: date) -> Any:
    """Seconds to add for the zone's own clock, as cases between its changes: no engine's calendar is asked."""
    at = datetime(as_of.year + 1, 1, 1, tzinfo=UTC)
    changes: list[tuple[int, int]] = []
    step = timedelta(hours=1)
    for day in range(number(EARLIEST), number(at.date())):
        began = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
        if _shift(began, zone) != _shift(began + timedelta(days=1), zone):
            moment = next(began + step * hour for hour in range(1, 25) if _shift(began + step * hour, zone)
                          == _shift(began + timedelta(days=1), zone))  # fmt: skip
            changes.append((int(moment.timestamp()), _shift(began, zone)))
    branches = [(second < until, before) for until, before in changes]
    last = _shift(at, zone)
    return ibis.cases(*branches, else_=last) if branches else ibis.literal(last)


def _shift(at: datetime, zone: ZoneInfo) -> int:
    shift = at.astimezone(zone).utcoffset()
    assert shift is not None
    return int(shift.total_seconds())


def ranked(names: pa.Table, column: str) -> pa.Table:
    """Different names of a column, but the empty one, by their places from 1."""
    found = pc.unique(names[column].combine_chunks()).drop_null()
    found = found.filter(pc.not_equal(found, "")).sort()
    return pa.table({"code": pa.array(range(1, len(found) + 1), pa.int64()), "name": found})
