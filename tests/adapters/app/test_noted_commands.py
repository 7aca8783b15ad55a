"""What somebody does at the machine is in the audit log, as the command's."""

import sqlite3
from contextlib import closing
from pathlib import Path

from core.staff.factor import code_at, seed_of, step_of
from core.staff.factoring import begin_factor, confirm_factor
from tests.support.command import kartka
from tests.support.world import World


def test_commands_that_change_something_are_noted_and_tries_are_not(tmp_path: Path) -> None:
    (tmp_path / "stores.csv").write_text("store,name\ns1,Поділ\n")
    (tmp_path / "bad.csv").write_text("store,name\n,\n")
    assert kartka(tmp_path, "import", "stores", "stores.csv", "--dry-run").returncode == 0
    assert kartka(tmp_path, "import", "stores", "stores.csv").returncode == 0
    assert kartka(tmp_path, "staff", "add", "Ann", "--role", "marketer").returncode == 0
    assert kartka(tmp_path, "staff", "add", "ann", "--role", "owner").returncode == 1
    assert kartka(tmp_path, "till", "add", "--store", "s1", "--name", "Каса").returncode == 0
    assert kartka(tmp_path, "ranking", "challenge", "popular", "--share", "20").returncode == 0
    assert kartka(tmp_path, "situations", "off", "neighbour").returncode == 0
    assert "no-factor" in kartka(tmp_path, "staff", "reset-factor", "ann").stderr
    assert "unknown-staff" in kartka(tmp_path, "staff", "reset-factor", "nobody").stderr
    with closing(sqlite3.connect(tmp_path / "k.db")) as database:
        lines = database.execute('select login, verb, subject, "after" from audit order by number').fetchall()
    assert {line[0] for line in lines} == {"command"}
    assert [line[1] for line in lines] == [
        "import.done", "staff.add", "till.add", "ranking.switch", "situation.switch",
    ]  # fmt: skip
    assert lines[2][2] == "s1/Каса"
    assert kartka(tmp_path, "db", "check").stdout == "all promises hold\n"


def test_a_factor_is_reset_at_the_machine(tmp_path: Path) -> None:
    password = kartka(tmp_path, "staff", "add", "ann", "--role", "owner").stdout.splitlines()[-1]
    assert len(password) == 20
    world, key = World(f"sqlite+aiosqlite:///{tmp_path}/k.db"), b"k" * 32
    ann = world.do(lambda work: work.staff.by_login("ann"))
    assert ann is not None
    factor = world.do(lambda work: begin_factor(work, staff=ann.id))
    typed = code_at(seed_of(key, factor), step_of(world.clock.now))
    world.do(lambda work: confirm_factor(work, staff=ann.id, key=key, typed=typed))
    assert kartka(tmp_path, "staff", "reset-factor", "Ann").returncode == 0
    assert world.do(lambda work: work.factors.get(ann.id)) is None
    world.close()
