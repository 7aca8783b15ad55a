"""The same features on other engines: what a warehouse that stands already costs beside DuckDB in the process.

CPU seconds of everything that works for it: this process, the JVM, the server's own processes; and wall seconds, which
on a machine with other work say less.
"""

import json
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq

from adapters.analytics.duck import DuckDB
from adapters.analytics.engines import engine_of
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.ports import Engine
from adapters.analytics.running import run
from adapters.analytics.totals import Around
from benchmarks.scale_week import LAST, ZONE
from tests.support.machine import java, postgres_bin
from tests.support.postgres import start_cluster

REFERENCE = "DuckDB, expressions alone"
NAMES = ("DuckDB, as planned", REFERENCE, "PostgreSQL", "Spark, local[2]")
GOALS = {"PostgreSQL": 8.0, "Spark, local[2]": 15.0}
_WHERE = {"PostgreSQL": postgres_bin, "Spark, local[2]": java}
_TICK = os.sysconf("SC_CLK_TCK")


def show(lake: Path) -> None:
    """A row for each engine that the machine has."""
    lines = sum(pq.read_metadata(file).num_rows for file in lake.glob("sales/*/*.parquet"))
    print(f"\nfeatures of {lines:,} lines\n{'engine':28}{'load CPU':>10}{'wall':>8}{'features CPU':>14}{'wall':>8}"
          f"{'x CPU':>8}{'x wall':>8}   goal")  # fmt: skip
    found: dict[str, dict[str, float]] = {}
    for name in NAMES:
        if name in _WHERE and not _WHERE[name]():
            print(f"{name:28}  LEFT OUT: this machine has none")
            continue
        command = [sys.executable, "-m", "benchmarks.engines", name, str(lake)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr)
        one = found[name] = json.loads(done.stdout.splitlines()[-1])
        beside = found.get(REFERENCE, one)
        ratios = one["cpu"] / beside["cpu"], one["wall"] / beside["wall"]
        told = f"<= {GOALS[name]:.0f} x: {'met' if ratios[0] <= GOALS[name] else 'MISSED'}" if name in GOALS else ""
        print(f"{name:28}{one['load_cpu']:10.1f}{one['load_wall']:8.1f}{one['cpu']:14.1f}{one['wall']:8.1f}"
              f"{ratios[0]:8.1f}{ratios[1]:8.1f}   {told}", flush=True)  # fmt: skip


def _engine(name: str) -> tuple[Engine, list[int]]:
    """The engine, and the processes whose children work for it."""
    if name == "PostgreSQL":
        cluster = start_cluster()
        assert cluster is not None
        server = int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
        return engine_of(f"{cluster.new_database()}&options=-cwork_mem=256MB"), [os.getpid(), server]
    if name == "Spark, local[2]":
        return engine_of("spark://local[2]?spark.driver.memory=6g"), [os.getpid()]
    return DuckDB(threads="2", loops=name != REFERENCE), [os.getpid()]


def _spent(roots: list[int]) -> float:
    """CPU seconds of these processes and of all below them, gone ones too."""
    told: dict[int, tuple[int, float]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        told[int(stat.parent.name)] = int(fields[1]), sum(map(int, fields[11:15])) / _TICK
    mine = set(roots)
    while more := {pid for pid, (parent, _) in told.items() if parent in mine} - mine:
        mine |= more
    return sum(told[pid][1] for pid in mine if pid in told)


def main() -> None:
    """`python -m benchmarks.engines NAME FOLDER`"""
    name, lake = sys.argv[1], Path(sys.argv[2])
    engine, roots = _engine(name)
    around = Around(pq.read_table(lake / "products.parquet"), pq.read_table(lake / "promo.parquet"))
    marks = [(_spent(roots), time.perf_counter())]
    lines = engine.lines(lake)
    marks.append((_spent(roots), time.perf_counter()))
    made = features(engine, lines, around, as_of=LAST, zone=ZONE)
    rows = run(engine, made, SCHEMA).num_rows
    marks.append((_spent(roots), time.perf_counter()))
    engine.close()
    (load_cpu, load_wall), (cpu, wall) = (
        (after[0] - before[0], after[1] - before[1]) for before, after in pairwise(marks)
    )
    told = {"load_cpu": load_cpu, "load_wall": load_wall, "cpu": cpu, "wall": wall, "rows": rows}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
