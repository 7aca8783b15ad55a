"""How goods had sold by several mornings: one look at everything that was bought, for all of them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from adapters.analytics.compiled import compiled
from adapters.analytics.purchases import Ints, Longs, Purchases

Doubles = npt.NDArray[np.float64]
LIVES = (7.0, 14.0, 28.0, 3.0)
"""Days in which a buyer loses half the say, whom `lately` counts."""
_EVER, _TWICE, _GAPS, _GAP_COUNT, _LATELY = range(5)


class Sold(NamedTuple):
    """As of one morning; by good, but for `rows`."""

    rows: Ints
    """Of each owner, how many rows of purchases were before it."""
    ever: Doubles
    """Distinct buyers."""
    twice: Doubles
    """Those who bought it on two days or more."""
    gaps: Doubles
    """The sum of days between one purchase and the next of one buyer."""
    gap_count: Doubles
    lately: dict[float, Doubles]
    """Distinct buyers by half-life, decayed from each one's last purchase."""


class Mornings:
    """What was bought, as of some mornings; of another one it is looked at when it is asked about."""

    def __init__(self, bought: Purchases, days: Iterable[int]) -> None:
        self.bought = bought
        self.oldest: int | None = int(bought.days.min()) if len(bought.days) else None
        """The day of the first purchase."""
        self._sold = dict[int, Sold]()
        self._look(sorted(set(days)))

    def __getitem__(self, day: int) -> Sold:
        if day not in self._sold:
            self._look([day])
        return self._sold[day]

    def begun(self, day: int) -> bool:
        """Whether anything was bought before that day."""
        return self.oldest is not None and self.oldest < day

    def _look(self, days: list[int]) -> None:
        bought = self.bought
        told = np.zeros((len(days), len(bought.skus), _LATELY + len(LIVES)))
        rows = np.zeros((len(days), len(bought)), np.int32)
        if self.oldest is not None and days:
            ages = np.arange(max(1, days[-1] - self.oldest + 1))
            left = 0.5 ** (ages[:, None] / np.array(LIVES))
            _looked(bought.starts, bought.items, bought.days, np.array(days), left, told, rows)
        for at, day in enumerate(days):
            if at:
                fades = 0.5 ** ((day - days[at - 1]) / np.array(LIVES))
                told[at, :, :_LATELY] += told[at - 1, :, :_LATELY]
                told[at, :, _LATELY:] += told[at - 1, :, _LATELY:] * fades
                rows[at] += rows[at - 1]
            np.maximum(told[at], 0, out=told[at])  # what is left of nobody is a rounding below nought
            ever, twice, gaps, gap_count, *lately = np.ascontiguousarray(told[at].T)
            self._sold[day] = Sold(rows[at], ever, twice, gaps, gap_count, dict(zip(LIVES, lately, strict=True)))


@compiled
def _looked(starts: Longs, items: Ints, days: Ints, mornings: Longs, left: Doubles, told: Any, rows: Any) -> None:
    """What each morning has more than the one before, as most was bought before all of them. `told`: mornings x goods x
    what there is to tell: of a good it is side by side in memory, of all goods as little as can be. `left`: of a buyer,
    by days and life."""
    for owner in range(len(starts) - 1):
        row, end = starts[owner], starts[owner + 1]
        while row < end:
            item, begun = items[row], row
            while row < end and items[row] == item:
                row += 1
            last = begun - 1
            for at in range(len(mornings)):
                was = last
                while last + 1 < row and days[last + 1] < mornings[at]:
                    last += 1
                if last == was:
                    continue
                age = mornings[at] - days[last]
                rows[at, owner] += last - was
                if was < begun:
                    told[at, item, _EVER] += 1
                    for life in range(left.shape[1]):
                        told[at, item, _LATELY + life] += left[age, life]
                else:
                    for life in range(left.shape[1]):
                        told[at, item, _LATELY + life] += left[age, life] - left[mornings[at] - days[was], life]
                if last > begun:
                    told[at, item, _TWICE] += was <= begun
                    told[at, item, _GAPS] += days[last] - days[max(was, begun)]
                    told[at, item, _GAP_COUNT] += last - max(was, begun)
                if last + 1 == row:
                    break
