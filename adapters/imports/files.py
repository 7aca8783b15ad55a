"""Rows of a CSV, XLSX or Parquet file as texts by column name, with the line each stands on."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

from charset_normalizer import from_bytes

from core.imports.reasons import NotTaken, reason

_HEAD = 1 << 16


class BadFile(NotTaken):
    """The file as a whole cannot be read, and what would do."""

    def __init__(self, name: str, code: str, **data: str | int) -> None:
        super().__init__(reason("", code, name=name, **data))


LARGEST_SHEET = 64 * 1024 * 1024
"""A workbook is read as a whole, and unpacked it is many times as large."""
MOST_UNPACKED = 1024 * 1024 * 1024


def wrong_columns(path: Path, missing: Sequence[str], unknown: Sequence[str], known: Sequence[str]) -> BadFile:
    """What the file lacks, or else has too much, and what it should have."""
    code, names = ("lacks-columns", missing) if missing else ("unknown-columns", unknown)
    return BadFile(path.name, code, names=", ".join(names), columns=", ".join(known))


def rows_of(path: Path, columns: Mapping[str, str] | None = None) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of every row. `columns`: the house's name for each of the file's, empty: left out.

    Raises BadFile.
    """
    rows = _rows_of(path)
    if columns is None:
        yield from rows
        return
    for line, row in rows:
        named = {columns[name]: cell for name, cell in row.items() if columns.get(name)}
        yield line, {**named, "": row[""]} if "" in row else named


def head_of(path: Path, most: int = 5) -> tuple[list[str], list[dict[str, str]]]:
    """The names of the columns as the file has them, lower case, and its first rows. Raises BadFile."""
    rows = [row for _, row in islice(_rows_of(path), most)]
    return list(dict.fromkeys(name for row in rows for name in row if name)), rows


def _rows_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    if not path.is_file():
        raise BadFile(str(path), "no-file")
    match path.suffix.lower():
        case ".xlsx" | ".xls" | ".ods":
            return _sheet(path)
        case ".parquet":
            return _parquet(path)
        case _:
            return _csv(path)


def _csv(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """UTF-8 (with or without a mark), else the encoding that fits best: files from 1C are cp1251 with `;`."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    encoding = _encoding(path, head)
    text = head.decode(encoding, errors="ignore")
    first = text.split("\n", 1)[0]
    delimiter = max((";", ",", "\t"), key=first.count)
    with path.open(encoding=encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter)
        header = [name.strip().lower() for name in next(reader, [])]
        if not any(header):
            raise BadFile(path.name, "no-header")
        try:
            last: list[str] = []
            line = 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    if last:
                        yield line, _row(header, last)
                    line, last = reader.line_num, cells
            if last:
                if len(last) < len(header) and not _ends_well(path):
                    raise BadFile(path.name, "cut", line=line)
                yield line, _row(header, last)
        except (UnicodeDecodeError, csv.Error):
            raise BadFile(path.name, "bad-line", line=reader.line_num + 1) from None


def _ends_well(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2))
        return b"\n" in file.read()


def _row(header: list[str], cells: list[str]) -> dict[str, str]:
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    if len(cells) > len(header):
        row[""] = "too many cells"
    return row


def _encoding(path: Path, head: bytes) -> str:
    try:
        head[: len(head) - 4 if len(head) == _HEAD else len(head)].decode("utf-8-sig")
        return "utf-8-sig"
    except UnicodeDecodeError:
        best = from_bytes(head, cp_isolation=["cp1251", "utf_16", "cp866", "koi8_u"]).best()
        if best is None:
            raise BadFile(path.name, "not-text") from None
        return best.encoding


def _sheet(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    _must_be_small(path)
    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()
        header = [str(cell).strip().lower() for cell in next(rows, [])]
    except (CalamineError, OSError, ValueError):
        raise BadFile(path.name, "not-workbook") from None
    for line, cells in enumerate(rows, 2):
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield line, _row(header, texts)


def _must_be_small(path: Path) -> None:
    if path.stat().st_size > LARGEST_SHEET:
        raise BadFile(path.name, "large-workbook", most=LARGEST_SHEET >> 20)
    if is_zipfile(path):
        with ZipFile(path) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise BadFile(path.name, "large-workbook", most=MOST_UNPACKED >> 20)


def _parquet(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(path)
    except (ArrowException, OSError):
        raise BadFile(path.name, "not-parquet") from None
    line = 1
    for batch in file.iter_batches():
        for cells in batch.to_pylist():
            line += 1
            yield line, {name.lower(): _text(cell) for name, cell in cells.items()}


def _text(cell: Any) -> str:
    """A cell as the same text a CSV would have: whole numbers without `.0`, dates in ISO."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    return str(cell).strip()
