"""A pack's messages brought to the messenger: each in its turn, those with the same words together where it can.

A crew of as many as wait for an answer at once brings them: one more joins when a message's turn comes and nobody is
free. So a slow answer holds up nobody, and a quick messenger needs no task for each message.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from adapters.delivery.campaigns.brake import Brake
from adapters.delivery.campaigns.outcomes import IN_PART, given_back, result_of
from adapters.delivery.campaigns.pace import Pace
from adapters.delivery.campaigns.ports import Broadcaster, Messenger
from adapters.delivery.campaigns.taking import Pack, Posting, letters_of
from adapters.delivery.desk import told
from bot.ports import Letter, Outcome, Sent, Unsure
from core.campaigns.sending import Result

log = structlog.get_logger(__name__)
Heard = Callable[[Pack, Sequence[Outcome], Brake], None]


@dataclass(slots=True)
class Postman:
    """Brings packs by one messenger. `halted`: nobody more is written to; `heard`: what the platform said of some."""

    messenger: Messenger
    broadcaster: Broadcaster | None
    clock: Callable[[], datetime]
    halted: Callable[[], bool]
    heard: Heard

    @property
    def most(self) -> int:
        """How many one call can be for."""
        return self.broadcaster.most if self.broadcaster is not None else 1

    async def bring(self, pack: Pack, pace: Pace, watch: Brake) -> Sequence[Result]:
        """What became of each; whoever's turn did not come is given back."""
        round_ = _Round(self, pack, pace, watch, deque(self._bundles(pack.postings)))
        return await round_.go()

    def _bundles(self, postings: Sequence[Posting]) -> list[list[Posting]]:
        most = self.most
        if most == 1:
            return [[one] for one in postings]
        found: list[list[Posting]] = []
        places: dict[int, list[Posting]] = {}
        for one in postings:
            together = places.get(id(one.answer)) if one.alike and len(one.answer.replies) == 1 else None
            if together is not None and len(together) < most:
                together.append(one)
                continue
            found.append([one])
            places[id(one.answer)] = found[-1]
        return found

    async def send(self, some: Sequence[Posting]) -> tuple[Sequence[Outcome], Sequence[Result]]:
        """What the messenger said of each, and what that means."""
        if len(some) > 1 and self.broadcaster is not None:
            answers = await self._broadcast(self.broadcaster, some)
            now = self.clock()
            return answers, [result_of(one.to, answer, now) for one, answer in zip(some, answers, strict=True)]
        [one] = some
        answer, partly = await self._letters(letters_of(one))
        result = result_of(one.to, answer, self.clock())
        return [answer], [result._replace(reason=IN_PART) if partly else result]

    async def _letters(self, letters: Sequence[Letter]) -> tuple[Outcome, bool]:
        """Somebody who has the first of them was written to, whatever becomes of the rest."""
        first: Outcome | None = None
        for letter in letters:
            answer = await self._try(letter)
            if not isinstance(answer, Sent):
                return (answer, False) if first is None else (first, True)
            first = first or answer
        assert first is not None, "an advert says something"
        return first, False

    async def _try(self, letter: Letter) -> Outcome:
        try:
            return await self.messenger.send(letter)
        except Exception as error:  # a fault of ours, perhaps after the platform had it
            log.error("campaign.send-failed", channel=self.messenger.name, **told(error))
            return Unsure(type(error).__name__)

    async def _broadcast(self, broadcaster: Broadcaster, some: Sequence[Posting]) -> Sequence[Outcome]:
        try:
            return await broadcaster.broadcast(letters_of(some[0])[0], [one.to.address.user for one in some])
        except Exception as error:  # as above, for all of them
            log.error("campaign.send-failed", channel=self.messenger.name, **told(error))
            return [Unsure(type(error).__name__)] * len(some)


class _Round:
    """One pack on its way."""

    def __init__(self, postman: Postman, pack: Pack, pace: Pace, watch: Brake, left: deque[list[Posting]]) -> None:
        self._postman, self._pack, self._pace, self._watch, self._left = postman, pack, pace, watch, left
        self._results: list[Result] = []
        self._crew: list[asyncio.Task[None]] = []
        self._door = asyncio.Lock()
        self._free = 0
        """How many of the crew wait for a message's turn, or are about to."""

    async def go(self) -> Sequence[Result]:
        """Until everybody of the pack has a result."""
        try:
            self._join()
            at = 0
            while at < len(self._crew):
                await self._crew[at]
                at += 1
        finally:
            for one in self._crew:
                one.cancel()
        return self._results

    def _join(self) -> None:
        self._free += 1
        self._crew.append(asyncio.create_task(self._bring()))

    async def _bring(self) -> None:
        postman, results, heard = self._postman, self._results, self._postman.heard
        while True:
            async with self._door:
                some = await self._next()
            self._free -= 1
            if some is None:
                return
            if self._left and not self._free:
                self._join()
            answers, made = await postman.send(some)
            results += made
            heard(self._pack, answers, self._watch)
            self._free += 1

    async def _next(self) -> list[Posting] | None:
        """Whose turn has come; whoever's does not is given back."""
        while self._left:
            some = self._left.popleft()
            if not self._postman.halted() and not self._watch.pulled and await self._pace.turn():
                return some
            self._results += [given_back(one.to) for one in some]
        return None
