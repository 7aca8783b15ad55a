"""A database that came back, however it did, is known by what the house remembers of it; nothing past goes on."""

import asyncio
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import make_url

from adapters.app.heart import Heart
from adapters.db.engines import is_sqlite
from adapters.db.lanes import Lanes
from core.campaigns.launching import resume
from core.campaigns.model import Plan
from tests.support.campaigns import MARKETER, crowd, launched
from tests.support.world import World


def beats(world: World, sign: Path) -> int:
    """A house opens over the database and closes again: how many campaigns it held."""

    async def once() -> int:
        lanes = Lanes(world.engine, world.outside, count=1)
        try:
            return await Heart(lanes, sign).beat()
        finally:
            await lanes.close()

    return asyncio.run(once())


def copied(world: World, to: Path) -> None:
    """The database as it is lies in a file, by the means that whoever runs the house has: `cp`, or `pg_dump`."""
    world.engine.dispose()
    world.owner.dispose()
    if is_sqlite(world.url):
        shutil.copy(_file(world), to)
    else:
        _run("pg_dump", world, "--format=custom", f"--file={to}")


def brought_back(world: World, source: Path) -> None:
    """The database is what it was when it was copied."""
    world.engine.dispose()
    world.owner.dispose()
    if is_sqlite(world.url):
        for rest in ("-wal", "-shm"):
            Path(f"{_file(world)}{rest}").unlink(missing_ok=True)
        shutil.copy(source, _file(world))
    else:
        _run("pg_restore", world, "--clean", "--if-exists", "--single-transaction", source)


def _run(program: str, world: World, *options: str | Path) -> None:
    where = make_url(world.url).set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run([program, f"--dbname={where}", *options], check=True, capture_output=True)


def _file(world: World) -> Path:
    return Path(str(make_url(world.url).database))


def test_a_database_older_than_the_sign_or_with_no_sign_and_long_unserved_holds_its_campaigns(
    world: World, tmp_path: Path
) -> None:
    crowd(world, 20)
    sign = tmp_path / "pulse"
    campaign, _ = launched(world, Plan("Кава"))

    def why() -> str:
        found = world.do(lambda work: work.campaigns.get(campaign.id))
        assert found is not None
        return found.why

    assert beats(world, sign) == 0  # nobody has served it before
    world.clock.forward(hours=3)
    assert beats(world, sign) == 0  # the house was closed, that is all
    copied(world, tmp_path / "copy")
    world.clock.forward(seconds=10)
    assert beats(world, sign) == 0
    brought_back(world, tmp_path / "copy")
    assert (beats(world, sign), why()) == (1, "restored")
    world.do(lambda work: resume(work, campaign=campaign.id, actor=MARKETER))
    assert (beats(world, sign), why()) == (0, "")  # it was asked once
    sign.unlink()
    world.clock.forward(minutes=20)
    assert beats(world, sign) == 0
    sign.unlink()
    world.clock.forward(minutes=31)
    assert (beats(world, sign), why()) == (1, "restored")
    world.do(lambda work: resume(work, campaign=campaign.id, actor=MARKETER))
    sign.write_text("another house's, or a broken one")
    world.clock.forward(minutes=5)
    assert beats(world, sign) == 0
