"""What the scheduler does by the hour: old rows leave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog

from adapters.app.background import running
from adapters.app.house import House
from adapters.db.engines import DatabaseError
from adapters.db.lanes import Busy
from adapters.db.purging import purge

HOUR = 3600.0
log = structlog.get_logger(__name__)


@asynccontextmanager
async def tidied(house: House, every: float = HOUR) -> AsyncIterator[None]:
    """While this is open where the role `scheduler` is, old rows leave at once, then every so many seconds."""
    if "scheduler" not in house.roles:
        yield
        return
    async with running(_for_ever(house, every)):
        yield


async def _for_ever(house: House, every: float) -> None:
    while True:
        try:
            gone = await purge(house.lanes, datetime.now(UTC))
        except (Busy, DatabaseError) as error:
            log.warning("scheduler.purge-failed", error=type(error).__name__)
        else:
            log.info("scheduler.purged", **{name: count for name, count in gone.items() if count})
        await asyncio.sleep(every)
