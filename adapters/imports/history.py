"""Sales history: rows of a file become lines of receipts, a receipt's own facts checked against one another."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.imports.files import BadFile, rows_of, wrong_columns
from adapters.imports.rows import BadRow, Row
from core.imports.reasons import Reason
from core.shared.amounts import milli

COLUMNS = ("receipt", "store", "till", "sold_at", "card_or_phone", "sku", "quantity", "unit_price", "discount",
           "points_spent")  # fmt: skip
REQUIRED = ("receipt", "store", "till", "sold_at", "sku", "quantity", "unit_price")
_MONEY = re.compile(r"\d{1,9}(\.\d{1,2})?", re.ASCII)
_EARLIEST, _LATEST = 1990, 2100


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a receipt of the past; money in minor units."""

    receipt: str
    store: str
    till: str
    sold_at: datetime
    business_date: date
    owner: str
    """The card or phone as the file has it."""
    sku: str
    milli: int
    unit_price: int
    discount: int
    points_spent: int


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """Why a line is rejected, and of which receipt it is; `business_date` None where the line does not say."""

    reason: Reason
    store: str
    till: str
    receipt: str
    business_date: date | None


def history_lines(
    path: Path, zone: ZoneInfo, columns: Mapping[str, str] | None = None
) -> Iterator[tuple[int, HistoryLine | RejectedLine]]:
    """Every row with its line: what it says, or why it is rejected. Raises BadFile for a file that cannot be read."""
    first = True
    for number, row in rows_of(path, columns):
        if first:
            _check_columns(path, row)
            first = False
        try:
            yield number, _line(row, zone)
        except BadRow as bad:
            yield number, _rejected(row, zone, bad.reason)
    if first:
        raise BadFile(path.name, "no-rows", columns=", ".join(COLUMNS))


def _rejected(row: Row, zone: ZoneInfo, reason: Reason) -> RejectedLine:
    try:
        day = _instant(row.get("sold_at", ""), zone).astimezone(zone).date()
    except BadRow:
        day = None
    return RejectedLine(reason, row.get("store", ""), row.get("till", ""), row.get("receipt", ""), day)


def _line(row: Row, zone: ZoneInfo) -> HistoryLine:
    if "" in row:
        raise BadRow("", "too-many-cells")
    for name in REQUIRED:
        if not row.get(name):
            raise BadRow(name, "empty")
    sold_at = _instant(row["sold_at"], zone)
    try:
        amount = milli(row["quantity"].replace(",", "."))
    except ValueError:
        raise BadRow("quantity", "bad-quantity") from None
    spent = row.get("points_spent", "") or "0"
    if not re.fullmatch(r"\d{1,9}", spent, re.ASCII):
        raise BadRow("points_spent", "not-whole")
    return HistoryLine(
        _word(row, "receipt"),
        _word(row, "store"),
        _word(row, "till"),
        sold_at,
        sold_at.astimezone(zone).date(),
        row.get("card_or_phone", ""),
        _word(row, "sku"),
        amount,
        _minor(row, "unit_price"),
        _minor(row, "discount"),
        int(spent),
    )


def _word(row: Row, name: str) -> str:
    text = row[name]
    if len(text) > 64 or not text.isprintable():
        raise BadRow(name, "bad-word")
    return text


def _minor(row: Row, name: str) -> int:
    text = (row.get(name, "") or "0").replace(",", ".")
    if not _MONEY.fullmatch(text):
        raise BadRow(name, "bad-money")
    whole, _, places = text.partition(".")
    return int(whole) * 100 + int(places.ljust(2, "0"))


def _instant(text: str, zone: ZoneInfo) -> datetime:
    """ISO; without an offset it is the programme's own time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow("sold_at", "bad-instant") from None
    found = found if found.tzinfo is not None else found.replace(tzinfo=zone)
    if not _EARLIEST <= found.year <= _LATEST:
        raise BadRow("sold_at", "bad-year", first=_EARLIEST, last=_LATEST)
    return found


def _check_columns(path: Path, row: Row) -> None:
    missing = [name for name in REQUIRED if name not in row]
    unknown = [name for name in row if name and name not in COLUMNS]
    if missing or unknown:
        raise wrong_columns(path, missing, unknown, COLUMNS)
