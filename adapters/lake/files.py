"""Where the lake's lines lie: the files of a month that count, of which version they are, which cannot be read.

`sales/month=2026-11/<source>-<name>.parquet`, zstd. A file `whole-<number>` names in its metadata those that it stands
for: the moment it is in its place they count no more, and they stay for a day for whoever has begun to read them. A
file that cannot be read is set aside as `*.broken` and told; the others go on.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
import structlog

from adapters.lake.columns import SCHEMA, UPGRADES, WRITTEN, Upgrade, are_the_lakes

WHOLE = "whole-"
_VERSION, _STANDS_FOR, _IMPORTED = b"kartka.schema", b"kartka.stands_for", b"kartka.imported"
_TRIES = 5
_UNREADABLE = (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError)
if "jemalloc" in pa.supported_memory_backends():
    # Row groups come one after the other: a pool that keeps their pages for some seconds asks the kernel for fewer.
    pa.set_memory_pool(pa.jemalloc_memory_pool())
    pa.jemalloc_set_decay_ms(10_000)
_EPOCH = date(1970, 1, 1)
T = TypeVar("T")
Days: TypeAlias = tuple[date, date]
Between: TypeAlias = tuple[str | None, str | None]
log = structlog.get_logger(__name__)


class NewerLake(OSError):
    """A file was written by a newer version of the programme; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A file of a month and what its footer says."""

    path: Path
    version: int
    rows: int
    stands_for: Set[str]
    """Names of files whose lines are in this one."""
    imported: Days | None
    """First and last business date of lines that an import has brought, where there are any."""

    @property
    def is_whole(self) -> bool:
        """Whether others were merged into it."""
        return self.path.name.startswith(WHOLE)

    def has_imported(self, days: Iterable[date]) -> bool:
        """Whether an import may have brought lines of one of these days."""
        return self.imported is not None and any(self.imported[0] <= day <= self.imported[1] for day in days)


@dataclass(frozen=True, slots=True)
class Files:
    """A lake's files, read by the rules of this page; `upgrades` make lines of older versions into those of today."""

    folder: Path
    upgrades: Sequence[Upgrade] = UPGRADES

    @property
    def version(self) -> int:
        """What is written today."""
        return 1 + len(self.upgrades)

    def months(self) -> list[str]:
        """Those that have files, as `2026-11`."""
        found = {path.parent.name for path in self.folder.glob("sales/month=*/*.parquet")}
        return sorted(name.removeprefix("month=") for name in found)

    def month(self, month: str) -> Path:
        """Its folder."""
        return self.folder / "sales" / f"month={month}"

    def broken(self) -> list[Path]:
        """Files that were set aside; they stay until somebody takes them away."""
        return sorted(self.folder.glob("sales/month=*/*.broken"))

    def present(self, month: str) -> list[LakeFile]:
        """All that can be read, in the order of their names, also those that others stand for. Raises NewerLake."""
        found = []
        for path in sorted(self.month(month).glob("*.parquet")):
            try:
                found.append(self._looked_at(path))
            except NewerLake:
                raise
            except FileNotFoundError:
                continue
            except _UNREADABLE as error:
                _set_aside(path, error)
        return found

    def counting(self, month: str) -> list[LakeFile]:
        """Those whose lines count, each line once."""
        files = self.present(month)
        replaced = {name for one in files for name in one.stands_for}
        return [one for one in files if one.path.name not in replaced]

    def reading(self, month: str, read: Callable[[Sequence[LakeFile]], T]) -> T:
        """What is read of the month's files; those that turn out broken on the way are set aside, and it is read again.

        `read` may run more than once, so it keeps nothing of a run that fails.
        """
        for _ in range(_TRIES):
            files = self.counting(month)
            try:
                return read(files)
            except NewerLake:
                raise
            except _UNREADABLE:
                if not self.set_aside(files) and all(one.path.exists() for one in files):
                    raise
        return read(self.counting(month))

    def set_aside(self, files: Sequence[LakeFile]) -> list[Path]:
        """Those of them that cannot be read to their ends are out of the way."""
        gone = []
        for one in files:
            try:
                for _ in pq.ParquetFile(one.path, page_checksum_verification=True).iter_batches():
                    pass
            except FileNotFoundError:
                continue
            except _UNREADABLE as error:
                gone.append(_set_aside(one.path, error))
        return gone

    def batches(
        self, files: Sequence[LakeFile], columns: Sequence[str], *, only: Any = None, size: int = 1 << 17
    ) -> Iterator[pa.RecordBatch]:
        """The lines of these files in today's columns, some at a time; `only` those that an expression holds for."""
        import pyarrow.dataset as ds  # which brings pandas, and no command but those that read lines waits for that

        today = [str(one.path) for one in files if one.version == self.version]
        if today:
            checked = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
            form = ds.ParquetFileFormat(default_fragment_scan_options=checked)
            # Row groups are taken one by one: read ahead, they would fill the memory that the caller counts on.
            yield from ds.dataset(today, schema=SCHEMA, format=form).to_batches(
                columns=list(columns), filter=only, batch_size=size, batch_readahead=2, fragment_readahead=1
            )
        for one in files:
            if one.version < self.version:
                yield from ds.dataset(self._upgraded(one)).to_batches(
                    columns=list(columns), filter=only, batch_size=size
                )

    def table(self, files: Sequence[LakeFile], columns: Sequence[str], *, only: Any = None) -> pa.Table:
        """The same at once."""
        schema = pa.schema([SCHEMA.field(name) for name in columns])
        return pa.Table.from_batches(self.batches(files, columns, only=only), schema=schema)

    def groups(
        self, files: Sequence[LakeFile], columns: Sequence[str], *, owners: Between = (None, None),
        wanted: Callable[[pa.ChunkedArray], bool] | None = None,
    ) -> Iterator[pa.Table]:  # fmt: skip
        """The lines of these files by row groups, texts as dictionaries; row groups that have no owner between the two
        (from the first on, before the second) are passed by, as are those of nobody, and those whose owners are not
        `wanted`, of which nothing else is read."""
        texts = [name for name in columns if pa.types.is_string(SCHEMA.field(name).type)]
        for one in files:
            if one.version < self.version:
                yield self._upgraded(one).select(columns)
                continue
            with pq.ParquetFile(one.path, read_dictionary=texts, page_checksum_verification=True) as file:
                for group in range(file.num_row_groups):
                    if _has_owners(file.metadata.row_group(group), *owners) and (
                        wanted is None or wanted(file.read_row_group(group, columns=["owner"])["owner"])
                    ):
                        yield file.read_row_group(group, columns=list(columns))

    def writer(
        self, path: Path, schema: pa.Schema = SCHEMA, *, stands_for: Sequence[str] = (), imported: Days | None = None
    ) -> pq.ParquetWriter:
        """Writes a file of today's version, in these columns or in those that were `promised` to be full."""
        told = {_VERSION: str(self.version), _STANDS_FOR: json.dumps(sorted(stands_for))}
        if imported:
            told[_IMPORTED] = json.dumps([one.isoformat() for one in imported])
        return pq.ParquetWriter(path, schema.with_metadata(told), **WRITTEN)

    def _looked_at(self, path: Path) -> LakeFile:
        footer = pq.read_metadata(path)
        told = footer.metadata or {}
        version = int(told.get(_VERSION, b"1"))
        if version > self.version:
            raise NewerLake(
                f"{path} was written by a newer Kartka (version {version} of the lake, this one knows "
                f"{self.version}): update Kartka, or use the lake's backup from before that update"
            )
        if version == self.version and not are_the_lakes(footer.schema.to_arrow_schema()):
            raise pa.ArrowInvalid("its columns are not the lake's")
        days = told.get(_IMPORTED)
        imported = None
        if days:
            first, last = json.loads(days)
            imported = date.fromisoformat(first), date.fromisoformat(last)
        elif path.name.startswith("import-"):
            imported = _days(footer)
        return LakeFile(path, version, footer.num_rows, _stands_for(told), imported)

    def _upgraded(self, file: LakeFile) -> pa.Table:
        table = pq.read_table(file.path, partitioning=None)
        for upgrade in self.upgrades[file.version - 1 :]:
            table = upgrade(table)
        return table.select(SCHEMA.names).cast(SCHEMA)


def _has_owners(group: Any, first: str | None, after: str | None) -> bool:
    told = group.column(SCHEMA.get_field_index("owner")).statistics
    if told is None or not told.has_min_max:
        return told is None or not told.has_null_count or told.null_count < group.num_rows
    return (first is None or told.max >= first) and (after is None or told.min < after)


def free(folder: Path, name: str) -> str:
    """That name, or with a number behind it, under which the month has no file and no whole file stands for one."""
    taken = {path.name.partition(".")[0] for path in folder.glob("*.parquet*")}
    for path in folder.glob(f"{WHOLE}*.parquet"):
        with suppress(*_UNREADABLE):
            taken |= {one.partition(".")[0] for one in _stands_for(pq.read_metadata(path).metadata or {})}
    return next(one for one in chain([name], (f"{name}-{at}" for at in count(2))) if one not in taken)


def move(half: Path, whole: Path) -> None:
    """The file is in its place once its bytes are on the disk; its name is there for good when this returns."""
    with half.open("rb") as file:
        os.fsync(file.fileno())
    half.replace(whole)
    folder = os.open(whole.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _stands_for(told: Mapping[bytes, bytes]) -> frozenset[str]:
    return frozenset(json.loads(told.get(_STANDS_FOR, b"[]")))


def _days(footer: Any) -> Days | None:
    """First and last business date by the row groups' own statistics, else all days that there are."""
    at = SCHEMA.get_field_index("business_date")
    told = [footer.row_group(group).column(at).statistics for group in range(footer.num_row_groups)]
    if not all(one is not None and one.has_min_max for one in told):
        return date.min, date.max
    days = [
        day if isinstance(day, date) else _EPOCH + timedelta(days=day) for one in told for day in (one.min, one.max)
    ]
    return (min(days), max(days)) if days else None


def _set_aside(path: Path, why: Exception) -> Path:
    aside, more = path.with_name(path.name + ".broken"), 1
    while aside.exists():
        more += 1
        aside = path.with_name(f"{path.name}.{more}.broken")
    path.rename(aside)
    log.error("lake.broken", lake_file=str(aside), reason=str(why))
    return aside
