"""A campaign's result at size: its people, their lines in the lake and their vouchers counted, in a process of its own.

`KARTKA_BENCH_RECIPIENTS=1000000 python -m benchmarks.results` is the size of the goals: at most 2 GB, and as much CPU
for each person as with fewer.
"""

import multiprocessing
import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import text

from adapters.analytics.spending import Longs
from adapters.app.resulting import count_results
from adapters.lake.columns import SCHEMA
from benchmarks.recipients import MANY, fill
from core.campaigns.model import Plan
from core.offers.reading import offer_from
from tests.support.campaigns import launched, name_of
from tests.support.postgres import start_cluster
from tests.support.results import OFFER, of
from tests.support.world import NOON, World

_LINES, _DAYS, _BEFORE = 10, 14, 100
_PARTS = 100_000
_DAY = 86_400_000_000
_SENT = (
    "update campaign_people set outcome = 'sent', at = '{now}', delivered_at = '{now}', cost = 30 where outcome is null"
)


def run() -> list[tuple[str, str, float]]:
    """SQLite always, PostgreSQL where there is one."""
    found: list[tuple[str, str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        found += _measured(f"sqlite+aiosqlite:///{Path(folder) / 'kartka.db'}", Path(folder), "SQLite")
    cluster = start_cluster()
    if cluster is not None:
        with tempfile.TemporaryDirectory() as folder:
            found += _measured(cluster.new_database(), Path(folder), "PostgreSQL")
        cluster.stop()
    return found


def _measured(url: str, folder: Path, name: str) -> list[tuple[str, str, float]]:
    world = World(url)
    fill(world.owner)
    world.do(lambda work: work.offers.put(offer_from(OFFER), OFFER))
    launched(world, Plan("Кава", voucher_offer="fifty", window_days=_DAYS))
    stamp = "2026-11-26T12:00:00.000000Z" if name == "SQLite" else "2026-11-26 12:00:00+00"
    with world.owner.begin() as connection:
        if name == "PostgreSQL":
            connection.execute(text("set local statement_timeout = 0"))
        connection.execute(text(_SENT.format(now=stamp)))
    world.close()
    _bought(folder / "lake")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as child:
        people, seconds, most = child.submit(_counted, url, folder).result()
    size = f"{people} people, {_LINES * people} lines, {name}"
    return [
        ("campaign: its result", f"CPU seconds, {size}", seconds),
        ("campaign: its result", f"CPU microseconds a person, {name}", 1e6 * seconds / people),
        ("campaign: its result", f"GB, {name} (goal 2)", most),
    ]


def _counted(url: str, folder: Path) -> tuple[int, float, float]:
    """In the child: how many people, CPU seconds, the most memory it has held."""
    world = World(url)
    before = resource.getrusage(resource.RUSAGE_SELF)
    [result] = [
        one for one in count_results(of(world, folder), world.do, NOON + timedelta(days=_DAYS + 1)) if one.run == 0
    ]
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    world.close()
    return result.people, seconds, used.ru_maxrss / 2**20


def _bought(lake: Path) -> None:
    """Ten lines a person, some time in the hundred days before and in the window, in a file a month."""
    chance, writers = np.random.default_rng(3), dict[Path, pq.ParquetWriter]()
    first = int(NOON.timestamp()) * 1_000_000 - _BEFORE * _DAY
    for begun in range(1, MANY + 1, _PARTS):
        numbers = range(begun, min(MANY + 1, begun + _PARTS))
        owners = np.repeat([name_of(number) for number in numbers], _LINES)
        at = first + chance.integers(0, (_BEFORE + _DAYS) * _DAY, len(owners))
        order = np.argsort(at, kind="stable")
        table = _lines(owners[order], at[order], chance)
        months = at[order].astype("datetime64[us]").astype("datetime64[M]")
        for month in np.unique(months):
            place = lake / "sales" / f"month={month}"
            place.mkdir(parents=True, exist_ok=True)
            if place not in writers:
                writers[place] = pq.ParquetWriter(place / "import-made.parquet", SCHEMA, compression="zstd")
            writers[place].write_table(table.filter(pa.array(months == month)), row_group_size=20_000)
    for writer in writers.values():
        writer.close()


def _lines(owners: npt.NDArray[np.str_], at: Longs, chance: np.random.Generator) -> pa.Table:
    many = len(owners)
    number = np.arange(many)
    price = chance.integers(500, 50_000, many)
    texts = (pa.array([f"s{one % 20:02d}" for one in number]), pa.array(["1"] * many), pa.array(number.astype(str)))
    columns = [
        *texts,
        pa.array((at // _DAY).astype(np.int32), pa.date32()), pa.array(at, pa.timestamp("us", tz="UTC")),
        pa.array(owners), pa.array([f"p{one}" for one in chance.integers(0, 5_000, many)]),
        pa.array(np.full(many, 1000)), pa.array(price), pa.array(price // 20), pa.array(np.zeros(many, np.int64)),
        pa.array(np.zeros(many, np.int32)), pa.array(["import"] * many),
    ]  # fmt: skip
    return pa.table(columns, schema=SCHEMA)


if __name__ == "__main__":
    for workload, what, ratio in run():
        print(f"{workload:40} {what:55} {ratio:8.2f}", flush=True)
