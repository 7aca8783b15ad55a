"""What was bought, out of the lake: owner, good and day of each line that stayed sold."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from adapters.analytics.lakelines import months
from adapters.analytics.marts import EARLIEST

_RECEIPT = ["store", "till", "receipt", "business_date", "sku"]
_READ = pa.schema(
    [
        *((name, pa.string()) for name in ("store", "till", "receipt", "owner", "sku")),
        ("business_date", pa.date32()),
        ("milli", pa.int64()),
    ]
)


def bought(lake: Path, until: date) -> Iterator[pa.RecordBatch]:
    """Batches of `owner`, `sku`, `day`, month by month: lines with a card, sold on sane days before `until`.

    A good that came back wholly was never bought; of one that came back in part the rest was.
    """
    for month in months(lake):
        files = [str(path) for path in sorted(month.glob("*.parquet"))]
        day = ds.field("business_date")
        sane = ds.field("owner").is_valid() & (day >= EARLIEST) & (day < until) & (ds.field("milli") != 0)
        lines = ds.dataset(files, schema=_READ).to_table(filter=sane)
        yield from (
            _stayed(lines)
            .select(["owner", "sku", "business_date"])
            .rename_columns(["owner", "sku", "day"])
            .to_batches(max_chunksize=1_000_000)
        )


def _stayed(lines: pa.Table) -> pa.Table:
    came_back = pc.less(lines["milli"], 0)
    back = lines.filter(came_back)
    sold = lines.filter(pc.invert(came_back))
    if not len(back):
        return sold
    # Few receipts have returns: only their lines are summed, the rest passes by.
    touched = pc.is_in(sold["receipt"], value_set=pc.unique(back["receipt"]))
    some = pa.concat_tables([sold.filter(touched), back])
    left = some.group_by([*_RECEIPT, "owner"]).aggregate([("milli", "sum")])
    left = left.filter(pc.greater(left["milli_sum"], 0)).rename_columns([*_RECEIPT, "owner", "milli"])
    return pa.concat_tables([sold.filter(pc.invert(touched)), left.select(sold.column_names)])
