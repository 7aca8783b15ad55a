"""Token buckets of this process: a caller who comes too fast hears when to come again."""

import time
from collections import OrderedDict

from adapters.http.problems import Problem

_MOST_CALLERS = 100_000


class Buckets:
    """A bucket for each caller: `burst` at once, then `per_second`."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._rate, self._burst = per_second, burst
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """One more from this caller. Raises Problem (429 `too-many-requests`) with Retry-After."""
        now = time.monotonic()
        level, since = self._levels.pop(caller, (float(self._burst), now))
        level = min(float(self._burst), level + (now - since) * self._rate)
        taken = level >= 1
        self._levels[caller] = (level - 1 if taken else level, now)
        while len(self._levels) > _MOST_CALLERS:
            self._levels.popitem(last=False)
        if not taken:
            wait = max(1, int((1 - level) / self._rate + 0.999))
            raise Problem(429, "too-many-requests", f"Come again in {wait} s.", {"Retry-After": str(wait)})
