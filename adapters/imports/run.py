"""One import from file to shelves: every row checked, the good ones put in one transaction, the bad ones listed."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from adapters.imports.files import BadFile, rows_of, wrong_columns
from adapters.imports.ports import ImportedCustomer, ImportedPromo, Shelves
from adapters.imports.rows import BadRow, Kind, ReadPhone
from core.cards.model import Plastic
from core.imports.reasons import Reason, reason

CHUNK = 5_000
PIECE = 250
"""Rows in one transaction beside a house that serves: a till waits for one of them at most."""
FORGOTTEN = reason("phone", "forgotten")


@dataclass(slots=True)
class Report:
    """What became of a file: rows that are good, rows rejected with line and reason."""

    good: int = 0
    rejected: list[tuple[int, Reason]] = field(default_factory=list)


def _checked(
    path: Path, kind: Kind, phones: ReadPhone, report: Report, columns: Mapping[str, str] | None, size: int = CHUNK
) -> Iterator[list[tuple[int, Any]]]:
    """Chunks of good values with their lines; the rejected are in the report.

    A key given twice counts once, the later line is rejected.

    Raises BadFile when the file itself cannot be read or lacks a column.
    """
    seen: set[str] = set()
    chunk: list[tuple[int, Any]] = []
    first = True
    for line, row in rows_of(path, columns):
        if first:
            _check_columns(path, kind, row)
            first = False
        try:
            if "" in row:
                raise BadRow("", "too-many-cells")
            value = kind.read(row, phones)
            if (key := kind.key(value)) in seen:
                raise BadRow(kind.required[0], "twice")
        except BadRow as bad:
            report.rejected.append((line, bad.reason))
            continue
        seen.add(key)
        chunk.append((line, value))
        report.good += 1
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if first:
        raise BadFile(path.name, "no-rows", columns=", ".join(kind.columns))
    if chunk:
        yield chunk


def import_file(
    path: Path,
    kind: Kind,
    *,
    phones: ReadPhone,
    now: datetime,
    progress: Callable[[int], None] = lambda rows: None,
    columns: Mapping[str, str] | None = None,
) -> Callable[[Shelves], Report]:
    """A job for one transaction: every good row of the file is on the shelves, or, when it raises, none.

    `columns`: the house's name for each column of the file; without it they have the house's names.
    """

    def job(shelves: Shelves) -> Report:
        report = Report()
        for chunk in _checked(path, kind, phones, report, columns):
            _put(kind, chunk, shelves, report, now)
            progress(report.good)
        report.rejected.sort()
        return report

    return job


def import_in_pieces(
    path: Path, kind: Kind, *, do: Callable[[Callable[[Shelves], None]], None], phones: ReadPhone, now: datetime,
    progress: Callable[[int], None], columns: Mapping[str, str],
) -> Report:  # fmt: skip
    """Every good row is on the shelves, some hundred rows in a transaction, so that nobody waits for a file.

    Whoever calls has seen before that the file can be read to its end. Killed in the middle, the same file again puts
    the rest: what is there already does not change. Raises BadFile.
    """
    report = Report()
    for chunk in _checked(path, kind, phones, report, columns, PIECE):
        do(partial(_put_piece, kind, chunk, report, now))
        progress(report.good)
    report.rejected.sort()
    return report


def _put_piece(kind: Kind, chunk: Sequence[tuple[int, Any]], report: Report, now: datetime, shelves: Shelves) -> None:
    """A piece may be done again after a collision: what it has rejected the first time is not told twice."""
    good, rejected = report.good, list(report.rejected)
    try:
        _put(kind, chunk, shelves, report, now)
    except BaseException:
        report.good, report.rejected = good, rejected
        raise


def _put(kind: Kind, chunk: Sequence[tuple[int, Any]], shelves: Shelves, report: Report, now: datetime) -> None:
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
            report.rejected.append((line, reason("sku", "no-product")))
        elif strange:
            report.rejected.append((line, reason("stores", "no-place", name=strange[0])))
        else:
            kept.append((value, frozenset(store for one in value.places for store in places[one])))
    report.good -= len(chunk) - len(kept)
    return kept


def _nameless_if_forgotten(plastics: Sequence[Plastic], shelves: Shelves) -> list[Plastic]:
    """The plastic and its points are there; whose it was is not told again."""
    gone = shelves.forgotten([one.phone for one in plastics if one.phone is not None])
    return [replace(one, phone=None, name="", birthday=None) if one.phone in gone else one for one in plastics]


def write_rejects(report: Report, path: Path, told: Callable[[Reason], str]) -> None:
    """The rejected lines and reasons in words as a CSV for Excel (a mark in front, formula signs made harmless)."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("line", "reason"))
        writer.writerows(
            (line, f"'{why}" if why[:1] in "=+-@\t\r" else why)
            for line, why in ((line, told(one)) for line, one in report.rejected)
        )


def _check_columns(path: Path, kind: Kind, row: dict[str, str]) -> None:
    missing = [name for name in kind.required if name not in row]
    unknown = [name for name in row if name and name not in kind.columns]
    if missing or unknown:
        raise wrong_columns(path, missing, unknown, kind.columns)
