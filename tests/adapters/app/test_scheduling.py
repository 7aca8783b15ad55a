"""The scheduler: old rows leave in its process, and in no other."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from adapters.app.scheduling import planned, reported, tidied
from adapters.db.lanes import do_now
from core.offers.reporting import Count
from core.offers.weekly import week_at
from tests.journeys.test_web import Chat
from tests.support.served import Served, serve, until
from tests.support.weekly import PICKS, ROWS, load, plan, promo_file, shelve


@pytest.mark.parametrize(("roles", "leaves"), [({"web", "worker", "scheduler"}, True), ({"web", "worker"}, False)])
async def test_handled_events_of_last_month_leave_where_the_scheduler_runs(
    tmp_path: Path, roles: set[str], leaves: bool
) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/k.db", roles=frozenset(roles)) as served:
        await Chat(served).registers()
        old = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        with served.house.engine.begin() as connection:
            connection.execute(text("update inbox set received_at = :old"), {"old": old})
        async with tidied(served.house):
            if leaves:
                await until(lambda: count(served) == 0)
            else:
                assert count(served) > 0


def count(served: Served) -> int:
    with served.house.engine.connect() as connection:
        return int(connection.execute(text("select count(*) from inbox")).scalar_one())


async def test_a_week_with_promo_items_is_planned_by_a_process_of_its_own_once(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/k.db", lake=str(tmp_path / "lake")) as served:
        house = served.house
        week = week_at(now, house.programme.timezone)
        await Chat(served).registers()
        await house.lanes.do("t", shelve)
        await asyncio.to_thread(load, partial(do_now, house.engine, house.outside), promo_file(tmp_path, week, *ROWS))
        assert await planned(house, now) == {"planned": 1}
        assert await planned(house, now) == {"planned": 0}
        with house.engine.connect() as connection:
            assert connection.execute(text("select week, state from plans")).all() == [(week, "current")]
            assert connection.execute(text("select count(*) from plan_rows")).scalar_one() == 1


async def test_a_plan_that_cannot_be_made_is_told_and_tried_again(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    url = f"sqlite+aiosqlite:///{tmp_path}/k.db"
    async with serve(url, lake=str(tmp_path / "lake"), analytics="postgresql://nobody@127.0.0.1:1/none") as served:
        house = served.house
        week = week_at(now, house.programme.timezone)
        await house.lanes.do("t", shelve)
        await asyncio.to_thread(load, partial(do_now, house.engine, house.outside), promo_file(tmp_path, week, *ROWS))
        with capture_logs() as said:
            assert await planned(house, now) == {"planned": 0}
        assert said[0]["said"].startswith("KARTKA_ANALYTICS: no PostgreSQL at 127.0.0.1")


async def test_a_planned_week_is_reported_once_a_day_by_a_process_of_its_own(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/k.db", lake=str(tmp_path / "lake")) as served:
        house = served.house
        zone = house.programme.timezone
        week, last = week_at(now, zone), week_at(now - timedelta(weeks=1), zone)
        assert await reported(house, now) == {"reported": 0}
        await house.lanes.do("t", shelve)
        do = partial(do_now, house.engine, house.outside)
        for one in (week, last):
            await asyncio.to_thread(load, do, promo_file(tmp_path, one, *ROWS))
            await house.lanes.do("t", partial(plan, week=one, picks={"somebody": PICKS}))
        assert await reported(house, now) == {"reported": 2}
        assert await reported(house, now) == {"reported": 0}
        kept = await house.lanes.do("t", lambda work: work.reports.of(last))
        assert kept is not None
        assert kept.whole.made == Count(3, 1)
