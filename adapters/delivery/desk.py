"""The delivery desk: a task per person who has something waiting, a sender per address, a sweep for leftovers.

In order per person, in parallel across people; interactive letters wait behind nothing but their own address.
"""

import asyncio
import contextlib
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import structlog

from adapters.delivery.handling import Broken, Handled, NeedsPhoto, handle_next, note_failure, retry_pause
from adapters.delivery.ports import Lanes, Look, Waiting
from adapters.delivery.sending import Sender
from bot.messages import Barcode
from bot.ports import Channel, Letter, RawEvent
from core.shared.values import Address

_SWEEP_SECONDS = 1.0
_SWEEP_MOST = 200
_POLL_SECONDS = 0.05
log = structlog.get_logger(__name__)


def told(error: BaseException) -> dict[str, str]:
    """What a log may hold of a fault: its kind and where it was; never its words, which may quote a person."""
    frames = traceback.format_tb(error.__traceback__)
    return {"error": type(error).__name__, "trace": "".join(frames[-6:])}


class Desk:
    """Accepts events, handles them and sends the answers; satisfies `bot.ports.Door`."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        waiting: Waiting,
        channels: Mapping[str, Channel],
        look: Look,
        works: bool = True,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`works` False: this process only takes events in; another one handles them."""
        self._lanes, self._waiting, self._channels, self._look = lanes, waiting, channels, look
        self._works, self._clock = works, clock
        self._sender = Sender(lanes, channels, clock)
        self._people: dict[Address, asyncio.Task[None]] = {}
        self._again: set[Address] = set()
        self._handled: dict[int, asyncio.Future[Sequence[Letter]]] = {}
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Leftovers of an earlier life are taken up, and from now on every second."""
        if self._works:
            self._sweeper = asyncio.create_task(self._sweep_for_ever())

    async def close(self) -> None:
        """What is under way is finished within seconds; what is not stays in inbox and outbox."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
        if self._people:
            await asyncio.wait(list(self._people.values()), timeout=5)
        await self._sender.close()

    async def accept(self, event: RawEvent) -> tuple[int, bool]:
        """The event is durably stored, once for its key, and somebody is on the way to handle it."""
        now = self._clock()
        number, fresh = await self._lanes.do(event.address.key, lambda work: work.inbox.add(event, now))
        if self._works and fresh:
            self._handled.setdefault(number, asyncio.get_running_loop().create_future())
            self._wake(event.address)
        return number, fresh

    async def answer(self, event: int) -> Sequence[Letter]:
        """The letters that answer the event, when it is handled and their time has come."""
        future = self._handled.get(event)
        if future is not None:
            letters = await asyncio.shield(future)
        else:
            while not await self._waiting.handled(event):  # noqa: ASYNC110  # another process handles it
                await asyncio.sleep(_POLL_SECONDS)
            letters = await self._waiting.of_event(event)
        due = max((letter.not_before for letter in letters if letter.not_before), default=None)
        if due is not None and (wait := (due - self._clock()).total_seconds()) > 0:
            await asyncio.sleep(wait)
        return letters

    async def send(self, letters: Sequence[Letter]) -> None:
        """Letters that somebody else has committed are on their way."""
        self._sender.post(letters)

    def _wake(self, address: Address) -> None:
        if address in self._people:
            self._again.add(address)
            return
        task = asyncio.create_task(self._serve(address))
        self._people[address] = task
        task.add_done_callback(lambda done: self._left(address, done))

    def _left(self, address: Address, task: asyncio.Task[None]) -> None:
        self._people.pop(address, None)
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            log.error("delivery.person-failed", **told(failure))
        if address in self._again:
            self._again.discard(address)
            self._wake(address)

    async def _serve(self, address: Address) -> None:
        """Everything of this person that waits is handled, oldest first."""
        channel = self._channels.get(address.channel)
        if channel is None:
            return
        photos: dict[int, tuple[Barcode, ...]] = {}
        handle = partial(handle_next, channel=channel, address=address, photos=photos)
        tries = 0
        while True:
            self._again.discard(address)
            try:
                done = await self._lanes.do(address.key, handle)
            except Broken as broken:
                tries += 1
                log.error("delivery.event-failed", inbox=broken.event, tries=tries, **told(broken.cause))
                done = await self._lanes.do(address.key, partial(note_failure, broken=broken))
                if done is None:
                    await asyncio.sleep(retry_pause(tries).total_seconds())
                    continue
            if done is None:
                return
            if isinstance(done, NeedsPhoto):
                photos[done.event] = await self._look_at(channel, done.ref)
                continue
            tries = 0
            self._finish(done)
            if not done.more:  # one that came meanwhile has set `_again`, and another process' event wakes that one
                return

    def _finish(self, done: Handled) -> None:
        self._sender.post(done.letters)
        future = self._handled.pop(done.event, None)
        if future is not None and not future.done():
            future.set_result([letter for letter in done.letters if letter.event == done.event])

    async def _look_at(self, channel: Channel, ref: str) -> tuple[Barcode, ...]:
        """The codes in the photo; none when it cannot be had."""
        try:
            content = await channel.photo(ref)
        except Exception as error:  # a broken fetch must not hold up the person: it reads as "no code seen"
            log.warning("delivery.photo-failed", error=error.__class__.__name__)
            content = None
        return tuple(await asyncio.to_thread(self._look, content)) if content else ()

    async def _sweep_for_ever(self) -> None:
        while True:
            try:
                for address in await self._waiting.people_waiting(_SWEEP_MOST):
                    self._wake(address)
                self._sender.post(await self._waiting.letters_unsent(_SWEEP_MOST, self._clock()))
            except Exception as error:  # all that is left over waits for the next round: no failure may end the sweep
                log.error("delivery.sweep-failed", **told(error))
            await asyncio.sleep(_SWEEP_SECONDS)
