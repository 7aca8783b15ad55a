"""The stages of a week's plan at size, each with its CPU seconds, wall seconds and peak memory, in this process.

The functions are those that `kartka plan-week` calls, in its order, on a made retailer's lake.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adapters.analytics import leaving
from adapters.analytics.clusters import Before
from adapters.analytics.counted import Counted
from adapters.analytics.duck import DuckDB
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.gathering import history_of
from adapters.analytics.keeping import let_go
from adapters.analytics.lakelines import READ
from adapters.analytics.plan import BLOCK, Asked, Plan, PromoItem, prepare
from adapters.analytics.purchases import Purchases
from adapters.analytics.ranking import Bools, Ranked, Rules
from adapters.analytics.running import run
from adapters.analytics.totals import Around
from adapters.analytics.weekly import clusters_before, keep_clusters
from benchmarks.scale_data import PROMOTED, Scale, comes, goes, make, scale_of
from core.offers.rankings import Ranking, Switch

WEEK, NEXT, FIRST = "2026-W44", "2026-W45", Scale().end
LAST = FIRST - timedelta(days=1)
ZONE = ZoneInfo("Europe/Kyiv")
MADE, COMES = "the next week's lines made up", "the week's lines into the lake"
_PREPARED = ("clusters", "due: fit", "new: fit", "who may have what")
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
    """Everything for everybody, from nothing; the rows stand in `plan.parquet`."""
    let_go(folder)
    plan = _made(folder, clock, WEEK, FIRST, None)
    clock.begin("offers by clusters alone (S2)")
    for _ in replace(plan, _asked=replace(plan._asked, switch=Switch(champion=Ranking.CLUSTERS))).blocks():
        pass
    clock.begin("five of the week's goods (S4)")
    five = replace(plan, _asked=replace(plan._asked, rules=Rules(places=5)))
    for at in range(0, len(plan.bought), BLOCK):
        five._ranked(some := slice(at, min(at + BLOCK, len(plan.bought))), np.zeros(some.stop - at, bool))
    clock.begin("(figures)")
    keep_clusters(folder, WEEK, plan.clusters, plan.bought.owners)
    _keep_bought(folder, plan.bought)
    size = sum(array.nbytes for array in (plan.bought.starts, plan.bought.items, plan.bought.days))
    clock.found["purchases"] = {"gigabytes": size / 1e9}


def next_week(folder: Path, clock: Clock) -> None:
    """The week after it, when its lines have come, and a few late ones of the month before."""
    clock.begin(MADE)
    comes(folder, scale_of(folder), lambda: clock.begin(COMES))
    _made(folder, clock, NEXT, FIRST + timedelta(days=7), clusters_before(folder, NEXT))
    clock.begin("(figures)")
    for name in ("plan", "features"):
        (folder / f"{name}.parquet").rename(folder / f"next-{name}.parquet")


def again(folder: Path, clock: Clock) -> None:
    """The week after it from nothing: it has to be the same bytes. Then its lines have gone again."""
    let_go(folder)
    _made(folder, clock, NEXT, FIRST + timedelta(days=7), clusters_before(folder, NEXT))
    clock.begin("(figures)")
    for name in ("plan", "features"):
        if (folder / f"{name}.parquet").read_bytes() != (folder / f"next-{name}.parquet").read_bytes():
            raise SystemExit(f"{name}: the next week is not the same from what was kept and from nothing")
    goes(folder)


def alone(folder: Path, clock: Clock) -> None:
    """The customer table by itself, of a lake that is held nowhere."""
    products, promo = (pq.read_table(folder / f"{name}.parquet") for name in ("products", "promo"))
    clock.begin("features alone (S1)")
    engine = DuckDB(threads="2")
    run(engine, features(engine, engine.lines(folder), Around(products, promo), as_of=LAST, zone=ZONE), SCHEMA)
    engine.close()


def _made(folder: Path, clock: Clock, name: str, first: date, before: Before | None) -> Plan:
    products, promo = (pq.read_table(folder / f"{name}.parquet") for name in ("products", "promo"))
    around, day = Around(products, promo), first - timedelta(days=1)
    clock.begin("lake to history")
    history = history_of(folder, keeps=True)
    clock.begin("features")
    engine = DuckDB(threads="2")
    table = run(engine, features(engine, engine.lines(history), around, as_of=day, zone=ZONE), SCHEMA)
    clock.begin("leaving: learn")
    risk, _, learned = leaving.learn(engine, history, around, end=day, zone=ZONE)
    engine.close()
    clock.begin("what is asked")
    bought = history.purchases(first)
    del history
    asked = _asked(products, promo, table, before)
    stages = iter(_PREPARED)
    plan = prepare(bought, name, first, asked, progress=lambda *_: clock.begin(next(stages)))
    clock.begin("leaving: chance for all")
    chance, why = leaving.risks(risk, table, day, plan.bought, learned)
    count = _Watched(PROMOTED, clock)
    with pq.ParquetWriter(folder / "plan.parquet", pa.schema([("owner", pa.string()), ("picks", pa.string())])) as out:
        clock.begin("offers: ten for each")
        for block in plan.blocks(count=count):
            clock.begin("Parquet out")
            out.write_table(block.cast(out.schema))
            clock.begin("offers: ten for each")
    clock.begin("Parquet out")
    whole = table.append_column("leaving", chance).append_column("leaving_why", why)
    pq.write_table(whole, folder / "features.parquet", compression="zstd")
    return plan


def _asked(products: pa.Table, promo: pa.Table, table: pa.Table, before: Before | None) -> Asked:
    price = dict(zip(products["sku"].to_pylist(), products["price"].to_pylist(), strict=True))
    this = promo.filter(pc.equal(promo["week"], pc.max(promo["week"])))["sku"].to_pylist()
    return Asked(
        promo=[PromoItem(sku, price[sku], price[sku] * 4 // 5) for sku in this],
        category=dict(zip(products["sku"].to_pylist(), products["category"].to_pylist(), strict=True)),
        store=table.select(["owner", "top_store"]),
        before=before,
    )


def _keep_bought(folder: Path, everything: Purchases) -> None:
    """For the peers, who are not to pay for the reading."""
    np.savez(folder / "bought.npz", starts=everything.starts, items=everything.items, goods=len(everything.skus))


def warm(folder: Path, clock: Clock) -> None:
    """The week of a few made customers, so that everything is compiled."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        few = Path(name) / "500-500"
        made = make(few, scale_of(few))
        pq.write_table(made.products, few / "products.parquet")
        pq.write_table(made.promo, few / "promo.parquet")
        for one in (week, next_week, again, alone):
            one(few, clock)


def main() -> None:
    """`python -m benchmarks.scale_week warm|floor|week|... FOLDER` (below); the last line is the stages as JSON."""
    told({
        "warm": warm, "floor": floor, "week": week, "next": next_week, "again": again, "alone": alone,
    })  # fmt: skip


def told(stages: Mapping[str, Callable[[Path, Clock], None]]) -> None:
    """What the command line asks for, and what it cost as JSON."""
    clock = Clock()
    stages[sys.argv[1]](Path(sys.argv[2]), clock)
    clock.begin("")
    print(json.dumps(clock.found))


if __name__ == "__main__":
    main()
