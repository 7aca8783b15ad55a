"""What the console's pages read and where its changes are made."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from core.cards.views import Figures
from core.offers.ports import OfferWork
from core.offers.views import SituationsView
from core.staff.ports import StaffWork
from core.staff.views import StaffRow
from core.stores.views import StoreRow, TillRow

T = TypeVar("T")


class ConsoleViews(Protocol):
    """Reads for the console's pages."""

    async def figures(self, today: datetime, week: datetime) -> Figures: ...

    async def tills(self) -> Sequence[TillRow]: ...

    async def stores(self) -> Sequence[StoreRow]: ...

    async def staff(self) -> Sequence[StaffRow]: ...

    async def situations(self) -> SituationsView: ...


class ConsoleWork(StaffWork, OfferWork, Protocol):
    """Work of the console."""


class House(Protocol):
    """Where changes are made."""

    async def do(self, key: str, job: Callable[[ConsoleWork], T]) -> T: ...
