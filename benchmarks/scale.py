"""The whole week at a million customers: each stage's CPU seconds and memory beside its floor, its goals, its peers.

`make bench-scale` is 1,000,000 customers with 100 lines each; CUSTOMERS=100000 is a small one, SERIES=1 a row of sizes,
ENGINES=1 the features on PostgreSQL and Spark, KEEP=1 leaves the made lake where it is (`KARTKA_SCALE`, else
`var/scale`). Cores are often shared, so CPU seconds are the number to compare.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from adapters.lake.lake import Lake
from benchmarks import engines
from benchmarks.scale_data import Scale, make

Stages = dict[str, dict[str, float]]
MILLION = 1_000_000
SERIES = (125_000, 250_000, 500_000, MILLION)
ENGINES = 100_000
WORK = Path(os.environ.get("KARTKA_SCALE", "var/scale"))
FLOOR = "read the columns"
NEW = ("new: fit", "offers: ten for each", "offers as text, with reasons")
TABLE = ("lake to history", "features")
"""What makes the customer table; purchases come of the first as well."""
MADE = "the next week's lines made up"
CLUSTERS, FIVE = "offers by clusters alone (S2)", "five of the week's goods (S4)"
GOALS = {
    f"beside it: {CLUSTERS}": (8.0, 2.5),
    f"beside it: {FIVE}": (5.0, 3.0),
    "beside it: features alone (S1)": (16.0, 2.0),
    "new offers (S3)": (45.0, 3.0),
    "the whole week (S5)": (120.0, 4.0),
    "the next week, the same bytes (S5)": (30.0, 4.0),
}
"""CPU seconds and gigabytes for a million customers with a hundred million lines."""
_HEAD = f"{'stage':44}{'CPU s':>9}{'wall s':>9}{'GB':>7}{'x floor':>9}   goal"


def main() -> None:
    """Makes the lake, measures, prints, tidies up."""
    reader = argparse.ArgumentParser(prog="make bench-scale", description=__doc__)
    reader.add_argument("--customers", type=int, default=MILLION)
    reader.add_argument("--products", type=int, default=Scale().products)
    for name in ("series", "engines", "keep"):
        reader.add_argument(f"--{name}", action="store_true")
    asked = reader.parse_args()
    if asked.engines:
        with_lake(ENGINES, asked.products, asked.keep, engines.show)
    elif asked.series:
        series([size for size in SERIES if size <= asked.customers], asked.products, asked.keep)
    else:
        with_lake(asked.customers, asked.products, asked.keep, lambda lake: whole(lake, asked.customers))


def with_lake(customers: int, products: int, keep: bool, show: Callable[[Path], object]) -> None:
    """What is asked is shown of a made lake, whose months are merged as the scheduler does it by night."""
    lake = WORK / f"{customers}-{products}"
    try:
        if not (lake / "promo.parquet").exists():
            shutil.rmtree(lake, ignore_errors=True)
            print(f"making {customers:,} customers with {100 * customers:,} lines in {lake}", flush=True)
            made = make(lake, Scale(customers=customers, lines=100 * customers, products=products))
            for day in (0, 2):
                Lake(lake).compact(followed="", now=datetime.now(UTC) + timedelta(days=day), more_than=0)
            pq.write_table(made.products, lake / "products.parquet")
            pq.write_table(made.promo, lake / "promo.parquet")
        show(lake)
    finally:
        if not keep:
            shutil.rmtree(lake, ignore_errors=True)


def whole(lake: Path, customers: int) -> None:
    """The week's table, and the peers' under it."""
    measured("warm", lake)  # what is compiled is kept beside the source, and a week finds it there
    read, alone = measured("floor", lake), measured("alone", lake)
    week, rows = measured("week", lake), measured("rows", lake)
    after, again = measured("next", lake), measured("again", lake)
    made = after.pop(MADE)
    by_segment = measured("segments", lake)
    base, size = read[FLOOR]["cpu"], week.pop("purchases")["gigabytes"]
    beside = {name: week.pop(name) for name in (CLUSTERS, FIVE)}
    goals = GOALS if customers >= MILLION else {}
    load = os.getloadavg()[0]
    print(f"\n{customers:,} customers; load {load:.1f} on {os.cpu_count()} cores; purchases {size:.2f} GB\n{_HEAD}")
    told = read | week
    for name, stage in told.items():
        _row(name, stage, base, goals)
    _row("new offers (S3)", _sum(week[name] for name in NEW), base, goals)
    _row("the whole week (S5)", _sum(week.values()), base, goals)
    _row("the same week again from nothing", _sum(again.values()), base, {})
    _row(f"beside it: {MADE}", made, base, {})
    for name, stage in after.items():
        _row(f"next week: {name}", stage, base, {})
    _row("the next week, the same bytes (S5)", _sum(after.values()), base, goals)
    _row("beside it: features alone (S1)", alone["features alone (S1)"], base, goals)
    _row("beside it: rows into SQLite", rows["rows into SQLite"], base, {})
    for name, stage in beside.items():
        _row(f"beside it: {name}", stage, base, goals)
    for name in ("customer table into SQLite", "each segment counted (S6)", "expressions over nothing (S7)"):
        _row(f"beside it: {name}", by_segment[name], base, {})
    asked = by_segment["p95"]
    met = "met" if asked["cpu"] <= 0.2 else "MISSED"
    print(f"95 of 100 of {asked['filters']} filters are counted within {1000 * asked['cpu']:.0f} ms of a core "
          f"(S6 <= 200 ms: {met}), the slowest in {1000 * asked['slowest']:.0f} ms")  # fmt: skip
    for peer in ("BM25", "ALS"):
        for name, stage in measured(peer, lake).items():
            if name.startswith(peer):
                _row(f"implicit {name}", stage, base, {})
    print(
        "implicit has everybody's purchases given; ten goods are chosen for a sample of owners, its seconds are for all"
    )


def series(sizes: Sequence[int], products: int, keep: bool) -> None:
    """Twice the customers are twice the seconds; memory beside the purchases themselves stays (S8)."""
    rows: list[tuple[int, Stages]] = []
    for customers in sizes:
        with_lake(customers, products, keep, lambda lake, of=customers: rows.append((of, measured("week", lake))))
    print(f"\n{'customers':>12}{'table CPU':>14}{'week CPU':>10}{'per M lines':>13}{'GB':>7}{'purchases':>11}"
          f"{'beside them':>13}")  # fmt: skip
    for customers, week in rows:
        size = week.pop("purchases")["gigabytes"]
        for beside in (CLUSTERS, FIVE):
            week.pop(beside)
        one = _sum(week.values())
        table = sum(week[name]["cpu"] for name in TABLE)
        print(f"{customers:12,}{table:14.1f}{one['cpu']:10.1f}{one['cpu'] * 1e4 / customers:13.2f}"
              f"{one['gigabytes']:7.2f}{size:11.2f}{one['gigabytes'] - size:13.2f}")  # fmt: skip


def measured(what: str, lake: Path) -> Stages:
    """The stages of a process of its own."""
    module = {"BM25": "peers", "ALS": "peers", "rows": "rows", "segments": "rows"}.get(what, "week")
    command = [sys.executable, "-W", "ignore", "-m", f"benchmarks.scale_{module}", what, str(lake)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: Stages = json.loads(done.stdout.splitlines()[-1])
    return found


def _sum(stages: Iterable[dict[str, float]]) -> dict[str, float]:
    some = list(stages)
    whole = {name: sum(one[name] for one in some) for name in ("cpu", "wall")}
    return whole | {"gigabytes": max(one["gigabytes"] for one in some)}


def _row(name: str, stage: dict[str, float], base: float, goals: dict[str, tuple[float, float]]) -> None:
    told = ""
    if name in goals:
        cpu, gigabytes = goals[name]
        met = stage["cpu"] <= cpu and stage["gigabytes"] <= gigabytes
        told = f"<= {cpu:.0f} CPU s, {gigabytes:.0f} GB: {'met' if met else 'MISSED'}"
    print(f"{name:44}{stage['cpu']:9.1f}{stage['wall']:9.1f}{stage['gigabytes']:7.2f}{stage['cpu'] / base:9.1f}   "
          f"{told}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
