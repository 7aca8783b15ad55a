"""What a week costs the database: the plan and the customer table as rows, the segments counted on them."""

import time
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from adapters.analytics.duck import DuckDB
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.lakelines import READ
from adapters.analytics.running import run
from adapters.analytics.totals import Around
from adapters.db.planrows import CHUNK
from adapters.db.profilerows import CHUNK as PROFILES
from adapters.db.segmentsql import Scene
from adapters.db.segmenttotals import total
from adapters.db.segmentviews import ROOM
from benchmarks.scale_data import scale_of
from benchmarks.scale_week import LAST, WEEK, ZONE, Clock, told
from benchmarks.segment_filters import filters
from core.segments.ready import READY
from core.surveys.model import Questionnaire
from tests.support.world import NOON, World


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
    """The customer table stands in SQLite beside everybody who has a card and the purchases of before, and every filter
    of the builder is counted on it, warm; then the expressions of the features over nothing: what Ibis itself costs."""
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
            "insert into purchases (owner, first_at, last_at) select owner, '2025-01-01T00:00:00.000000Z', "
            "'2026-01-01T00:00:00.000000Z' from customer_features"
        )
        idle = scale_of(folder).customers - connection.exec_driver_sql("select count(*) from purchases").scalar_one()
        connection.exec_driver_sql(
            "with recursive n (n) as (select 1 union all select n + 1 from n where n < ?), who (id) as (select owner "
            "from customer_features union all select printf('%08x-0000-7000-8000-%012x', n * 7919, n) from n) "
            "insert into customers (id, created_at, language, birthday, city, source) "
            "select id, '2026-01-01T00:00:00.000000Z', 'uk', '1990-05-17', 'c1', 's1' from who",
            (idle,),
        )
    clock.begin("each segment counted (S6)")
    took = []
    with world.engine.connect() as connection:
        for said in ROOM["sqlite"]:
            connection.exec_driver_sql(said)
        for at, tree in enumerate([*READY.values(), *(one for _, one in filters())]):
            counting = total(Scene(LAST, _midnight, Questionnaire(), (), "sqlite", {}, ()), tree)
            began = time.process_time()
            connection.execute(counting)
            if at >= len(READY):  # the first few have read the tables into memory
                took.append(time.process_time() - began)
    clock.begin("expressions over nothing (S7)")
    engine = DuckDB(loops=False)
    nothing = Around(pq.read_table(folder / "products.parquet").slice(0, 9))
    run(engine, features(engine, engine.lines(READ.empty_table()), nothing, as_of=LAST, zone=ZONE), SCHEMA)
    engine.close()
    clock.begin("(end)")
    clock.found["p95"] = {"cpu": sorted(took)[int(0.95 * len(took))], "slowest": max(took), "filters": len(took)}
    world.close()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def main() -> None:
    """`python -m benchmarks.scale_rows rows|segments FOLDER`; the last line is the stages as JSON."""
    told({"rows": rows, "segments": segments})


if __name__ == "__main__":
    main()
