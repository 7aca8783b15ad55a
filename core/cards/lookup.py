"""Whose code is this? Pure decisions over rows that one statement brings: the till waits for nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.cards.balance import EMPTY, Stored, points_of, spend_blocks
from core.cards.model import Card, CardState, NumberKind, Plastic, Points
from core.cards.numbers import is_ean13
from core.cards.totp import accepted_step
from core.programme.model import Programme
from core.shared.refusals import Conflict, Unknown
from core.shared.values import CardId, CustomerId, till_name

_TOTP_DIGITS = 8
_SPOKEN_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Keys:
    """What a scanned or typed code could be: numbers to look for, a spoken code, a phone as it was typed."""

    code: str
    numbers: tuple[str, ...]
    spoken: str
    phone: str


def keys_of(typed: str) -> Keys:
    """Everything the code could mean; spaces and hyphens are forgiven.

    Raises Unknown (`unknown-code`) when it can mean nothing.
    """
    code = "".join(ch for ch in typed.strip() if ch not in " -\u00a0\u2011\u2013()")
    if not code or len(code) > 64 or not code.isascii() or not code.lstrip("+").isalnum():
        raise Unknown("unknown-code", reason="not-a-code")
    digits = code.isdigit()
    numbers = (code, code[:-_TOTP_DIGITS]) if digits and len(code) > _TOTP_DIGITS + 3 else (code,)
    spoken = code if digits and len(code) == _SPOKEN_DIGITS else ""
    phone = code if code.lstrip("+").isdigit() and 9 <= len(code) <= 16 else ""
    return Keys(code, numbers, spoken, phone)


@dataclass(frozen=True, slots=True)
class Holder:
    """One row of the lookup: a card that one of the keys finds, and its owner."""

    found_by: str
    """The number, spoken code or phone that found it."""
    how: str
    """`number`, `spoken` or `phone`."""
    kind: NumberKind
    card: Card
    customer_name: str
    spend_lock: str
    spoken_until: datetime | None = None
    stored: Stored = EMPTY


@dataclass(frozen=True, slots=True)
class Found:
    """What the database knows about the keys."""

    holders: Sequence[Holder]
    plastic: Plastic | None
    """A record nobody has restored, under the code itself."""
    plastic_stored: Stored = EMPTY


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose code it is. `customer` is None for plastic that nobody has restored: it may earn, nothing else."""

    customer: CustomerId | None
    name: str
    number: str
    state: CardState
    proof: str
    points: Points
    spend_blocked_by: Sequence[str]
    hints: Sequence[str]
    card: CardId | None = None
    step: int | None = None
    """The TOTP step of a rotating code: one step buys one spend."""
    until: datetime | None = None
    """Until when a spoken code lives: it too buys one spend."""
    stored: Stored = EMPTY


def recognise(keys: Keys, found: Found, *, programme: Programme, now: datetime) -> Recognised:
    """Who holds the code and how well it proves that the card is in hand.

    Order: a number as it stands, then a rotating code, a spoken one, a phone where the programme allows it.
    Raises Unknown (`unknown-code`, with a `reason`), Conflict (`card-blocked`, `card-replaced`).
    """
    for holder in found.holders:
        if holder.how == "number" and holder.found_by == keys.code:
            return _holder(holder, "none", None, programme)
    if found.plastic is not None:
        if found.plastic.blocked:
            raise Conflict("card-blocked")
        return Recognised(
            None, "", found.plastic.number, CardState.PREPARED, "none",
            points_of(found.plastic_stored, blocked=True), ["not-restored"], ["restore-plastic"],
            stored=found.plastic_stored,
        )  # fmt: skip
    for holder in found.holders:
        if holder.how == "number":
            step = accepted_step(holder.card.secret, keys.code[-_TOTP_DIGITS:], now)
            if step is None:
                raise Unknown("unknown-code", reason="code-over")
            return _holder(holder, "rotating", step, programme)
    for holder in found.holders:
        if holder.how == "spoken" and holder.spoken_until is not None and holder.spoken_until > now:
            return _holder(holder, "spoken", None, programme)
    for holder in found.holders:
        if holder.how == "phone" and programme.lookup_by_phone:
            return _holder(holder, "none", None, programme)
    raise Unknown("unknown-code", reason=_why_unknown(keys, programme))


def _why_unknown(keys: Keys, programme: Programme) -> str:
    """`other-programme` for a sound barcode that is not of our making; else `unknown`, `code-over` for six digits."""
    if keys.spoken:
        return "code-over"
    if is_ean13(keys.code) and not keys.code.startswith(programme.card_prefix):
        return "other-programme"
    return "unknown"


def _holder(holder: Holder, proof: str, step: int | None, programme: Programme) -> Recognised:
    card = holder.card
    if holder.kind is NumberKind.REPLACED or card.state is CardState.REPLACED:
        raise Conflict("card-replaced")
    if card.state is CardState.BLOCKED:
        raise Conflict("card-blocked")
    if card.state is CardState.DELETED:
        raise Unknown("unknown-code", reason="unknown")
    active = card.state is CardState.ACTIVE
    blocks = spend_blocks(gate=programme.gate_questions, active=active, spend_lock=holder.spend_lock)
    hints = ["confirm-person"] if holder.spend_lock else []
    return Recognised(
        card.customer,
        till_name(holder.customer_name),
        card.number,
        card.state,
        proof,
        points_of(holder.stored, blocked=bool(blocks) or not active),
        blocks,
        hints,
        card.id,
        step,
        holder.spoken_until,
        holder.stored,
    )
