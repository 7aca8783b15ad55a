"""Sales history through the house: a file into the lake, the lake into a file, the tills' sales after them."""

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from adapters.app.settings import Settings
from adapters.db.work import DbWork
from adapters.imports.files import BadFile, rows_of
from adapters.imports.history import COLUMNS, HistoryLine, history_lines
from adapters.imports.run import Report
from adapters.lake.lake import Lake, Staging
from core.ledger.actions import sell
from core.ledger.model import Kind
from core.ledger.posting import current, operation
from core.shared.amounts import decimal, quantity
from core.shared.values import CustomerId, Phone

CHUNK = 5_000
LAG = timedelta(minutes=1)
"""A sale takes its instant before it is committed, a few seconds at most; a minute later nothing older comes."""
Do = Callable[[Callable[[DbWork], Any]], Any]
ReadPhone = Callable[[str], Phone | None]
FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def lake_of(settings: Settings) -> Lake:
    """The lake of these settings."""
    return Lake(Path(settings.lake))


def import_sales(
    file: Path, *, lake: Lake, do: Do, phones: ReadPhone, dry_run: bool, earn: bool, progress: Callable[[int], None]
) -> Report:
    """Every good receipt of the file is in the lake and its owner known to have bought; `earn`: points are booked.

    A line that is rejected takes its whole receipt with it: no receipt is there in half. Raises BadFile.
    """
    name = _digest(file)
    report, staging = Report(), lake.staging(name)
    try:
        bad = _rejected(file, do, report)
        good = _staged(file, staging, do, phones, bad, report, progress)
        added = lake.add(staging, name, dry_run=dry_run)
        for line in added.differing:
            report.rejected.append((line, "receipt: is in the lake already with other lines"))
        report.good = good - len(added.differing)
        if not dry_run:
            _remember(staging, do, earn=earn)
    finally:
        staging.close()
    report.rejected.sort()
    return report


def export_sales(
    file: Path, *, lake: Lake, do: Do, first: date | None, last: date | None, progress: Callable[[int], None]
) -> int:
    """The lake's sales as a CSV or, by the file's name, Parquet in the columns of the import; how many lines."""
    half = file.with_name(file.name + ".part")
    count = (_parquet if file.suffix.lower() == ".parquet" else _csv)(half, _told(lake, do, first, last), progress)
    half.chmod(0o600)
    half.replace(file)
    return count


def follow(work: DbWork, lake: Lake, until: datetime) -> int:
    """Sales and returns at the tills since the last time are in the lake too; how many lines.

    The file is named by where it begins, so that the same stretch again replaces it; the mark moves after it is there.
    """
    after = work.lake_mark()
    rows = work.history.settled(after, until)
    if rows:
        lake.follow(rows, f"{int((after or FIRST).timestamp() * 1_000_000):020d}")
    work.lake_mark(until)
    return len(rows)


def _rejected(file: Path, do: Do, report: Report) -> set[tuple[str, ...]]:
    """Receipts with a rejected line, and the reasons in the report."""
    zone = do(lambda work: work.programme.timezone)
    bad: set[tuple[str, ...]] = set()
    for number, line in history_lines(file, zone):
        if isinstance(line, str):
            report.rejected.append((number, line))
    if report.rejected:
        lines = {number for number, _ in report.rejected}
        for number, row in rows_of(file):
            if number in lines:
                bad.add((row.get("store", ""), row.get("till", ""), row.get("receipt", "")))
    return bad


def _staged(
    file: Path,
    staging: Staging,
    do: Do,
    phones: ReadPhone,
    bad: set[tuple[str, ...]],
    report: Report,
    progress: Callable[[int], None],
) -> int:
    zone = do(lambda work: work.programme.timezone)
    known: dict[str, str] = {}
    places: dict[tuple[str, ...], int] = {}
    good = 0
    for chunk in _chunks(history_lines(file, zone)):
        codes = {line.owner for _, line in chunk if line.owner and line.owner not in known}
        known |= do(partial(_owners, codes=codes, phones=phones))
        for number, line in chunk:
            if (line.store, line.till, line.receipt) in bad:
                report.rejected.append((number, "receipt: another line of it is rejected"))
                continue
            key = (line.store, line.till, line.receipt, line.business_date.isoformat())
            places[key] = place = places.get(key, -1) + 1
            staging.put(_row(line, known.get(line.owner), place), number)
            good += 1
        progress(good)
    return good


def _chunks(lines: Iterator[tuple[int, HistoryLine | str]]) -> Iterator[list[tuple[int, HistoryLine]]]:
    chunk: list[tuple[int, HistoryLine]] = []
    for number, line in lines:
        if not isinstance(line, str):
            chunk.append((number, line))
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _row(line: HistoryLine, owner: str | None, place: int) -> dict[str, Any]:
    return {
        "store": line.store,
        "till": line.till,
        "receipt": line.receipt,
        "business_date": line.business_date,
        "sold_at": line.sold_at,
        "owner": owner,
        "sku": line.sku,
        "milli": line.milli,
        "unit_price": line.unit_price,
        "discount": line.discount,
        "points_spent": line.points_spent,
        "line": place,
        "source": "import",
    }


def _remember(staging: Staging, do: Do, *, earn: bool) -> None:
    """Who has bought when; points where they are asked for. Again changes nothing."""
    for month in staging.months():
        seen: dict[str, tuple[datetime, datetime]] = {}
        paid: dict[tuple[Any, ...], int] = {}
        for row in staging.read(month).to_pylist():
            owner = row["owner"]
            if owner is None:
                continue
            first, last = seen.get(owner, (row["sold_at"], row["sold_at"]))
            seen[owner] = (min(first, row["sold_at"]), max(last, row["sold_at"]))
            if earn and not owner.startswith("phone:"):
                key = (owner, row["store"], row["till"], row["receipt"], row["business_date"], row["sold_at"])
                amount = (row["milli"] * row["unit_price"] + 500) // 1000 - row["discount"]
                paid[key] = paid.get(key, 0) + max(0, amount)
        do(partial(_bought, seen=seen))
        receipts = list(paid.items())
        for at in range(0, len(receipts), CHUNK):
            do(partial(_earn_all, receipts=receipts[at : at + CHUNK]))


def _owners(work: DbWork, codes: set[str], phones: ReadPhone) -> Mapping[str, str]:
    return work.history.owners(codes, phones)


def _bought(work: DbWork, seen: Mapping[str, tuple[datetime, datetime]]) -> None:
    work.history.bought(seen)


def _earn_all(work: DbWork, receipts: Sequence[tuple[tuple[Any, ...], int]]) -> None:
    for receipt, paid in receipts:
        _earn(work, receipt, paid)


def _earn(work: DbWork, receipt: tuple[Any, ...], paid: int) -> None:
    owner, *identity, sold_at = receipt
    key = "|".join(str(part) for part in identity)
    rules = work.programme
    points = int(paid * decimal(rules.earn_percent) / (100 * rules.point_value_minor))
    purse = current(work, [CustomerId(owner)])[CustomerId(owner)]
    if points and work.ledger.operation_of("import", key) is None:
        made = operation(work, Kind.SALE, source="import", key=key, business_at=sold_at)
        sell(work, made, purse=purse, spent=0, earned=points)


def _told(lake: Lake, do: Do, first: date | None, last: date | None) -> Iterator[dict[str, str]]:
    numbers: dict[str, str] = {}
    chunk: list[dict[str, Any]] = []

    def out() -> Iterator[dict[str, str]]:
        owners = {row["owner"] for row in chunk if row["owner"]} - numbers.keys()
        numbers.update(do(lambda work: work.history.numbers(owners)))
        for row in chunk:
            yield {
                "receipt": row["receipt"],
                "store": row["store"],
                "till": row["till"],
                "sold_at": row["sold_at"].isoformat(),
                "card_or_phone": numbers.get(row["owner"] or "", ""),
                "sku": row["sku"],
                "quantity": quantity(row["milli"]),
                "unit_price": _decimal(row["unit_price"]),
                "discount": _decimal(row["discount"]),
                "points_spent": str(row["points_spent"]),
            }

    for row in lake.rows(first, last):
        chunk.append(row)
        if len(chunk) >= CHUNK:
            yield from out()
            chunk = []
    yield from out()


def _decimal(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _csv(file: Path, rows: Iterator[dict[str, str]], progress: Callable[[int], None]) -> int:
    count = 0
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            count += 1
            if count % CHUNK == 0:
                progress(count)
    return count


def _parquet(file: Path, rows: Iterator[dict[str, str]], progress: Callable[[int], None]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    count = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        batch: list[dict[str, str]] = []
        for row in rows:
            batch.append(row)
            count += 1
            if len(batch) >= CHUNK:
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))
                progress(count)
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=schema))
    return count


def _digest(file: Path) -> str:
    """The file's name in the lake: the same content is the same import."""
    if not file.is_file():
        raise BadFile(f"{file}: no such file")
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:16]
