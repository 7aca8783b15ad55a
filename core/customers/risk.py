"""Why somebody is likely to stop coming, or is not: what a score names, kept as a short text and told in words."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple


class Sign(StrEnum):
    """What of somebody's purchases speaks for or against their leaving."""

    SILENCE = "silence"
    RHYTHM = "rhythm"
    VISITS = "visits"
    MONEY = "money"
    TENURE = "tenure"
    GAP = "gap"
    SPREAD = "spread"
    ITEMS = "items"
    DISCOUNTS = "discounts"
    RETURNS = "returns"
    LATELY = "lately"
    TREND = "trend"
    CATEGORIES = "categories"
    GOODS = "goods"


class Factor(NamedTuple):
    """One reason: whether it raises the risk, and whether the customer has more of it than others do."""

    sign: Sign
    raises: bool
    more: bool

    @property
    def text(self) -> str:
        """`+silence>`: raises the risk, as there is more of it than usual; `-` lowers, `<` less."""
        return f"{'+' if self.raises else '-'}{self.sign}{'>' if self.more else '<'}"


def factors_text(factors: Iterable[Factor]) -> str:
    """As they are kept, the weightiest first."""
    return " ".join(one.text for one in factors)


def factors_of(text: str) -> Sequence[Factor]:
    """Those of a text that `factors_text` wrote."""
    return [Factor(Sign(one[1:-1]), one[0] == "+", one[-1] == ">") for one in text.split()]
