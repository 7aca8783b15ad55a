"""Customer features of cards by the ten thousand: CPU seconds beside reading the columns and beside plain SQL.

`KARTKA_BENCH_CARDS=1000000 make bench` is the size of the goal: a hundred lines a card. CPU seconds, since the cores of
a machine are often shared; the peer is what an analyst writes over the same files, one statement, and nothing less.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from adapters.analytics.duck import DuckDB
from adapters.analytics.features import SCHEMA, features, schema_of
from adapters.analytics.lakelines import READ
from adapters.analytics.running import run as run_on
from adapters.analytics.totals import Around
from adapters.lake.lake import Lake
from benchmarks.scale_data import Scale, make

CARDS = int(os.environ.get("KARTKA_BENCH_CARDS", "25000"))
LAST = date(2026, 10, 31)
_PEER = """
with sold as (
    select owner, store, till, receipt, business_date, sku, min(sold_at) as sold_at, sum(milli) as milli,
        sum(case when milli > 0 then (milli * unit_price + 500) // 1000 else -((500 - milli * unit_price) // 1000) end)
            as gross, sum(discount) as discount, count(*) filter (milli < 0) as returned, count(*) as lines
    from read_parquet('{lake}/sales/*/*.parquet')
    where owner is not null and milli <> 0 and business_date between date '2000-01-01' and date '{last}'
    group by all),
goods as (select sku, category, brand from '{lake}/products.parquet'),
weeks as (select distinct week, sku, 1 as on_it from '{lake}/promo.parquet'),
kept as (select s.*, category, brand, coalesce(on_it, 0) as promo from sold s left join goods g on g.sku = s.sku
    left join weeks w on w.sku = s.sku and w.week = date_trunc('week', business_date) where milli > 0),
receipts as (select owner, store, till, receipt, business_date, min(sold_at) as sold_at, count(*) as items,
    sum(gross) as gross, sum(discount) as discount, sum(promo) as promo from kept group by all),
days as (select owner, business_date - lag(business_date) over (partition by owner order by business_date) as gap
    from (select distinct owner, business_date from receipts)),
gaps as (select owner, count(*) as days, median(gap) as gap_median, avg(gap) as gap_mean, stddev(gap) as gap_sd
    from days group by owner),
shops as (select owner, count(*) as stores, first(store order by visits desc, store) as top_store
    from (select owner, store, count(*) as visits from receipts group by all) group by owner),
tastes as (select owner, count(*) as categories, first(category order by money desc, category) as top_category
    from (select owner, category, sum(gross - discount) as money from kept group by all) group by owner),
brands as (select owner, count(distinct brand) as brands from kept group by owner),
back as (select owner, sum(returned) as returns, sum(lines) as lines from sold group by owner),
sums as (select owner, min(business_date) as first_day, max(business_date) as last_day, count(*) as receipts,
    sum(gross - discount) as money, avg(items) as items, sum(discount) / sum(gross) as discounts,
    sum(promo) / sum(items) as promo, {spans}, mode(isodow(business_date)) as weekday,
    mode(hour(sold_at at time zone 'Europe/Kyiv')) as hour from receipts group by owner)
select *, ntile(5) over (order by last_day, owner) as r, ntile(5) over (order by receipts, owner) as f,
    ntile(5) over (order by money, owner) as m, ntile(3) over (order by money / receipts, owner) as basket,
    ntile(3) over (order by items, owner) as wide
from sums join gaps using (owner) join shops using (owner) join tastes using (owner) join brands using (owner)
    join back using (owner)
"""
_SPANS = ", ".join(
    f"count(*) filter (business_date > date '{LAST}' - {span}) as receipts_{span}, "
    f"sum(gross - discount) filter (business_date > date '{LAST}' - {span}) as money_{span}"
    for span in (28, 90, 365)
)


def run() -> list[tuple[str, str, float]]:
    """Each in a process of its own, so that its memory is its own."""
    with tempfile.TemporaryDirectory(prefix="kartka-bench-") as folder:
        lake = Path(folder)
        made = make(lake, Scale(customers=CARDS, lines=100 * CARDS))
        pq.write_table(made.products, lake / "products.parquet")
        pq.write_table(made.promo, lake / "promo.parquet")
        loose = _measured("ours", lake)
        _merge(Lake(lake))
        ours, fewer, read, peer = (_measured(what, lake) for what in ("ours", "fewer", "read", "peer"))
        size = f"{CARDS} cards, {made.lines} lines"
        return [
            ("customer features", f"CPU seconds, {size}", ours["cpu"]),
            ("customer features", "peak gigabytes", ours["gigabytes"]),
            ("customer features", "ours / reading the columns", ours["cpu"] / read["cpu"]),
            ("customer features", "ours / one statement of plain SQL", ours["cpu"] / peer["cpu"]),
            ("customer features", "peak memory, ours / plain SQL", ours["gigabytes"] / peer["gigabytes"]),
            (
                "customer features",
                "of an import that no night has merged yet / of merged months",
                loose["cpu"] / ours["cpu"],
            ),
            ("customer features without brands", "ours / plain SQL with them", fewer["cpu"] / peer["cpu"]),
        ]


def _merge(lake: Lake) -> None:
    """As the scheduler does it by night, and a day later."""
    now = datetime.now(UTC)
    for day in (0, 2):
        lake.compact(followed="", now=now + timedelta(days=day), more_than=0)


def _measured(what: str, lake: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.features", what, str(lake)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _work(what: str, lake: Path) -> None:
    began = os.times()
    # The peer has all the memory that it asks for: in ours it would take three times as long.
    engine = DuckDB(threads="2", memory="8GB") if what == "peer" else DuckDB(threads="2")
    if what in ("ours", "fewer"):
        around = Around(pq.read_table(lake / "products.parquet"), pq.read_table(lake / "promo.parquet"))
        schema = SCHEMA if what == "ours" else schema_of(set(SCHEMA.names) - {"brands"})
        zone = ZoneInfo("Europe/Kyiv")
        made = features(engine, engine.lines(lake), around, as_of=LAST, zone=zone, schema=schema)
        rows = run_on(engine, made, schema).num_rows
    elif what == "read":
        read = ", ".join(f"max({name})" for name in READ.names)
        rows = len(engine.connection.con.execute(f"select {read} from '{lake}/sales/*/*.parquet'").fetchall())
    else:
        query = _PEER.format(lake=lake, last=LAST, spans=_SPANS)
        rows = engine.connection.con.sql(query).to_arrow_table().num_rows
    engine.close()
    ended = os.times()
    cpu = ended.user + ended.system - began.user - began.system
    print(json.dumps({"cpu": cpu, "gigabytes": _peak(), "rows": rows}))


def _peak() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1e6


if __name__ == "__main__":
    _work(sys.argv[1], Path(sys.argv[2]))
