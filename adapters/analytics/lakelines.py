"""The lake's lines as every engine shows them.

Days and seconds are whole numbers since 1970 in UTC, so that no calendar or zone of a server can change a result.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.ports import Moved, Source
from adapters.analytics.words import dictionary, keys_of
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
_ODD, _NOTHING = np.uint64(0x9E3779B97F4A7C15), np.uint64(0)
_PHONE = "phone:"
T = TypeVar("T")


def keyed(*columns: pa.ChunkedArray) -> pa.Array:
    """A key of 64 bits for each row of these texts: servers group numbers faster than texts."""
    whole = np.zeros(len(columns[0]), np.uint64)
    for column in columns:  # the odd factor keeps (1, 23) and (12, 3) apart
        words, places = dictionary(column)
        whole = whole * _ODD ^ np.append(keys_of(words), _NOTHING)[places]
    return pa.array(whole.view(np.int64))


def with_key(data: pa.Table, key: str) -> pa.Table:
    """With the key of that column, where one is named, as its column `p`."""
    return data.append_column("p", keyed(data[key])) if key else data


def plain(lines: pa.Table) -> pa.Table:
    """Lines in the columns of `LINES`."""
    second = lines["sold_at"].cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64())
    columns = {
        "o": keyed(lines["owner"]),
        "s": keyed(lines["store"]),
        "p": keyed(lines["sku"]),
        "r": keyed(*(lines[name] for name in ("store", "till", "receipt"))),
        "day": lines["business_date"].cast(pa.int32()).cast(pa.int64()),
        "second": second,
    }
    return pa.table({name: columns[name] if name in columns else lines[name] for name in LINES})


def moved_of(source: Source) -> pa.Table | None:
    """Owners of a lake and who they are `now`; None where nobody has moved."""
    if not isinstance(source, Moved) or not source.into:
        return None
    owners, now = (pa.array(list(told), pa.string()) for told in (source.into, source.into.values()))
    return pa.table({"owner": owners, "now": now})


def files_of(lake: Path, *, sound: bool = True, since: str = "") -> list[list[Path]]:
    """The files that count of each month (from `since` on) that has any; if they have to be `sound`, each is read to
    its end before, and one that cannot be is set aside."""
    files = Files(lake)
    found = []
    for month in files.months():
        if month < since:
            continue
        if sound:
            files.set_aside(files.counting(month))
        found.append([one.path for one in files.counting(month)])
    return [paths for paths in found if paths]


def broken(source: Source) -> list[str]:
    """Files of the lake that are set aside: their lines are in no answer."""
    folder = folder_of(source)
    return [str(path) for path in Files(folder).broken()] if folder is not None else []


def folder_of(source: Source) -> Path | None:
    """Where the files of a lake lie; None for a table."""
    if isinstance(source, Moved):
        return source.lake
    return source if isinstance(source, Path) else None


def by_months(
    source: Source, load: Callable[[Iterator[pa.Table]], T], owners: Between = (None, None),
    columns: Sequence[str] = READ.names, days: tuple[date, date] = (date.min, date.max),
) -> Iterator[T]:  # fmt: skip
    """What is loaded of the lines of each month, which come by row groups in these columns of `READ`, texts as
    dictionaries; only row groups with such `owners` (`Files.groups`), or all where owners have moved; only months that
    have one of the `days`.

    A file that turns out broken on the way is set aside, and its month is loaded again without it.
    """
    if isinstance(source, pa.Table):
        yield load(iter([source.select(columns)]))
        return
    moved = Moving(source.into if isinstance(source, Moved) else {})
    if moved.into:  # somebody's lines may lie among those of any other owner
        owners = (None, None)
    files = Files(source.lake if isinstance(source, Moved) else source)
    for month in files.months():
        if f"{days[0]:%Y-%m}" <= month <= f"{days[1]:%Y-%m}":
            yield files.reading(month, lambda found: load(map(moved, files.groups(found, columns, owners=owners))))


def tables_of(source: Source) -> Iterator[pa.Table]:
    """The lines of any kind of source, some at a time, in the columns of `LINES`; at least one table."""
    if isinstance(source, pa.Table):
        yield plain(source)
        return
    yield plain(READ.empty_table())
    moved = Moving(source.into if isinstance(source, Moved) else {})
    files = Files(source.lake if isinstance(source, Moved) else source)
    for month in files.months():
        files.set_aside(files.counting(month))
        for batch in files.batches(files.counting(month), READ.names, size=1_000_000):
            yield plain(moved(pa.Table.from_batches([batch])))


class Moving:
    """Tables of the lake's lines get the owners that `into` has for theirs."""

    def __init__(self, into: Mapping[str, str]) -> None:
        self.into = into
        self._few = pa.array([one for one in into if not one.startswith(_PHONE)], pa.string())

    def __call__(self, lines: pa.Table) -> pa.Table:
        """The same lines."""
        if not self.into:
            return lines
        at = lines.schema.get_field_index("owner")
        chunks = [self._renamed(chunk) for chunk in lines.column(at).chunks]
        return lines.set_column(at, "owner", pa.chunked_array(chunks, lines.schema.field(at).type))

    def _renamed(self, owners: pa.Array) -> pa.Array:
        coded = owners if pa.types.is_dictionary(owners.type) else owners.dictionary_encode()
        names = coded.dictionary.cast(pa.string())
        # Phones are known by their beginning, merged customers are few: the rest costs no look-up in Python.
        asked = pc.or_(pc.starts_with(names, _PHONE), pc.is_in(names, value_set=self._few)).fill_null(False)
        found = pa.array([self.into.get(one, one) for one in names.filter(asked).to_pylist()], pa.string())
        now = pc.replace_with_mask(names, asked, found).dictionary_encode()
        named = pa.DictionaryArray.from_arrays(now.indices.take(coded.indices), now.dictionary)
        return named.cast(owners.type)
