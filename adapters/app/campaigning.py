"""Campaigns through the house: numbers for the console, runs that are due opened and frozen."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from adapters.app.audiences import Audiences
from adapters.app.settings import Settings
from adapters.db.engines import Engine
from adapters.db.lanes import do_now
from adapters.db.outside import Outside
from adapters.db.work import DbWork
from core.campaigns.launching import open_due
from core.campaigns.model import Campaign, Run
from core.campaigns.numbers import Numbers
from core.shared.refusals import Refusal

log = structlog.get_logger(__name__)


class Launches:
    """Satisfies `adapters.console.ports.Launches`; works in threads, beside the lanes."""

    def __init__(self, settings: Settings, engine: Engine, outside: Outside) -> None:
        self._outside = outside

        def do(job: Callable[[DbWork], Any]) -> Any:
            return do_now(engine, outside, job)

        self._do, self._audiences = do, Audiences(settings, do)

    async def numbers(self, campaign: Campaign) -> Numbers:
        """As of now."""
        return await asyncio.to_thread(self._audiences.numbers, campaign, self._outside.clock())

    async def open(self) -> dict[str, int]:
        """Runs that are due are there, and every run that runs has its people: how many of each. Raises Busy."""
        return await asyncio.to_thread(self._open)

    def _open(self) -> dict[str, int]:
        opened = self._do(open_due)
        found: list[Run] = self._do(lambda work: work.campaigns.unfrozen())
        frozen = 0
        for run in found:
            try:
                numbers = self._audiences.freeze(run, self._now())
            except (
                Refusal,
                ValueError,
            ) as error:  # a broken lake, a segment of what is gone: others go on
                log.error("campaign.not-frozen", run=run.id, error=type(error).__name__)
                continue
            if numbers is not None:
                frozen += 1
                log.info("campaign.frozen", run=run.id, matching=numbers.matching, recipients=numbers.recipients)
        return {"opened": len(opened), "frozen": frozen}

    def _now(self) -> datetime:
        return self._outside.clock()
