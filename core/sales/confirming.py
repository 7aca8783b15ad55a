"""Proof that whoever pays with points may: a fresh code, or the customer's tap in the chat (domain section 3)."""

from dataclasses import replace
from datetime import timedelta

from core.cards.lookup import Recognised
from core.sales.model import Confirmation, ConfirmationId, ConfirmationState, SaleId
from core.sales.ports import SalesWork
from core.shared.refusals import Conflict, Unknown
from core.shared.values import CustomerId


def must_be_proven(
    work: SalesWork,
    *,
    seen: Recognised,
    customer: CustomerId,
    code: str,
    points: int,
    source: str,
    confirmation: ConfirmationId | None,
    sale: SaleId,
) -> None:
    """The spending is proven, and the proof used up: one step of a code, one tap, buys one spend.

    Raises Conflict (`proof-needed`, `code-used`).
    """
    if confirmation is not None:
        _use_confirmation(work, confirmation, customer, points, source, sale)
        return
    proven = False
    if seen.card is not None and seen.proof in ("rotating", "spoken"):
        until = int(seen.until.timestamp()) if seen.until is not None else 0
        used = f"step:{seen.step}" if seen.proof == "rotating" else f"spoken:{code[-6:]}:{until}"
        proven = work.sales.use_code(seen.card, used, sale, work.now)
        if not proven and points > work.programme.spend_without_proof_points:
            raise Conflict("code-used")
    if not proven and points > work.programme.spend_without_proof_points:
        raise Conflict("proof-needed", most=work.programme.spend_without_proof_points)


def ask_customer(work: SalesWork, *, customer: CustomerId, points: int, source: str) -> Confirmation:
    """The customer is asked whether this till may spend so many points; the tap must come within 60 s."""
    until = work.now + timedelta(seconds=work.programme.confirmation_seconds)
    asked = Confirmation(ConfirmationId(work.new_id()), customer, source, points, work.now, until)
    work.sales.add_confirmation(asked)
    return asked


def decide(work: SalesWork, *, confirmation: ConfirmationId, customer: CustomerId, yes: bool) -> Confirmation:
    """The customer's tap counts, once and in time; late, double and foreign taps change nothing.

    Raises Unknown (`unknown-confirmation`) for one that is not the customer's.
    """
    asked = work.sales.confirmation(confirmation, lock=True)
    if asked is None or asked.customer != customer:
        raise Unknown("unknown-confirmation")
    if asked.state_at(work.now) is not ConfirmationState.WAITING:
        return asked
    state = ConfirmationState.CONFIRMED if yes else ConfirmationState.DECLINED
    work.sales.decide(confirmation, state, work.now)
    return replace(asked, state=state, decided_at=work.now)


def confirmation_of(work: SalesWork, *, confirmation: ConfirmationId, source: str) -> ConfirmationState:
    """Where it stands now. Raises Unknown for another till's."""
    asked = work.sales.confirmation(confirmation)
    if asked is None or asked.source != source:
        raise Unknown("unknown-confirmation")
    return asked.state_at(work.now)


def _use_confirmation(
    work: SalesWork, confirmation: ConfirmationId, customer: CustomerId, points: int, source: str, sale: SaleId
) -> None:
    asked = work.sales.confirmation(confirmation, lock=True)
    if asked is None or asked.source != source or asked.customer != customer or asked.decided_at is None:
        raise Conflict("proof-needed")
    over = asked.decided_at + timedelta(minutes=work.programme.confirmed_minutes) < work.now
    if asked.state is not ConfirmationState.CONFIRMED or over or asked.points < points:
        raise Conflict("proof-needed")
    if not work.sales.spend_confirmation(confirmation, sale):
        raise Conflict("code-used")
