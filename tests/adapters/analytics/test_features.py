"""Every declared feature equals what dicts and loops find, on made lines and on real ones."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from adapters.analytics.duck import DuckDB
from adapters.analytics.engines import engine_of
from adapters.analytics.features import FEATURES, SCHEMA, Windows, features, features_by_day, schema_of
from adapters.analytics.gathering import history_of
from adapters.analytics.marts import Report, report
from adapters.analytics.ports import Engine
from adapters.analytics.running import batches, run
from adapters.analytics.totals import Around
from adapters.lake.columns import SCHEMA as LAKE
from tests.support.made_lines import AS_OF, made_lines, made_products, made_promo
from tests.support.plain_features import plain_features

KYIV = ZoneInfo("Europe/Kyiv")
NOBODY = pa.table({name: pa.array([], pa.string()) for name in ("sku", "category", "brand")})


@pytest.fixture(params=[True, False], ids=["loops", "expressions"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """DuckDB inside this process, with compiled loops over the lines, and as a server would do it."""
    made = DuckDB(loops=request.param)
    yield made
    made.close()


def in_lake(lines: pa.Table, folder: Path) -> Path:
    """The lines lie in a lake, month by month, some of a month in a second file."""
    for month in sorted({f"{day:%Y-%m}" for day in lines["business_date"].to_pylist()}):
        of_month = pc.equal(pc.strftime(lines["business_date"], "%Y-%m"), month)
        path = folder / "sales" / f"month={month}"
        path.mkdir(parents=True)
        chosen = lines.filter(of_month)
        pq.write_table(chosen.slice(0, 10), path / "till-1.parquet")
        pq.write_table(chosen.slice(10), path / "import-1.parquet")
    return folder


def plain(lines: pa.Table, products: pa.Table, **rest: Any) -> list[dict[str, Any]]:
    goods = {row["sku"]: (row["category"], row["brand"]) for row in products.to_pylist()}
    return plain_features(lines.to_pylist(), goods, **rest)


def same(found: pa.Table, expected: list[dict[str, Any]]) -> None:
    """Column by column, so that a failure names the feature."""
    assert found.schema == SCHEMA
    assert found["owner"].to_pylist() == [one["owner"] for one in expected]
    for feature in FEATURES:
        assert found[feature.name].to_pylist() == [one[feature.name] for one in expected], feature.name


@pytest.mark.parametrize("seed", range(12))
def test_every_feature_is_what_loops_find_on_made_lines(engine: Engine, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines = made_lines(seed, customers=chance.choice([5, 40, 90]), receipts=chance.choice([60, 400]))
    products, promo = made_products(seed), made_promo(seed)
    windows = Windows() if seed % 2 else Windows(new_days=90, lapsing_gaps=1, lapsing_days=10, lost_days=200)
    as_of = AS_OF if seed % 3 else AS_OF - timedelta(days=200)
    source = in_lake(lines, tmp_path) if seed % 2 else lines
    made = features(engine, engine.lines(source), Around(products, promo), as_of=as_of, zone=KYIV, windows=windows)
    told = frozenset(zip(promo["week"].to_pylist(), promo["sku"].to_pylist(), strict=True))
    same(run(engine, made, SCHEMA), plain(lines, products, as_of=as_of, zone=KYIV, windows=windows, promo=told))


def test_a_customers_phase_changes_on_its_very_day(engine: Engine) -> None:
    """By days since each purchase; domain section 7."""
    phases = {
        (30,): "new", (31,): "new", (364,): "new", (365,): "lost", (30, 5): "new", (31, 5): "regular",
        (79, 59, 44): "regular", (80, 60, 45): "lapsing", (92, 69, 46): "regular", (91, 69, 46): "lapsing",
        (400, 364): "lapsing", (400, 365): "lost",
    }  # fmt: skip
    rows = []
    for days in phases:
        for back in days:
            day = AS_OF - timedelta(days=back)
            rows.append(
                {"store": "s", "till": "1", "receipt": "1", "business_date": day, "owner": str(days), "sku": "a",
                 "sold_at": datetime(day.year, day.month, day.day, tzinfo=UTC), "milli": 1000, "unit_price": 100,
                 "discount": 0, "points_spent": 0, "line": 0, "source": "till"}
            )  # fmt: skip
    lines = pa.Table.from_pylist(rows, schema=LAKE)
    schema = schema_of(["lifecycle"])
    made = features(engine, engine.lines(lines), Around(NOBODY), as_of=AS_OF, zone=KYIV, schema=schema)
    found = run(engine, made, schema).to_pydict()
    assert dict(zip(found["owner"], found["lifecycle"], strict=True)) == {
        str(days): phase for days, phase in phases.items()
    }


@pytest.mark.parametrize("zone", ["UTC", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"])
def test_the_favourite_hour_is_of_the_shops_own_clock(engine: Engine, zone: str) -> None:
    lines = made_lines(77)
    made = features(engine, engine.lines(lines), Around(made_products(77)), as_of=AS_OF, zone=ZoneInfo(zone))
    same(run(engine, made, SCHEMA), plain(lines, made_products(77), as_of=AS_OF, zone=ZoneInfo(zone)))


@pytest.mark.parametrize("customers", [0, 1])
def test_nobody_and_one_alone_have_features(engine: Engine, tmp_path: Path, customers: int) -> None:
    lines = made_lines(5, customers=customers, receipts=30)
    source = in_lake(lines, tmp_path) if customers else lines
    made = features(engine, engine.lines(source), Around(NOBODY), as_of=AS_OF, zone=KYIV)
    found = run(engine, made, SCHEMA)
    assert found.num_rows == customers
    same(found, plain(lines, NOBODY, as_of=AS_OF, zone=KYIV))


def test_a_lake_without_a_single_file_has_no_customers(engine: Engine, tmp_path: Path) -> None:
    made = features(engine, engine.lines(tmp_path), Around(NOBODY), as_of=AS_OF, zone=KYIV)
    assert run(engine, made, SCHEMA).num_rows == 0


def test_each_feature_is_different_for_different_people_on_made_lines() -> None:
    """Else the comparison would compare constants."""
    told = frozenset(zip(*made_promo(1).to_pydict().values(), strict=True))
    found = plain(made_lines(1), made_products(1), as_of=AS_OF, zone=KYIV, promo=told)
    assert [one.name for one in FEATURES if len({row[one.name] for row in found}) < 2] == []
    phases = {row["lifecycle"] for seed in range(12) for row in
              plain(made_lines(seed), made_products(seed), as_of=AS_OF, zone=KYIV)}  # fmt: skip
    assert phases == {"registered", "new", "regular", "lapsing", "lost"}


def test_insane_lines_are_counted_and_left_out(engine: Engine) -> None:
    rows = made_lines(3).to_pylist()
    sane = [row for row in rows if row["milli"] and date(2000, 1, 1) <= row["business_date"] <= AS_OF]
    told = report(engine, engine.lines(made_lines(3)), AS_OF)
    zero = sum(row["milli"] == 0 for row in rows)
    assert told == Report(len(rows), sum(row["owner"] is None for row in rows), zero, len(rows) - len(sane) - zero)
    assert min(told.without_card, told.zero_quantity, told.outside) > 0


def test_batches_by_customer_range_are_the_whole_table(engine: Engine) -> None:
    lines = engine.lines(made_lines(8))
    made = features(engine, lines, Around(made_products(8)), as_of=AS_OF, zone=KYIV)
    parts = list(batches(engine, made, SCHEMA, size=7))
    assert max(part.num_rows for part in parts) == 7
    assert pa.concat_tables(parts) == run(engine, made, SCHEMA)


def test_the_same_day_computed_twice_gives_the_same_bytes(engine: Engine, tmp_path: Path) -> None:
    lake = in_lake(made_lines(9), tmp_path)
    made = [
        run(engine, features(engine, engine.lines(lake), Around(made_products(9)), as_of=AS_OF, zone=KYIV), SCHEMA)
        for _ in range(2)
    ]
    assert made[0].equals(made[1])


def test_a_feature_has_a_unit_and_a_sentence() -> None:
    assert len({one.name for one in FEATURES}) == len(FEATURES)
    assert [one.name for one in FEATURES if not one.unit or not one.definition.endswith(".")] == []


def test_real_receipts_have_the_features_that_loops_find(engine: Engine, shared: Path, tmp_path: Path) -> None:
    lines = online_retail(shared)
    chosen = random.Random(2011).sample(sorted(set(lines["owner"].drop_null().to_pylist())), 300)
    lines = lines.filter(pc.is_in(lines["owner"], pa.array(chosen)))
    skus = sorted(set(lines["sku"].to_pylist()))
    products = pa.table({"sku": skus, "category": [sku[:2] for sku in skus], "brand": [sku[-1] for sku in skus]})
    made = features(engine, engine.lines(in_lake(lines, tmp_path)), Around(products), as_of=date(2011, 11, 30),
                    zone=ZoneInfo("Europe/London"))  # fmt: skip
    found = run(engine, made, SCHEMA)
    assert found.num_rows > 280
    assert pc.sum(found["returns"]).as_py() > 100
    same(found, plain(lines, products, as_of=date(2011, 11, 30), zone=ZoneInfo("Europe/London")))


def online_retail(shared: Path) -> pa.Table:
    """Online Retail in the lake's columns; a cancellation is a receipt of its own, since it does not name the sale."""
    raw = pq.read_table(shared / "data" / "online_retail_2011.parquet")
    count = raw.num_rows
    columns = {
        "store": pa.array(["online"] * count),
        "till": pa.array(["1"] * count),
        "receipt": raw["invoice"],
        "business_date": raw["invoice_ts"].cast(pa.date32()),
        "sold_at": raw["invoice_ts"].cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC")),
        "owner": raw["customer_id"].cast(pa.string()),
        "sku": raw["stock_code"],
        "milli": pc.multiply(raw["quantity"].cast(pa.int64()), 1000),
        "unit_price": pc.round(pc.multiply(raw["unit_price"], 100)).cast(pa.int64()),
        "discount": pa.array([0] * count, pa.int64()),
        "points_spent": pa.array([0] * count, pa.int64()),
        "line": pa.array([0] * count, pa.int32()),
        "source": pa.array(["import"] * count),
    }
    return pa.table(columns, schema=LAKE)


def test_a_sku_that_is_two_products_is_refused(engine: Engine) -> None:
    twice = pa.concat_tables([made_products(1), made_products(1).slice(3, 1)])
    with pytest.raises(ValueError, match="a sku stands there twice"):
        features(engine, engine.lines(made_lines(1)), Around(twice), as_of=AS_OF, zone=KYIV)


def test_two_owners_under_one_key_are_never_taken_for_one() -> None:
    class Colliding(DuckDB):
        def _show(self, view: str, origin: str) -> None:
            super()._show(f"{view}_true", origin)
            self._say(f"create or replace temporary view {view} as select * replace (7::ubigint as o) from {view}_true")

    made = Colliding(loops=False)
    with pytest.raises(RuntimeError, match="two owners have one key"):
        features(made, made.lines(made_lines(1)), Around(made_products(1)), as_of=AS_OF, zone=KYIV)
    made.close()


def test_features_asked_for_by_name_are_those_of_the_whole_table(engine: Engine) -> None:
    lines, around = engine.lines(made_lines(4)), Around(made_products(4), made_promo(4))
    whole = run(engine, features(engine, lines, around, as_of=AS_OF, zone=KYIV), SCHEMA)
    for names in (["lifecycle", "r"], ["brands"], ["single_category", "owner"]):
        schema = schema_of(names)
        made = features(engine, lines, around, as_of=AS_OF, zone=KYIV, schema=schema)
        assert run(engine, made, schema) == whole.select(schema.names)
        assert set(schema.names) == {"owner", *names}
    with pytest.raises(ValueError, match="no feature is called height"):
        schema_of(["height"])


def test_duckdb_takes_its_limits_from_the_address(tmp_path: Path) -> None:
    made = engine_of(f"duckdb://?memory=300MB&threads=1&temp={tmp_path}")
    assert isinstance(made, DuckDB)
    told = made.connection.con.execute(
        "select current_setting('threads'), current_setting('temp_directory')"
    ).fetchall()
    assert told[0][0] == 1
    assert told[0][1].startswith(str(tmp_path))
    made.close()
    assert list(tmp_path.iterdir()) == []


def test_tables_of_several_days_at_once_are_those_of_each_day() -> None:
    lines, schema = made_lines(3), schema_of({one.name for one in FEATURES if not one.among})
    history, around = history_of(lines), Around(made_products(3), made_promo(3))
    days = [AS_OF - timedelta(days=back) for back in (0, 20, 200, 20_000)]
    engine = DuckDB()
    found = features_by_day(engine, history, around, days=days, zone=KYIV, schema=schema)
    assert list(found) == days
    for day in days:
        one = features(engine, engine.lines(history), around, as_of=day, zone=KYIV, schema=schema)
        assert found[day] == run(engine, one, schema)
    with pytest.raises(ValueError, match="r, f, m, basket_third, items_third: places among the buyers of one day"):
        features_by_day(engine, history, around, days=days, zone=KYIV, schema=SCHEMA)
    engine.close()
