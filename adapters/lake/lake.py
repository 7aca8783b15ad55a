"""Receipts in and out of the lake: each is there once, whole months are written beside and moved into place.

`sales/month=2026-11/<source>-<name>.parquet`, zstd. A crash leaves files with a temporary name, which nobody reads; the
same import again finds what is there already and adds the rest, so its end is the same.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

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
IDENTITY = ["store", "till", "receipt", "business_date"]
_LINE_NUMBER = "file_line"
_STAGED = pa.schema([*SCHEMA, (_LINE_NUMBER, pa.int64())])
_SPILL = 50_000


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an import: receipts added, receipts that were there already, and lines of receipts that differ."""

    receipts: int
    known: int
    differing: Sequence[int]


class Lake:
    """A folder of Parquet files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def staging(self, name: str) -> "Staging":
        """A place for the rows of one import until all of them were read."""
        return Staging(self._folder / f".staging-{name}")

    def add(self, staging: "Staging", name: str, *, dry_run: bool = False) -> Added:
        """Every staged receipt that is not there is there, or, when this raises, some months are and the rest come
        with the next try. A receipt that is there with other lines stays as it is; its staged lines are told."""
        receipts = known = 0
        differing: list[int] = []
        ready: list[tuple[Path, Path]] = []
        for month in staging.months():
            table = staging.read(month)
            fresh, there, other = _compare(table, self._month(month))
            receipts, known = receipts + fresh[1], known + there
            differing += other
            if fresh[0].num_rows and not dry_run:
                ready.append(self._write(fresh[0], month, f"import-{name}"))
        for half, whole in ready:
            _move(half, whole)
        return Added(receipts, known, sorted(differing))

    def follow(self, rows: Sequence[dict[str, Any]], name: str) -> None:
        """The tills' rows are there under this name; the same name again replaces them."""
        table = pa.Table.from_pylist(list(rows), schema=SCHEMA)
        months = pc.strftime(table["business_date"], "%Y-%m")
        for month in pc.unique(months).to_pylist():
            _move(*self._write(table.filter(pc.equal(months, month)), month, f"till-{name}"))

    def rows(self, first: date | None = None, last: date | None = None) -> Iterator[dict[str, Any]]:
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

    def _month(self, month: str) -> pa.Table:
        files = sorted(str(path) for path in (self._folder / "sales" / f"month={month}").glob("*.parquet"))
        return ds.dataset(files, schema=SCHEMA).to_table() if files else SCHEMA.empty_table()

    def _write(self, table: pa.Table, month: str, name: str) -> tuple[Path, Path]:
        folder = self._folder / "sales" / f"month={month}"
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f".{name}.part"
        pq.write_table(table.select(SCHEMA.names).cast(SCHEMA), half, compression="zstd")
        return half, folder / f"{name}.parquet"


class Staging:
    """Rows of one import by month, spilled to disk as they come: a million rows take little memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._count = self._files = 0

    def put(self, row: dict[str, Any], file_line: int) -> None:
        """One line of a receipt, in the lake's columns, and where it stands in its file."""
        self._rows.setdefault(f"{row['business_date']:%Y-%m}", []).append({**row, _LINE_NUMBER: file_line})
        self._count += 1
        if self._count >= _SPILL:
            self._spill()

    def months(self) -> list[str]:
        """Those that have rows."""
        self._spill()
        return sorted({path.name[:7] for path in self._folder.glob("*.parquet")})

    def read(self, month: str) -> pa.Table:
        """All rows of the month."""
        return ds.dataset([str(path) for path in sorted(self._folder.glob(f"{month}-*.parquet"))]).to_table()

    def close(self) -> None:
        """Nothing is left behind."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _spill(self) -> None:
        for month, rows in self._rows.items():
            table = pa.Table.from_pylist(rows, schema=_STAGED)
            pq.write_table(table, self._folder / f"{month}-{self._files:06d}.parquet")
            self._files += 1
        self._rows, self._count = {}, 0


def _compare(staged: pa.Table, there: pa.Table) -> tuple[tuple[pa.Table, int], int, list[int]]:
    """Staged receipts that are new (and how many), how many are there already, and lines of those that differ."""
    ours, theirs = _digests(staged), _digests(there)
    fresh = {key for key in ours if key not in theirs}
    differing = {key for key in ours if key in theirs and ours[key] != theirs[key]}
    keys = list(zip(*(staged[name].to_pylist() for name in IDENTITY), strict=True))
    new = staged.filter(pa.array([key in fresh for key in keys]))
    lines = [line for key, line in zip(keys, staged[_LINE_NUMBER].to_pylist(), strict=True) if key in differing]
    return (new, len(fresh)), len(ours) - len(fresh) - len(differing), lines


def _digests(table: pa.Table) -> dict[tuple[Any, ...], int]:
    """What stands on each receipt, whatever the order of its lines: the sum of its lines' hashes."""
    found: dict[tuple[Any, ...], int] = {}
    told = [table[name].to_pylist() for name in (*IDENTITY, "sku", "milli", "unit_price", "discount")]
    for row in zip(*told, strict=True):
        key = row[: len(IDENTITY)]
        found[key] = found.get(key, 0) + hash(row[len(IDENTITY) :])
    return found


def _move(half: Path, whole: Path) -> None:
    """The file is in its place once its bytes are on the disk."""
    with half.open("rb") as file:
        os.fsync(file.fileno())
    half.replace(whole)
