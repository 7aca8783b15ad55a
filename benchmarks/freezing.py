"""A campaign's people frozen at size, with arms and codes, beside what most would write: an ORM, and one statement.

Everybody does the same: looks for the newest consent, an address and how often somebody was written to this week, draws
the arm, and gives a code. Then once more with people who are known already, so that only arms and rows are measured.
The ORM writes a part of the people, and the rest is reckoned: its time grows evenly.
"""

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Column, String, Table, case, insert, literal, select, text

from adapters.app.audiences import holdout_salt
from adapters.db.audience import Audience
from adapters.db.drawing import Draw
from adapters.db.freezing import freeze
from adapters.db.metadata import metadata
from adapters.db.spans import within
from adapters.db.standing import End, kind_of
from adapters.db.tables import customers
from benchmarks.freezing_peers import INDEXED, MATCHED, Drawn, orm
from benchmarks.recipients import FROZEN, fill
from core.campaigns.launching import open_due, start
from core.campaigns.model import Campaign, Plan, Run
from tests.support.campaigns import MARKETER, approved, audiences, settings_of
from tests.support.postgres import start_cluster
from tests.support.world import World

_ORM = min(FROZEN, 20_000)
_HELD = 200
"""The usual standing holdout: two percent."""
_matched = Table("bench_matched", metadata.__class__(), Column("id", String(36), primary_key=True))
Rows = list[tuple[str, str, float]]


def run() -> Rows:
    """SQLite always, PostgreSQL where there is one."""
    with tempfile.TemporaryDirectory() as folder:
        found = _measured(World(f"sqlite+aiosqlite:///{Path(folder) / 'kartka.db'}"), "SQLite", 40)
    cluster = start_cluster()
    if cluster is not None:
        found += _measured(World(cluster.new_database()), "PostgreSQL", 25)
        cluster.stop()
    return found


def _measured(world: World, name: str, goal: int) -> Rows:
    fill(world.owner, FROZEN)
    campaign = approved(world, Plan("Кава"))
    numbers = _timed(lambda: audiences(world).numbers(campaign, world.clock.now))
    drawn = Drawn(holdout_salt(settings_of(world)), campaign.salt, _HELD, campaign.plan.arms[0].share)
    floor = _timed(lambda: _once(world, INDEXED, drawn))
    orm(world.owner, drawn, 1)  # its statements are compiled once
    peer = _timed(lambda: orm(world.owner, drawn, _ORM)) * FROZEN / _ORM
    before = _memory()
    took, longest = _beside_a_till(world, lambda: audiences(world).freeze(_opened(world, campaign), world.clock.now))
    grown = _memory() - before
    bare = _bare(world)
    size = f"{FROZEN} people, {name}"
    rows = [
        ("campaign: numbers before launch", f"seconds, {size}", numbers),
        ("campaign: people with arms and codes", f"seconds, {size}", took),
        ("campaign: the same", f"ORM / ours, {name} (goal {goal})", peer / took),
        ("campaign: the same", f"INSERT..SELECT, code indexed / ours, {name} (goal 2)", floor / took),
        ("campaign: the same", f"ours / the rows alone inserted by one statement, {name}", took / bare),
        ("campaign: the same", f"client memory grown, MB, {name} (goal 80)", grown),
        ("campaign: the same", f"longest wait of a work beside it, ms, {name}", longest * 1000),
    ]
    with world.owner.begin() as connection:
        _matched.create(connection)
        connection.execute(insert(_matched).from_select(["id"], select(customers.c.id).order_by(customers.c.id)))
    floor = _timed(lambda: _once(world, MATCHED, drawn))
    peer = _timed(lambda: orm(world.owner, drawn, _ORM, matched=True)) * FROZEN / _ORM
    again = _opened(world, approved(world, Plan("Чай")))
    chosen = _known(campaign, drawn, world.owner.dialect.name)
    took = _timed(lambda: freeze(world.url, again, chosen, lambda groups: {}, world.clock.now))
    world.close()
    return [
        *rows,
        ("campaign: arms and rows of known people", f"seconds, {size}", took),
        ("campaign: the same", f"ORM / ours, {name} (goal {goal})", peer / took),
        ("campaign: the same", f"INSERT..SELECT, code indexed / ours, {name} (goal 2)", floor / took),
    ]


def _opened(world: World, campaign: Campaign) -> Run:
    world.do(lambda work: start(work, campaign=campaign.id, actor=MARKETER))
    [made] = [one for one in world.do(open_due) if one.campaign == campaign.id]
    return made


def _known(campaign: Campaign, drawn: Drawn, dialect: str) -> Audience:
    """People of whom nothing is asked any more."""
    draw = Draw(drawn.house, drawn.own, drawn.held, campaign.plan.arms, dialect)
    known = select(_matched.c.id, *draw.columns(_matched.c.id)).where(within(_matched.c.id))
    told = known.order_by(_matched.c.id).offset(0).subquery("told").c
    end = case((draw.held(told), End.HOLDOUT.value), (draw.control(told), End.CONTROL.value), else_=End.WAITS.value)
    kind = kind_of(end, draw.arm(told), literal(1), literal(0))
    return Audience(select(told.id.label("customer"), kind.label("kind")), campaign.plan, 0, draw)


def _once(world: World, statements: dict[str, str], drawn: Drawn) -> None:
    """One statement into a table whose indexes are there."""
    dialect = world.owner.dialect.name
    with world.owner.begin() as connection:
        if dialect == "postgresql":
            connection.execute(text("set local statement_timeout = 0"))
        drawn.teach(connection)
        connection.execute(text("drop table if exists bench_indexed"))
        connection.execute(
            text(
                "create table bench_indexed (serial integer primary key, customer varchar(36) not null, arm varchar(16)"
                " not null, outcome varchar(12), reason text not null, channel varchar(16), code text unique)"
            )
        )
        connection.execute(text("create index ix_bench_indexed_customer on bench_indexed (customer)"))
        connection.execute(text(statements[dialect]), drawn.told)


def _bare(world: World) -> float:
    """Seconds for the rows that were frozen, once more, from a table where they are ready: nobody can do with less."""
    with world.owner.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("set local statement_timeout = 0"))
        connection.execute(text("create temp table bench_rows as select * from campaign_people order by run, serial"))
        connection.execute(text("update bench_rows set run = 0"))
        again = text("insert into campaign_people select * from bench_rows order by serial")
        took = _timed(lambda: connection.execute(again))
        connection.rollback()
    return took


def _beside_a_till(world: World, job: Callable[[], object]) -> tuple[float, float]:
    """How long it took, and the longest that a work of the house waited meanwhile."""
    over, longest = threading.Event(), 0.0

    def work() -> None:
        nonlocal longest
        while not over.wait(0.002):
            longest = max(longest, _timed(lambda: world.do(lambda work: work.stores.all())))

    till = threading.Thread(target=work)
    till.start()
    took = _timed(job)
    over.set()
    till.join()
    return took, longest


def _timed(job: Callable[[], object]) -> float:
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def _memory() -> float:
    """The most that this process has held so far, MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0
