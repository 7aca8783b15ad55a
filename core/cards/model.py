"""Cards, the numbers that find them, and the records of old plastic."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from core.shared.refusals import Conflict
from core.shared.values import CardId, CustomerId, Phone

SYMBOLOGIES = ("ean13", "code128", "itf", "qr")


class CardState(StrEnum):
    """Where a card stands (domain section 3): `prepared` and `issued` earn, only `active` spends."""

    PREPARED = "prepared"
    ISSUED = "issued"
    ACTIVE = "active"
    BLOCKED = "blocked"
    REPLACED = "replaced"
    DELETED = "deleted"


MOVES: dict[tuple[CardState, str], CardState] = {
    (CardState.ISSUED, "activate"): CardState.ACTIVE,
    (CardState.ISSUED, "block"): CardState.BLOCKED,
    (CardState.ACTIVE, "block"): CardState.BLOCKED,
    (CardState.ISSUED, "replace"): CardState.REPLACED,
    (CardState.ACTIVE, "replace"): CardState.REPLACED,
    (CardState.BLOCKED, "replace"): CardState.REPLACED,
    (CardState.ISSUED, "delete"): CardState.DELETED,
    (CardState.ACTIVE, "delete"): CardState.DELETED,
    (CardState.BLOCKED, "delete"): CardState.DELETED,
    (CardState.REPLACED, "delete"): CardState.DELETED,
}


@dataclass(frozen=True, slots=True)
class Card:
    """A customer's card. `number` is what it shows; `secret` makes its rotating codes and is its own."""

    id: CardId
    customer: CustomerId
    number: str
    symbology: str
    state: CardState
    secret: bytes
    issued_at: datetime
    replaced_by: CardId | None = None


def moved(card: Card, move: str) -> Card:
    """The card after the move. Raises Conflict (`card-<state>`) when the table has no such move."""
    state = MOVES.get((card.state, move))
    if state is None:
        raise Conflict(f"card-{card.state}")
    return replace(card, state=state)


class NumberKind(StrEnum):
    """Why a number finds a card: it is the card's own, an earlier one that still scans, or a replaced one."""

    CURRENT = "current"
    ALIAS = "alias"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Plastic:
    """A retailer's record of an old plastic card. `points` (whole) wait for the ledger as the opening balance."""

    number: str
    symbology: str
    phone: Phone | None = None
    name: str = ""
    birthday: date | None = None
    points: int = 0
    points_expire_on: date | None = None
    blocked: bool = False
    card: CardId | None = None
    """The card that has restored this number."""

    @property
    def free(self) -> bool:
        """True while the number can still be restored."""
        return self.card is None and not self.blocked


@dataclass(frozen=True, slots=True)
class Points:
    """What the till and the customer see of points; `active` includes `held` (domain section 4)."""

    active: int = 0
    pending: int = 0
    held: int = 0
    spendable: int = 0
    next_expiry: tuple[datetime, int] | None = None
