"""A line of the lake: its columns, how they are written, and how older ones become those of today."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("store", pa.string()),
        ("till", pa.string()),
        ("receipt", pa.string()),
        ("business_date", pa.date32()),
        ("sold_at", pa.timestamp("us", tz="UTC")),
        ("owner", pa.string()),  # a customer's id, `phone:<keyed hash>`, or null
        ("sku", pa.string()),
        ("milli", pa.int64()),  # thousandths; negative for what came back
        ("unit_price", pa.int64()),  # minor units, as the discount
        ("discount", pa.int64()),
        ("points_spent", pa.int64()),  # of the receipt, on its first line
        ("line", pa.int32()),
        ("source", pa.string()),  # import | till | return
    ]
)
Upgrade: TypeAlias = Callable[[pa.Table], pa.Table]
UPGRADES: Sequence[Upgrade] = ()
"""The first makes version 2 of version 1, and so on: a change of `SCHEMA` brings one, and old files are read as new."""
WRITTEN: Mapping[str, Any] = {
    "compression": "zstd",
    "write_page_checksum": True,
    "max_rows_per_page": 1 << 20,  # a page of each column of a row group: each is unpacked by itself
    "dictionary_pagesize_limit": 1 << 22,  # bytes: texts without a dictionary cost most
    # Hardly two lines of different receipts have one instant: a dictionary of them would be as long as they are.
    "use_dictionary": [name for name in SCHEMA.names if name != "sold_at"],
}
"""What Parquet's writer is told."""


def promised(empty: Collection[str]) -> pa.Schema:
    """The lake's columns; each but these has a value on every line, which makes it cheaper to read."""
    return pa.schema([one.with_nullable(one.name in empty) for one in SCHEMA])


def are_the_lakes(columns: pa.Schema) -> bool:
    """Whether these are the lake's columns, whatever they promise."""
    return [(one.name, one.type) for one in columns] == [(one.name, one.type) for one in SCHEMA]
