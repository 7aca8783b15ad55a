"""Receipts in and out of the lake: each is there once, whole months are written beside and moved into place.

`sales/month=2026-11/<source>-<name>.parquet`, zstd. A crash leaves files with a temporary name, which nobody reads; the
same import again finds what is there already and adds the rest, so its end is the same.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from adapters.lake.receipts import CONTENT, FILE_LINE, IDENTITY, ORDER, Key, Receipt, Row, line_hash, receipts

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
_STAGED = pa.schema([*SCHEMA, (FILE_LINE, pa.int64()), (ORDER, pa.int64())])
_SPILL = 20_000
T = TypeVar("T")
KNOWN_OTHERWISE = "receipt: is in the lake already with other lines"
REJECTED = "receipt: another line of it is rejected"


class LakeBusy(BlockingIOError):
    """Another import is filling the lake."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an import: receipts added, receipts that were there already, lines that were rejected and why."""

    receipts: int
    known: int
    rejected: Sequence[tuple[int, str]]
    refused: Set[Key]
    """The receipts of those lines: nothing of them is known to the house."""


class Lake:
    """A folder of Parquet files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def staging(self) -> "Iterator[Staging]":
        """A place for the rows of one import; what a killed one has left is cleared. Raises LakeBusy."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".import").open("w") as door:
            try:
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise LakeBusy("another import of sales is under way; run this one when that has ended") from None
            for left in (*self._folder.glob(".staging-*"), *self._folder.glob("sales/month=*/.import-*.part")):
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            staging = Staging(self._folder / f".staging-{os.getpid()}")
            try:
                yield staging
            finally:
                staging.close()

    def add(self, staging: "Staging", name: str, *, bad: Callable[[Key], bool], dry_run: bool = False) -> Added:
        """Every staged receipt that is not there is there, or, when this raises, some months are and the rest come
        with the next try. A receipt that is there with other lines stays as it is; its staged lines are rejected, as
        are those of receipts that are `bad`, or wrong in themselves."""
        receipts = known = 0
        rejected: list[tuple[int, str]] = []
        refused: set[Key] = set()
        ready: list[tuple[Path, Path]] = []
        for month in staging.months():
            wrong: dict[Key, str] = {}
            ours: dict[Key, int] = {}
            for one in staging.receipts(month):
                if reason := REJECTED if bad(one.key) else one.wrong:
                    wrong[one.key] = reason
                else:
                    ours[one.key] = one.digest
            theirs = self._digests(month, ours)
            wrong |= {key: KNOWN_OTHERWISE for key, digest in theirs.items() if digest != ours[key]}
            fresh = (one for one in staging.receipts(month) if one.key not in wrong and one.key not in theirs)
            if not dry_run and len(ours) > len(theirs):
                ready.append(self._write((row for one in fresh for row in one.rows), month, f"import-{name}"))
            if wrong:
                told = (one for one in staging.receipts(month) if one.key in wrong)
                rejected += [(line, wrong[one.key]) for one in told for line in one.file_lines]
            receipts += len(ours) - len(theirs)
            known += sum(key not in wrong for key in theirs)
            refused |= wrong.keys()
        for half, whole in ready:
            _move(half, whole)
        return Added(receipts, known, sorted(rejected), refused)

    def follow(self, rows: Sequence[Row], name: str) -> None:
        """The tills' rows are there under this name; the same name again replaces them."""
        by_month: dict[str, list[Row]] = {}
        for row in rows:
            by_month.setdefault(f"{row['business_date']:%Y-%m}", []).append(row)
        for month, found in by_month.items():
            _move(*self._write(found, month, f"till-{name}"))

    def rows(self, first: date | None = None, last: date | None = None) -> Iterator[Row]:
        """Lines of sales in the order of months, receipts and lines; what came back is left out."""
        for folder in sorted((self._folder / "sales").glob("month=*")):
            month = folder.name.removeprefix("month=")
            if (first and month < f"{first:%Y-%m}") or (last and month > f"{last:%Y-%m}"):
                continue
            table = self._month(month)
            table = table.filter(pc.not_equal(table["source"], "return"))
            for day, compare in ((first, pc.greater_equal), (last, pc.less_equal)):
                if day is not None:
                    table = table.filter(compare(table["business_date"], pa.scalar(day)))
            keys = [(name, "ascending") for name in ("sold_at", "store", "till", "receipt", "line")]
            for batch in table.sort_by(keys).to_batches(max_chunksize=_SPILL):
                yield from batch.to_pylist()

    def _files(self, month: str) -> list[str]:
        return sorted(str(path) for path in (self._folder / "sales" / f"month={month}").glob("*.parquet"))

    def _month(self, month: str) -> pa.Table:
        files = self._files(month)
        return ds.dataset(files, schema=SCHEMA).to_table() if files else SCHEMA.empty_table()

    def _digests(self, month: str, wanted: Mapping[Key, int]) -> dict[Key, int]:
        """What stands on those of the wanted receipts that are there; what came back later is not on the receipt."""
        found: dict[Key, int] = {}
        files = self._files(month)
        if not files or not wanted:
            return found
        days = [key[-1] for key in wanted]
        day = ds.field("business_date")
        chosen = (ds.field("source") != "return") & (day >= min(days)) & (day <= max(days))
        told = [*IDENTITY, *CONTENT]
        for batch in ds.dataset(files, schema=SCHEMA).to_batches(columns=told, filter=chosen, batch_size=_SPILL):
            for row in zip(*(batch[name].to_pylist() for name in told), strict=True):
                key = row[: len(IDENTITY)]
                if key in wanted:
                    found[key] = found.get(key, 0) + line_hash(row[len(IDENTITY) :])
        return found

    def _write(self, rows: Iterable[Row], month: str, name: str) -> tuple[Path, Path]:
        folder = self._folder / "sales" / f"month={month}"
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f".{name}.part"
        with pq.ParquetWriter(half, SCHEMA, compression="zstd") as writer:
            for batch in batched(rows, _SPILL):
                writer.write_table(pa.Table.from_pylist(batch, schema=SCHEMA))
        return half, folder / f"{name}.parquet"


class Staging:
    """Rows of one import by month, spilled to disk as they come: a million rows take little memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700)
        self._rows: dict[str, list[Row]] = {}
        self._count = self._files = self._held = 0

    def put(self, row: Row, file_line: int) -> None:
        """One line of a receipt, in the lake's columns, and where it stands in its file."""
        told = {**row, FILE_LINE: file_line, ORDER: self._count}
        self._rows.setdefault(f"{row['business_date']:%Y-%m}", []).append(told)
        self._count += 1
        self._held += 1
        if self._held >= _SPILL:
            self._spill()

    def months(self) -> list[str]:
        """Those that have rows."""
        self._spill()
        return sorted({path.name[:7] for path in self._folder.glob("*.parquet")})

    def receipts(self, month: str) -> Iterator[Receipt]:
        """The month's receipts, each once, in the order of their identities."""
        files = [str(path) for path in sorted(self._folder.glob(f"{month}-*.parquet"))]
        table = ds.dataset(files, schema=_STAGED).to_table()
        table = table.sort_by([(name, "ascending") for name in (*IDENTITY, ORDER)])
        return receipts(row for batch in table.to_batches(max_chunksize=_SPILL) for row in batch.to_pylist())

    def close(self) -> None:
        """Nothing is left behind."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _spill(self) -> None:
        for month, rows in self._rows.items():
            table = pa.Table.from_pylist(rows, schema=_STAGED)
            pq.write_table(table, self._folder / f"{month}-{self._files:06d}.parquet")
            self._files += 1
        self._rows, self._held = {}, 0


def batched(given: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of up to so many."""
    left = iter(given)
    while batch := list(islice(left, size)):
        yield batch


def _move(half: Path, whole: Path) -> None:
    """The file is in its place once its bytes are on the disk."""
    with half.open("rb") as file:
        os.fsync(file.fileno())
    half.replace(whole)
