"""A history that was kept and read on is the one that is read from nothing, whatever happened to the lake since."""

import os
import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from adapters.analytics.duck import DuckDB
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.gathering import history_of
from adapters.analytics.history import History
from adapters.analytics.keeping import Found, Unfit, found_beside, found_in, keep, let_go, more_of, path_of
from adapters.analytics.ports import Moved
from adapters.analytics.running import run
from adapters.analytics.totals import Around
from adapters.lake.columns import SCHEMA as LINES
from adapters.lake.files import Files
from adapters.lake.lake import Lake
from tests.adapters.analytics.test_features import in_lake
from tests.support.made_lines import AS_OF, made_lines, made_products, made_promo

KYIV = ZoneInfo("Europe/Kyiv")
AROUND = Around(made_products(1), made_promo(1))


def seen(history: History | Moved, as_of: date = AS_OF, *, loops: bool = True) -> pa.Table:
    engine = DuckDB(loops=loops)
    try:
        return run(engine, features(engine, engine.lines(history), AROUND, as_of=as_of, zone=KYIV), SCHEMA)
    finally:
        engine.close()


def bought(history: History, as_of: date = AS_OF) -> list[object]:
    """Every array of the purchases."""
    found = history.purchases(as_of + timedelta(days=1))
    return [one.tolist() for one in (found.owners, found.skus, found.starts, found.items, found.days)]


def told(history: History) -> list[object]:
    """Every receipt and what was paid for every good of a day, by names."""
    owners, skus, stores = (names.to_pylist() for names in (history.owners, history.skus, history.stores))
    found = list[object]()
    for at, owner in enumerate(owners):
        rows = range(history.starts[at], history.starts[at + 1])
        slips = [column[history.receipts[at] : history.receipts[at + 1]].tolist() for column in history.slips]
        goods = [(skus[history.items[row]], history.days[row], history.money[row], history.times[row]) for row in rows]
        found.append((owner, goods, sorted((stores[one[1]], one[0], *one[2:]) for one in zip(*slips, strict=True))))
    return found


def read(lake: Path, version: int) -> Found:
    """What is kept, to its end."""
    found = found_in(lake, version)
    assert found is not None
    list(found.blocks())
    return found


def from_nothing(source: Moved) -> History:
    """As if nothing had been kept; what was is there again afterwards."""
    kept = path_of(source.lake)
    aside = kept.rename(kept.with_name("aside")) if kept.exists() else None
    history = history_of(source)
    if aside is not None:
        aside.rename(kept)
    return history


def a_small_month_is_another(lake: Path) -> None:
    """It has the lines that it had, and its file is newer."""
    files = [path for path in lake.glob("sales/*/*.parquet") if pq.read_metadata(path).num_rows]
    path = min(files, key=lambda one: pq.read_metadata(one).num_rows)
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000_000))


def happens(chance: random.Random, lake: Path, turn: int) -> None:
    """Late lines, corrected ones, ones that come back, a merged or a missing month, a file that breaks."""
    files = [path for path in sorted(lake.glob("sales/*/*.parquet")) if path.stat().st_size > 4000]
    one = chance.choice(files)
    lines = pq.read_table(one, partitioning=None)
    match turn % 6:
        case 1:
            late = made_lines(100 + turn, receipts=40)
            month = f"{late['business_date'][0].as_py():%Y-%m}"
            late = pa.Table.from_pylist(
                [row for row in late.to_pylist() if f"{row['business_date']:%Y-%m}" == month], schema=LINES
            )
            (lake / "sales" / f"month={month}").mkdir(exist_ok=True)
            pq.write_table(late, lake / "sales" / f"month={month}" / f"import-late-{turn}.parquet")
        case 2:
            back = [{**row, "milli": -row["milli"], "source": "return"} for row in lines.slice(0, 4).to_pylist()]
            pq.write_table(pa.Table.from_pylist(back, schema=LINES), one.with_name(f"till-back-{turn}.parquet"))
        case 3:
            other = lines.set_column(LINES.get_field_index("milli"), "milli", pa.array([3000] * lines.num_rows))
            pq.write_table(other, one.with_suffix(".half"))
            one.with_suffix(".half").replace(one)
        case 4:
            Lake(lake).compact(followed="9", now=datetime.now(UTC), more_than=1)
        case 5:
            one.unlink()
        case _:
            one.write_bytes(one.read_bytes()[:-9])


def becomes(chance: random.Random, owners: list[str]) -> Mapping[str, str]:
    """Some were merged, some phones proven; another time it is others."""
    some = chance.sample(owners, 14)
    return {once: chance.choice([*some[8:], "a-new-one", "zz"]) for once in some[:8]}


def test_week_after_week_it_is_the_history_that_is_read_from_nothing(tmp_path: Path) -> None:
    chance, lines = random.Random(1), made_lines(1)
    lake, owners = in_lake(lines, tmp_path), sorted({one for one in lines["owner"].to_pylist() if one})
    for turn in range(8):  # each of what happens, one of it twice
        if turn:
            happens(chance, lake, turn)
        source = Moved(lake, becomes(chance, owners) if turn % 3 else {})
        shy = set(chance.sample(owners, 5)) if turn % 2 else set[str]()
        expected = from_nothing(source)
        found = history_of(source, shy=shy, keeps=True)
        kept = found_in(lake, Files(lake).version)
        assert kept is not None
        assert not {*shy, *(once for once, now in source.into.items() if now in shy)} & {*kept.owners.to_pylist()}
        for as_of in (AS_OF, AS_OF + timedelta(days=9)):
            assert bought(found, as_of) == bought(expected, as_of)
        assert told(found) == told(expected)
    assert seen(found) == seen(source, loops=False)


def test_only_months_whose_files_are_others_are_read(tmp_path: Path) -> None:
    lake = in_lake(made_lines(1), tmp_path)
    expected = bought(history_of(lake, keeps=True))
    stamps = {path: path.stat() for path in lake.glob("sales/*/*.parquet")}
    for path, stat in stamps.items():  # unreadable from the first page on, and yet the same by all that is looked at
        content = path.read_bytes()
        with path.open("r+b") as file:
            file.seek(4)
            file.write(bytes(len(content) - 12 - int.from_bytes(content[-8:-4], "little")))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    broken = len(Files(lake).broken())
    assert bought(history_of(lake)) == expected
    assert len(Files(lake).broken()) == broken
    os.utime(lake / "sales" / "month=2026-01" / "import-1.parquet")
    assert bought(history_of(lake)) != expected


def test_what_was_changed_cut_or_is_of_another_version_is_not_used_and_made_anew(tmp_path: Path) -> None:
    lake = in_lake(made_lines(1), tmp_path)
    history = history_of(lake, keeps=True)
    path, version = path_of(lake), Files(lake).version
    whole = path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    wrong = [b"", b"kartka", whole[:-1], whole[:-40], whole[1:], b"x" * 500]
    wrong += [whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :] for at in range(20, len(whole), len(whole) // 5)]
    for bad in wrong:
        path.write_bytes(bad)
        with pytest.raises(Unfit):
            read(lake, version)
        assert bought(history_of(lake, keeps=True)) == bought(history)
        assert path.read_bytes() == whole
    keep(lake, version + 1, history, read(lake, version).torn, {}, history.receipts[1:] < 0)
    with pytest.raises(Unfit, match="another version"):
        found_in(lake, version)
    assert seen(history_of(lake, keeps=True)) == seen(history)
    let_go(lake)
    assert found_in(lake, version) is None


def test_whoever_is_forgotten_is_not_in_its_bytes_and_is_there_again_when_they_come_back(tmp_path: Path) -> None:
    lines = made_lines(2)
    lake, owners = in_lake(lines, tmp_path), sorted({one for one in lines["owner"].to_pylist() if one})
    phone, shy = next(one for one in owners if one.startswith("phone:")), owners[3]
    source = Moved(lake, {phone: shy})
    expected = bought(history_of(source, keeps=True))
    assert all(one.encode() in path_of(lake).read_bytes() for one in (phone, shy))
    assert bought(history_of(source, shy={shy}, keeps=True)) == expected
    assert not any(one.encode() in path_of(lake).read_bytes() for one in (phone, shy))
    assert bought(history_of(source, shy={shy}, keeps=True)) == expected
    for hidden in (owners, [], owners[:9]):
        assert bought(history_of(source, shy=hidden, keeps=True)) == expected
    assert bought(history_of(source, keeps=True)) == expected
    assert all(one.encode() in path_of(lake).read_bytes() for one in (phone, shy))


def test_what_does_not_fit_goes_on_and_one_receipt_of_two_owners_is_one_when_they_are_one(tmp_path: Path) -> None:
    """Money beyond 32 bits, a good on three hundred receipts of a day, clocks of other centuries, a torn receipt."""
    line = made_lines(1).filter(pc.is_valid(made_lines(1)["owner"])).slice(0, 1).to_pylist()[0]
    line |= {"business_date": date(2026, 10, 5), "milli": 1000, "unit_price": 500, "discount": 0, "receipt": "one"}
    often = [line | {"receipt": f"r{at}", "owner": "often", "sku": "001"} for at in range(300)]
    rich = [line | {"owner": "rich", "receipt": "gold", "sku": "002", "unit_price": 3 << 31, "discount": 5 << 31}]
    torn = [line | {"owner": owner, "receipt": "torn", "sku": sku, "milli": milli} for owner, sku, milli in
            (("a", "001", 1000), ("b", "001", -1000), ("b", "002", 2000), ("c", "003", 1000))]  # fmt: skip
    clocks = [line | {"owner": f"at {year}", "receipt": str(year), "sold_at": datetime(year, 3, 4, 5, 6, tzinfo=UTC)}
              for year in (1999, 2105, 2150, 2300)]  # fmt: skip
    lake = in_lake(pa.Table.from_pylist([*often, *rich, *torn, *clocks], schema=LINES), tmp_path)
    for into in ({}, {"b": "a"}, {"a": "c", "b": "c", "rich": "often"}):
        source = Moved(lake, into)
        expected = seen(source, loops=False)
        assert seen(source) == expected
        for _ in range(2):
            assert seen(history_of(source, keeps=True)) == expected


def test_a_month_that_is_another_is_written_beside_what_was_kept_whole_until_somebody_is_forgotten(
    tmp_path: Path,
) -> None:
    lines = made_lines(1)
    lake, owners = in_lake(lines, tmp_path), sorted({one for one in lines["owner"].to_pylist() if one})
    expected, version = told(history_of(lake, keeps=True)), Files(lake).version
    whole = path_of(lake).read_bytes()
    assert not more_of(lake).exists()
    for _ in range(2):  # what stands beside is read and written anew as well
        a_small_month_is_another(lake)
        assert told(history_of(lake, keeps=True)) == expected
        assert path_of(lake).read_bytes() == whole
        assert more_of(lake).stat().st_mode & 0o077 == 0
        assert told(history_of(lake)) == expected
    beside = found_beside(lake, version, read(lake, version))
    assert beside is not None
    assert set(beside.stamps) < set(read(lake, version).stamps)
    assert beside.rows * 4 < read(lake, version).rows
    shy = beside.owners[0].as_py()
    more = more_of(lake).read_bytes()
    more_of(lake).write_bytes(more[:200] + bytes([more[200] ^ 4]) + more[201:])
    assert told(history_of(lake)) == expected
    more_of(lake).write_bytes(more)
    assert told(history_of(lake, shy={shy}, keeps=True)) == expected
    assert shy.encode() not in path_of(lake).read_bytes()
    assert not more_of(lake).exists()
    a_small_month_is_another(lake)
    assert told(history_of(lake, shy={shy}, keeps=True)) == expected
    assert more_of(lake).exists()
    assert all(shy.encode() not in path.read_bytes() for path in (path_of(lake), more_of(lake)))
    assert told(history_of(lake, shy=owners[:2], keeps=True)) == expected
    more_of(lake).write_bytes(more)
    with pytest.raises(Unfit):  # it stood beside another one
        found_beside(lake, version, read(lake, version))
    assert told(history_of(lake, keeps=True)) == expected
    let_go(lake)
    assert not path_of(lake).exists()
    assert not more_of(lake).exists()


def test_a_lake_that_was_empty_has_what_came(tmp_path: Path) -> None:
    assert len(history_of(tmp_path, keeps=True)) == 0
    lake = in_lake(made_lines(1), tmp_path)
    assert told(history_of(lake)) == told(history_of(made_lines(1)))


def test_a_month_with_days_of_another_is_read_each_time(tmp_path: Path) -> None:
    lines = made_lines(1)
    (tmp_path / "sales" / "month=2026-01").mkdir(parents=True)
    pq.write_table(lines, tmp_path / "sales" / "month=2026-01" / "import-1.parquet")
    assert seen(history_of(tmp_path, keeps=True)) == seen(history_of(lines))
    assert not path_of(tmp_path).exists()
