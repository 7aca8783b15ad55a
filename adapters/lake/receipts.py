"""Lines of a file become receipts: whole ones, repeated ones, and those that contradict themselves."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from core.imports.reasons import Reason, reason

IDENTITY = ("store", "till", "receipt", "business_date")
CONTENT = ("sku", "milli", "unit_price", "discount")
FILE_LINE, ORDER = "file_line", "row_order"
"""Where a line stands in its file, and as which of its rows."""
TWO_OWNERS = reason("receipt", "two-owners")
TWICE = reason("receipt", "receipt-twice")
Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The lines of one receipt in the lake's columns, numbered; `wrong` says why it cannot be taken."""

    key: Key
    rows: Sequence[Row]
    file_lines: Sequence[int]
    wrong: Reason | None = None

    @property
    def digest(self) -> int:
        """The same for the same lines in any order; for comparison within one process only."""
        return sum(line_hash(row[name] for name in CONTENT) for row in self.rows)


def line_hash(content: Iterable[Any]) -> int:
    """Of what stands on a line, in the order of `CONTENT`."""
    return hash(tuple(content))


def receipts(rows: Iterable[Row]) -> Iterator[Receipt]:
    """The receipts of rows that are sorted by identity and then by their order in the file."""
    for key, lines in groupby(rows, lambda row: tuple(row[name] for name in IDENTITY)):
        yield _receipt(key, list(lines))


def _receipt(key: Key, lines: list[Row]) -> Receipt:
    """A file that was joined to itself has each receipt in several runs of rows: equal runs are one receipt.

    Runs with nothing in common are one receipt whose lines the file has torn apart.
    """
    file_lines = [row[FILE_LINE] for row in lines]
    owners = {row["owner"] for row in lines if row["owner"] is not None}
    if len(owners) > 1:
        return Receipt(key, lines, file_lines, TWO_OWNERS)
    runs = [Counter(tuple(row[name] for name in CONTENT) for row in run) for run in _runs(lines)]
    kept = lines
    if len(runs) > 1:
        if all(run == runs[0] for run in runs):
            kept = lines[: runs[0].total()]
        elif sum(map(len, runs)) != len(set().union(*runs)):
            return Receipt(key, lines, file_lines, TWICE)
    owner, sold_at = next(iter(owners), None), min(row["sold_at"] for row in kept)
    numbered = [{**row, "line": at, "owner": owner, "sold_at": sold_at} for at, row in enumerate(kept)]
    return Receipt(key, numbered, file_lines)


def _runs(lines: list[Row]) -> Iterator[list[Row]]:
    """Rows that stand in the file one after the other."""
    for _, run in groupby(enumerate(lines), lambda place: place[1][ORDER] - place[0]):
        yield [row for _, row in run]
