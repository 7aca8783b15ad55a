"""What follows: from what people had, what they then bought for the first time, in the newest closed window.

Affinity knows no before and after. This is a ridge regression of what was new in the window on what was had before it,
B = (H'H + ridge)^-1 H'Y, of the owners who came: whose goods lead on, and whose lead to what sells now, by taste.
"""

from typing import Any

import numpy as np
from scipy.linalg import lapack
from threadpoolctl import threadpool_limits

from adapters.analytics.compiled import compiled
from adapters.analytics.ease import FADING, SHARED, gram_of, places
from adapters.analytics.purchases import Floats, Ints, Longs
from adapters.analytics.sold import Mornings

RIDGE = 0.3
"""Of the owners fitted on: a window tells less than all that was ever bought, on which affinity stands."""
GOODS = 2_000
"""The most bought: of the rest a window has too few first purchases."""


def following(sold: Mornings, cut: int, horizon: int, seed: int, known: Ints, column: Ints, sample: int) -> Floats:
    """goods x columns, by their places in `known` and `column`: what having bought the row before the morning of `cut`
    adds to the chance of buying the column for the first time in the window from then on. Nought where nobody tells."""
    before = sold[cut].rows
    came = np.flatnonzero((before > 0) & (sold[cut + horizon].rows > before))
    if len(came) > sample:
        came = np.sort(np.random.default_rng(seed).choice(came, sample, replace=False))
    some = sold.bought.of(came).until(cut + horizon)
    goods = np.flatnonzero(known >= 0)
    goods = np.sort(goods[np.argsort(-sold[cut].ever[goods], kind="stable")[:GOODS]])
    asked = goods[column[goods] >= 0]
    out = np.zeros((int(known.max()) + 1, int(column.max()) + 1), np.float32)
    if not (len(came) and len(asked)):
        return out
    held, told = places(goods, len(known)), places(asked, len(known))
    earlier = some.until(cut)
    gram, mass, count = gram_of(earlier.starts, earlier.items, earlier.days, held, len(goods), cut)
    cross = _cross(some.starts, some.items, some.days, held, told, len(goods), len(asked), cut)
    few = cross <= SHARED
    gram[np.diag_indices_from(gram)] += RIDGE * len(came) * mass / count
    with threadpool_limits(1, "blas"):  # as in `ease`
        factor, wrong = lapack.spotrf(gram.T, lower=0, overwrite_a=1)
        assert wrong == 0, "a Gram matrix with a ridge is positive definite"
        solved, wrong = lapack.spotrs(factor, cross, lower=0)
        assert wrong == 0, "its factor has no nought on the diagonal"
    solved[few & (solved > 0)] = 0
    out[np.ix_(known[goods], column[asked])] = solved
    return out


@compiled
def _cross(starts: Longs, items: Ints, days: Ints, held: Ints, told: Ints, width: int, asked: int, cut: int) -> Any:
    """goods x asked: over owners, the weight of the good had before `cut` where the other was bought since, and not
    before. An owner's rows stand by goods, then days."""
    out, size = np.zeros((width, asked), np.float32), np.int64(0)
    for owner in range(len(starts) - 1):
        size = max(size, starts[owner + 1] - starts[owner])
    had, weight, new = np.empty(size, np.int32), np.empty(size, np.float32), np.empty(size, np.int32)
    for owner in range(len(starts) - 1):
        many, news = 0, 0
        first, end = starts[owner], starts[owner + 1]
        for row in range(first, end):
            item = items[row]
            if days[row] >= cut:
                if told[item] >= 0 and (row == first or items[row - 1] != item):
                    new[news] = told[item]
                    news += 1
            elif held[item] >= 0 and (row + 1 == end or items[row + 1] != item or days[row + 1] >= cut):
                had[many], weight[many] = held[item], 0.5 ** ((cut - days[row]) / FADING)
                many += 1
        for one in range(many):
            for other in range(news):
                out[had[one], new[other]] += weight[one]
    return out
