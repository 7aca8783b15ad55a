"""One import from file to shelves: every row checked, the good ones put in one transaction, the bad ones listed."""

import csv
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.imports.files import BadFile, rows_of
from adapters.imports.ports import ImportedCustomer, ImportedPromo, Shelves
from adapters.imports.rows import BadRow, Kind, ReadPhone
from core.cards.model import Plastic

CHUNK = 5_000
FORGOTTEN = "phone: its owner asked to be forgotten"


@dataclass(slots=True)
class Report:
    """What became of a file: rows that are good, rows rejected with line and reason."""

    good: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)


def _checked(path: Path, kind: Kind, phones: ReadPhone, report: Report) -> Iterator[list[tuple[int, Any]]]:
    """Chunks of good values with their lines; the rejected are in the report.

    A key given twice counts once, the later line is rejected.

    Raises BadFile when the file itself cannot be read or lacks a column.
    """
    seen: set[str] = set()
    chunk: list[tuple[int, Any]] = []
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
        chunk.append((line, value))
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
        for chunk in _checked(path, kind, phones, report):
            values = [value for _, value in chunk]
            match kind.name:
                case "stores":
                    shelves.put_stores(values)
                case "products":
                    shelves.put_products(values)
                case "customers":
                    shelves.put_customers(_without_forgotten(chunk, shelves, report), now)
                case "promo":
                    shelves.put_promo(_in_the_house(chunk, shelves, report))
                case _:
                    shelves.put_plastics(_nameless_if_forgotten(values, shelves))
            progress(report.good)
        report.rejected.sort()
        return report

    return job


def _without_forgotten(
    chunk: Sequence[tuple[int, ImportedCustomer]], shelves: Shelves, report: Report
) -> list[ImportedCustomer]:
    """Who asked to be forgotten comes back by proving the phone, not by a file."""
    gone = shelves.forgotten([value.phone for _, value in chunk])
    report.rejected += [(line, FORGOTTEN) for line, value in chunk if value.phone in gone]
    kept = [value for _, value in chunk if value.phone not in gone]
    report.good -= len(chunk) - len(kept)
    return kept


def _in_the_house(
    chunk: Sequence[tuple[int, ImportedPromo]], shelves: Shelves, report: Report
) -> Sequence[tuple[ImportedPromo, Set[str]]]:
    """The items of products and stores that there are, each with the ids of its stores."""
    goods, places = shelves.goods([value.sku for _, value in chunk]), shelves.places()
    kept = []
    for line, value in chunk:
        strange = [one for one in value.places if one not in places]
        if value.sku not in goods:
            report.rejected.append((line, "sku: no product with this sku; import products first"))
        elif strange:
            report.rejected.append((line, f"stores: no store and no group {strange[0]}"))
        else:
            kept.append((value, frozenset(store for one in value.places for store in places[one])))
    report.good -= len(chunk) - len(kept)
    return kept


def _nameless_if_forgotten(plastics: Sequence[Plastic], shelves: Shelves) -> list[Plastic]:
    """The plastic and its points are there; whose it was is not told again."""
    gone = shelves.forgotten([one.phone for one in plastics if one.phone is not None])
    return [replace(one, phone=None, name="", birthday=None) if one.phone in gone else one for one in plastics]


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
