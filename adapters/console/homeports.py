"""What the console's home reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.offers.reporting import Report
from core.offers.weekly import Planned
from core.sales.views import Counted, HomeView
from core.surveys.model import Question


class HomeViews(Protocol):
    """Reads for the home, quick whatever the house's size."""

    async def home(self, now: datetime) -> HomeView: ...

    async def counted(self, now: datetime) -> Counted | None:
        """Figures over everybody; None in a large house whose first hour is not over."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that the home is made of."""

    now: datetime
    view: HomeView
    questions: Sequence[Question]
    week: str
    has_items: bool
    planned: Planned | None
    report: Report | None
