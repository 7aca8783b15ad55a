"""When a till was last heard: noted once a minute at most, behind the answer, never in its way."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from adapters.pos.ports import TillDesk
from core.shared.values import TillId
from core.stores.model import Till, by_next_key, opens

EVERY = timedelta(minutes=1)
log = structlog.get_logger(__name__)


class Sightings:
    """Lets tills in by their keys and remembers that they came."""

    def __init__(self, desk: TillDesk, clock: Callable[[], datetime]) -> None:
        self._desk, self._clock = desk, clock
        self._noted: dict[tuple[TillId, bool], datetime] = {}
        self._notes: set[asyncio.Task[None]] = set()

    def admits(self, till: Till | None, secret: str) -> bool:
        """True when the secret opens the till."""
        if till is None or not opens(till, secret):
            return False
        seen, now = (till.id, by_next_key(till, secret)), self._clock()
        if seen not in self._noted or now - self._noted[seen] >= EVERY:
            self._noted[seen] = now
            note = asyncio.get_running_loop().create_task(self._note(*seen, now))
            self._notes.add(note)
            note.add_done_callback(self._notes.discard)
        return True

    async def _note(self, till: TillId, by_next: bool, at: datetime) -> None:
        try:
            await self._desk.seen(till, at, by_next=by_next)
        except Exception as error:  # a busy database: the next minute's note will do, and no sale hangs on this one
            log.info("till.sighting_lost", error=type(error).__name__)
