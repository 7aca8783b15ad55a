"""The scheduler: old rows leave in its process, and in no other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.app.scheduling import tidied
from tests.journeys.test_web import Chat
from tests.support.served import Served, serve, until


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
