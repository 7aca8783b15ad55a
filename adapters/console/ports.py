"""What the console's pages read and where its changes are made."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from core.cards.views import Figures
from core.offers.planports import RankingWork
from core.offers.ports import OfferWork
from core.offers.rankings import Switch
from core.offers.reporting import Report
from core.offers.views import SituationsView
from core.offers.weekly import Planned
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


class WeekViews(Protocol):
    """Reads for the page of the week's offers."""

    async def weeks(self) -> Sequence[str]:
        """Weeks that have promo items or a plan, the newest first."""
        ...

    async def plan(self, week: str) -> Planned | None: ...

    async def report(self, week: str) -> Report | None: ...

    async def before(self, week: str) -> Sequence[Report]:
        """The kept reports of the year before the week, oldest first."""
        ...

    async def switch(self) -> Switch: ...


class ConsoleWork(StaffWork, OfferWork, RankingWork, Protocol):
    """Work of the console."""


class House(Protocol):
    """Where changes are made."""

    async def do(self, key: str, job: Callable[[ConsoleWork], T]) -> T: ...
