"""Bodies of the receipt's operations (contract 4.2): every text, number and instant checked before anybody looks."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from adapters.http.api import Body
from core.ledger.model import HoldId
from core.sales.actions import SaleAsked
from core.sales.asking import Asked
from core.sales.basket import MOST_LINES, MOST_PRICE, MOST_VOUCHERS, Line, Most
from core.sales.model import ConfirmationId
from core.shared.amounts import milli
from core.shared.values import StoreId

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
MOST_POINTS = 10**12


def _readable(text: str) -> str:
    """No control or half characters: a database or a log could not hold them."""
    if not text.isprintable():
        raise ValueError("only printable characters")
    return text


def _instant(value: Any) -> Any:
    """RFC 3339 with its offset; seconds may carry a fraction, of which microseconds are kept."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("an instant as RFC 3339, such as 2026-11-26T12:00:00Z")
    short = re.sub(r"(\.\d{6})\d+", r"\1", value.upper().replace("Z", "+00:00"))
    instant = datetime.fromisoformat(short)
    if not 1970 <= instant.year <= 9998:
        raise ValueError("a year from 1970 to 9998")
    return instant


def _quantity(text: str) -> str:
    milli(text)
    return text


def _different(codes: list[str]) -> list[str]:
    if len(set(codes)) > MOST_VOUCHERS:
        raise ValueError(f"at most {MOST_VOUCHERS} different vouchers")
    return codes


Word = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_readable)]
Label = Annotated[str, Field(max_length=200), AfterValidator(_readable)]
Code = Annotated[str, Field(min_length=1, max_length=200)]
Moment = Annotated[datetime, BeforeValidator(_instant)]
Quantity = Annotated[
    str, Field(max_length=9, pattern=r"^[0-9]{1,5}(\.[0-9]{1,3})?$", examples=["1.250"]), AfterValidator(_quantity)
]
Points = Annotated[int, Field(ge=1, le=MOST_POINTS)]


class LineBody(Body):
    """A line of the receipt; category and brand of the till go before those of the catalogue."""

    sku: Word
    quantity: Quantity
    unit_price: int = Field(ge=0, le=MOST_PRICE)
    name: Label = ""
    category: Label = ""
    brand: Label = ""
    no_points: bool = False

    def line(self) -> Line:
        """As the core knows it."""
        return Line(
            self.sku, milli(self.quantity), self.unit_price, self.name, self.category, self.brand, self.no_points
        )


class ReceiptBody(Body):
    """What quotes and sales have in common."""

    store: Word
    lines: list[LineBody] = Field(min_length=1, max_length=MOST_LINES)
    code: Code | None = None
    vouchers: Annotated[list[Code], Field(max_length=200, default_factory=list), AfterValidator(_different)]
    spend_points: Annotated[int, Field(ge=0, le=MOST_POINTS)] | Literal["max"] = 0
    hold: Word | None = None

    def asked(self, phone: str) -> Asked:
        """As the core knows it; `phone` is the code read as one."""
        return Asked(
            StoreId(self.store),
            tuple(line.line() for line in self.lines),
            self.code,
            tuple(self.vouchers),
            Most.MAX if self.spend_points == "max" else self.spend_points,
            HoldId(self.hold) if self.hold is not None else None,
            phone,
        )


class QuoteBody(ReceiptBody):
    """A basket to be worked out; `at` moves offers and vouchers, never the balance."""

    at: Moment | None = None


class SaleBody(ReceiptBody):
    """A receipt to be settled."""

    receipt: Word
    sold_at: Moment
    till: Word
    expected_total: Annotated[int, Field(ge=0, le=10**15)] | None = None
    confirmation: Word | None = None
    offline: bool = False

    def wanted(self, phone: str) -> SaleAsked:
        """As the core knows it."""
        confirmation = ConfirmationId(self.confirmation) if self.confirmation is not None else None
        return SaleAsked(
            self.asked(phone), self.receipt, self.till, self.sold_at, self.expected_total, confirmation, self.offline
        )


class BackBody(Body):
    """So much of a line comes back."""

    line: int = Field(ge=0, le=MOST_LINES - 1)
    quantity: Quantity


class ReturnBody(Body):
    """A return by line; no line stands twice."""

    lines: list[BackBody] = Field(min_length=1, max_length=MOST_LINES)
    reason: Label = ""


class CancelBody(Body):
    """Everything that is left comes back."""

    reason: Label = ""


class HoldBody(Body):
    """An open receipt claims points, and, where it names them, vouchers."""

    code: Code
    points: Points
    vouchers: Annotated[list[Code], Field(max_length=200, default_factory=list), AfterValidator(_different)]


class ConfirmationBody(Body):
    """The customer is asked in the chat."""

    code: Code
    points: Points
