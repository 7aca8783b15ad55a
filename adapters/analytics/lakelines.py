"""The lake's lines as every engine shows them.

Days and seconds are whole numbers since 1970 in UTC, so that no calendar or zone of a server can change a result.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from adapters.analytics.ports import Source

LINES = ("owner", "store", "o", "s", "r", "p", "day", "second", "milli", "unit_price", "discount")
"""`o`, `s`, `p` stand for the owner, the store and the sku, `r` for the receipt among those of its owner and day: equal
where those are equal, of whatever type groups fastest on that engine."""
READ = pa.schema(
    [
        *((name, pa.string()) for name in ("store", "till", "receipt", "owner", "sku")),
        ("business_date", pa.date32()),
        ("sold_at", pa.timestamp("us", tz="UTC")),
        *((name, pa.int64()) for name in ("milli", "unit_price", "discount")),
    ]
)
"""What is read of the lake."""
_BETWEEN = "\x1f"


def plain(lines: pa.Table) -> pa.Table:
    """Lines in the columns of `LINES`, the keys being what they stand for."""
    names = [lines[name].cast(pa.string()) for name in ("store", "till", "receipt")]
    second = lines["sold_at"].cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64())
    columns = {
        "o": lines["owner"],
        "s": lines["store"],
        "p": lines["sku"],
        "r": pc.binary_join_element_wise(*names, _BETWEEN),
        "day": lines["business_date"].cast(pa.int32()).cast(pa.int64()),
        "second": second,
    }
    return pa.table({name: columns[name] if name in columns else lines[name] for name in LINES})


def months(lake: Path) -> list[Path]:
    """The folders of months that have files."""
    return sorted({path.parent for path in lake.glob("sales/month=*/*.parquet")})


def tables_of(source: Source) -> Iterator[pa.Table]:
    """The lines of either kind of source, some at a time, in the columns of `LINES`; at least one table."""
    if isinstance(source, Path):
        yield plain(READ.empty_table())
        files = [str(path) for month in months(source) for path in sorted(month.glob("*.parquet"))]
        for batch in ds.dataset(files, schema=READ).to_batches(batch_size=1_000_000) if files else ():
            yield plain(pa.Table.from_batches([batch]))
    else:
        yield plain(source)
