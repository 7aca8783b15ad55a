"""Files of the console on their way in: streamed with a limit, nothing left of what was refused, work that survives."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.app.importdesk import MOST, ImportDesk
from adapters.app.settings import read_settings
from adapters.db.engines import read_engine
from adapters.db.importviews import ImportReads
from core.imports.actions import begin, bring
from core.imports.model import Import, ImportState
from core.shared.refusals import Refusal
from core.staff.actions import take_on
from core.staff.model import Role
from tests.support.served import SECRET, until
from tests.support.world import World, open_lanes


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@asynccontextmanager
async def desk(world: World, folder: Path, **limits: int) -> AsyncIterator[ImportDesk]:
    """A desk over the world's database."""
    settings = read_settings(
        database_url=world.served, secret_key=SECRET, uploads=str(folder / "up"), lake=str(folder / "lake")
    )
    reading = read_engine(world.served)
    async with open_lanes(world) as (lanes, _):
        yield ImportDesk(settings, lanes, ImportReads(reading), world.clock, world.outside.new_id, **limits)
    await reading.dispose()


async def test_what_is_too_large_or_no_file_is_refused_and_nothing_of_it_stays(
    small_world: World, tmp_path: Path
) -> None:
    async with desk(small_world, tmp_path, most=1000) as made:
        for name, size, parts, code in (
            ("a.csv", 5 * 1024**3, (), "file-too-large"),
            ("a.csv", None, (b"sku,name\n", b"x" * 600, b"y" * 600), "file-too-large"),
            ("a.csv", 0, (), "file-empty"),
            ("a.xlsx", None, (b"PK\x03\x04",), "file-unreadable"),
            ("a.parquet", None, (b"PAR1",), "file-unreadable"),
            ("a.csv", None, (b"\xff\xfe\x00\x00",), "file-unreadable"),
        ):
            with pytest.raises(Refusal) as refused:
                await made.take(name, size, pieces(*parts))
            assert refused.value.code == code, name
            assert list((tmp_path / "up").iterdir()) == []
        taken = await made.take("../../etc/па\x00сс.csv", None, pieces(b"sku,name\n", b"1,a\n"))
        assert (taken.name, taken.size, taken.guess.kind) == ("пасс.csv", 13, "products")
        assert [path.name for path in (tmp_path / "up" / taken.id).iterdir()] == ["пасс.csv"]
        assert (tmp_path / "up" / taken.id / taken.name).stat().st_mode & 0o077 == 0
    assert MOST == 2 * 1024**3


async def test_a_large_file_is_worked_on_by_a_process_of_its_own_and_one_that_broke_off_is_told(
    small_world: World, tmp_path: Path
) -> None:
    small_world.do(lambda work: take_on(work, login="anna", role=Role.OWNER, password_hash="x", store=None))
    async with desk(small_world, tmp_path, small=0) as made:
        ids = []
        for name in ("a", "b"):
            taken = await made.take(f"{name}.csv", None, pieces(b"sku,name\n", f"{name},{name}\n".encode()))
            ids.append(taken.id)
            told = {"name": taken.name, "digest": taken.digest, "size": taken.size, "guess": taken.guess}
            small_world.do(lambda work, id=taken.id, told=told: bring(work, id=id, by="anna", **told))
            small_world.do(lambda work, id=taken.id: begin(work, id=id, move="run"))
        made.begin(ids[0], "run", "anna")

        async def over() -> Import | None:
            one = await made.get(ids[0])
            return one if one is not None and one.state is not ImportState.RUNNING else None

        found = await until(over, seconds=60)
        assert (found.state, found.good, found.why) == (ImportState.DONE, 1, "")
        broken = await made.get(ids[1])
        assert broken is not None
        assert (broken.state, broken.why) == (ImportState.FAILED, "broke-off")
        assert await made.get("none") is None
