"""Time that passes at once, and a messenger that takes everything: what a rehearsal goes through the night with."""

import asyncio
import selectors
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.ports import Letter, Outcome, Sent

_ANSWERS = 0.1
"""Seconds until a platform answers, usually."""


class _Selector(selectors.DefaultSelector):
    """Waits for nothing: what the loop would sleep, its clock moves."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout:
            self.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock moves only when everybody waits."""

    def __init__(self) -> None:
        self._own = _Selector()
        super().__init__(self._own)

    def time(self) -> float:
        """Seconds since it was made."""
        return self._own.now


class VirtualClock:
    """The instant by the loop's clock; it can be put forward, as over a night in which nothing happens."""

    def __init__(self, loop: VirtualLoop, began: datetime) -> None:
        self._loop, self._began = loop, began

    def __call__(self) -> datetime:
        """Now."""
        return self._began + timedelta(seconds=self._loop.time())

    def forward(self, to: datetime) -> None:
        """It is then; never earlier than it was."""
        self._began += max(timedelta(), to - self())


class Echo:
    """A messenger that everything reaches, `most` people at once."""

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most = name, most

    @property
    def name(self) -> str:
        """The channel's."""
        return self._name

    @property
    def most(self) -> int:
        """How many in one call."""
        return self._most

    async def send(self, letter: Letter) -> Outcome:
        """Taken."""
        del letter
        await asyncio.sleep(_ANSWERS)
        return Sent("")

    async def broadcast(self, letter: Letter, users: Sequence[str]) -> Sequence[Outcome]:
        """Taken, for each of them."""
        del letter
        await asyncio.sleep(_ANSWERS)
        return [Sent("")] * len(users)
