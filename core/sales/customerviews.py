"""What pages read about a customer: who is found, what happened to their points, what they bought, what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.shared.values import CustomerId, Phone


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody is looked for by: numbers of cards, a whole phone, the beginning of a name; empty: not by it."""

    numbers: tuple[str, ...] = ()
    phone: Phone | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A living customer in a list, with the card that they use now."""

    id: CustomerId
    name: str
    phone: Phone | None
    proven: bool
    language: str
    number: str
    state: str
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found; `plastics`: numbers of old cards that nobody has restored; `more`: there are others."""

    rows: Sequence[CustomerRow]
    plastics: Sequence[str] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number that finds somebody: current, an alias, or a replaced one, and the state of its card."""

    number: str
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A merge that the customer survived, and may be taken back."""

    id: str
    absorbed: CustomerId
    name: str
    actor: str
    at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Movement:
    """An operation of the ledger as it changed this person's points; `left`: what they could call theirs after it."""

    id: str
    kind: str
    at: datetime
    active: int
    pending: int
    held: int
    left: int
    actor: str
    reason: str
    store: str
    receipt: str


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of a receipt."""

    name: str
    milli: int
    total: int


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt with the card; `returned`: nothing of it is left."""

    id: str
    sold_at: datetime
    store: str
    receipt: str
    total: int
    points_spent: int
    earned: int
    returned: bool
    lines: Sequence[Bought]


@dataclass(frozen=True, slots=True)
class MessageRow:
    """What became of a campaign's message for this person; `outcome` empty: not settled yet."""

    campaign: str
    name: str
    kind: str
    due_at: datetime
    arm: str
    outcome: str
    reason: str
    channel: str
    at: datetime | None
    delivered_at: datetime | None
    seen_at: datetime | None
    tapped_at: datetime | None
