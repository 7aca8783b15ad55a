"""How sure a difference is: of two shares (Newcombe's hybrid score interval), of two means (Wald)."""

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959964
"""The 97.5 % point of the normal distribution: an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference with its interval."""

    low: float
    value: float
    high: float

    @property
    def sign(self) -> int:
        """1 above nought, -1 below, 0 where the interval holds nought."""
        return (self.low > 0) - (self.high < 0)


def of_shares(hits: float, size: float, other_hits: float, other_size: float, z: float = Z95) -> Difference:
    """The first share less the other, by Newcombe (1998), method 10: right for small groups and for shares near 0 or 1.

    Sizes may be effective ones, so not whole; a group without anybody says nothing about its share.
    """
    share, low, high = _wilson(hits, size, z)
    other, other_low, other_high = _wilson(other_hits, other_size, z)
    value = share - other
    return Difference(
        value - sqrt((share - low) ** 2 + (other_high - other) ** 2),
        value,
        value + sqrt((high - share) ** 2 + (other - other_low) ** 2),
    )


def of_means(
    total: float, squares: float, size: float, other_total: float, other_squares: float, other_size: float,
    z: float = Z95,
) -> Difference:  # fmt: skip
    """The first mean less the other, by Wald: sums, sums of squares and sizes; for groups of some hundreds and more."""
    mean, wide = _mean(total, squares, size)
    other, other_wide = _mean(other_total, other_squares, other_size)
    half = z * sqrt(wide + other_wide)
    return Difference(mean - other - half, mean - other, mean - other + half)


def _wilson(hits: float, size: float, z: float) -> tuple[float, float, float]:
    """The share and its score interval (Wilson 1927)."""
    if size <= 0:
        return 0.0, 0.0, 1.0
    share, square = hits / size, z * z
    middle, half = share + square / (2 * size), z * sqrt(share * (1 - share) / size + square / (4 * size * size))
    return share, max(0.0, (middle - half) / (1 + square / size)), min(1.0, (middle + half) / (1 + square / size))


def _mean(total: float, squares: float, size: float) -> tuple[float, float]:
    """The mean and the square of its standard error."""
    if size <= 0:
        return 0.0, 0.0
    mean = total / size
    return mean, max(0.0, squares / size - mean * mean) / size
