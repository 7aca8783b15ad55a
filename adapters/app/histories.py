"""Sales history through the house: a file into the lake, the lake into a file, the tills' sales after them."""

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from adapters.app.settings import Settings
from adapters.db.historytables import PHONE
from adapters.db.work import DbWork
from adapters.imports.files import BadFile
from adapters.imports.history import COLUMNS, HistoryLine, history_lines
from adapters.imports.run import Report
from adapters.lake.lake import Compacted, Lake
from adapters.lake.receipts import Key, Receipt
from adapters.lake.staging import Staging, batched
from core.ledger.actions import sell
from core.ledger.model import Kind
from core.ledger.posting import current, operation
from core.shared.amounts import decimal, quantity
from core.shared.values import CustomerId, Phone

CHUNK = 5_000
MOST_KNOWN = 100_000
"""Owners remembered at a time while a file is read; beyond that they are asked for again."""
LAG = timedelta(minutes=1)
"""A sale takes its instant before it is committed, a few seconds at most; a minute later nothing older comes."""
Do = Callable[[Callable[[DbWork], Any]], Any]
ReadPhone = Callable[[str], Phone | None]
FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def lake_of(settings: Settings) -> Lake:
    """The lake of these settings."""
    return Lake(Path(settings.lake))


def import_sales(
    file: Path,
    *,
    lake: Lake,
    do: Do,
    phones: ReadPhone,
    dry_run: bool,
    earn: bool,
    progress: Callable[[int], None],
    columns: Mapping[str, str] | None = None,
) -> Report:
    """Every good receipt of the file is in the lake and its owner known to have bought; `earn`: points are booked.

    A line that is rejected takes its whole receipt with it: no receipt is there in half. Raises BadFile.
    """
    name, report, bad = lake_name(file), Report(), set[Key]()
    with lake.staging() as staging:
        good = _staged(file, staging, do, phones, bad, report, progress, columns)

        def is_bad(key: Key) -> bool:
            return key in bad or (*key[:-1], None) in bad

        added = lake.add(staging, name, bad=is_bad, dry_run=dry_run)
        report.rejected += added.rejected
        report.good = good - len(added.rejected)
        if not dry_run:
            _remember(staging, do, added.refused, earn=earn)
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
    """Sales and returns at the tills since the last time are in the lake too; how many lines. Raises LakeBusy.

    The file is named by where it begins, so that the same stretch again replaces it; the mark moves after it is there.
    """
    after = work.lake_mark()
    rows = work.history.settled(after, until)
    count = lake.follow(rows, _stretch(after)) if rows else 0
    work.lake_mark(until)
    return count


def compact(lake: Lake, mark: datetime | None, now: datetime) -> Compacted:
    """Months of many files are one file each; the tills' lines from the mark on may still be replaced. Raises LakeBusy.

    `mark` is `work.lake_mark()`, read before.
    """
    return lake.compact(followed=_stretch(mark), now=now)


def _stretch(after: datetime | None) -> str:
    return f"{int((after or FIRST).timestamp() * 1_000_000):020d}"


def _staged(
    file: Path, staging: Staging, do: Do, phones: ReadPhone, bad: set[Key], report: Report,
    progress: Callable[[int], None], columns: Mapping[str, str] | None,
) -> int:  # fmt: skip
    """How many good lines are staged; receipts with a rejected line are in `bad`, the reasons in the report."""
    zone = do(lambda work: work.programme.timezone)
    known: dict[str, str] = {}
    good = 0

    def lines() -> Iterator[tuple[int, HistoryLine]]:
        for number, line in history_lines(file, zone, columns):
            if isinstance(line, HistoryLine):
                yield number, line
            else:
                bad.add((line.store, line.till, line.receipt, line.business_date))
                report.rejected.append((number, line.reason))

    for chunk in batched(lines(), CHUNK):
        codes = {line.owner for _, line in chunk if line.owner and line.owner not in known}
        if len(known) > MOST_KNOWN:
            known = {}
            codes = {line.owner for _, line in chunk if line.owner}
        known |= do(partial(_owners, codes=codes, phones=phones))
        for number, line in chunk:
            staging.put(_row(line, known.get(line.owner)), number)
        good += len(chunk)
        progress(good)
    return good


def _row(line: HistoryLine, owner: str | None) -> dict[str, Any]:
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
        "line": 0,
        "source": "import",
    }


def _remember(staging: Staging, do: Do, refused: Set[Key], *, earn: bool) -> None:
    """Who has bought when; points where they are asked for. Again changes nothing, refused receipts neither."""
    for month in staging.months():
        owned = (one for one in staging.receipts(month) if one.key not in refused and one.rows[0]["owner"] is not None)
        for chunk in batched(owned, CHUNK):
            seen: dict[str, tuple[datetime, datetime]] = {}
            for one in chunk:
                owner, at = one.rows[0]["owner"], one.rows[0]["sold_at"]
                first, last = seen.get(owner, (at, at))
                seen[owner] = (min(first, at), max(last, at))
            do(partial(_bought, seen=seen))
            if earn:
                do(partial(_earn_all, receipts=[one for one in chunk if not one.rows[0]["owner"].startswith(PHONE)]))


def _owners(work: DbWork, codes: set[str], phones: ReadPhone) -> Mapping[str, str]:
    return work.history.owners(codes, phones)


def _bought(work: DbWork, seen: Mapping[str, tuple[datetime, datetime]]) -> None:
    work.history.bought(seen)


def _earn_all(work: DbWork, receipts: Sequence[Receipt]) -> None:
    for receipt in receipts:
        _earn(work, receipt)


def _earn(work: DbWork, receipt: Receipt) -> None:
    key, rules = "|".join(str(part) for part in receipt.key), work.programme
    paid = sum(max(0, (row["milli"] * row["unit_price"] + 500) // 1000 - row["discount"]) for row in receipt.rows)
    points = int(paid * decimal(rules.earn_percent) / (100 * rules.point_value_minor))
    owner = CustomerId(receipt.rows[0]["owner"])
    purse = current(work, [owner])[owner]
    if points and work.ledger.operation_of("import", key) is None:
        made = operation(work, Kind.SALE, source="import", key=key, business_at=receipt.rows[0]["sold_at"])
        sell(work, made, purse=purse, spent=0, earned=points)


def _told(lake: Lake, do: Do, first: date | None, last: date | None) -> Iterator[dict[str, str]]:
    numbers: dict[str, str] = {}
    chunk: list[dict[str, Any]] = []

    def out() -> Iterator[dict[str, str]]:
        owners = {row["owner"] for row in chunk if row["owner"]} - numbers.keys()
        if len(numbers) > MOST_KNOWN:
            numbers.clear()
            owners = {row["owner"] for row in chunk if row["owner"]}
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


def lake_name(file: Path) -> str:
    """The file's name in the lake: the same content is the same import."""
    if not file.is_file():
        raise BadFile(str(file), "no-file")
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:16]
