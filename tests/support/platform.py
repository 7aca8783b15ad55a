"""A messenger in this process, with all that real ones do: refusals, errors of its own, lost answers, slow ones."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.ports import Letter, Outcome, Rejected, Retry, Sent, Unreachable, Unsure
from tests.support.world import TEXTS


@dataclass(slots=True)
class Platform:
    """`log` has every message that somebody really got. Shares are of all calls."""

    name: str = "telegram"
    seed: int = 1
    refused: float = 0.0
    broken: float = 0.0
    lost: float = 0.0
    slow: float = 0.0
    retry_after: float = 1.0
    blocked: set[str] = field(default_factory=set)
    rejects: bool = False
    fatal: bool = False
    outage: Callable[[], bool] = lambda: False
    cap: int | None = None
    """More calls than this in a second are refused, as the real ones do."""
    log: list[tuple[float, str, str]] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)
    impatient: int = 0
    """Calls that came before a refusal's time was over."""
    _chance: random.Random = field(init=False)
    _quiet_until: float = 0.0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def begin(self) -> None:
        """A loop with a clock of its own has begun: no refusal is of its time."""
        self._quiet_until = 0.0
        self.calls.clear()

    async def send(self, letter: Letter) -> Outcome:
        """One call."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self.calls.append(now)
        if now < self._quiet_until - 1e-6:
            self.impatient += 1
            return Retry(self._quiet_until - now)
        if self.cap is not None and sum(1 for at in self.calls[-self.cap - 1 :] if at > now - 1.0) > self.cap:
            self._quiet_until = now + self.retry_after
            return Retry(self.retry_after)
        luck = self._chance.random()
        await asyncio.sleep(10.0 if self._chance.random() < self.slow else 0.02 + 0.2 * self._chance.random())
        if self.outage():
            return Unsure("down")
        if self.fatal:
            return Rejected("the token is wrong or revoked", fatal=True)
        if self.rejects:
            return Rejected("bad request")
        user = letter.address.user
        if user in self.blocked:
            return Unreachable("Forbidden: bot was blocked by the user")
        if luck < self.refused:
            self._quiet_until = loop.time() + self.retry_after
            return Retry(self.retry_after)
        if luck < self.refused + self.broken:
            return Unsure("the platform answered with an error of its own")
        self.log.append((loop.time(), user, TEXTS.say(letter.reply.text, letter.language)))
        if luck < self.refused + self.broken + self.lost:
            return Unsure("the answer was lost")
        return Sent(f"m{len(self.log)}")

    @property
    def got(self) -> Counter[str]:
        """How often each person got a message."""
        return Counter(user for _, user, _ in self.log)


@dataclass(slots=True)
class Broadcasting(Platform):
    """A messenger that takes one message for many."""

    most: int = 300
    packs: list[int] = field(default_factory=list)

    async def broadcast(self, letter: Letter, users: Sequence[str]) -> Sequence[Outcome]:
        """One call for all; who does not want it is named."""
        self.packs.append(len(users))
        self.calls.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.1)
        answers: list[Outcome] = []
        for user in users:
            if user in self.blocked:
                answers.append(Unreachable("not subscribed"))
            else:
                self.log.append((asyncio.get_running_loop().time(), user, ""))
                answers.append(Sent("t1"))
        return answers
