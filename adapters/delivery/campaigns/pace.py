"""An even pace below a platform's cap: slower when it refuses, faster again little by little."""

import asyncio
from collections import deque
from collections.abc import Callable

_SLACK = 0.25
"""Seconds of lateness that are caught up: what a busy machine loses in one moment it makes good in the next."""
_TICK = 0.01
"""Seconds that a pace of more than one within them waits at least: they go together, and the loop wakes once."""
_LONGEST_WAIT = 1.0
"""Whoever would have to wait longer does not wait but gives back what they hold."""
_SLOWER, _FASTER = 0.7, 0.05
"""After refusals, once for all that come within a second, seven tenths as fast; every second without one a twentieth of
the cap faster."""
_SLOWEST = 1.0


class Pace:
    """When the next message may go. Never more than `cap` of them begin within any second."""

    def __init__(self, cap: float, clock: Callable[[], float] | None = None) -> None:
        """`clock`: seconds that only grow; the loop's own without it."""
        self._cap, self._rate = cap, cap
        self._clock = clock or asyncio.get_running_loop().time
        self._next = self._raised_at = self._clock()
        self._closed_until, self._slowed_at = 0.0, -1.0
        self._begun: deque[float] = deque(maxlen=max(1, int(cap)))

    @property
    def rate(self) -> float:
        """Messages a second, now."""
        return self._rate

    @property
    def closed_for(self) -> float:
        """Seconds for which the platform wants to hear nothing."""
        return max(0.0, self._closed_until - self._clock())

    async def turn(self) -> bool:
        """True when it is this message's turn; False when that would take too long."""
        while True:
            now = self._clock()
            if self._closed_until - now > _LONGEST_WAIT:
                return False
            self._raise(now)
            slot = max(self._next, now - _SLACK, self._closed_until)
            full = self._begun[0] + 1.0 if len(self._begun) == self._begun.maxlen else now
            if slot <= now and full <= now:
                self._next = slot + 1.0 / self._rate
                self._begun.append(now)
                return True
            least = _TICK if slot > now and self._rate * _TICK > 1.0 else 0.0
            await asyncio.sleep(min(max(slot - now, full - now, least), _LONGEST_WAIT))

    def refused(self, after: float) -> None:
        """The platform wants to hear nothing for so many seconds, and less from then on."""
        now = self._clock()
        if now + after > self._closed_until:
            self._closed_until = now + after
        if now >= self._slowed_at + 1.0:
            self._rate = max(min(_SLOWEST, self._cap), self._rate * _SLOWER)
            self._slowed_at = now
        self._raised_at = self._closed_until

    def _raise(self, now: float) -> None:
        passed = now - self._raised_at
        if passed >= 1.0 and self._rate < self._cap:
            self._rate = min(self._cap, self._rate + self._cap * _FASTER * int(passed))
        if passed >= 1.0:
            self._raised_at = now
