"""The till's bodies and answers (contract 4.2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from adapters.http.api import Answer, Body
from core.sales.recognising import Known


class LookupBody(Body):
    """A code as it was scanned or typed: static, rotating, spoken, plastic (or a phone, where the programme allows)."""

    code: str = Field(min_length=1, max_length=200)


class LinkBody(Body):
    """The number on the plastic and the customer's code, both in the cashier's hands."""

    plastic: str = Field(min_length=1, max_length=200)
    code: str = Field(min_length=1, max_length=200)


class CustomerOut(Answer):
    """Who it is: first name and initial only."""

    id: str
    name: str


class CardOut(Answer):
    """The card that the code belongs to."""

    number: str
    state: Literal["prepared", "issued", "active"]


class ExpiryOut(Answer):
    """The nearest instant at which active points expire, and how many do."""

    points: int
    at: datetime


class PointsOut(Answer):
    """Points; `active` includes `held`."""

    active: int
    pending: int
    held: int
    spendable: int
    next_expiry: ExpiryOut | None


class VoucherOut(Answer):
    """A voucher that the customer can use."""

    code: str
    title: str
    ends_at: datetime | None


class OfferOut(Answer):
    """An offer that is meant for the customer."""

    id: str
    title: str
    reason: str
    ends_at: datetime | None


class LookupOut(Answer):
    """Who it is, what can be spent, what applies."""

    customer: CustomerOut | None
    card: CardOut
    proof: Literal["none", "rotating", "spoken", "confirmed"]
    points: PointsOut
    spend_blocked_by: Sequence[str]
    vouchers: Sequence[VoucherOut]
    offers: Sequence[OfferOut]
    hints: Sequence[str]


def lookup_out(known: Known) -> LookupOut:
    """The core's answer as the till reads it."""
    seen = known.seen
    points, expiry = seen.points, seen.points.next_expiry
    return LookupOut(
        customer=CustomerOut(id=seen.customer, name=seen.name) if seen.customer is not None else None,
        card=CardOut(number=seen.number, state=seen.state.value),  # type: ignore[arg-type]  # others were refused
        proof=seen.proof,  # type: ignore[arg-type]  # one of the four by construction
        points=PointsOut(
            active=points.active,
            pending=points.pending,
            held=points.held,
            spendable=points.spendable,
            next_expiry=ExpiryOut(at=expiry[0], points=expiry[1]) if expiry else None,
        ),
        spend_blocked_by=seen.spend_blocked_by,
        vouchers=[VoucherOut(code=one.id, title=one.title, ends_at=one.ends_at) for one in known.vouchers],
        offers=[OfferOut(id=one.id, title=one.title, reason=one.reason, ends_at=one.ends_at) for one in known.offers],
        hints=seen.hints,
    )
