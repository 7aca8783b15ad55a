"""Answers of the receipt's operations (contract 4.2), as models for the description and as JSON for the till."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import ConfigDict

from adapters.http.api import Answer
from adapters.pos.models import PointsOut
from core.cards.model import Points
from core.sales.actions import Quoted, Settled
from core.sales.model import Sale, SaleReturn
from core.sales.quoting import Applied, QuoteLine
from core.sales.returning import GivenBack
from core.shared.amounts import quantity


class LineOut(Answer):
    """Minor units, but `earned` (points)."""

    amount: int
    discount: int
    points_paid: int
    total: int
    earned: int
    offers: Sequence[str]


class OffOut(Answer):
    """What an offer took off a line."""

    line: int
    amount: int


class AppliedOut(Answer):
    """An offer that gave something."""

    offer: str
    voucher: str | None
    amount: int
    points: int
    lines: Sequence[OffOut]


class NotAppliedOut(Answer):
    """A voucher that gave nothing, and why."""

    voucher: str
    code: Literal[
        "unknown", "not-yours", "used", "void", "expired", "not-yet", "not-here", "condition", "limit", "budget",
        "no-effect", "beaten",
    ]  # fmt: skip


class StepOut(Answer):
    """One step of the explanation: its name, and its figures."""

    model_config = ConfigDict(frozen=True, extra="allow")
    step: str


class QuoteOut(Answer):
    """What the receipt comes to."""

    quote_id: str
    lines: Sequence[LineOut]
    subtotal: int
    discount: int
    points_spent: int
    points_paid_minor: int
    total: int
    earned: int
    points_max: int
    spend_blocked_by: Sequence[str]
    applied: Sequence[AppliedOut]
    not_applied: Sequence[NotAppliedOut]
    explain: Sequence[StepOut]


class SaleOut(QuoteOut):
    """A settled sale."""

    sale_id: str
    balance: PointsOut | None


class ReturnedOut(Answer):
    """A return of a sale, shortly."""

    return_id: str
    at: datetime
    reason: str
    money_back: int
    points_returned: int
    points_taken: int
    shortfall: int
    lines: Sequence[Mapping[str, Any]]


class WholeSaleOut(SaleOut):
    """A sale with what has come back of it."""

    receipt: str
    store: str
    till: str
    sold_at: datetime
    returned: Sequence[str]
    returns: Sequence[ReturnedOut]


class BackOut(Answer):
    """What a return brought back."""

    return_id: str
    money_back: int
    points_returned: int
    points_taken: int
    shortfall: int
    vouchers_restored: Sequence[str]
    balance: PointsOut | None
    deduct: int | None = None


class HoldOut(Answer):
    """Points that wait for a receipt."""

    hold_id: str
    expires_at: datetime


class ConfirmationOut(Answer):
    """A question on its way to the customer."""

    confirmation: str
    expires_at: datetime


class AnswerOut(Answer):
    """What the customer said."""

    state: Literal["waiting", "confirmed", "declined", "expired"]


def text_of(document: Mapping[str, Any]) -> str:
    """The document as the JSON that a repeat gets again to the byte."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def moment(instant: datetime) -> str:
    """RFC 3339, UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def quote_json(quote_id: str, quoted: Quoted) -> dict[str, Any]:
    """The quote as `QuoteOut`."""
    made = quoted.quote
    return {
        "quote_id": quote_id,
        "lines": [_line(line) for line in made.lines],
        "subtotal": made.subtotal,
        "discount": made.discount,
        "points_spent": made.points_spent,
        "points_paid_minor": made.points_paid,
        "total": made.total,
        "earned": made.earned,
        "points_max": made.points_max,
        "spend_blocked_by": list(quoted.blocked_by),
        "applied": [_applied(one) for one in made.applied],
        "not_applied": [
            {"voucher": typed, "code": made.not_applied[typed]}
            for typed in quoted.vouchers
            if typed in made.not_applied
        ],
        "explain": list(made.explain),
    }


def sale_json(settled: Settled) -> dict[str, Any]:
    """The settled sale as `SaleOut`."""
    quoted = quote_json(settled.sale.id, settled.quoted)
    return {**quoted, "sale_id": settled.sale.id, "balance": points_json(settled.balance)}


def whole_sale_json(sale: Sale, returns: Sequence[SaleReturn]) -> dict[str, Any]:
    """The sale's own answer and what has come back, as `WholeSaleOut`."""
    return {
        **json.loads(sale.answer),
        "receipt": sale.receipt.number,
        "store": sale.receipt.store,
        "till": sale.receipt.till,
        "sold_at": moment(sale.sold_at),
        "returned": [quantity(line.returned) for line in sale.lines],
        "returns": [
            {
                "return_id": one.id,
                "at": moment(one.at),
                "reason": one.reason,
                "money_back": one.back.money,
                "points_returned": one.points_returned,
                "points_taken": one.points_taken,
                "shortfall": one.shortfall,
                "lines": [{"line": back.line, "quantity": quantity(back.milli)} for back in one.back.lines],
            }
            for one in returns
        ],
    }


def back_json(back: GivenBack, deduct: int | None) -> dict[str, Any]:
    """The return as `BackOut`; `deduct` minor units where the programme takes a shortfall in money."""
    done = back.done
    document = {
        "return_id": done.id,
        "money_back": done.back.money,
        "points_returned": done.points_returned,
        "points_taken": done.points_taken,
        "shortfall": done.shortfall,
        "vouchers_restored": list(back.vouchers),
        "balance": points_json(back.balance),
    }
    return document if deduct is None else {**document, "deduct": deduct}


def points_json(points: Points | None) -> dict[str, Any] | None:
    """The points object of lookup."""
    if points is None:
        return None
    expiry = points.next_expiry
    return {
        "active": points.active,
        "pending": points.pending,
        "held": points.held,
        "spendable": points.spendable,
        "next_expiry": {"points": expiry[1], "at": moment(expiry[0])} if expiry is not None else None,
    }


def _line(line: QuoteLine) -> dict[str, Any]:
    return {
        "amount": line.amount,
        "discount": line.discount,
        "points_paid": line.points_paid,
        "total": line.total,
        "earned": line.earned,
        "offers": list(line.offers),
    }


def _applied(one: Applied) -> dict[str, Any]:
    return {
        "offer": one.offer,
        "voucher": one.voucher,
        "amount": one.amount,
        "points": one.points,
        "lines": [{"line": at, "amount": amount} for at, amount in sorted(one.lines.items())],
    }
