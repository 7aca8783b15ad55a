"""Totals by compiled loops: of lines and of a history alike, owners in ranges and at once, files that break."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.analytics import summing, words
from adapters.analytics.duck import DuckDB
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.gathering import history_of
from adapters.analytics.history import History
from adapters.analytics.lakelines import keyed
from adapters.analytics.marts import report
from adapters.analytics.ports import Moved, Source
from adapters.analytics.running import run
from adapters.analytics.sums import Goods, bytes_of
from adapters.analytics.totals import Around
from adapters.analytics.words import Words, dictionary, keys_of, places_among
from adapters.lake.lake import Lake
from tests.adapters.analytics.test_features import in_lake
from tests.support.made_lines import AS_OF, made_lines, made_products, made_promo

KYIV = ZoneInfo("Europe/Kyiv")
ONE = bytes_of(Goods(np.zeros((0, 0), np.uint64), np.zeros(0, np.int32), 5, 2))
"""What an owner takes, with as many categories and brands as the made goods have words."""


def table(source: Source | History, seed: int = 1, *, loops: bool = True) -> pa.Table:
    engine = DuckDB(loops=loops)
    try:
        around = Around(made_products(seed), made_promo(seed))
        return run(engine, features(engine, engine.lines(source), around, as_of=AS_OF, zone=KYIV), SCHEMA)
    finally:
        engine.close()


@pytest.mark.parametrize("seed", range(3))
def test_texts_have_the_numbers_in_which_they_came_however_many_come(seed: int) -> None:
    chance = random.Random(seed)
    found, known = Words(pa.array(["known", ""])), {"known": 0, "": 1}
    for _ in range(6):
        some = ["".join(chance.choices("aбв\0", k=chance.randrange(9))) for _ in range(9000)]
        codes = found.codes(pa.array(some).slice(5))
        for text in some[5:]:
            known.setdefault(text, len(known))
        assert codes.tolist() == [known[text] for text in some[5:]]
    assert found.names().to_pylist() == list(known)
    assert len(found) == len(known) > 8192


def test_texts_with_one_key_have_two_numbers() -> None:
    found = Words()
    found.codes(pa.array(["ab-ab-ab", "cd-cd-cd", "ef-ef-ef-"]))
    found._keys[:] = keys_of(pa.array(["gh-gh-gh"]))[0]  # as if all of them had it
    found._slots[:] = 0
    words._placed(found._slots, found._keys, 3)
    assert found.codes(pa.array(["gh-gh-gh", "gh-gh-gh"])).tolist() == [3, 3]
    assert found.names().to_pylist() == ["ab-ab-ab", "cd-cd-cd", "ef-ef-ef-", "gh-gh-gh"]


def test_different_texts_have_different_keys_whatever_stands_around_them() -> None:
    some = ["", "\0", "\0\0", "a", "a\0", *(f"{at:0{size}d}" for size in range(4, 20) for at in range(1000))]
    whole, first = keys_of(pa.array(some)), keys_of(pa.array([*some, "after"]))
    assert len(set(whole.tolist())) == len(some)
    assert whole.tolist() == first[:-1].tolist() == [int(keys_of(pa.array([one]))[0]) for one in some]


def test_keys_of_several_columns_tell_rows_apart_that_share_their_texts() -> None:
    rows = [("1", "23", "r"), ("12", "3", "r"), ("23", "1", "r"), ("1", "r", "23"), ("1", None, "r"), (None, "1", "r"),
            ("", "1", "r"), ("1", "23", "r")]  # fmt: skip
    columns = [pa.chunked_array([pa.array(column, pa.string())]) for column in zip(*rows, strict=True)]
    found = keyed(*columns).to_pylist()
    assert found[0] == found[-1]
    assert len(set(found)) == len(set(rows))


def test_a_column_with_nothing_in_some_rows_says_so() -> None:
    told, places = dictionary(pa.chunked_array([["b", None], ["a", "b"]]))
    assert [([*told.to_pylist(), None])[place] for place in places] == ["b", None, "a", "b"]
    assert Words().codes(pa.array(["x", None])).tolist() == [0, -1]


@pytest.mark.parametrize("seed", range(20))
def test_names_are_found_among_others_in_order_or_not(seed: int) -> None:
    chance = random.Random(seed)
    every = ["".join(chance.choices("abї", k=chance.randrange(4))) for _ in range(60)]
    different = sorted(set(every))
    known = chance.sample(different, chance.randrange(len(different)))
    names: list[str | None] = [*chance.choices(every, k=chance.randrange(40))]
    if seed % 3 == 0:  # as bytes, not as characters
        names.sort(key=lambda one: str(one).encode())
    elif seed % 3 == 1:
        names.append(None)
    if seed % 2:
        known.sort(key=str.encode)
    expected = [known.index(one) if one in known else -1 for one in names]
    for part in (0, 1):  # of a longer array, too
        asked = pa.chunked_array([pa.array(["a"] * part + names, pa.string())[part:]])
        assert places_among(asked, pa.array(["b"] * part + known, pa.string())[part:]).tolist() == expected


@pytest.mark.parametrize("compacted", [True, False])
@pytest.mark.parametrize("owners", [2, 7, 30])
def test_owners_taken_in_ranges_are_those_taken_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owners: int, compacted: bool
) -> None:
    lake = in_lake(made_lines(1), tmp_path)
    if compacted:
        Lake(lake).compact(followed="9", now=datetime.now(UTC), more_than=1)
    expected = table(made_lines(1), loops=False)
    assert table(lake) == expected
    monkeypatch.setattr(summing, "MEMORY", owners * ONE)
    asked: list[object] = []
    real = summing._range

    def counting(*given: object) -> pa.Table:
        asked.append(given[-1])
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(summing, "_range", counting)
    assert table(lake) == expected
    assert len(asked) > 60 / owners


def test_a_history_is_summed_some_owners_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = table(made_lines(1), loops=False)
    for block in (1, 7, 1000):
        monkeypatch.setattr(summing, "_BLOCK", block)
        assert table(history_of(made_lines(1))) == expected


@pytest.mark.parametrize("loops", [True, False])
def test_owners_who_have_moved_are_counted_as_who_they_are_now_in_ranges_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loops: bool
) -> None:
    lines = made_lines(1)
    owners = sorted({one for one in lines["owner"].to_pylist() if one})
    people, phones = ([one for one in owners if one.startswith("phone:") == phone] for phone in (False, True))
    assert len(phones) > 3
    into = {phones[0]: people[0], phones[1]: people[-1], people[1]: people[-1], people[2]: "a-new-one", "gone": "x"}
    now = pa.array([into.get(one, one) for one in lines["owner"].to_pylist()], pa.string())
    expected = table(lines.set_column(lines.schema.get_field_index("owner"), "owner", now))
    assert expected.num_rows == len(owners) - 3
    lake = in_lake(lines, tmp_path)
    Lake(lake).compact(followed="9", now=datetime.now(UTC), more_than=1)
    monkeypatch.setattr(summing, "MEMORY", 7 * ONE)
    assert table(Moved(lake, into), loops=loops) == expected


def test_a_merged_month_counts_once_while_its_files_still_lie_there(tmp_path: Path) -> None:
    lake = in_lake(made_lines(1), tmp_path)
    expected = table(made_lines(1))
    assert Lake(lake).compact(followed="9", now=datetime.now(UTC), more_than=1).files > 10
    for loops in (True, False):
        assert table(lake, loops=loops) == expected
    assert Lake(lake).compact(followed="9", now=datetime.now(UTC) + timedelta(days=2), more_than=1).removed > 10
    assert table(lake) == expected


@pytest.mark.parametrize("loops", [True, False])
def test_a_broken_file_is_told_in_the_report_and_the_others_count(tmp_path: Path, loops: bool) -> None:
    lake = in_lake(made_lines(1), tmp_path)
    (broken, *others) = sorted(lake.glob("sales/*/*.parquet"), key=lambda path: -path.stat().st_size)
    rest = pa.concat_tables(pq.read_table(path, partitioning=None) for path in others)
    expected = table(rest, loops=False)
    content = broken.read_bytes()
    half = len(content) // 3
    broken.write_bytes(content[:half] + bytes(40) + content[half + 40 :])
    engine = DuckDB(loops=loops)
    seen = engine.lines(lake)
    told = report(engine, seen, AS_OF) if not loops else None
    made = features(engine, seen, Around(made_products(1), made_promo(1)), as_of=AS_OF, zone=KYIV)
    assert run(engine, made, SCHEMA) == expected
    told = told or report(engine, seen, AS_OF)
    assert (told.lines, [Path(one).name for one in told.broken]) == (rest.num_rows, [broken.name + ".broken"])
    engine.close()


def test_a_receipt_whose_lines_lie_apart_is_one(tmp_path: Path) -> None:
    lines = made_lines(1)
    order = np.random.default_rng(1).permutation(lines.num_rows)
    assert table(lines.take(pa.array(order))) == table(lines) == table(lines, loops=False)


def test_more_money_than_a_place_has_room_for_is_added_up_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two thousand millions on one receipt after the other, of goods of several categories."""
    lines = made_lines(1)
    at = np.random.default_rng(1).integers(0, lines.num_rows, 200)
    dear = lines.take(pa.array(at))
    for name, value in (("unit_price", 2_000_000_000), ("milli", 1000), ("discount", 0)):
        place = lines.schema.get_field_index(name)
        dear = dear.set_column(place, name, pa.array([value] * len(at), lines.schema.field(name).type))
    receipts = pa.array([f"dear-{one}" for one in range(len(at))], pa.string())
    lines = pa.concat_tables([lines, dear.set_column(lines.schema.get_field_index("receipt"), "receipt", receipts)])
    expected = table(lines, loops=False)
    assert max(expected["money"].to_pylist()) > 2**32
    assert table(lines) == expected
    for block in (7, 1000):
        monkeypatch.setattr(summing, "_BLOCK", block)
        assert table(history_of(lines)) == expected
