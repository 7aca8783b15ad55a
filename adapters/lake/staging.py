"""Rows of one import on their way into the lake."""

import shutil
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.lake.columns import SCHEMA
from adapters.lake.receipts import FILE_LINE, IDENTITY, ORDER, Receipt, Row, receipts

SPILL = 20_000
"""Rows held as Python's own objects at a time."""
_STAGED = pa.schema([*SCHEMA, (FILE_LINE, pa.int64()), (ORDER, pa.int64())])
T = TypeVar("T")


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
        if self._held >= SPILL:
            self._spill()

    def months(self) -> list[str]:
        """Those that have rows."""
        self._spill()
        return sorted({path.name[:7] for path in self._folder.glob("*.parquet")})

    def receipts(self, month: str) -> Iterator[Receipt]:
        """The month's receipts, each once, in the order of their identities."""
        files = sorted(self._folder.glob(f"{month}-*.parquet"))
        table = pa.concat_tables(pq.ParquetFile(path).read() for path in files)
        table = table.sort_by([(name, "ascending") for name in (*IDENTITY, ORDER)])
        return receipts(row for batch in table.to_batches(max_chunksize=SPILL) for row in batch.to_pylist())

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
