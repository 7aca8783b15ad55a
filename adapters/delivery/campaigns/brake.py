"""What stops a campaign that harms more than it helps, and what waits for a platform that is down."""

from collections import deque

_LOOKED_AT, _LEAST, _SHARE = 100, 40, 0.3
"""Of the last hundred messages, once there are forty: three in ten that failed are too many."""
_IN_A_ROW = 5
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


class Brake:
    """Watches one run: messages that the platform refuses for what they are, or loses."""

    def __init__(self) -> None:
        self._last: deque[bool] = deque()
        self._failed = 0

    def note(self, *, good: bool, times: int = 1) -> None:
        """One more message came to its end; or so many, all of them so."""
        for _ in range(min(times, _LOOKED_AT)):
            self._last.append(good)
            self._failed += not good
            if len(self._last) > _LOOKED_AT:
                self._failed -= not self._last.popleft()

    @property
    def pulled(self) -> bool:
        """True when too many have failed."""
        return len(self._last) >= _LEAST and self._failed > _SHARE * len(self._last)

    def release(self) -> None:
        """Somebody has looked and goes on."""
        self._last.clear()
        self._failed = 0


class Breaker:
    """Watches a platform: after some failures in a row it is asked once in a while, until it answers."""

    def __init__(self) -> None:
        self._failed = 0
        self._pause = _FIRST_PAUSE

    @property
    def open(self) -> bool:
        """True while the platform seems to be down: one message is a question enough."""
        return self._failed >= _IN_A_ROW

    def note(self, *, answered: bool) -> float:
        """The platform has answered, or has not; for how many seconds to leave it alone now."""
        if answered:
            self._failed, self._pause = 0, _FIRST_PAUSE
            return 0.0
        self._failed += 1
        if not self.open:
            return 0.0
        pause, self._pause = self._pause, min(_LONGEST_PAUSE, self._pause * 2)
        return pause
