"""What came of a week's personal offers: counts with the base of each share said, by reason and by arm."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from core.offers.rankings import Arm, Switch, switch_from
from core.offers.weekly import Because, monday_of

SETTLES = timedelta(days=3)
"""How long after its end a week is still looked at: receipts come late."""


class State(StrEnum):
    """How far a week was when it was reported."""

    RUNNING = "running"
    OVER = "over"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Count:
    """So many offers, and so many people with at least one of them."""

    offers: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    of: int
    base: int

    @property
    def value(self) -> float | None:
        """0..1; None of nothing."""
        return self.of / self.base if self.base else None


@dataclass(frozen=True, slots=True)
class Funnel:
    """What became of the offers of one group.

    `bought`: the item is on a receipt of the week and stayed sold, at whatever price and whether the offer was seen.
    """

    made: Count = Count()
    shown: Count = Count()
    activated: Count = Count()
    refused: Count = Count()
    redeemed: Count = Count()
    bought: Count = Count()

    @property
    def hit_rate(self) -> Share:
        """Of the people with offers, those who bought at least one of the items within the week."""
        return Share(self.bought.people, self.made.people)

    @property
    def precision(self) -> Share:
        """Of the offers made, those whose item was bought within the week."""
        return Share(self.bought.offers, self.made.offers)

    @property
    def seen(self) -> Share:
        """Of the offers made, those that were shown."""
        return Share(self.shown.offers, self.made.offers)

    @property
    def refusals(self) -> Share:
        """Of the offers shown, those that were refused."""
        return Share(self.refused.offers, self.shown.offers)

    @property
    def redemption(self) -> Share:
        """Of the offers made, those that took something off a receipt."""
        return Share(self.redeemed.offers, self.made.offers)


@dataclass(frozen=True, slots=True)
class ArmFunnel:
    """What became of an arm's offers; `squares`: of the redeemed offers of each of its people, summed."""

    funnel: Funnel = Funnel()
    squares: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """A week's plan and what came of it. An owner of the plan who is somebody else by now is that person.

    `strays`: events of offers that the current plan does not make, of a plan before it; they are in no other figure.
    `again`: how much whoever bought the week before also bought in this one, a correlation 0..1; None: not looked at.
    """

    week: str
    state: State
    made_at: datetime
    planned_at: datetime
    whole: Funnel
    kinds: Mapping[Because, Funnel]
    items: int
    items_offered: int
    items_bought: int
    concentration: float
    shown_bought: int
    strays: int
    switch: Switch
    arms: Mapping[Arm, ArmFunnel]
    again: float | None = None

    @property
    def coverage(self) -> Share:
        """Of the promo items, those that anybody was offered."""
        return Share(self.items_offered, self.items)

    @property
    def coverage_bought(self) -> Share:
        """Of the promo items, those that anybody bought who was offered them."""
        return Share(self.items_bought, self.items)

    @property
    def bought_of_shown(self) -> Share:
        """Of the offers that were shown, those whose item was bought: no effect of showing, since others look."""
        return Share(self.shown_bought, self.whole.shown.offers)

    @property
    def bought_of_unshown(self) -> Share:
        """The same of the offers that nobody looked at."""
        whole = self.whole
        return Share(whole.bought.offers - self.shown_bought, whole.made.offers - whole.shown.offers)

    def as_data(self) -> dict[str, Any]:
        """As it is kept; JSON takes it."""
        return {
            "week": self.week,
            "state": self.state.value,
            "made_at": self.made_at.isoformat(),
            "planned_at": self.planned_at.isoformat(),
            "whole": _funnel_data(self.whole),
            "kinds": {kind.value: _funnel_data(one) for kind, one in self.kinds.items()},
            "items": self.items,
            "items_offered": self.items_offered,
            "items_bought": self.items_bought,
            "concentration": self.concentration,
            "shown_bought": self.shown_bought,
            "strays": self.strays,
            "switch": self.switch.as_data(),
            "arms": {arm.value: {**_funnel_data(one.funnel), "squares": one.squares} for arm, one in self.arms.items()},
            "again": self.again,
        }


def report_from(data: Mapping[str, Any]) -> Report:
    """The report that `as_data` told."""
    return Report(
        week=data["week"],
        state=State(data["state"]),
        made_at=datetime.fromisoformat(data["made_at"]),
        planned_at=datetime.fromisoformat(data["planned_at"]),
        whole=_funnel_from(data["whole"]),
        kinds={Because(kind): _funnel_from(one) for kind, one in data["kinds"].items()},
        items=data["items"],
        items_offered=data["items_offered"],
        items_bought=data["items_bought"],
        concentration=data["concentration"],
        shown_bought=data["shown_bought"],
        strays=data["strays"],
        switch=switch_from(data["switch"]),
        arms={Arm(arm): ArmFunnel(_funnel_from(one), one["squares"]) for arm, one in data["arms"].items()},
        again=data["again"],
    )


def state_of(week: str, today: date) -> State:
    """How far the week is on that day of the programme's zone."""
    end = monday_of(week) + timedelta(days=7)
    if today < end:
        return State.RUNNING
    return State.FINAL if today >= end + SETTLES else State.OVER


def is_due(kept: Report | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the week is to be reported anew: once a day until what is kept is final."""
    if kept is None:
        return True
    return kept.state is not State.FINAL and kept.made_at.astimezone(zone).date() < now.astimezone(zone).date()


STAGES = ("made", "shown", "activated", "refused", "redeemed", "bought")


def _funnel_data(funnel: Funnel) -> dict[str, Any]:
    counts: dict[str, Count] = {stage: getattr(funnel, stage) for stage in STAGES}
    return {stage: [one.offers, one.people] for stage, one in counts.items()}


def _funnel_from(data: Mapping[str, Any]) -> Funnel:
    return Funnel(*(Count(*data[stage]) for stage in STAGES))
