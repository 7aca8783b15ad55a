"""What the till's doors need from the database and from delivery."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from bot.messages import Answer
from bot.ports import BotWork, Letter
from core.cards.lookup import Found, Keys
from core.shared.values import Address, Language, TillId
from core.stores.model import Till

T = TypeVar("T")


class TillView(Protocol):
    """What one look at the database says."""

    @property
    def till(self) -> Till | None: ...

    @property
    def misses(self) -> int: ...

    @property
    def found(self) -> Found: ...

    @property
    def rights(self) -> bool:
        """Whether the house has vouchers or personal offers at all, or a plan of the week."""
        ...


class TillDesk(Protocol):
    """The look, and the book of wrong codes."""

    async def look(self, till: TillId, keys: Keys | None, since: datetime, week: str = "") -> TillView: ...

    async def miss(self, till: TillId, at: datetime) -> None: ...

    async def seen(self, till: TillId, at: datetime, *, by_next: bool) -> None: ...


class Outbox(Protocol):
    """Letters on their way."""

    def add(
        self, event: int | None, address: Address, answer: Answer, language: Language, level: int | None
    ) -> list[Letter]: ...


class PosWork(BotWork, Protocol):
    """Work of a till that also tells the customer."""

    @property
    def outbox(self) -> Outbox: ...


class House(Protocol):
    """Where work is done."""

    async def do(self, key: str, job: Callable[[PosWork], T]) -> T: ...


class Courier(Protocol):
    """Sends committed letters."""

    async def send(self, letters: Sequence[Letter]) -> None: ...
