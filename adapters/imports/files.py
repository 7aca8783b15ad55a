"""Rows of a CSV, XLSX or Parquet file as texts by column name, with the line each stands on."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from charset_normalizer import from_bytes

_HEAD = 1 << 16


class BadFile(ValueError):
    """The file as a whole cannot be read; the text says what would do."""


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of every row. Raises BadFile."""
    if not path.is_file():
        raise BadFile(f"{path}: no such file")
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
            raise BadFile(f"{path.name}: the first line must name the columns, divided by ; or ,")
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, _row(header, cells)
        except (UnicodeDecodeError, csv.Error) as error:
            raise BadFile(f"{path.name}: line {reader.line_num + 1} cannot be read: {error}") from None


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
            raise BadFile(f"{path.name}: not a text file in UTF-8 or cp1251") from None
        return best.encoding


def _sheet(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()
        header = [str(cell).strip().lower() for cell in next(rows, [])]
    except (CalamineError, OSError, ValueError) as error:
        raise BadFile(f"{path.name}: not a workbook that can be read: {error}") from None
    for line, cells in enumerate(rows, 2):
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield line, _row(header, texts)


def _parquet(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(path)
    except (ArrowException, OSError) as error:
        raise BadFile(f"{path.name}: not a Parquet file: {error}") from None
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
