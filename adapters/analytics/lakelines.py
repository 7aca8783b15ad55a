"""The lake's lines as every engine shows them.

Days and seconds are whole numbers since 1970 in UTC, so that no calendar or zone of a server can change a result.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.ports import Source
from adapters.lake.files import Between, Files

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
T = TypeVar("T")


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


def files_of(lake: Path, *, sound: bool = True) -> list[list[Path]]:
    """The files that count of each month that has any; if they have to be `sound`, each is read to its end before, and
    one that cannot be is set aside."""
    files = Files(lake)
    found = []
    for month in files.months():
        if sound:
            files.set_aside(files.counting(month))
        found.append([one.path for one in files.counting(month)])
    return [paths for paths in found if paths]


def broken(source: Source) -> list[str]:
    """Files of the lake that are set aside: their lines are in no answer."""
    return [str(path) for path in Files(source).broken()] if isinstance(source, Path) else []


def by_months(
    source: Source, load: Callable[[Iterator[pa.Table]], T], owners: Between = (None, None), since: date = date.min
) -> Iterator[T]:
    """What is loaded of the lines of each month, which come by row groups in the columns of `READ`, texts as
    dictionaries; only row groups with such `owners` (`Files.groups`), only months that end after `since`.

    A file that turns out broken on the way is set aside, and its month is loaded again without it.
    """
    if isinstance(source, Path):
        files = Files(source)
        for month in (one for one in files.months() if one >= since.isoformat()[:7]):
            yield files.reading(month, lambda found: load(files.groups(found, READ.names, owners=owners)))
    else:
        yield load(iter([source.select(READ.names)]))


def tables_of(source: Source) -> Iterator[pa.Table]:
    """The lines of either kind of source, some at a time, in the columns of `LINES`; at least one table."""
    if isinstance(source, Path):
        yield plain(READ.empty_table())
        files = Files(source)
        for month in files.months():
            files.set_aside(files.counting(month))
            for batch in files.batches(files.counting(month), READ.names, size=1_000_000):
                yield plain(pa.Table.from_batches([batch]))
    else:
        yield plain(source)
