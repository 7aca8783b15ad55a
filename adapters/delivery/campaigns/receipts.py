"""Receipts of messages: on record before the platform is answered, and applied to the messages once a second."""

import asyncio
from datetime import datetime

import structlog

from adapters.delivery.campaigns.ports import Lanes
from core.shared.values import Address

_EVERY, _AT_ONCE = 1.0, 200
"""Seconds between two looks; receipts in one work."""
log = structlog.get_logger(__name__)


class Receipts:
    """Satisfies `bot.ports.Receipts`."""

    def __init__(self, lanes: Lanes, away: tuple[type[Exception], ...]) -> None:
        """`away`: what lanes raise when the database has no time."""
        self._lanes, self._away = lanes, away

    async def note(self, address: Address, message: str, *, seen: bool, at: datetime) -> None:
        """Kept: whatever happens to this process, the message will be marked."""
        await self._lanes.do(address.key, lambda work: work.receipts.keep(address, message, seen=seen, at=at))

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await self.write()
            except self._away as error:
                log.warning("campaign.receipts-wait", error=type(error).__name__)

    async def write(self) -> None:
        """All that are due are applied."""
        while await self._lanes.do("receipts", lambda work: work.receipts.apply(_AT_ONCE)) == _AT_ONCE:
            pass
