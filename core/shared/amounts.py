"""Whole numbers of money and points: rounding, dividing over lines, quantities (domain section 1). No floats."""

import re
from collections.abc import Sequence
from fractions import Fraction

MOST_MILLI = 99_999_999
"""99999.999, the largest quantity of a line, in thousandths."""
_QUANTITY = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?", re.ASCII)


def half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator (both >= 0, the second > 0) to the nearest whole, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def divide(amount: int, weights: Sequence[int]) -> list[int]:
    """The amount over the weights by largest remainder, ties to the earlier; the parts sum to the whole.

    Nothing can be divided over weights that are all 0: then every part is 0.
    """
    whole = sum(weights)
    if not whole or not amount:
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    missing = amount - sum(parts)
    if missing:
        by_rest = sorted(range(len(weights)), key=lambda at: (-(amount * weights[at] % whole), at))
        for at in by_rest[:missing]:
            parts[at] += 1
    return parts


def milli(text: str) -> int:
    """A quantity such as `1.250` in thousandths. Raises ValueError unless it is > 0 with at most 3 places."""
    if not _QUANTITY.fullmatch(text):
        raise ValueError("a quantity is a decimal such as 1 or 1.250, at most 99999.999")
    whole, _, places = text.partition(".")
    value = int(whole) * 1000 + int(places.ljust(3, "0"))
    if not 0 < value <= MOST_MILLI:
        raise ValueError("a quantity is more than 0")
    return value


def quantity(thousandths: int) -> str:
    """Thousandths as the shortest decimal: `1250` -> `1.25`, `2000` -> `2`."""
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def decimal(text: str) -> Fraction:
    """A decimal text such as `12.5`, exactly. Raises ValueError."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError("a decimal is digits with at most six places, such as 12.5")
    return Fraction(text)


def decimal_text(value: Fraction) -> str:
    """The value of `decimal` written back."""
    scaled = value * 1_000_000
    whole, rest = divmod(int(scaled), 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole)
