"""What lies on the belt: lines as the till sends them, in whole numbers."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from core.shared.amounts import half_up
from core.shared.values import CustomerId

MOST_LINES = 500
MOST_PRICE = 1_000_000_000
MOST_VOUCHERS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt: `milli` thousandths of something at `unit_price` minor units."""

    sku: str
    milli: int
    unit_price: int
    name: str = ""
    category: str = ""
    brand: str = ""
    no_points: bool = False

    @property
    def amount(self) -> int:
        """quantity x unit price, half up to a minor unit."""
        return half_up(self.milli * self.unit_price, 1000)


@dataclass(frozen=True, slots=True)
class Buyer:
    """What offers may ask about the person who pays; None instead of a Buyer is a receipt without a card."""

    customer: CustomerId
    first_purchase: bool = False
    birthday: date | None = None
    clubs: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()
    """Ids of the personal offers that are meant for this person."""


class Most(Enum):
    """As many points as may be spent."""

    MAX = "max"
