"""The sender of one channel: takes people in small packs, writes to them at an even pace, settles what came back.

Before a messenger is called the pack is on record; after a crash whoever was in it is `unknown` and is not written to
again. The window bounds how many that can be. Answers to people go their own way and never wait for this one.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

import structlog

from adapters.delivery.campaigns.brake import Brake, Breaker
from adapters.delivery.campaigns.pace import Pace
from adapters.delivery.campaigns.ports import Advert, Broadcaster, CampaignWork, Lanes, Messenger
from adapters.delivery.campaigns.postman import Postman
from adapters.delivery.campaigns.taking import Pack, Places, Replaced, Turn, Want, brake, take
from adapters.delivery.desk import told
from bot.ports import Letter, Outcome, Rejected, Retry, Sent, Unreachable, Unsure
from core.campaigns.launching import ERRORS
from core.campaigns.sending import Result

WINDOW = 25
"""People on their way at once, up to 30 messages a second; above, half a second's worth."""
_IDLE, _FOLLOWS, _BUSY, _NIGHT = 1.0, 1.0, 0.5, 60.0
"""Seconds: between looks when nothing waits; between tries to lead; after the database had no time; in quiet hours."""
_DRAIN = 10.0
log = structlog.get_logger(__name__)


class Sender:
    """Sends one channel's campaigns for as long as it leads."""

    def __init__(
        self,
        *,
        messenger: Messenger,
        lanes: Lanes,
        advert: Advert,
        rate: float,
        leads: Callable[[], Awaitable[bool]],
        clock: Callable[[], datetime],
        posted: Callable[[Sequence[Letter]], Awaitable[None]],
        away: tuple[type[Exception], ...],
        broadcaster: Broadcaster | None = None,
        window: int = 0,
    ) -> None:
        """`away`: what lanes raise when the database has no time. `posted`: letters that lie in the outbox already."""
        self._messenger, self._lanes, self._advert, self._clock = messenger, lanes, advert, clock
        self._leads, self._posted, self._away = leads, posted, away
        self._window = window or max(WINDOW, int(rate / 2))
        self._pace: Pace | None = None
        self._rate = rate
        self._name = str(uuid4())
        self._places = Places()
        self._brakes: dict[int, Brake] = {}
        self._breaker = Breaker()
        self._packs: dict[int, asyncio.Task[Sequence[Result]]] = {}
        self._away_now = 0
        self._rest_until = 0.0
        self._pulled: set[str] = set()
        self._stopped = asyncio.Event()
        self._postman = Postman(messenger, broadcaster, clock, self._stopped.is_set, self._note)

    async def run(self) -> None:
        """Leads when it may, sends what is due, until `stop`; what is on its way then comes to its end."""
        pace = self._pace = Pace(self._rate)
        leading = False
        while not self._stopped.is_set():
            try:
                if not await self._leads():
                    leading = False
                    await self._rest(_FOLLOWS)
                    continue
                if not leading:
                    await self._lead()
                    leading = True
                await self._step(pace)
            except Replaced:
                log.warning("campaign.replaced", channel=self._messenger.name)
                leading = False
                await self._rest(_FOLLOWS)
            except self._away as error:
                log.warning("campaign.database-away", channel=self._messenger.name, error=type(error).__name__)
                self._places = Places()
                await self._rest(_BUSY)
            except Exception as error:  # a fault of ours must not end all campaigns: it is told, and tried again
                log.error("campaign.sender-failed", channel=self._messenger.name, **told(error))
                await self._rest(_IDLE)
        await self._drain()

    def stop(self) -> None:
        """Nobody more is written to."""
        self._stopped.set()

    async def _lead(self) -> None:
        channel, name = self._messenger.name, self._name
        self._packs.clear()
        self._away_now, self._places = 0, Places()
        left = await self._lanes.do(self._key, lambda work: work.sendings.lead(channel, name))
        log.info("campaign.leads", channel=channel, left=left)

    @property
    def _key(self) -> str:
        return f"campaigns:{self._messenger.name}"

    async def _step(self, pace: Pace) -> None:
        """What came back is settled, and as many are taken as may be on their way."""
        done = {number: task.result() for number, task in self._packs.items() if task.done()}
        want = self._want(pace)
        if not done and not any(want):
            await self._something(pace)
            return
        turn = await self._turn(done, want)
        for number, results in done.items():
            self._packs.pop(number, None)
            self._away_now -= len(results)
        if turn.posted:
            await self._posted(turn.posted)
        if turn.pack is not None:
            self._away_now += len(turn.pack.postings)
            watch = self._brakes.setdefault(turn.pack.going.run.id, Brake())
            self._packs[turn.pack.number] = asyncio.create_task(self._postman.bring(turn.pack, pace, watch))
        elif not turn.busy and not done:
            await self._wait(self._idle(turn.wait_until))

    async def _turn(self, done: Mapping[int, Sequence[Result]], want: Want) -> Turn:
        pulled, channel = frozenset(self._pulled), self._messenger.name

        def job(work: CampaignWork) -> Turn:
            for campaign in pulled:
                brake(work, campaign, ERRORS)
            return take(
                work, channel=channel, sender=self._name, advert=self._advert, settled=done, want=want,
                places=self._places,
            )  # fmt: skip

        made = await self._lanes.do(self._key, job)
        self._pulled -= pulled
        return made

    def _want(self, pace: Pace) -> Want:
        """A third of what may be on its way; of people who are told the same as many as one call can be for."""
        now = asyncio.get_running_loop().time()
        if self._stopped.is_set() or pace.closed_for > 0 or now < self._rest_until:
            return Want()
        if self._breaker.open:
            return Want() if self._packs else Want(1, 1)
        window = min(self._window, int(pace.rate) or 1)
        size, most = max(1, window // 3), self._postman.most
        singly = size if self._away_now + size <= window else 0
        together = max(size, most) if self._away_now + max(size, most) <= max(window, most) else 0
        return Want(singly, together)

    async def _something(self, pace: Pace) -> None:
        """Until a pack is over, or the platform, or its pause, is."""
        now = asyncio.get_running_loop().time()
        await self._wait(min(max(pace.closed_for, self._rest_until - now, 0.05), _IDLE))

    async def _wait(self, seconds: float) -> None:
        if self._packs:
            await asyncio.wait(list(self._packs.values()), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        else:
            await self._rest(seconds)

    async def _rest(self, seconds: float) -> None:
        """Unless it is to stop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)

    def _idle(self, until: datetime | None) -> float:
        if until is None:
            return _IDLE
        return min(max((until - self._clock()).total_seconds(), 0.0), _NIGHT)

    def _note(self, pack: Pack, answers: Sequence[Outcome], watch: Brake) -> None:
        """The pace, the brake and the breaker hear of them."""
        if len(answers) > 1 and all(isinstance(one, Sent) for one in answers):
            watch.note(good=True, times=len(answers) - 1)
            answers = answers[:1]
        for answer in answers:
            self._note_one(pack, answer, watch)

    def _note_one(self, pack: Pack, answer: Outcome, watch: Brake) -> None:
        campaign = pack.going.campaign.id
        match answer:
            case Sent() | Unreachable():
                watch.note(good=True)
            case Retry(after):
                assert self._pace is not None, "nothing is sent before there is a pace"
                self._pace.refused(after)
                return
            case Rejected(reason=reason, fatal=fatal):
                log.error("campaign.rejected", channel=self._messenger.name, run=pack.going.run.id, reason=reason)
                watch.note(good=False)
                if fatal:
                    self._pulled.add(campaign)
            case Unsure():
                watch.note(good=False)
        pause = self._breaker.note(answered=not isinstance(answer, Unsure))
        if pause:
            self._rest_until = max(self._rest_until, asyncio.get_running_loop().time() + pause)
        if watch.pulled:
            self._pulled.add(campaign)
            watch.release()

    async def _drain(self) -> None:
        """What is on its way is waited for and settled; what has not begun goes back."""
        if not self._packs:
            return
        done, late = await asyncio.wait(list(self._packs.values()), timeout=_DRAIN)
        for task in late:
            task.cancel()
        over = {number: task.result() for number, task in self._packs.items() if task in done}
        with contextlib.suppress(Replaced, *self._away):
            await self._turn(over, Want())
