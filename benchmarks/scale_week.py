"""The stages of a week's plan at size, each with its CPU seconds, wall seconds and peak memory, in this process.

The functions are those that `kartka plan-week` calls, in its order, on a made retailer's lake.
"""

import json
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import func, select

from adapters.analytics import leaving
from adapters.analytics.bought import Aside, bought
from adapters.analytics.counted import Counted
from adapters.analytics.duck import DuckDB
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.lakelines import READ
from adapters.analytics.plan import Asked, Plan, PromoItem, prepare
from adapters.analytics.purchases import Purchases
from adapters.analytics.ranking import Bools, Ranked
from adapters.analytics.running import run
from adapters.analytics.totals import Around
from adapters.db.planrows import CHUNK
from adapters.db.profilerows import CHUNK as PROFILES
from adapters.db.segmentsql import Scene, people
from benchmarks.scale_data import PROMOTED, Scale, make
from core.offers.rankings import Ranking, Switch
from core.segments.ready import READY
from core.surveys.model import Questionnaire
from tests.support.world import NOON, World

WEEK, FIRST = "2026-W44", Scale().end
LAST = FIRST - timedelta(days=1)
ZONE = ZoneInfo("Europe/Kyiv")
SAMPLED = 50_000
"""Owners whose purchases the peers are fitted on."""
_PREPARED = ("lake to purchases", "clusters", "due: fit", "new: fit", "who may have what")
"""What stands between the marks of `prepare`."""


class Clock:
    """Adds up what each stage costs: stages follow one another, and one may come again."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, float]] = {}
        self._at(("start", 0.0, time.perf_counter()))

    def begin(self, stage: str) -> None:
        """The stage before it is over."""
        name, cpu, wall = self._begun
        now = _spent()
        one = self.found.setdefault(name, {"cpu": 0.0, "wall": 0.0, "gigabytes": 0.0})
        one["cpu"] += now[0] - cpu
        one["wall"] += now[1] - wall
        one["gigabytes"] = max(one["gigabytes"], peak())
        self._at((stage, *_spent()))

    def _at(self, begun: tuple[str, float, float]) -> None:
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
        self._begun = begun


def _spent() -> tuple[float, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, time.perf_counter()


def peak() -> float:
    """Gigabytes that this process has held at most since it was asked to count."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1e6


class _Watched(Counted):
    """Between the ranking of a block and its text stands the counting."""

    def __init__(self, items: int, clock: Clock) -> None:
        super().__init__(items)
        self._clock = clock

    def add(self, ranked: Ranked, challenged: Bools, off: npt.NDArray[np.float64]) -> None:
        """As it is, and the rest of the block is text."""
        super().add(ranked, challenged, off)
        self._clock.begin("offers as text, with reasons")


def floor(folder: Path, clock: Clock) -> None:
    """The columns that the features need, decoded and forgotten, texts as dictionaries."""
    clock.begin("read the columns")
    texts = [field.name for field in READ if pa.types.is_string(field.type)]
    for path in sorted(folder.glob("sales/*/*.parquet")):
        file = pq.ParquetFile(path, read_dictionary=texts)
        for group in range(file.num_row_groups):
            file.read_row_group(group, columns=READ.names)


def week(folder: Path, clock: Clock) -> None:
    """Everything for everybody; the rows stand in `plan.parquet`."""
    products, promo = (pq.read_table(folder / f"{name}.parquet") for name in ("products", "promo"))
    clock.begin("features")
    engine = DuckDB(threads="2")
    made = features(engine, engine.lines(folder), Around(products, promo), as_of=LAST, zone=ZONE)
    table = run(engine, made, SCHEMA)
    engine.close()
    aside = Aside(leaving.sample(table["owner"].to_pylist(), leaving.LEARNED))
    plan = _planned(folder, clock, products, promo, table, aside)
    count = _Watched(PROMOTED, clock)
    with pq.ParquetWriter(folder / "plan.parquet", pa.schema([("owner", pa.string()), ("picks", pa.string())])) as out:
        clock.begin("offers: ten for each")
        for block in plan.blocks(count=count):
            clock.begin("Parquet out")
            out.write_table(block.cast(out.schema))
            clock.begin("offers: ten for each")
    clock.begin("Parquet out")
    pq.write_table(table, folder / "features.parquet", compression="zstd")
    clock.begin("offers by clusters alone (S2)")
    for _ in replace(plan, _asked=replace(plan._asked, switch=Switch(champion=Ranking.CLUSTERS))).blocks():
        pass
    clock.begin("(figures)")
    _keep_sample(folder, plan.bought)
    size = sum(array.nbytes for array in (plan.bought.starts, plan.bought.items, plan.bought.days))
    clock.found["purchases"] = {"gigabytes": size / 1e9}
    everybody = plan.bought
    del plan, count
    clock.begin("leaving: learn")
    engine = DuckDB(threads="2")
    around = Around(products, promo)
    risk, _ = leaving.learn(engine, aside.lines, around, aside.owners, end=LAST, zone=ZONE)
    engine.close()
    clock.begin("leaving: chance for all")
    leaving.chances(risk, table, LAST, everybody, leaving.goods_of(aside.lines, LAST))


def _planned(folder: Path, clock: Clock, products: pa.Table, promo: pa.Table, table: pa.Table, aside: Aside) -> Plan:
    clock.begin("what is asked")
    price = dict(zip(products["sku"].to_pylist(), products["price"].to_pylist(), strict=True))
    this = promo.filter(pc.equal(promo["week"], pc.max(promo["week"])))["sku"].to_pylist()
    asked = Asked(
        promo=[PromoItem(sku, price[sku], price[sku] * 4 // 5) for sku in this],
        category=dict(zip(products["sku"].to_pylist(), products["category"].to_pylist(), strict=True)),
        store=dict(zip(table["owner"].to_pylist(), table["top_store"].to_pylist(), strict=True)),
    )

    stages = iter(_PREPARED)
    return prepare(
        bought(folder, FIRST, aside=aside), WEEK, FIRST, asked, progress=lambda *_: clock.begin(next(stages))
    )


def _keep_sample(folder: Path, everything: Purchases) -> None:
    """Some owners' purchases for the peers, who are not to pay for the reading."""
    there = np.flatnonzero(np.diff(everything.starts))
    chosen = there[:: max(1, len(there) // SAMPLED)]
    some = everything.of(chosen)
    np.savez(folder / "sample.npz", starts=some.starts, items=some.items, goods=len(everything.skus), of=len(there))


def rows(folder: Path, clock: Clock) -> None:
    """The plan stands in SQLite, a work at a time, as durable as a sale."""
    world = World(f"sqlite:///{folder / 'plan.db'}")
    clock.begin("rows into SQLite")
    begun = world.do(lambda work: work.plans.begin(WEEK, NOON))
    for batch in pq.ParquetFile(folder / "plan.parquet").iter_batches(CHUNK):
        some = list(zip(batch["owner"].to_pylist(), batch["picks"].to_pylist(), strict=True))
        world.do(lambda work, some=some: work.plans.add(begun.id, some))
    world.do(lambda work: work.plans.finish(begun.id, {}))
    world.close()


def segments(folder: Path, clock: Clock) -> None:
    """The customer table stands in SQLite, and every ready segment is counted on it, warm; then the expressions of the
    features over nothing: what Ibis itself costs."""
    world = World(f"sqlite:///{folder / 'customers.db'}")
    clock.begin("customer table into SQLite")
    after = ""
    for batch in pq.ParquetFile(folder / "features.parquet").iter_batches(PROFILES):
        columns = {name: batch[name].to_pylist() for name in batch.schema.names}
        columns["week"] = [WEEK] * batch.num_rows
        world.do(lambda work, columns=columns, after=after: work.profiles.put(columns, after))
        after = columns["owner"][-1]
    clock.begin("(people)")
    with world.owner.begin() as connection:
        connection.exec_driver_sql(
            "insert into customers (id, created_at, language) "
            "select owner, '2026-01-01T00:00:00.000000Z', 'uk' from customer_features"
        )
    clock.begin("each segment counted (S6)")
    took = []
    with world.engine.connect() as connection:
        for tree in READY.values():
            chosen = people(Scene(LAST, _midnight, Questionnaire(), (), "sqlite", {}), tree)
            counting = select(func.count()).select_from(chosen.subquery())
            connection.execute(counting)
            began = time.perf_counter()
            connection.execute(counting)
            took.append(time.perf_counter() - began)
    clock.begin("expressions over nothing (S7)")
    engine = DuckDB(loops=False)
    nothing = Around(pq.read_table(folder / "products.parquet").slice(0, 9))
    run(engine, features(engine, engine.lines(READ.empty_table()), nothing, as_of=LAST, zone=ZONE), SCHEMA)
    engine.close()
    clock.begin("(end)")
    clock.found["p95"] = {"wall": sorted(took)[int(0.95 * len(took))]}
    world.close()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def warm(folder: Path, clock: Clock) -> None:
    """The week of a few made customers, so that everything is compiled."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        few = Path(name)
        made = make(few, Scale(customers=500, lines=50_000, products=500))
        pq.write_table(made.products, few / "products.parquet")
        pq.write_table(made.promo, few / "promo.parquet")
        week(few, clock)


def main() -> None:
    """`python -m benchmarks.scale_week warm|floor|week|rows|segments FOLDER`; the last line is the stages as JSON."""
    clock = Clock()
    {"warm": warm, "floor": floor, "week": week, "rows": rows, "segments": segments}[sys.argv[1]](
        Path(sys.argv[2]), clock
    )
    clock.begin("")
    print(json.dumps(clock.found))


if __name__ == "__main__":
    main()
