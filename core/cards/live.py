"""The address of a card's live page: nobody can guess it, and it dies with the card."""

import hashlib
import hmac

from core.cards.model import Card, CardState
from core.cards.ports import CardWork
from core.shared.refusals import Unknown
from core.shared.values import CardId

_ID, _SEAL = 32, 40
LENGTH = _ID + _SEAL


def live_token(card: Card, key: bytes) -> str:
    """The card's id and 160 bits over its own secret under the house's key.

    A new card has a new secret, so a page of a replaced card opens nothing. Nothing is stored that could leak.
    """
    plain = card.id.replace("-", "")
    return plain + _seal(card, key)


def card_of_token(work: CardWork, token: str) -> Card:
    """The usable card behind the address. Raises Unknown (`unknown-card`), the same for every kind of wrong."""
    plain, seal = token[:_ID], token[_ID:]
    dashed = "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))
    card = work.cards.get(CardId(dashed)) if len(token) == LENGTH and token.isascii() and token.isalnum() else None
    if card is None or not hmac.compare_digest(_seal(card, work.number_key), seal):
        raise Unknown("unknown-card")
    if card.state not in (CardState.ISSUED, CardState.ACTIVE):
        raise Unknown("unknown-card")
    return card


def _seal(card: Card, key: bytes) -> str:
    told = b"live|" + card.id.encode() + b"|" + card.secret
    return hmac.digest(key, told, hashlib.sha256).hex()[:_SEAL]
