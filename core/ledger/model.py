"""The nouns of the ledger: an operation has entries that sum to zero; a lot is one earning; a purse is a balance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.shared.values import CustomerId

OperationId = NewType("OperationId", str)
LotId = NewType("LotId", str)
HoldId = NewType("HoldId", str)


class Account(StrEnum):
    """Where points are. A customer's three name a lot in every entry, but for a debt; the house's five never do."""

    ACTIVE = "active"
    PENDING = "pending"
    HELD = "held"
    ISSUED = "issued"
    SPENT = "spent"
    EXPIRED = "expired"
    ADJUSTED = "adjusted"
    OFFLINE_LOSS = "offline_loss"


OF_CUSTOMER = frozenset({Account.ACTIVE, Account.PENDING, Account.HELD})


class Kind(StrEnum):
    """What an operation did."""

    SALE = "sale"
    RETURN = "return"
    HOLD = "hold"
    RELEASE = "release"
    ACTIVATE = "activate"
    EXPIRE = "expire"
    WELCOME = "welcome"
    QUESTION = "question"
    ADJUST = "adjust"
    REINSTATE = "reinstate"
    OPENING = "opening"
    MERGE = "merge"
    UNMERGE = "unmerge"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that happened to points. (source, key) is unique for ever; `corrects` is the operation it takes back.

    `at` is the server's instant, which decides the order; `business_at` is the till's, which decides no order.
    """

    id: OperationId
    kind: Kind
    source: str
    key: str
    at: datetime
    business_at: datetime
    actor: str = ""
    reason: str = ""
    corrects: OperationId | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """One earning of one customer and where its points are now; `earned` never changes, the three never go below 0.

    `expires_at` None: never. `number` is the order of issue; 0 until the lot is in the books, behind all that are.
    """

    id: LotId
    customer: CustomerId
    operation: OperationId
    source: Kind
    earned: int
    issued_at: datetime
    activates_at: datetime
    expires_at: datetime | None
    pending: int = 0
    active: int = 0
    held: int = 0
    number: int = 0

    def living(self, now: datetime) -> bool:
        """True while its points can be used: an expired lot waits only for the books to say so."""
        return self.expires_at is None or self.expires_at > now


@dataclass(frozen=True, slots=True)
class Entry:
    """So many points into (out of, when negative) an account."""

    account: Account
    amount: int
    customer: CustomerId | None = None
    lot: LotId | None = None


@dataclass(frozen=True, slots=True)
class Purse:
    """A customer's points as stored: `active` without the held ones, all >= 0; `debt` is what later earning repays.

    `due_at`: when the next lot activates or expires, or a hold ends. `number` counts the customer's operations.
    """

    customer: CustomerId
    active: int = 0
    pending: int = 0
    held: int = 0
    debt: int = 0
    number: int = 0
    due_at: datetime | None = None


class HoldState(StrEnum):
    """How a hold stands: it ends once, in one of three ways."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Hold:
    """Points claimed by an open receipt until `until`; resolved exactly once."""

    id: HoldId
    operation: OperationId
    customer: CustomerId
    points: int
    until: datetime
    source: str
    state: HoldState = HoldState.OPEN


@dataclass(frozen=True, slots=True)
class Part:
    """So many points of one lot."""

    lot: Lot
    points: int


def spending_order(lots: Iterable[Lot]) -> list[Lot]:
    """Nearest expiry first, no expiry last, ties by earliest issue (domain section 4)."""
    return sorted(
        lots, key=lambda lot: (lot.expires_at is None, lot.expires_at or lot.issued_at, not lot.number, lot.number)
    )


def take(lots: Sequence[Lot], points: int, account: Account = Account.ACTIVE) -> list[Part]:
    """At most so many points from the account of the lots, in their order."""
    parts = []
    for lot in lots:
        here = min(points, _in(lot, account))
        if here > 0:
            parts.append(Part(lot, here))
            points -= here
    return parts


def total(parts: Iterable[Part]) -> int:
    """All points of the parts."""
    return sum(part.points for part in parts)


def moved(parts: Iterable[Part], source: Account, target: Account) -> list[Entry]:
    """The parts go from one account of their customer to another, each within its lot."""
    return [
        entry
        for part in parts
        for entry in (
            Entry(source, -part.points, part.lot.customer, part.lot.id),
            Entry(target, part.points, part.lot.customer, part.lot.id),
        )
    ]


def paid(parts: Iterable[Part], source: Account, house: Account) -> list[Entry]:
    """The parts leave their customer for an account of the house."""
    parts = list(parts)
    out = [Entry(source, -part.points, part.lot.customer, part.lot.id) for part in parts]
    return [*out, Entry(house, total(parts))] if out else []


def balanced(entries: Sequence[Entry]) -> bool:
    """True when they sum to zero and every one is in an account of its kind."""
    right = all((entry.account in OF_CUSTOMER) == (entry.customer is not None) for entry in entries)
    return right and sum(entry.amount for entry in entries) == 0


def after(lot: Lot, entries: Iterable[Entry]) -> Lot:
    """The lot once these entries are posted."""
    change = dict.fromkeys(OF_CUSTOMER, 0)
    for entry in entries:
        if entry.lot == lot.id:
            change[entry.account] += entry.amount
    return replace(
        lot,
        pending=lot.pending + change[Account.PENDING],
        active=lot.active + change[Account.ACTIVE],
        held=lot.held + change[Account.HELD],
    )


def due_after(lots: Iterable[Lot], holds: Iterable[Hold]) -> datetime | None:
    """The next instant at which something becomes due; a lot under a hold waits for the hold."""
    instants = [lot.activates_at for lot in lots if lot.pending]
    instants += [lot.expires_at for lot in lots if lot.expires_at is not None and lot.active]
    instants += [hold.until for hold in holds if hold.state is HoldState.OPEN]
    return min(instants, default=None)


def next_expiry(lots: Iterable[Lot], now: datetime) -> tuple[datetime, int] | None:
    """The nearest instant at which active points, held ones among them, expire, and how many do."""
    sums: dict[datetime, int] = {}
    for lot in lots:
        if lot.expires_at is not None and lot.expires_at > now and lot.active + lot.held:
            sums[lot.expires_at] = sums.get(lot.expires_at, 0) + lot.active + lot.held
    return min(sums.items(), default=None)


def spent_parts(entries: Iterable[Entry], lots: Mapping[LotId, Lot]) -> list[Part]:
    """What a sale took, lot by lot, in the order in which it took them: the entries that left the customer.

    What repaid a debt in the same operation was not spent on the sale.
    """
    net: dict[LotId, int] = {}
    for entry in _without_repayment(entries):
        if entry.lot is not None and entry.account in (Account.ACTIVE, Account.HELD):
            net[entry.lot] = net.get(entry.lot, 0) - entry.amount
    return [Part(lots[lot], points) for lot, points in net.items() if points > 0]


def _without_repayment(entries: Iterable[Entry]) -> list[Entry]:
    """A repayment is posted as a run of its lots' entries that ends with the one without a lot, of their sum."""
    kept: list[Entry] = []
    for entry in entries:
        if entry.account is Account.ACTIVE and entry.lot is None:
            left = entry.amount
            while left > 0:
                left += kept.pop().amount
        else:
            kept.append(entry)
    return kept


def _in(lot: Lot, account: Account) -> int:
    return {Account.ACTIVE: lot.active, Account.PENDING: lot.pending, Account.HELD: lot.held}[account]
