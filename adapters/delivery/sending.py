"""Letters on their way: one after another per address, in parallel across addresses, each with one outcome."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from adapters.delivery.ports import Lanes
from bot.ports import Channel, Letter, Outcome, Rejected, Retry, Unsure
from core.shared.values import Address

_LONGEST_WAIT_HERE = 5.0
"""Seconds that a letter waits in memory; a longer pause is written down and the sweep takes it up."""
_NO_CHANNEL_WAIT = 600.0
"""Seconds until a letter of a channel without a token is looked at again."""
log = structlog.get_logger(__name__)


class Sender:
    """Sends committed letters and writes down what became of each."""

    def __init__(self, lanes: Lanes, channels: Mapping[str, Channel], clock: Callable[[], datetime]) -> None:
        self._lanes, self._channels, self._clock = lanes, channels, clock
        self._queues: dict[Address, deque[Letter]] = {}
        self._tasks: dict[Address, asyncio.Task[None]] = {}
        self._known: set[int] = set()

    def post(self, letters: Sequence[Letter]) -> None:
        """The letters go out in their order; one that is on its way already is not sent again."""
        for letter in letters:
            if letter.id in self._known:
                continue
            self._known.add(letter.id)
            queue = self._queues.setdefault(letter.address, deque())
            queue.append(letter)
            if letter.address not in self._tasks:
                self._tasks[letter.address] = asyncio.create_task(self._drain(letter.address, queue))

    async def close(self) -> None:
        """What is being sent is finished; the rest stays in the outbox."""
        for queue in self._queues.values():
            queue.clear()
        if self._tasks:
            _, late = await asyncio.wait(list(self._tasks.values()), timeout=5)
            for task in late:
                task.cancel()

    async def _drain(self, address: Address, queue: deque[Letter]) -> None:
        try:
            while queue:
                letter = queue.popleft()
                try:
                    await self._send(letter)
                finally:
                    self._known.discard(letter.id)
        finally:
            self._tasks.pop(address, None)
            self._queues.pop(address, None)

    async def _send(self, letter: Letter) -> None:
        if letter.not_before is not None:
            wait = (letter.not_before - self._clock()).total_seconds()
            await asyncio.sleep(min(max(wait, 0.0), _LONGEST_WAIT_HERE))
        channel = self._channels.get(letter.address.channel)
        if channel is None:
            await self._settle(letter, Retry(_NO_CHANNEL_WAIT))
            return
        outcome = await self._try(channel, letter)
        if isinstance(outcome, Retry) and outcome.after <= _LONGEST_WAIT_HERE:
            await asyncio.sleep(outcome.after)
            outcome = await self._try(channel, letter)
        if isinstance(outcome, Rejected):
            log.error("delivery.rejected", channel=channel.name, letter=letter.id, reason=outcome.reason)
        await self._settle(letter, outcome)

    async def _settle(self, letter: Letter, outcome: Outcome) -> None:
        now = self._clock()
        await self._lanes.do(letter.address.key, lambda work: work.outbox.settle(letter.id, outcome, now))

    async def _try(self, channel: Channel, letter: Letter) -> Outcome:
        try:
            return await channel.send(letter)
        except Exception as error:  # a fault of ours, perhaps after the platform had it; letters behind it must go on
            log.error("delivery.send-failed", channel=channel.name, letter=letter.id, error=type(error).__name__)
            return Unsure(error.__class__.__name__)
