"""Net promoter score: of answers 0 to 10, the share of 9-10 less the share of 0-6, with its 95 % interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

ENOUGH = 100
"""Below so many answers a figure is shown as "too few" (domain section 5)."""
_Z = 1.959964
_PROMOTER, _DETRACTOR = 9, 6


@dataclass(frozen=True, slots=True)
class Nps:
    """A score in points from -100 to 100, its 95 % interval, and from how many answers."""

    score: float
    low: float
    high: float
    answers: int

    @property
    def too_few(self) -> bool:
        """True when the answers are not enough to judge by."""
        return self.answers < ENOUGH


def nps(ratings: Mapping[int, int]) -> Nps | None:
    """The score of so many answers of each rating 0..10; None of none.

    The interval is Wald's for a difference of two shares of one sample: variance (p + d - (p - d)^2) / n.
    Raises ValueError for a rating outside 0..10.
    """
    if any(not 0 <= rating <= 10 for rating in ratings):
        raise ValueError("ratings are whole numbers from 0 to 10")
    answers = sum(ratings.values())
    if not answers:
        return None
    promoters = sum(count for rating, count in ratings.items() if rating >= _PROMOTER) / answers
    detractors = sum(count for rating, count in ratings.items() if rating <= _DETRACTOR) / answers
    score = promoters - detractors
    half = _Z * sqrt(max(0.0, promoters + detractors - score**2) / answers)
    return Nps(100 * score, max(-100.0, 100 * (score - half)), min(100.0, 100 * (score + half)), answers)
