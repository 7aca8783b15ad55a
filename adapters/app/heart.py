"""A sign outside the database of when it was last served: one that knows less than the sign came out of a backup.

However it came back, by `kartka restore`, as a copied file or from a dump: what its campaigns have sent since is not in
it, so they wait until somebody resumes them. Where the sign is gone too, a database that nobody has served for longer
than a start may be late asks as well.
"""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import structlog

from adapters.app.settings import Settings
from adapters.db.lanes import Busy, Lanes
from adapters.db.pulserows import Pulse
from adapters.db.work import DbWork
from core.campaigns.launching import hold
from core.campaigns.timing import LATE

_EVERY = 10.0
log = structlog.get_logger(__name__)


def sign_of(settings: Settings) -> Path:
    """Beside the file of an embedded database, else in the folder that the roles share."""
    beside = settings.sqlite_path
    return Path(f"{beside}.pulse") if beside is not None else Path(settings.lake) / "pulse"


class Heart:
    """Beats while campaigns can go out."""

    def __init__(self, lanes: Lanes, sign: Path, away: tuple[type[Exception], ...] = (Busy,)) -> None:
        """`away`: what lanes raise when the database has no time."""
        self._lanes, self._sign, self._away = lanes, sign, away
        self._known = _read(sign)

    async def beat(self) -> int:
        """The database and the sign say that it is served now; how many campaigns were held before that."""
        known = self._known
        held, made = await self._lanes.do("pulse", lambda work: _beaten(work, known))
        if held:
            log.error("campaign.restored", held=held, reason="the database is older than the house; resume by hand")
        self._known = made
        await asyncio.to_thread(self._write, made)
        return held

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await self.beat()
            except self._away as error:
                log.warning("campaign.pulse-waits", error=type(error).__name__)

    def _write(self, made: Pulse) -> None:
        half = self._sign.with_name(f"{self._sign.name}.{os.getpid()}")
        try:
            self._sign.parent.mkdir(parents=True, exist_ok=True)
            half.write_text(f"{made.house} {made.beat}\n", encoding="ascii")
            half.replace(self._sign)
        except OSError as error:
            log.warning("campaign.no-sign", error=type(error).__name__)


def _beaten(work: DbWork, known: Pulse | None) -> tuple[int, Pulse]:
    last, remembered = work.pulse.last(), 0
    if last is None:
        return 0, work.pulse.beat(work.now, 0)
    if known is not None and known.house == last.house:
        remembered, older = known.beat, known.beat > last.beat
    else:
        older = work.now - last.at > LATE
    return hold(work) if older else 0, work.pulse.beat(work.now, remembered)


def _read(sign: Path) -> Pulse | None:
    with suppress(OSError, ValueError):
        house, beat = sign.read_text(encoding="ascii").split()
        return Pulse(int(house), int(beat))
    return None
