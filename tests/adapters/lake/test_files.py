"""The lake's files: versions, and files that cannot be read."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from structlog.testing import capture_logs

from adapters.lake.columns import SCHEMA
from adapters.lake.files import Files, NewerLake
from adapters.lake.lake import Lake
from tests.adapters.lake.made import MARK, NOW, full, lines, names, told


def doubled(table: pa.Table) -> pa.Table:
    """An upgrade: prices were told in another unit before."""
    at = SCHEMA.get_field_index("unit_price")
    return table.set_column(at, "unit_price", pc.multiply(table["unit_price"], 2))


def test_a_file_says_its_version_and_one_that_says_none_is_of_the_first(tmp_path: Path) -> None:
    lake = full(tmp_path, 1)
    (file,) = lake.files.counting("2026-11")
    assert pq.read_metadata(file.path).metadata[b"kartka.schema"] == b"1"
    pq.write_table(pa.Table.from_pylist(lines(7), SCHEMA), file.path.with_name("import-old.parquet"))
    assert [one.version for one in lake.files.counting("2026-11")] == [1, 1]
    assert len(told(lake)) == len(lines(0)) + len(lines(7))


def test_older_files_are_read_as_those_of_today_and_merged_into_one(tmp_path: Path) -> None:
    prices = [row[3] for row in told(full(tmp_path, 2))]
    newer = Lake(tmp_path, upgrades=(doubled,))
    assert sorted(row[3] for row in told(newer)) == sorted(2 * price for price in prices)
    assert len({row["unit_price"] for row in newer.rows()} - {2 * price for price in prices}) == 0
    newer.follow(lines(5), f"{5:020d}")
    mixed = told(newer)
    assert {row[3] for row in mixed} >= {row["unit_price"] for row in lines(5)}
    assert newer.compact(followed=MARK, now=NOW, more_than=99).files == 3
    assert told(newer) == mixed
    assert [one.version for one in newer.files.counting("2026-11")] == [2]


def test_a_version_that_is_not_known_yet_is_refused_with_what_to_do(tmp_path: Path) -> None:
    Lake(tmp_path, upgrades=(doubled,)).follow(lines(1), f"{1:020d}")
    lake = Lake(tmp_path)
    with pytest.raises(NewerLake, match=r"till-0+1.parquet was written by a newer Kartka \(version 2.*update Kartka"):
        list(lake.rows())
    for doing in (lambda: lake.follow(lines(2), "2"), lambda: lake.compact(followed=MARK, now=NOW)):
        with pytest.raises(NewerLake):
            doing()
    assert lake.files.broken() == []


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def in_the_middle(content: bytes) -> bytes:
    """One bit of the first column's data is another one."""
    return content[:40] + bytes([content[40] ^ 4]) + content[41:]


@pytest.mark.parametrize("broken", [cut, in_the_middle, lambda _: b"", lambda _: b"PAR1 no file at all PAR1"])
def test_a_broken_file_is_set_aside_and_told_and_the_rest_goes_on(tmp_path: Path, broken: object) -> None:
    lake = full(tmp_path, 3)
    path = lake.files.month("2026-11") / f"till-{1:020d}.parquet"
    path.write_bytes(broken(path.read_bytes()))  # type: ignore[operator]
    with capture_logs() as logs:
        found = list(lake.rows())
    assert {row["receipt"].partition("-")[0] for row in found} == {"0", "2"}
    assert len(found) == len(lines(0)) + len(lines(2))
    assert [one.name for one in lake.files.broken()] == [path.name + ".broken"]
    assert [(one["event"], Path(one["lake_file"]).name) for one in logs] == [("lake.broken", path.name + ".broken")]
    assert not path.exists()
    assert list(lake.rows()) == found


def test_a_broken_file_stops_no_merging(tmp_path: Path) -> None:
    lake = full(tmp_path, 4)
    path = lake.files.month("2026-11") / f"till-{1:020d}.parquet"
    path.write_bytes(in_the_middle(path.read_bytes()))
    assert lake.compact(followed=MARK, now=NOW, more_than=2).files == 3
    assert path.name + ".broken" in names(lake)
    assert {row[0].partition("-")[0] for row in told(lake)} == {"0", "2", "3"}


def test_a_file_with_other_columns_is_broken(tmp_path: Path) -> None:
    lake = full(tmp_path, 1)
    pq.write_table(pa.table({"store": ["s1"]}), lake.files.month("2026-11") / "import-x.parquet")
    assert len(told(lake)) == len(lines(0))
    assert [one.name for one in lake.files.broken()] == ["import-x.parquet.broken"]


def test_a_second_broken_file_of_one_name_leaves_the_first_in_its_place(tmp_path: Path) -> None:
    lake = full(tmp_path, 0)
    folder = lake.files.month("2026-11")
    folder.mkdir(parents=True)
    for _ in range(2):
        (folder / "import-x.parquet").write_bytes(b"")
        assert told(lake) == []
    assert names(lake) == ["import-x.parquet.2.broken", "import-x.parquet.broken"]


def test_a_fault_that_is_no_broken_file_is_raised(tmp_path: Path) -> None:
    lake = full(tmp_path, 1)

    def full_disk(files: object) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        lake.files.reading("2026-11", full_disk)
    assert lake.files.broken() == []


def test_a_file_that_was_replaced_while_it_was_listed_is_looked_for_again(tmp_path: Path) -> None:
    full(tmp_path, 2)
    (folder,) = (tmp_path / "sales").iterdir()
    runs = []

    def read(files: object) -> int:
        runs.append(files)
        if len(runs) == 1:
            (folder / f"till-{1:020d}.parquet").unlink()
            raise FileNotFoundError
        return len(files)  # type: ignore[arg-type]

    assert Files(tmp_path).reading("2026-11", read) == 1
