"""Many files of a month become one: no line is lost or counted twice, whoever looks and whenever it is killed."""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.lake import merging
from adapters.lake.columns import SCHEMA
from adapters.lake.files import Files
from adapters.lake.lake import Lake, LakeBusy
from adapters.lake.merging import ORDER, merge
from tests.adapters.lake.made import MARK, NOW, full, lines, names, told

WHOLE_1, WHOLE_2 = "whole-000001.parquet", "whole-000002.parquet"


def compact(lake: Lake, more_than: int = 3, now: datetime = NOW) -> tuple[int, int, int]:
    done = lake.compact(followed=MARK, now=now, more_than=more_than)
    return done.files, done.lines, done.removed


def in_order(path: Path) -> bool:
    table = pq.read_table(path, partitioning=None)
    return bool(table.equals(table.sort_by([(name, "ascending") for name in ORDER])))


def test_many_files_are_one_sorted_by_owner_and_again_nothing_happens(tmp_path: Path) -> None:
    lake = full(tmp_path, 5)
    before, sales = told(lake), list(lake.rows())
    assert compact(lake) == (5, len(before), 0)
    assert (told(lake), list(lake.rows())) == (before, sales)
    (whole,) = lake.files.counting("2026-11")
    assert whole.path.name == WHOLE_1
    assert in_order(whole.path)
    assert compact(lake) == (0, 0, 0)
    assert told(lake) == before


def test_a_month_of_few_files_is_left_alone(tmp_path: Path) -> None:
    assert compact(full(tmp_path, 3)) == (0, 0, 0)


def test_an_import_of_many_lines_is_sorted_although_it_is_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = full(tmp_path, 0)
    bring(lake, 1)
    before = told(lake)
    assert compact(lake) == (0, 0, 0)
    monkeypatch.setattr(merging, "LOOSE", len(before) - 1)
    assert compact(lake) == (1, len(before), 0)
    assert compact(lake) == (0, 0, 0)
    assert told(lake) == before


@pytest.mark.parametrize("chunk", [7, 1_000_000])
def test_a_merged_file_promises_values_in_the_columns_that_have_one_on_every_line(tmp_path: Path, chunk: int) -> None:
    lake = full(tmp_path, 2)
    given = lake.files.counting("2026-11")
    runs = tmp_path / "runs"
    for name, empty in (("full", {"owner"}), ("till", {"owner", "till"})):
        if name == "till":  # as no import writes it
            table = pq.read_table(given[0].path, partitioning=None)
            without = pa.nulls(table.num_rows, pa.string())
            table = table.set_column(SCHEMA.get_field_index("till"), "till", without)
            with lake.files.writer(given[0].path) as writer:
                writer.write_table(table.set_column(SCHEMA.get_field_index("owner"), "owner", without))
        half = tmp_path / f"{name}.parquet"
        runs.mkdir(exist_ok=True)
        given = lake.files.counting("2026-11")
        before = sorted(lake.files.table(given, SCHEMA.names).to_pylist(), key=str)
        merge(lake.files, given, half, stands_for=[], runs=runs, chunk=chunk)
        made = pq.read_table(half)
        assert {one.name for one in made.schema if one.nullable} == empty
        assert sorted(made.to_pylist(), key=str) == before


def test_merged_files_stay_a_day_for_readers_and_then_leave(tmp_path: Path) -> None:
    lake = full(tmp_path, 5)
    before = told(lake)
    compact(lake)
    assert len(names(lake)) == 6
    came = datetime.now(UTC)
    assert compact(lake, now=came + timedelta(hours=23)) == (0, 0, 0)
    assert compact(lake, now=came + timedelta(hours=25)) == (0, 0, 5)
    assert names(lake) == [WHOLE_1]
    assert told(lake) == before


def test_merged_files_do_not_leave_for_one_that_cannot_be_read(tmp_path: Path) -> None:
    lake = full(tmp_path, 5)
    before = told(lake)
    compact(lake)
    whole = lake.files.month("2026-11") / WHOLE_1
    content = whole.read_bytes()
    whole.write_bytes(content[:40] + bytes([content[40] ^ 4]) + content[41:])
    late = datetime.now(UTC) + timedelta(hours=25)
    assert compact(lake, now=late) == (5, len(before), 0)
    assert told(lake) == before
    assert WHOLE_1 + ".broken" in names(lake)


def test_late_lines_lie_beside_and_come_in_with_the_next_merging(tmp_path: Path) -> None:
    lake = full(tmp_path, 5)
    compact(lake)
    for at in range(5, 9):
        lake.follow(lines(at), f"{at:020d}")
    before = told(lake)
    assert len(before) == sum(len(lines(at)) for at in range(9))
    assert compact(lake) == (5, len(before), 0)
    assert told(lake) == before
    assert [one.path.name for one in lake.files.counting("2026-11")] == [WHOLE_2]
    assert compact(lake, now=datetime.now(UTC) + timedelta(hours=25)) == (0, 0, 10)
    assert names(lake) == [WHOLE_2]


def test_what_the_tills_may_still_replace_stays_by_itself(tmp_path: Path) -> None:
    lake = full(tmp_path, 6)
    done = lake.compact(followed=f"{5:020d}", now=NOW, more_than=3)
    assert done.files == 5
    lake.follow(lines(5, receipts=30), f"{5:020d}")  # the same stretch, longer: its mark was not kept
    assert len(told(lake)) == sum(len(lines(at)) for at in range(5)) + len(lines(5, receipts=30))


def test_a_name_that_was_merged_is_not_given_to_another_import(tmp_path: Path) -> None:
    lake = full(tmp_path, 4)
    bring(lake, 8)
    compact(lake)
    bring(lake, 9)  # under the same name: as a file read again with other rules
    assert [one.path.name for one in lake.files.counting("2026-11")] == ["import-x-2.parquet", WHOLE_1]
    assert len(told(lake)) == sum(len(lines(at)) for at in (0, 1, 2, 3, 8, 9))


def bring(lake: Lake, seed: int) -> None:
    with lake.staging() as staging:
        for at, row in enumerate(lines(seed, source="import")):
            staging.put(row, at)
        lake.add(staging, "x", bad=lambda key: False)


def test_a_month_larger_than_memory_is_sorted_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "_SAMPLED", 3)
    lake = full(tmp_path, 5)
    given = lake.files.counting("2026-11")
    for chunk in (7, 30, 100, 10_000):
        runs = tmp_path / f"runs-{chunk}"
        runs.mkdir()
        half = tmp_path / f"{chunk}.parquet"
        rows = merge(lake.files, given, half, stands_for=[], runs=runs, chunk=chunk)
        assert rows == pq.read_metadata(half).num_rows == len(told(lake))
        assert in_order(half)
        assert sorted(pq.read_table(half).to_pylist(), key=str) == sorted(
            lake.files.table(given, SCHEMA.names).to_pylist(), key=str
        )
        assert len(list(runs.iterdir())) > 100 / chunk or chunk == 10_000


STEPS = ["writer", "move", "unlink"]


class Killed(BaseException):
    """The process is no more."""


@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_point_each_line_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: int
) -> None:
    lake = full(tmp_path, 5)
    before = told(lake)
    late = NOW if step != "unlink" else datetime.now(UTC) + timedelta(hours=25)
    if step == "unlink":
        compact(lake)
    left = [after]

    def killing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **more: Any) -> Any:
            if not left[0]:
                raise Killed
            left[0] -= 1
            return real(*given, **more)

        return call

    match step:
        case "writer":
            monkeypatch.setattr(pq.ParquetWriter, "write_table", killing(pq.ParquetWriter.write_table))
            monkeypatch.setattr(merging, "ROW_GROUP", 8)
        case "move":
            monkeypatch.setattr(os, "fsync", killing(os.fsync))
        case _:
            monkeypatch.setattr(Path, "unlink", killing(Path.unlink))
    try:
        compact(lake, now=late)
    except Killed:
        assert told(Lake(tmp_path)) == before
    monkeypatch.undo()
    fresh = Lake(tmp_path)
    compact(fresh, now=late)
    assert told(fresh) == before
    assert not [name for name in names(fresh) if name.startswith(".")]
    assert len(fresh.files.counting("2026-11")) == 1


def test_readers_see_each_line_once_while_files_are_merged_and_added(tmp_path: Path) -> None:
    lake = full(tmp_path, 8)
    done = threading.Event()
    wrong: list[object] = []

    def look() -> None:
        reader = Lake(tmp_path)
        while not done.is_set():
            found = [row[:2] for row in told(reader)]
            if len(found) != len(set(found)) or len(found) < sum(len(lines(at)) for at in range(8)):
                wrong.append(len(found))

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for at in range(8, 24):
            lake.follow(lines(at), f"{at:020d}")
            compact(lake, more_than=at % 4)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert len(told(lake)) == sum(len(lines(at)) for at in range(24))


def test_a_reader_of_the_files_that_it_has_listed_reads_on_after_the_merging(tmp_path: Path) -> None:
    lake = full(tmp_path, 5)
    listed = Files(tmp_path).counting("2026-11")
    before = told(lake)
    compact(lake)
    assert lake.files.table(listed, ["receipt"]).num_rows == len(before)


def test_nothing_is_merged_or_followed_while_an_import_looks_at_what_is_there(tmp_path: Path) -> None:
    lake = full(tmp_path, 5)
    before = told(lake)
    with lake.staging() as staging:
        for at, row in enumerate(lines(9, source="import")):
            staging.put(row, at)

        def bad(key: object) -> bool:
            for doing in (lambda: compact(Lake(tmp_path)), lambda: Lake(tmp_path).follow(lines(8), "8")):
                with pytest.raises(LakeBusy, match="an import"):
                    doing()
            return False

        lake.add(staging, "x", bad=bad)
    assert len(told(lake)) == len(before) + len(lines(9))


def test_tills_are_followed_and_files_merged_while_an_import_reads_its_file(tmp_path: Path) -> None:
    lake = full(tmp_path, 4)
    with lake.staging():
        assert Lake(tmp_path).follow(lines(8), f"{8:020d}") == len(lines(8))
        assert compact(Lake(tmp_path))[0] == 5
