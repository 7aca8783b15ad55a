"""A settled sale, and what comes back of it: pure arithmetic over what was sold (domain section 6, Return)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.ledger.model import OperationId
from core.shared.amounts import half_up
from core.shared.refusals import Conflict, Invalid
from core.shared.values import CustomerId, StoreId

SaleId = NewType("SaleId", str)
ReturnId = NewType("ReturnId", str)
ConfirmationId = NewType("ConfirmationId", str)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What identifies a receipt: under another key it is still the same one."""

    store: StoreId
    till: str
    number: str
    day: date


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line as it was settled: thousandths, minor units, points; `returned` thousandths have come back."""

    sku: str
    name: str
    category: str
    brand: str
    no_points: bool
    milli: int
    unit_price: int
    amount: int
    discount: int
    points_paid: int
    total: int
    earned: int
    returned: int = 0


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale in the books. `customer` None: without a card; `operation` None: it moved no points."""

    id: SaleId
    receipt: Receipt
    customer: CustomerId | None
    operation: OperationId | None
    sold_at: datetime
    received_at: datetime
    source: str
    digest: str
    points_spent: int
    offline: bool
    lines: tuple[SoldLine, ...]
    answer: str = ""
    returned: bool = False

    @property
    def total(self) -> int:
        """What was paid in money, minor units."""
        return sum(line.total for line in self.lines)

    @property
    def earned(self) -> int:
        """Points that it earned."""
        return sum(line.earned for line in self.lines)


@dataclass(frozen=True, slots=True)
class BackLine:
    """What one return brings back of a line."""

    line: int
    milli: int
    money: int
    points_paid: int
    earned: int


@dataclass(frozen=True, slots=True)
class Back:
    """What one return brings back in all; `points_before` spent points came back earlier."""

    lines: tuple[BackLine, ...]
    money: int
    points: int
    points_before: int
    due: int
    whole: bool
    """True when nothing of the sale is left."""


@dataclass(frozen=True, slots=True)
class SaleReturn:
    """A return in the books."""

    id: ReturnId
    sale: SaleId
    operation: OperationId | None
    at: datetime
    source: str
    reason: str
    back: Back
    points_returned: int
    points_taken: int
    shortfall: int


class ConfirmationState(StrEnum):
    """How a question stands: the first tap in time decides."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A question to the customer: may this till spend so many points? Answered once, used once."""

    id: ConfirmationId
    customer: CustomerId
    source: str
    points: int
    asked_at: datetime
    expires_at: datetime
    state: ConfirmationState = ConfirmationState.WAITING
    decided_at: datetime | None = None
    sale: SaleId | None = None

    def state_at(self, now: datetime) -> ConfirmationState:
        """Where it stands then: a question that nobody answered is over at `expires_at`."""
        over = self.state is ConfirmationState.WAITING and self.expires_at <= now
        return ConfirmationState.EXPIRED if over else self.state


def bring_back(sale: Sale, asked: Mapping[int, int]) -> Back:
    """What comes back when so many thousandths of these lines do.

    Of r out of q in all, round_half_up(part x r / q) of money and of `points_paid`, floor of earned: one return gives
    the difference to before, so any split ends the same. Raises Invalid (`lines.<n>`), Conflict
    (`return-exceeds-sale`).
    """
    lines, before, after, whole = [], 0, 0, True
    for at, line in enumerate(sale.lines):
        here = asked.get(at, 0)
        if here > line.milli - line.returned:
            raise Conflict("return-exceeds-sale", line=at, left=line.milli - line.returned)
        was, now = _upto(line, line.returned), _upto(line, line.returned + here)
        before, after = before + was[1], after + now[1]
        whole = whole and line.returned + here == line.milli
        if here:
            lines.append(BackLine(at, here, now[0] - was[0], now[1] - was[1], now[2] - was[2]))
    for at in asked:
        if not 0 <= at < len(sale.lines):
            raise Invalid(f"lines.{at}")
    value = sum(line.points_paid for line in sale.lines) // sale.points_spent if sale.points_spent else 1
    points_before, points_after = before // value, after // value
    return Back(
        tuple(lines),
        sum(line.money for line in lines),
        points_after - points_before,
        points_before,
        sum(line.earned for line in lines),
        whole,
    )


def everything_left(sale: Sale) -> dict[int, int]:
    """Thousandths of every line that have not come back. Raises Conflict (`nothing-to-return`)."""
    left = {at: line.milli - line.returned for at, line in enumerate(sale.lines) if line.returned < line.milli}
    if not left:
        raise Conflict("nothing-to-return")
    return left


def _upto(line: SoldLine, returned: int) -> Sequence[int]:
    """Money, `points_paid` and earned points that are back once so many thousandths are."""
    return (
        half_up(line.total * returned, line.milli),
        half_up(line.points_paid * returned, line.milli),
        line.earned * returned // line.milli,
    )
