"""Files for a spreadsheet: UTF-8 with a mark, `;` between cells, nothing that could run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

MARK = "\ufeff"
"""By which Excel knows UTF-8."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines_of(rows: Iterable[Sequence[Any]]) -> str:
    """The rows as lines. A text that begins like a formula gets an apostrophe; a number stays one."""
    told = io.StringIO()
    writer = csv.writer(told, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([_cell(one) for one in row])
    return told.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
