"""What delivery needs from the database and from the reader of barcodes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from bot.messages import Answer, Barcode
from bot.ports import BotWork, Letter, Outcome, RawEvent
from core.shared.values import Address, Language

T = TypeVar("T")
Look = Callable[[bytes], Sequence[Barcode]]
"""Finds the barcodes in a photo; slow, so it is called in a thread."""


class Pending(Protocol):
    """An inbox event that waits; `tries` counts the failures so far, `more` says that another waits behind it."""

    @property
    def id(self) -> int: ...

    @property
    def event(self) -> RawEvent: ...

    @property
    def received_at(self) -> datetime: ...

    @property
    def tries(self) -> int: ...

    @property
    def more(self) -> bool: ...


class Inbox(Protocol):
    """Events as they came."""

    def add(self, event: RawEvent, received_at: datetime) -> tuple[int, bool]: ...

    def next_of(self, address: Address) -> Pending | None: ...

    def done(self, event: int) -> None: ...

    def failed(self, event: int, error: str) -> int: ...

    def park(self, event: int, error: str) -> None: ...


class Outbox(Protocol):
    """Letters on their way."""

    @property
    def added(self) -> list[Letter]:
        """Every letter of this work, those to phones included: what is to be sent once it is committed."""
        ...

    def add(
        self, event: int | None, address: Address, answer: Answer, language: Language, level: int | None
    ) -> list[Letter]: ...

    def of_event(self, event: int) -> list[Letter]: ...

    def settle(self, letter: int, outcome: Outcome, at: datetime) -> None: ...


class DeliveryWork(BotWork, Protocol):
    """Work that reaches inbox and outbox."""

    @property
    def inbox(self) -> Inbox: ...

    @property
    def outbox(self) -> Outbox: ...


class Lanes(Protocol):
    """Where work is done: in order per key, committed before the answer."""

    async def do(self, key: str, job: Callable[[DeliveryWork], T]) -> T: ...


class Waiting(Protocol):
    """What is left over: after a crash, or from another process."""

    async def people_waiting(self, limit: int) -> Sequence[Address]: ...

    async def letters_unsent(self, limit: int, now: datetime) -> Sequence[Letter]: ...

    async def handled(self, event: int) -> bool: ...

    async def of_event(self, event: int) -> Sequence[Letter]: ...
