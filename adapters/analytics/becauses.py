"""What moves each customer's chance of staying away most, told by what a person would call a reason.

Several figures of a score say one thing (silence, and silence as a share of the time since the first purchase): what
they add is added up, so that three reasons are three and not thrice the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from adapters.analytics.histories import Bools, Floats, Ints
from core.customers.risk import Factor, Sign

MOST = 3
LEAST = 0.05
"""Of log-odds: what moves the odds by less than a twentieth is no reason."""
SAYS = {
    "silence": Sign.SILENCE, "silence_of_tenure": Sign.SILENCE,
    "silence_by_gap": Sign.RHYTHM, "gap": Sign.GAP, "gap_spread": Sign.SPREAD,
    "days": Sign.VISITS, "receipts": Sign.VISITS, "money": Sign.MONEY, "basket": Sign.MONEY,
    "tenure": Sign.TENURE, "items_per_receipt": Sign.ITEMS, "discounts": Sign.DISCOUNTS, "returns": Sign.RETURNS,
    "receipts_28d": Sign.LATELY, "receipts_90d": Sign.LATELY, "trend": Sign.TREND,
    "categories": Sign.CATEGORIES, "goods_lately": Sign.GOODS,
}  # fmt: skip
"""What each figure of the logistic model (`churn.SIGNS`) is about."""
_RULES = {"silence": Sign.SILENCE}
"""Of the other scores; those that are not here know when somebody bought and nothing else."""
_SIGNS = tuple(Sign)


@dataclass(frozen=True, slots=True)
class Factors:
    """Of each customer the weightiest signs, by their places in `Sign` and the greatest first, with what each adds to
    the log-odds and whether there is more of it than others have; one that adds next to nothing is none."""

    which: Ints
    added: Floats
    more: Bools

    def of(self, row: int) -> list[Factor]:
        """One customer's."""
        return [
            Factor(_SIGNS[which], bool(added > 0), bool(more))
            for which, added, more in zip(self.which[row], self.added[row], self.more[row], strict=True)
            if abs(added) >= LEAST
        ]

    def texts(self) -> pa.Array:
        """As they are kept (`core.customers.risk`), row by row; empty where nothing is a reason."""
        words = [""] + [Factor(sign, raises, more).text for sign in _SIGNS for raises in (False, True)
                        for more in (False, True)]  # fmt: skip
        code = 1 + 4 * self.which + 2 * (self.added > 0) + self.more
        code[np.abs(self.added) < LEAST] = 0
        # A million customers have some hundreds of different sets of reasons: each is written once.
        whole = code @ len(words) ** np.arange(code.shape[1])[::-1]
        firsts, which = np.unique(whole, return_index=True, return_inverse=True)[1:]
        texts = [" ".join(words[one] for one in code[first] if one) for first in firsts]
        return pa.array(texts, pa.string()).take(pa.array(which))


def factors(names: Sequence[str], each: Floats, pushes: Floats) -> Factors:
    """The weightiest of what the figures of these names add, customer by customer; `pushes`: where more of each moves
    the risk."""
    known = SAYS if len(names) > 1 else _RULES
    places = [_SIGNS.index(known.get(name, Sign.RHYTHM)) for name in names]
    gather = np.zeros((len(names), len(_SIGNS)))
    gather[np.arange(len(names)), places] = 1.0
    added, way = each @ gather, np.sign(pushes @ gather)
    top = min(MOST, len(set(places)))
    left, which = np.abs(added), np.empty((len(added), top), np.int64)
    for place in range(top):  # three looks cost less than putting all in order
        which[:, place] = left.argmax(axis=1)
        left[np.arange(len(left)), which[:, place]] = -1.0
    most = np.take_along_axis(added, which, axis=1)
    return Factors(which, most, (most > 0) == (way[which] > 0))
