"""The address of a card's live page: nobody can guess it, and it dies with the card."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from core.cards.model import Card, CardState
from core.cards.ports import CardWork
from core.cards.totp import STEP, rotating_code, start_of, step_of, valid_until
from core.shared.refusals import Unknown
from core.shared.values import CardId, CustomerId

_ID, _SEAL = 32, 40
LENGTH = _ID + _SEAL
_AHEAD = 2
"""Steps after the current one whose codes a page holds, so that minutes without a network show no dead code."""


@dataclass(frozen=True, slots=True)
class LiveCode:
    """A rotating code, the instant from which it is shown and the one at which tills accept it no more."""

    text: str
    shown_from: datetime
    good_until: datetime


def live_codes(card: Card, now: datetime) -> tuple[LiveCode, ...]:
    """The card's code of this step and of the next ones, in their order (domain section 3)."""
    starts = [start_of(step_of(now)) + STEP * more for more in range(_AHEAD + 1)]
    return tuple(LiveCode(rotating_code(card.number, card.secret, at), at, valid_until(at)) for at in starts)


def live_token(card: Card, key: bytes) -> str:
    """The card's id and 160 bits over its own secret under the house's key.

    A new card has a new secret, so a page of a replaced card opens nothing. Nothing is stored that could leak.
    """
    plain = card.id.replace("-", "")
    return plain + _seal(card, key)


def card_of_token(work: CardWork, token: str) -> Card:
    """The card behind the address, which can be used. Raises Unknown (`unknown-card`), the same for every wrong."""
    plain, seal = token[:_ID], token[_ID:]
    dashed = "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))
    card = work.cards.get(CardId(dashed)) if len(token) == LENGTH and token.isascii() and token.isalnum() else None
    if card is None or not hmac.compare_digest(_seal(card, work.number_key), seal):
        raise Unknown("unknown-card")
    return _usable(card)


def card_of_holder(work: CardWork, customer: CustomerId | None) -> Card:
    """The customer's card, which can be used. Raises as `card_of_token`, also for nobody."""
    return _usable(work.cards.of(customer) if customer is not None else None)


def _usable(card: Card | None) -> Card:
    if card is None or card.state not in (CardState.ISSUED, CardState.ACTIVE):
        raise Unknown("unknown-card")
    return card


def _seal(card: Card, key: bytes) -> str:
    told = b"live|" + card.id.encode() + b"|" + card.secret
    return hmac.digest(key, told, hashlib.sha256).hex()[:_SEAL]
