"""How many people it takes to see an effect, and the smallest one that so many people show.

Two shares of independent people, a two-sided test at 5 %, seen four times in five (domain section 7). With shares p of
`control` and q of `treated` the difference has the variance p(1-p)/control + q(1-q)/treated.
"""

from math import ceil
from statistics import NormalDist

ALPHA, POWER = 0.05, 0.8
_SEEN = NormalDist().inv_cdf(1 - ALPHA / 2) + NormalDist().inv_cdf(POWER)


def people_needed(base: float, expected: float, control: float) -> int:
    """People in all arms together that show the share rising, or falling, from `base` to `expected`.

    `control`: the part of them who get nothing, between 0 and 1. Raises ValueError for shares outside 0..1, or equal.
    """
    _must_be_shares(base, expected, control)
    if base == expected:
        raise ValueError("no number of people shows a difference of nothing")
    spread = base * (1 - base) / control + expected * (1 - expected) / (1 - control)
    return ceil(_SEEN * _SEEN * spread / (expected - base) ** 2)


def smallest_uplift(base: float, people: int, control: float) -> float:
    """The smallest rise of the share that so many people show; 1 - `base`, everything there is, where they show none.

    Raises ValueError for shares outside 0..1.
    """
    _must_be_shares(base, base, control)
    low, high = 0.0, 1.0 - base
    if people < 1 or people_needed(base, 1.0 - 1e-9, control) > people:
        return high
    for _ in range(60):  # a difference of shares is known to its last bit by then
        middle = (low + high) / 2
        if people_needed(base, base + middle, control) <= people:
            high = middle
        else:
            low = middle
    return high


def _must_be_shares(base: float, expected: float, control: float) -> None:
    if not (0 <= base < 1 and 0 <= expected <= 1 and 0 < control < 1):
        raise ValueError("shares are from 0 to 1, that of the control group between them")
