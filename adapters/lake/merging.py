"""Many small files of a month become one, sorted by owner: whoever reads a customer's lines reads them side by side.

A month larger than memory is sorted in runs on the disk and merged range by range.
"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adapters.lake.columns import SCHEMA, promised
from adapters.lake.files import WHOLE, Days, Files, LakeFile, free, move

ORDER = ("owner", "sold_at", "store", "till", "receipt", "line")
ROW_GROUP = 1 << 18
"""Lines: some 28 000 people of a month. What a row group costs to begin with (its dictionaries above all) is a third of
reading a small one; in a larger one whoever looks for one person reads more for nothing."""
CHUNK = 1_500_000
"""Lines sorted at a time; with all around them the process stays below 1.4 GB."""
LOOSE = 1_000_000
"""Lines that no merging has sorted yet: a history that an import has brought, or a week of a million cards."""
_KEYS = [(name, "ascending") for name in ORDER]
_SAMPLED = 1000


def merge_month(files: Files, month: str, *, followed: str, more_than: int) -> tuple[int, int]:
    """Of a month of more small files than that, of `LOOSE` lines in them, or of an older version: how many were merged,
    with how many lines.

    Files named `followed` or later stay by themselves.
    """
    folder, runs = files.month(month), files.folder / ".merging"

    def read(counting: Sequence[LakeFile]) -> tuple[int, int]:
        given = [one for one in counting if not one.path.name.startswith("till-") or one.path.stem < followed]
        small = [one for one in given if not one.is_whole]
        is_loose = len(small) > more_than or sum(one.rows for one in small) > LOOSE
        if not is_loose and all(one.version == files.version for one in given):
            return 0, 0
        for left in folder.glob(f".{WHOLE}*.part"):
            left.unlink()
        shutil.rmtree(runs, ignore_errors=True)
        runs.mkdir(mode=0o700)
        present = files.present(month)
        # What an earlier one stands for and is still there, the new one stands for as well: that one leaves first.
        earlier = {name for one in present for name in one.stands_for} & {one.path.name for one in present}
        name = free(folder, f"{WHOLE}{len(list(folder.glob(f'{WHOLE}*'))) + 1:06d}")
        half = folder / f".{name}.part"
        gone = sorted(earlier | {one.path.name for one in given})
        rows = merge(files, given, half, stands_for=gone, runs=runs)
        move(half, folder / f"{name}.parquet")
        return len(given), rows

    try:
        return files.reading(month, read)
    finally:
        shutil.rmtree(runs, ignore_errors=True)


def remove_merged(files: Files, month: str, before: datetime) -> int:
    """How many files are gone that a file stands for which came before that instant and can be read to its end."""
    removed = 0
    for whole in files.present(month):
        came = datetime.fromtimestamp(whole.path.stat().st_mtime, UTC)
        gone = [path for name in sorted(whole.stands_for) if (path := files.month(month) / name).exists()]
        if gone and came < before and not files.set_aside([whole]):
            for path in gone:
                path.unlink()
            removed += len(gone)
    return removed


def merge(files: Files, given: Sequence[LakeFile], half: Path, *, stands_for: Sequence[str], runs: Path,
          chunk: int = CHUNK) -> int:  # fmt: skip
    """The lines of the given files stand sorted in the new one; how many. `runs` is a folder for what lies between."""
    import pyarrow.dataset as ds  # as in `files`

    marks: list[tuple[str | None, Any]] = []
    days: set[date] = set()
    empty: set[str] = set()
    written: list[str] = []
    rows = 0
    table = SCHEMA.empty_table()
    for table in _sorted(files, given, chunk):
        rows += table.num_rows
        days |= _imported(table)
        empty |= {name for name in SCHEMA.names if table[name].null_count}
        some = table.select(["owner", "sold_at"]).take(pa.array(range(0, table.num_rows, _SAMPLED), pa.int64()))
        marks += zip(some["owner"].to_pylist(), some["sold_at"].to_pylist(), strict=True)
        if table.num_rows == chunk or written:
            written.append(str(runs / f"{len(written):06d}.parquet"))
            pq.write_table(table, written[-1], compression="lz4", row_group_size=1 << 16)
    imported: Days | None = (min(days), max(days)) if days else None
    schema = promised(empty)
    with files.writer(half, schema, stands_for=stands_for, imported=imported) as writer:
        if not written:
            writer.write_table(table.cast(schema), row_group_size=ROW_GROUP)
        for only in _ranges(marks, max(1, chunk // _SAMPLED)) if written else ():
            part = ds.dataset(written, schema=SCHEMA).to_table(filter=only)
            writer.write_table(part.sort_by(_KEYS).cast(schema), row_group_size=ROW_GROUP)
    return rows


def _sorted(files: Files, given: Sequence[LakeFile], chunk: int) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in files.batches(given, SCHEMA.names):
        while count + batch.num_rows >= chunk:
            held.append(batch.slice(0, chunk - count))
            batch, count = batch.slice(chunk - count), 0
            yield pa.Table.from_batches(held, SCHEMA).sort_by(_KEYS)
            held = []
        held.append(batch)
        count += batch.num_rows
    if count:
        yield pa.Table.from_batches(held, SCHEMA).sort_by(_KEYS)


def _imported(table: pa.Table) -> set[date]:
    found = pc.min_max(table.filter(pc.equal(table["source"], "import"))["business_date"]).as_py()
    return {day for day in found.values() if day is not None}


def _ranges(marks: list[tuple[str | None, Any]], many: int) -> Iterator[Any]:
    """Expressions that each line satisfies one of, in the order of `ORDER`: each is good for so many marks.

    Lines of nobody can be half of a month: they are cut by their instants.
    """
    owner, sold_at = pc.field("owner"), pc.field("sold_at")
    for field, cuts, nobodys in (
        (owner, sorted(who for who, _ in marks if who is not None), False),
        (sold_at, sorted(at for who, at in marks if who is None), True),
    ):
        known = owner.is_null() if nobodys else owner.is_valid()
        kind = SCHEMA.field("sold_at" if nobodys else "owner").type
        chosen = [pa.scalar(cut, kind) for cut in sorted(set(cuts[many::many]))]
        if not chosen:
            yield known
            continue
        yield known & (field < chosen[0])
        for first, after in pairwise(chosen):
            yield known & (field >= first) & (field < after)
        yield known & (field >= chosen[-1])
