"""One set of expressions, one answer: DuckDB, PostgreSQL, Spark and ClickHouse find the same tables.

Engines that the machine has not are left out, and `conftest.left_out` says so.
"""

import socket
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.analytics.engines import engine_of
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.marts import report
from adapters.analytics.ports import Engine, Moved
from adapters.analytics.running import batches, canonical, run
from adapters.analytics.totals import Around
from tests.support.chdb_engine import Chdb
from tests.support.machine import java, postgres_bin
from tests.support.made_lines import AS_OF, made_lines, made_products, made_promo
from tests.support.postgres import EMPTY, Cluster

KYIV = ZoneInfo("Europe/Kyiv")
SEEDS = range(5)
SPARK = "spark://local[2]?" + "&".join(
    [
        "spark.sql.codegen.wholeStage=false", "spark.sql.codegen.factoryMode=NO_CODEGEN",
        "spark.sql.adaptive.enabled=false", "spark.sql.shuffle.partitions=1",
        "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1",
    ]
)  # fmt: skip
"""For so few rows Java plans and compiles longer than it counts."""
NAMES = ["clickhouse", *(["postgresql"] if postgres_bin() else []), *(["spark"] if java() else [])]


@pytest.fixture(scope="session", params=NAMES)
def other(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine beside DuckDB, once for the whole run: a JVM takes its time to start."""
    match request.param:
        case "clickhouse":
            made: Engine = Chdb()
        case "postgresql":
            cluster: Cluster = request.getfixturevalue("cluster")
            url = cluster.new_database(EMPTY)
            made = engine_of(url)
        case _:
            made = engine_of(SPARK)
    yield made
    made.close()
    if request.param == "postgresql":
        cluster.drop_database(url)


@pytest.fixture(scope="session")
def reference() -> Iterator[Engine]:
    """DuckDB, whose tables `tests/adapters/analytics` holds against plain loops."""
    made = engine_of("duckdb")
    yield made
    made.close()


def table_of(engine: Engine, seed: int) -> pa.Table:
    """The customer table of made lines."""
    around = Around(made_products(seed), made_promo(seed) if seed % 2 else None)
    as_of = AS_OF - timedelta(days=40 * seed)
    return run(engine, features(engine, engine.lines(made_lines(seed)), around, as_of=as_of, zone=KYIV), SCHEMA)


@pytest.mark.timeout(180)  # the first one waits for a JVM
@pytest.mark.parametrize("seed", SEEDS)
def test_every_engine_finds_the_same_features(reference: Engine, other: Engine, seed: int) -> None:
    expected, found = table_of(reference, seed), table_of(other, seed)
    assert expected.num_rows > 30
    for name in SCHEMA.names:
        assert found[name].to_pylist() == expected[name].to_pylist(), f"{other.name}: {name}"
    assert found.equals(expected)


def test_every_engine_reads_a_lake_reports_on_it_and_answers_in_batches(
    reference: Engine, other: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "sales" / "month=2026-01"
    folder.mkdir(parents=True)
    pq.write_table(made_lines(6), folder / "import-1.parquet")
    found = []
    for engine in (reference, other):
        lines = engine.lines(tmp_path)
        made = features(engine, lines, Around(made_products(6)), as_of=AS_OF, zone=KYIV)
        found.append((report(engine, lines, AS_OF), list(batches(engine, made, SCHEMA, size=25))))
    assert found[0] == found[1]
    assert len(found[0][1]) > 1


def test_every_engine_knows_owners_who_have_moved_by_who_they_are_now(
    reference: Engine, other: Engine, tmp_path: Path
) -> None:
    lines = made_lines(6)
    owners = sorted({one for one in lines["owner"].to_pylist() if one})
    into = {owners[0]: owners[5], owners[1]: "phone-of-nobody", owners[2]: "a-new-one", "not-there": owners[3]}
    now = pa.array([into.get(one, one) for one in lines["owner"].to_pylist()], pa.string())
    renamed = lines.set_column(lines.schema.get_field_index("owner"), "owner", now)
    folder = tmp_path / "sales" / "month=2026-01"
    folder.mkdir(parents=True)
    pq.write_table(lines, folder / "import-1.parquet")
    around = Around(made_products(6))
    expected = run(reference, features(reference, reference.lines(renamed), around, as_of=AS_OF, zone=KYIV), SCHEMA)
    assert expected.num_rows == len(owners) - 1
    for engine in (reference, other):
        made = features(engine, engine.lines(Moved(tmp_path, into)), around, as_of=AS_OF, zone=KYIV)
        assert run(engine, made, SCHEMA).equals(expected)


def test_every_engine_keeps_rows_beside_those_that_are_kept(other: Engine) -> None:
    few = other.small("few", pa.table({"sku": ["b", "a"], "n": pa.array([1, None], pa.int64())}))
    schema = pa.schema([("sku", pa.string()), ("n", pa.int64())])
    other.keep("twice", few.filter(few.sku > ""))
    known = few.filter(few.n > 0)
    kept = other.keep("twice", known.select("sku", n=known.n + 1), more=True)
    doubled = run(other, kept.filter(kept.sku != "").group_by("sku").aggregate(n=kept.n.sum()), schema)
    assert doubled.to_pydict() == {"sku": ["a", "b"], "n": [None, 3]}


def test_every_engine_joins_rows_of_ours_to_the_lines_by_their_key(other: Engine) -> None:
    lines = made_lines(1)
    skus = sorted(set(lines["sku"].to_pylist()))[::2]
    table = other.lines(lines).table
    few = other.small("few", pa.table({"sku": skus, "n": pa.array(range(len(skus)), pa.int64())}), key="sku")
    found = table.inner_join(few, "p").group_by("sku").aggregate(n=lambda t: t.count())
    told = run(other, found, pa.schema([("sku", pa.string()), ("n", pa.int64())]))
    counted = Counter(one for one in lines["sku"].to_pylist() if one in skus)
    assert dict(zip(*told.to_pydict().values(), strict=True)) == counted


def test_every_engine_knows_nobody_in_an_empty_lake(other: Engine) -> None:
    made = features(other, other.lines(made_lines(1, customers=0)), Around(made_products(1)), as_of=AS_OF, zone=KYIV)
    assert run(other, made, SCHEMA).num_rows == 0


def test_canonical_types_give_booleans_signs_and_days_back() -> None:
    day = AS_OF.fromordinal(719_163)
    for given, wanted, expected in (
        (pa.array([0, 1, None], pa.uint8()), pa.bool_(), [False, True, None]),
        (pa.array([1, 2, 3], pa.uint64()), pa.int64(), [1, 2, 3]),
        (pa.array([0, None, 20_000], pa.int64()), pa.date32(), [day, None, day + timedelta(days=20_000)]),
    ):
        found = canonical(pa.chunked_array([given]), wanted)
        assert (found.type, found.to_pylist()) == (wanted, expected)


def test_an_address_of_no_engine_is_refused_with_the_four_that_are() -> None:
    for wrong in ("oracle://h/db", "", "duck"):
        with pytest.raises(ValueError, match=r"duckdb, postgresql://…, spark://…, clickhouse://…"):
            engine_of(wrong)


def test_a_setting_that_duckdb_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="duckdb has no colour; memory, threads and temp"):
        engine_of("duckdb://?colour=red")


def test_a_missing_driver_is_named_with_what_to_install() -> None:
    with pytest.raises(ValueError, match="pip install clickhouse-connect"):
        engine_of("clickhouse://nobody:8123/default")


def test_a_server_that_does_not_answer_is_refused_without_its_password() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ValueError, match=r"no PostgreSQL at 127\.0\.0\.1, database 'shop'") as refused:
            engine_of(f"postgresql://u:tell-nobody@127.0.0.1:{taken.getsockname()[1]}/shop")
    assert "tell-nobody" not in str(refused.value)
