"""What it takes to make the plans of weeks, to choose how they rank, and to tell what came of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from core.offers.rankings import Switch
from core.offers.reporting import Report
from core.offers.weekly import Begun, Newcomer, Planned, PromoItem
from core.shared.values import CustomerId
from core.shared.work import Work


class Plans(Protocol):
    """Plans of weeks, written in the order of owners (as Python sorts texts) by whoever makes them."""

    def wanted(self, week: str) -> bool:
        """True for a week that has promo items and no current plan."""
        ...

    def begin(self, week: str, at: datetime, inputs: str = "") -> Begun:
        """The plan of the week that is being made: a new one, or the unfinished one to go on with.

        `inputs` stands for all that the plan is made of: one that was begun with others is given up, and a new one
        begins. Raises Invalid (`week`).
        """
        ...

    def add(self, plan: int, rows: Sequence[tuple[str, str]]) -> None:
        """Picks (as `picks_text` writes them) by owner; a known owner's are renewed, who was forgotten is left out.

        At most `CHUNK` rows in one work. Raises Invalid (`picks`), Conflict (`plan-over`).
        """
        ...

    def finish(self, plan: int, figures: Mapping[str, Any]) -> None:
        """The plan is its week's current one, the former is replaced; both at once. Finished twice is finished.

        Raises Conflict (`plan-over`).
        """
        ...

    def latest(self) -> tuple[str, Mapping[str, Any]] | None:
        """The week that was planned last and the figures of its plan; None before there is one."""
        ...


class Planning(Protocol):
    """What a maker of plans reads, set by set. `after` is the last key of the chunk before; an empty answer ends it."""

    def refused(self, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """(customer, sku) of refused goods: everything of the next `limit` customers."""
        ...

    def used_up(self, week: str) -> Sequence[tuple[str, str]]:
        """(customer, sku) whose limit of the week is used up, by customer."""
        ...

    def unprofiled(self, after: str, limit: int) -> Sequence[str]:
        """Customers who withdrew profiling."""
        ...

    def forgotten(self, after: str, limit: int) -> Sequence[str]:
        """Owners who are forgotten: customers, and hashes of phones on the suppression list."""
        ...

    def birthdays(self, week: str, after: str, limit: int) -> tuple[Sequence[tuple[CustomerId, date]], str | None]:
        """Of the next `limit` customers those whose birthday falls into the week, with it; where to go on, or None."""
        ...

    def merged(self, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """(customer, into whom they were merged); who that is may have been merged in turn."""
        ...

    def proven(self, after: str, limit: int) -> tuple[Mapping[str, str], str | None]:
        """Of the next `limit` customers with a proven phone, their ids by the owner that purchases have from before.

        Also where to go on, None at the end.
        """
        ...

    def newcomers(self, after: str, limit: int) -> tuple[Sequence[Newcomer], str | None]:
        """Of the next `limit` holders of a living card those who never bought; where to go on, None at the end."""
        ...

    def promo(self, week: str) -> Sequence[PromoItem]:
        """The week's items by sku, groups of stores resolved."""
        ...

    def withheld(self, week: str) -> Collection[str]:
        """Products of the week that are picked for nobody: those without points (tobacco, alcohol, gift cards), and
        those of the categories that the programme leaves out of offers."""
        ...

    def products(self, after: str, limit: int) -> Sequence[tuple[str, str, str, int, str]]:
        """(sku, category, brand, price in minor units, image)."""
        ...


class Reports(Protocol):
    """What came of weeks: what a report is made of, set by set, and the reports that are kept."""

    def plan(self, week: str) -> Planned | None:
        """The week's current plan, None without one."""
        ...

    def picks(self, plan: int, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """(owner, picks as text) of the next owners of a plan."""
        ...

    def events(self, week: str, after: str, limit: int) -> Sequence[tuple[str, str, str]]:
        """(customer, sku, what happened): everything of the next `limit` customers with an event in the week."""
        ...

    def put(self, report: Report) -> None:
        """The report is its week's."""
        ...

    def of(self, week: str) -> Report | None:
        """The kept report of the week."""
        ...

    def before(self, week: str) -> Sequence[Report]:
        """The kept reports of the year before the week, oldest first."""
        ...


class Rankings(Protocol):
    """Which rankings have been champion and challenger; nothing of it is ever changed."""

    def current(self) -> Switch:
        """What holds now; the usual champion alone while nobody has said otherwise."""
        ...

    def put(self, switch: Switch) -> None:
        """It holds from now on."""
        ...


class RankingWork(Work, Protocol):
    """Work that reaches the rankings."""

    @property
    def rankings(self) -> Rankings: ...
