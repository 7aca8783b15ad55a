"""What was bought, out of the lake: owner, good and day of each line that stayed sold."""

from collections.abc import Iterator
from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.lakelines import by_months
from adapters.analytics.marts import EARLIEST
from adapters.analytics.ports import Source

_SKU = ["store", "till", "receipt", "business_date", "sku", "owner"]
_WANTED = ["owner", "sku", "business_date"]


def bought(source: Source, until: date, since: date = EARLIEST) -> Iterator[pa.RecordBatch]:
    """Batches of `owner`, `sku`, `day`, month by month: lines with a card, sold on sane days from `since` to before
    `until`.

    A good that came back wholly was never bought; of one that came back in part the rest was. What comes back has the
    day of its sale, so that no day needs another.
    """
    for month in by_months(source, partial(_stayed, since=since, until=until), days=(since, until)):
        for part in month:
            yield from part.rename_columns(["owner", "sku", "day"]).to_batches(max_chunksize=1_000_000)


def _stayed(parts: Iterator[pa.Table], since: date, until: date) -> list[pa.Table]:
    sane = [part.filter(_sane(part, since, until)) for part in parts]
    back = [_texts(part.filter(pc.less(part["milli"], 0))) for part in sane]
    receipts = pc.unique(pa.concat_tables(back)["receipt"]) if back else pa.array([], pa.string())
    kept, touched = [], list(back)
    # Few receipts have returns: only their lines are summed, the rest passes by.
    for part in sane:
        sold = part.filter(pc.greater(part["milli"], 0))
        among = pc.is_in(sold["receipt"], value_set=receipts)
        kept.append(sold.filter(pc.invert(among)).select(_WANTED))
        touched.append(_texts(sold.filter(among)))
    if len(receipts):
        left = pa.concat_tables(touched).group_by(_SKU).aggregate([("milli", "sum")])
        kept.append(left.filter(pc.greater(left["milli_sum"], 0)).select(_WANTED))
    return kept


def _sane(part: pa.Table, since: date, until: date) -> pa.ChunkedArray:
    day = part["business_date"]
    inside = pc.and_(pc.greater_equal(day, pa.scalar(max(since, EARLIEST))), pc.less(day, pa.scalar(until)))
    return pc.and_(pc.is_valid(part["owner"]), pc.and_(inside, pc.not_equal(part["milli"], 0)))


def _texts(part: pa.Table) -> pa.Table:
    """Plain texts, which can be grouped and joined to those of another file."""
    columns = {
        name: part[name].cast(pa.string()) if pa.types.is_dictionary(part[name].type) else part[name]
        for name in [*_SKU, "milli"]
    }
    return pa.table(columns)
