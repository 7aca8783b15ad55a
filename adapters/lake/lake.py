"""Receipts in and out of the lake: each is there once, whole months are written beside and moved into place.

A crash leaves files with a temporary name, which nobody reads; the same import again finds what is there already and
adds the rest, so its end is the same. Two doors: one for an import from its first line on, one for whoever looks at
what is there and puts something beside it, be it an import, the tills' sales or the merging of files.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from adapters.lake.columns import SCHEMA, UPGRADES, Upgrade
from adapters.lake.files import Files, LakeFile, free, move
from adapters.lake.merging import merge_month, remove_merged
from adapters.lake.receipts import CONTENT, IDENTITY, Key, Row, line_hash
from adapters.lake.staging import SPILL, Staging, batched
from core.imports.reasons import Reason, reason

KNOWN_OTHERWISE = reason("receipt", "known-otherwise")
REJECTED = reason("receipt", "with-rejected")
MANY_FILES = 31
"""A month of a file a day is read about as fast as one file; tills that are followed by the minute leave thousands."""
KEPT = timedelta(days=1)
"""How long merged files are there for whoever has begun to read them."""


class LakeBusy(BlockingIOError):
    """Somebody else is putting something into the lake at this moment; the text says who."""


class Merged(Exception):
    """Lines of an import that cannot be told from others any more."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an import: receipts added, receipts that were there already, lines that were rejected and why."""

    receipts: int
    known: int
    rejected: Sequence[tuple[int, Reason]]
    refused: Set[Key]
    """The receipts of those lines: nothing of them is known to the house."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """How many files were merged, how many lines they had, and how many files merged earlier were removed."""

    files: int
    lines: int
    removed: int


class Lake:
    """A folder of Parquet files."""

    def __init__(self, folder: Path, upgrades: Sequence[Upgrade] = UPGRADES) -> None:
        self._folder = folder
        self.files = Files(folder, upgrades)

    @contextmanager
    def staging(self) -> Iterator[Staging]:
        """A place for the rows of one import; what a killed one has left is cleared. Raises LakeBusy."""
        with self._alone(".import", "another import of sales is under way; run this one when that has ended"):
            for left in (*self._folder.glob(".staging-*"), *self._folder.glob("sales/month=*/.import-*.part")):
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            staging = Staging(self._folder / f".staging-{os.getpid()}")
            try:
                yield staging
            finally:
                staging.close()

    def add(self, staging: Staging, name: str, *, bad: Callable[[Key], bool], dry_run: bool = False) -> Added:
        """Every staged receipt that is not there is there, or, when this raises, some months are and the rest come
        with the next try. A receipt that is there with other lines stays as it is; its staged lines are rejected, as
        are those of receipts that are `bad`, or wrong in themselves."""
        with self._alone(".door"):
            return self._added(staging, name, bad, dry_run)

    def follow(self, rows: Sequence[Row], name: str) -> int:
        """The tills' rows are there under this name; the same name again replaces them. How many are there by that.

        A sale that an import has brought already stays as the import has it. What came back belongs to whom the lake
        knows its sale of, so that the two meet. Raises LakeBusy while an import looks at what is there.
        """
        by_month: dict[str, list[Row]] = {}
        for row in rows:
            by_month.setdefault(f"{row['business_date']:%Y-%m}", []).append(row)
        count = 0
        with self._alone(".door", "an import or a merging of files is under way"):
            for month, found in by_month.items():
                if fresh := self._fresh(month, found):
                    move(*self._write(fresh, month, f"till-{name}"))
                count += len(fresh)
        return count

    def take_back(self, name: str) -> int:
        """What the import of this name has brought is there no more; how many lines that was.

        Raises Merged when its files are not by themselves any more. Killed in the middle, the same again does the rest.
        """
        ours = re.compile(rf"import-{re.escape(name)}(-\d+)?\.parquet")
        with self._alone(".door"):
            gone, lines = [], 0
            for month in self.files.months():
                for one in self.files.present(month):
                    if any(ours.fullmatch(told) for told in one.stands_for):
                        raise Merged
                    if ours.fullmatch(one.path.name):
                        gone.append(one.path)
                        lines += one.rows
            if not gone:
                raise Merged
            for path in gone:
                path.unlink()
            return lines

    def compact(
        self, *, followed: str, now: datetime, more_than: int = MANY_FILES, kept: timedelta = KEPT
    ) -> Compacted:
        """A month of more small files than that, or of a million lines in them, is one file, sorted by owner; one of an
        older version is of today's.

        A file of the tills named `followed` or later may still be replaced (`follow`), so it stays by itself. Killed
        at any point, each line counts once. Raises LakeBusy while an import looks at what is there; months that are
        done are done.
        """
        merged = lines = removed = 0
        for month in self.files.months():
            with self._alone(".door", "an import is under way"):
                removed += remove_merged(self.files, month, now - kept)
                files, rows = merge_month(self.files, month, followed=f"till-{followed}", more_than=more_than)
            merged, lines = merged + files, lines + rows
        return Compacted(merged, lines, removed)

    def rows(self, first: date | None = None, last: date | None = None) -> Iterator[Row]:
        """Lines of sales in the order of months, receipts and lines; what came back is left out."""
        only = pc.field("source") != "return"
        if first is not None:
            only &= pc.field("business_date") >= first
        if last is not None:
            only &= pc.field("business_date") <= last

        def read(files: Sequence[LakeFile]) -> pa.Table:
            return self.files.table(files, SCHEMA.names, only=only)

        keys = [(name, "ascending") for name in ("sold_at", "store", "till", "receipt", "line")]
        for month in self.files.months():
            if (first and month < f"{first:%Y-%m}") or (last and month > f"{last:%Y-%m}"):
                continue
            table = self.files.reading(month, read).sort_by(keys)
            for batch in table.to_batches(max_chunksize=SPILL):
                yield from batch.to_pylist()

    def _added(self, staging: Staging, name: str, bad: Callable[[Key], bool], dry_run: bool) -> Added:
        receipts = known = 0
        rejected: list[tuple[int, Reason]] = []
        refused: set[Key] = set()
        ready: list[tuple[Path, Path]] = []
        for month in staging.months():
            wrong: dict[Key, Reason] = {}
            ours: dict[Key, int] = {}
            for one in staging.receipts(month):
                if why := REJECTED if bad(one.key) else one.wrong:
                    wrong[one.key] = why
                else:
                    ours[one.key] = one.digest
            theirs = self._digests(month, ours)
            wrong |= {key: KNOWN_OTHERWISE for key, digest in theirs.items() if digest != ours[key]}
            fresh = (one for one in staging.receipts(month) if one.key not in wrong and one.key not in theirs)
            if not dry_run and len(ours) > len(theirs):
                unused = free(self.files.month(month), f"import-{name}")
                ready.append(self._write((row for one in fresh for row in one.rows), month, unused))
            if wrong:
                told = (one for one in staging.receipts(month) if one.key in wrong)
                rejected += [(line, wrong[one.key]) for one in told for line in one.file_lines]
            receipts += len(ours) - len(theirs)
            known += sum(key not in wrong for key in theirs)
            refused |= wrong.keys()
        for half, whole in ready:
            move(half, whole)
        return Added(receipts, known, sorted(rejected), refused)

    def _digests(self, month: str, wanted: Mapping[Key, int]) -> dict[Key, int]:
        """What stands on those of the wanted receipts that are there; what came back later is not on the receipt."""
        if not wanted:
            return {}
        days = [key[-1] for key in wanted]
        day = pc.field("business_date")
        chosen = (pc.field("source") != "return") & (day >= min(days)) & (day <= max(days))
        told = [*IDENTITY, *CONTENT]

        def read(files: Sequence[LakeFile]) -> dict[Key, int]:
            found: dict[Key, int] = {}
            for batch in self.files.batches(files, told, only=chosen, size=SPILL):
                for row in zip(*(batch[name].to_pylist() for name in told), strict=True):
                    key = row[: len(IDENTITY)]
                    if key in wanted:
                        found[key] = found.get(key, 0) + line_hash(row[len(IDENTITY) :])
            return found

        return self.files.reading(month, read)

    def _fresh(self, month: str, rows: Sequence[Row]) -> list[Row]:
        """Of the tills' rows, those that no import has brought; what came back is the owner's of its sale."""
        sold = [row for row in rows if row["source"] != "return"]
        back = [row for row in rows if row["source"] == "return"]
        days = {row["business_date"] for row in sold}
        imported, owners = self.files.reading(
            month,
            lambda files: (
                # Most days no import has touched, and then nothing is read at all.
                self._owners([one for one in files if one.has_imported(days)], sold, pc.field("source") == "import"),
                self._owners(files, back, pc.field("source") != "return"),
            ),
        )
        return [row for row in sold if _key(row) not in imported] + [
            {**row, "owner": owners.get(_key(row), row["owner"])} for row in back
        ]

    def _owners(self, files: Sequence[LakeFile], rows: Sequence[Row], only: pc.Expression) -> dict[Key, str | None]:
        """Whose the receipts of these rows are, as far as they stand in the files."""
        if not rows or not files:
            return {}
        wanted = {_key(row) for row in rows}
        only &= pc.field("receipt").isin(sorted({row["receipt"] for row in rows}))
        table = self.files.table(files, [*IDENTITY, "owner"], only=only)
        found = zip(*(table[name].to_pylist() for name in (*IDENTITY, "owner")), strict=True)
        return {row[:-1]: row[-1] for row in found if row[:-1] in wanted}

    def _write(self, rows: Iterable[Row], month: str, name: str) -> tuple[Path, Path]:
        folder = self.files.month(month)
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f".{name}.part"
        with self.files.writer(half) as writer:
            for batch in batched(rows, SPILL):
                writer.write_table(pa.Table.from_pylist(batch, schema=SCHEMA))
        return half, folder / f"{name}.parquet"

    @contextmanager
    def _alone(self, door: str, why: str = "") -> Iterator[None]:
        """Nobody else is behind that door; with a reason whoever finds it closed leaves. Raises LakeBusy with it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / door).open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | (fcntl.LOCK_NB if why else 0))
            except BlockingIOError:
                raise LakeBusy(why) from None
            yield


def _key(row: Row) -> Key:
    return tuple(row[name] for name in IDENTITY)
