"""How long somebody who edits a segment waits for its count: every ready one and a hundred random trees.

`python -m benchmarks.segments --customers 1000000` asks the same of a million on PostgreSQL alone.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from adapters.app.lakebuyers import LakeBuyers
from adapters.app.segmenting import Segmenting
from adapters.db.engines import read_engine, sync_engine
from adapters.db.lanes import Lanes
from adapters.db.segmentlists import SegmentLists
from adapters.db.segmentviews import SegmentReads
from benchmarks.scale_data import Scale, make
from benchmarks.segment_people import NOW, fill_house
from core.segments.fields import FIELDS, OPS, Contact, Dimension, Kind, Measure, Op
from core.segments.model import Answered, Bought, Contacted, Either, Every, FieldTest, Leaf, Node, Not
from core.segments.ready import READY
from tests.support.postgres import start_cluster
from tests.support.world import World

TREES, LINES_EACH, MOST_LINES = 100, 100, 30_000_000
_CHOICES = {"city": ("c1", "c2"), "sex": ("f", "m"), "source": ("s1", "s2"), "club": ("coffee", "sweets"),
            "channel": ("telegram", "viber"), "top_category": ("c001", "c002"), "top_store": ("s1", "s2")}  # fmt: skip


def random_tree(chance: random.Random, depth: int = 0) -> Node:
    """Two to four tests of anything, joined and turned."""
    if depth == 2 or (depth and chance.random() < 0.7):
        leaf = _leaf(chance)
        return Not(leaf) if chance.random() < 0.25 else leaf
    of = tuple(random_tree(chance, depth + 1) for _ in range(chance.randrange(2, 4)))
    return Every(of) if chance.random() < 0.6 else Either(of)


def _leaf(chance: random.Random) -> Leaf:
    kind = chance.random()
    days = chance.choice((None, 30, 90, 365))
    if kind < 0.2:
        things: dict[Dimension, Sequence[str]] = {
            Dimension.CATEGORY: [f"category {at:02d}" for at in range(60)],
            Dimension.BRAND: [f"brand {at:03d}" for at in range(900)],
            Dimension.WEEKDAY: "1234567",
            Dimension.ANYTHING: (),
        }
        dimension = chance.choice(list(things))
        among = tuple(chance.sample(list(things[dimension]), 2 if things[dimension] else 0))
        measure = chance.choice(list(Measure))
        return Bought(dimension, among, measure, days, chance.choice((1, 3)) if measure is Measure.TIMES else 20_000)
    if kind < 0.3:
        return Contacted(chance.choice(list(Contact)), None, days)
    if kind < 0.4:
        return Answered("interests", ("coffee",))
    field = chance.choice(list(FIELDS.values()))
    op = chance.choice([one for one in OPS[field.kind] if one is not Op.KNOWN])
    if op is Op.ONE_OF:
        return FieldTest(field.key, op, among=(chance.choice(field.options or _CHOICES[field.key]),))
    if op is Op.YES:
        return FieldTest(field.key, op)
    most = 100 if field.kind is Kind.PERCENT else 60 if op is Op.COMING else 400
    return FieldTest(field.key, op, chance.randrange(most))


async def measured(world: World, lake: Path) -> dict[str, list[float]]:
    """Milliseconds of each count, a second time for ready ones: pages of the database are then in memory."""
    looking = sync_engine(world.served, writes=False)
    lanes, reading = Lanes(looking, world.outside, count=2), read_engine(world.served)
    buyers = LakeBuyers(lake, lanes)
    segments = Segmenting(
        SegmentReads(reading, world.outside), SegmentLists(reading, world.outside), buyers, world.outside, "salt"
    )
    chance = random.Random(7)
    anything = Bought(Dimension.ANYTHING, ())
    trees = {
        "(warm)": [*READY.values(), anything],
        "each ready segment": list(READY.values()),
        f"{TREES} random trees": [random_tree(chance) for _ in range(TREES)],
    }
    took: dict[str, list[float]] = {}
    for what, some in trees.items():
        took[what] = []
        for tree in some:
            began = time.perf_counter()
            await segments.count(tree)
            took[what].append((time.perf_counter() - began) * 1000)
    await segments.close()
    await lanes.close()
    looking.dispose()
    await reading.dispose()
    return took


def rows_of(
    url: str, lake: Path, owners: Sequence[str], goods: Sequence[dict[str, object]], kind: str
) -> Iterator[tuple[str, str, float]]:
    """The house is made in an empty database and asked."""
    world = World(url)
    world.clock.now = NOW
    fill_house(world, owners, goods)
    for what, took in asyncio.run(measured(world, lake)).items():
        if not what.startswith("("):
            name = f"segment count, {len(owners):,} people, {kind}"
            yield name, f"{what}, p50, milliseconds", statistics.median(took)
            yield name, f"{what}, p95, milliseconds", sorted(took)[int(0.95 * len(took))]
            yield name, f"{what}, slowest, milliseconds", max(took)
    world.close()


def stocked(folder: Path, many: int) -> tuple[Path, list[str], list[dict[str, object]]]:
    """A lake of so many people, in the order of their ids as a house meets them (UUIDv7), and its goods."""
    made = make(folder / "lake", Scale(customers=many, lines=min(many * LINES_EACH, MOST_LINES)))
    files = str(folder / "lake" / "sales" / "*" / "*.parquet")
    found = duckdb.sql(f"select distinct owner from read_parquet('{files}') where owner is not null").fetchall()
    owners = [row[0] for row in found]
    owners += [f"{at:08x}-0000-7000-8000-000000000000" for at in range(many - len(owners))]
    return folder / "lake", sorted(owners), made.products.to_pylist()


def run(many: int = 100_000, *, embedded: bool = True) -> list[tuple[str, str, float]]:
    """SQLite, and PostgreSQL where there is one."""
    rows: list[tuple[str, str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lake, owners, goods = stocked(folder, many)
        if embedded:
            rows += rows_of(f"sqlite+aiosqlite:///{folder}/bench.db", lake, owners, goods, "SQLite")
        cluster = start_cluster()
        if cluster is not None:
            rows += rows_of(cluster.new_database(), lake, owners, goods, "PostgreSQL")
            cluster.stop()
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    for workload, what, figure in run(parser.parse_args().customers, embedded=False):
        print(f"{workload:50} {what:45} {figure:8.0f}", flush=True)
