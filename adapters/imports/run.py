"""One import from file to shelves: every row checked, the good ones put in one transaction, the bad ones listed."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.imports.files import BadFile, rows_of
from adapters.imports.ports import Shelves
from adapters.imports.rows import BadRow, Kind, ReadPhone

CHUNK = 5_000


@dataclass(slots=True)
class Report:
    """What became of a file: rows that are good, rows rejected with line and reason."""

    good: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)


def check_file(path: Path, kind: Kind, phones: ReadPhone, report: Report) -> Iterator[list[Any]]:
    """Chunks of good values; the rejected are in the report. A key given twice counts once, the later line rejected.

    Raises BadFile when the file itself cannot be read or lacks a column.
    """
    seen: set[str] = set()
    chunk: list[Any] = []
    first = True
    for line, row in rows_of(path):
        if first:
            _check_columns(path, kind, row)
            first = False
        try:
            if "" in row:
                raise BadRow("the row has more cells than the header has columns")
            value = kind.read(row, phones)
            if (key := kind.key(value)) in seen:
                raise BadRow(f"{kind.required[0]}: stands in the file twice")
        except BadRow as reason:
            report.rejected.append((line, str(reason)))
            continue
        seen.add(key)
        chunk.append(value)
        report.good += 1
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if first:
        raise BadFile(f"{path.name}: no rows under the header {', '.join(kind.columns)}")
    if chunk:
        yield chunk


def import_file(
    path: Path, kind: Kind, *, phones: ReadPhone, now: datetime, progress: Callable[[int], None] = lambda rows: None
) -> Callable[[Shelves], Report]:
    """A job for one transaction: every good row of the file is on the shelves, or, when it raises, none."""

    def job(shelves: Shelves) -> Report:
        report = Report()
        for chunk in check_file(path, kind, phones, report):
            match kind.name:
                case "stores":
                    shelves.put_stores(chunk)
                case "products":
                    shelves.put_products(chunk)
                case "customers":
                    shelves.put_customers(chunk, now)
                case _:
                    shelves.put_plastics(chunk)
            progress(report.good)
        return report

    return job


def write_rejects(report: Report, path: Path) -> None:
    """The rejected lines and reasons as a CSV for Excel (a mark in front, `;`, formula signs made harmless)."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("line", "reason"))
        writer.writerows(
            (line, f"'{reason}" if reason[:1] in "=+-@\t\r" else reason) for line, reason in report.rejected
        )


def _check_columns(path: Path, kind: Kind, row: dict[str, str]) -> None:
    missing = [name for name in kind.required if name not in row]
    unknown = [name for name in row if name and name not in kind.columns]
    if missing or unknown:
        wrong = f"lacks {', '.join(missing)}" if missing else f"has unknown {', '.join(unknown)}"
        raise BadFile(f"{path.name}: {wrong}; the columns are {', '.join(kind.columns)}")
