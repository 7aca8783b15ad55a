"""What counting each filter of the builder costs a million customers, dearest first: CPU milliseconds, warm.

`python -m benchmarks.segment_fields [--customers 1000000] [--only TEXT]` makes a house on either database and asks it
twice; of PostgreSQL the server's own process is measured, which does the work alone.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from adapters.db.engines import sync_engine
from adapters.db.segmentsql import Scene
from adapters.db.segmenttotals import total
from adapters.db.segmentviews import ROOM
from adapters.texts.questionnaire import house_questionnaire
from benchmarks.segment_filters import filters
from benchmarks.segment_people import NOW, fill_house
from core.segments.model import Node
from tests.support.postgres import start_cluster
from tests.support.world import World

GOAL = 200
_ZONE = ZoneInfo("Europe/Kyiv")
Cost = tuple[float, str, int]
"""Milliseconds, the filter's name, how many people it is true of."""


def costs(url: str, many: int, only: str = "") -> list[Cost]:
    """Of each filter whose name has the text, in a new house of so many customers."""
    world = World(url)
    world.clock.now = NOW
    fill_house(world, [f"{at:08x}-0000-7000-8000-{at * 7919:012x}" for at in range(many)])
    world.close()
    engine = sync_engine(url, patient=True, writes=False)
    with engine.connect() as connection:
        dialect = connection.dialect.name
        for said in ROOM[dialect]:
            connection.exec_driver_sql(said)
        spent = _clock(connection)
        scene = Scene(NOW.date(), _midnight, house_questionnaire(), (), dialect, {}, ("interests",))
        found = [_cost(connection, scene, spent, *one) for one in filters() if only in one[0]]
    engine.dispose()
    return sorted(found, reverse=True)


def _cost(connection: Connection, scene: Scene, spent: Callable[[], float], name: str, tree: Node) -> Cost:
    counting, took, people = total(scene, tree), list[float](), 0
    for _ in range(2):
        began = spent()
        people = connection.execute(counting).scalar_one()
        took.append(spent() - began)
    return 1000 * min(took), name, people


def _clock(connection: Connection) -> Callable[[], float]:
    """CPU seconds of who does the work."""
    if connection.dialect.name == "sqlite":
        return time.process_time
    connection.exec_driver_sql("set local max_parallel_workers_per_gather = 0")
    server = Path(f"/proc/{connection.exec_driver_sql('select pg_backend_pid()').scalar_one()}/schedstat")
    return lambda: int(server.read_text().split()[0]) / 1e9


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=_ZONE)


def show(kind: str, found: list[Cost]) -> None:
    """The list, and what S6 says of it."""
    for took, name, people in found:
        print(f"{took:9.1f}{people:11,}  {name}")
    ranked = sorted(took for took, _, _ in found)
    p50, p95 = (ranked[int(share * len(ranked))] for share in (0.5, 0.95))
    met = "met" if p95 <= GOAL else "MISSED"
    print(f"{kind}: {len(ranked)} filters, p50 {p50:.0f}, p95 {p95:.0f} (S6 <= {GOAL} ms: {met}), slowest "
          f"{ranked[-1]:.0f}; {sum(took > GOAL for took in ranked)} take longer", flush=True)  # fmt: skip


def main() -> None:
    """SQLite, and PostgreSQL where there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        show("SQLite", costs(f"sqlite+aiosqlite:///{name}/bench.db", asked.customers, asked.only))
    cluster = start_cluster()
    if cluster is not None:
        show("PostgreSQL", costs(cluster.new_database(), asked.customers, asked.only))
        cluster.stop()


if __name__ == "__main__":
    main()
