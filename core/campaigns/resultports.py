"""What counting a campaign's result needs from outside: sets in chunks, so that no till waits for a million rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from core.campaigns.model import Campaign, Run
from core.campaigns.results import Result

MARKS = ("sent", "delivered", "seen", "tapped")
"""What is known of somebody's message; in `marks` a bit for each, that of the first one the lowest."""


class Entered(NamedTuple):
    """Somebody of a run's trial."""

    serial: int
    customer: str
    arm: str
    channel: str
    cost: int
    marks: int


class Promoted(NamedTuple):
    """Somebody who came into a promotional run of a month for the first time then; `held`: of the standing holdout."""

    customer: str
    since: datetime
    held: bool
    channel: str
    cost: int
    marks: int


class Results(Protocol):
    """Results, and what they are counted from."""

    def measurable(self) -> Sequence[Campaign]:
        """Promotions with at least one frozen run, the oldest first."""
        ...

    def people(self, run: int, after: int, limit: int) -> Sequence[Entered]:
        """The trial's people with the next serials."""
        ...

    def promoted(self, since: datetime, until: datetime, after: str, limit: int) -> Sequence[Promoted]:
        """By customer: everybody who may be written to and came into a promotional run due then, capped or not."""
        ...

    def others(self, campaign: str, since: datetime, until: datetime) -> Sequence[Run]:
        """Runs of other promotions that may have sent something in that time."""
        ...

    def contacts(
        self, run: int, since: datetime, until: datetime, after: int, limit: int
    ) -> tuple[Sequence[str], int | None]:
        """Customers who were sent something by the run in that time, among the next serials; where to go on."""
        ...

    def points(
        self, customers: Collection[str], since: datetime, until: datetime
    ) -> Sequence[tuple[str, datetime, int]]:
        """Points that their receipts of that time earned, less what returns took back."""
        ...

    def vouchers(self, offer: str, customers: Collection[str], since: date) -> Sequence[tuple[str, datetime | None]]:
        """Their vouchers of the offer that are good from that day on, or later; when each was used, if it was."""
        ...

    def put(self, result: Result) -> None:
        """In the place of the former one."""
        ...

    def of(self, campaign: str) -> Mapping[int, Result]:
        """What is kept, by run, 0 for all together."""
        ...
