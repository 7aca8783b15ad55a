"""What the verbs about points need from outside: books that only grow, purses that are locked before they change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.cards.ports import CardWork
from core.ledger.model import Entry, Hold, HoldId, HoldState, Kind, Lot, LotId, Operation, OperationId, Purse
from core.shared.values import CustomerId


@dataclass(frozen=True, slots=True)
class Known:
    """A key that was used before: the hash of what came with it, and the answer it got."""

    digest: str
    answer: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One operation as its customer sees it: what changed of all their points, and the receipt behind it."""

    kind: Kind
    at: datetime
    change: int
    sale: str | None = None
    store: str = ""
    total: int = 0


class Once(Protocol):
    """Keys of money operations, kept for ever."""

    def claim(self, source: str, key: str, digest: str, at: datetime) -> Known | None:
        """None when the key is ours from now on; else what is known of it, once whoever holds it is done."""
        ...

    def answered(self, source: str, key: str, answer: str) -> None:
        """The answer that a repeat of the key gets, to the byte."""
        ...


class Ledger(Protocol):
    """Operations, entries, lots, purses, holds."""

    def lock(self, customers: Collection[CustomerId]) -> Mapping[CustomerId, Purse]:
        """The purses, locked in the order of their ids until the work is over; one that was not there is empty."""
        ...

    def purse(self, customer: CustomerId) -> Purse:
        """The purse as it stands, not locked; an empty one where there is none."""
        ...

    def lots(self, customer: CustomerId) -> Sequence[Lot]:
        """The customer's lots that hold points in any account, in spending order."""
        ...

    def lots_of(self, operation: OperationId) -> Sequence[Lot]:
        """The lots that an operation made, and those it took from, used up or not."""
        ...

    def entries(self, operation: OperationId) -> Sequence[Entry]:
        """In the order in which they were posted."""
        ...

    def expired_points(self, customer: CustomerId) -> int:
        """All points of the customer that have expired and were not reinstated."""
        ...

    def happened(self, people: Collection[CustomerId], limit: int) -> Sequence[Happened]:
        """The newest operations that changed these people's points, newest first."""
        ...

    def operation_of(self, source: str, key: str) -> OperationId | None: ...

    def adjusted_by(self, source: str, since: datetime) -> int:
        """How many points the source has moved by hand since then, given and taken together."""
        ...

    def post(
        self, operation: Operation, entries: Sequence[Entry], *, new: Sequence[Lot] = (), due: datetime | None = None
    ) -> Mapping[CustomerId, Purse]:
        """The operation and its entries are in the books; lots and purses follow. The purses after it.

        `new`: lots that come with it. `due`: no purse of it stays undisturbed beyond this instant.
        """
        ...

    def due(self, customer: CustomerId, at: datetime | None) -> None:
        """Nothing of the customer's becomes due before this instant."""
        ...

    def own(self, lots: Collection[LotId], customer: CustomerId) -> None:
        """The lots, and the holds on them, are the customer's."""
        ...

    def hold(self, hold: HoldId) -> Hold | None: ...

    def holds(self, customer: CustomerId) -> Sequence[Hold]:
        """The open ones."""
        ...

    def add_hold(self, hold: Hold) -> None: ...

    def close_hold(self, hold: HoldId, state: HoldState) -> bool:
        """False when somebody has closed it before: a hold ends once."""
        ...


class LedgerWork(CardWork, Protocol):
    """Work that reaches points."""

    @property
    def ledger(self) -> Ledger: ...

    @property
    def once(self) -> Once: ...
