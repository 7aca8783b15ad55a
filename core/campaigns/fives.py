"""Figures of campaigns for whoever is not to learn of anybody alone (`core.shared.fives`): every count of people in
fives, and what follows from a count by those. Differences and their intervals are of thirty people or more, and stay.
"""

from dataclasses import replace
from typing import Any, TypeVar

from core.campaigns.numbers import Numbers, Receives
from core.campaigns.results import ArmResult, Channel, Group, Result, Vouchers
from core.campaigns.views import CampaignRow, Progress
from core.shared.fives import in_fives, told

_Counted = TypeVar("_Counted", ArmResult, Channel, Group)
_MARKS = ("people", "sent", "delivered", "seen", "tapped", "bought")
_PARTS = ("matching", "consented", "capped", "holdout", "control", "moved", "expired", "beyond_budget")


def numbers_in_fives(numbers: Numbers) -> Numbers:
    """Before a launch."""
    parts: dict[str, Any] = {name: in_fives(getattr(numbers, name)) for name in _PARTS}
    reachable = {channel: in_fives(people) for channel, people in numbers.reachable.items()}
    receives = [_receives(one) for one in numbers.receives]
    return replace(numbers, reachable=reachable, receives=receives, cost=sum(one.cost for one in receives), **parts)


def progress_in_fives(progress: Progress) -> Progress:
    """While it goes out."""
    counts = [replace(one, people=in_fives(one.people)) for one in progress.counts]
    marks = {
        mark: {place: in_fives(people) for place, people in places.items()} for mark, places in progress.marks.items()
    }
    return replace(progress, counts=counts, marks=marks)


def row_in_fives(row: CampaignRow) -> CampaignRow:
    """In the list; what was spent is told as if that many messages had gone out."""
    outcomes = {outcome: in_fives(people) for outcome, people in row.outcomes.items()}
    sent = row.outcomes.get("sent", 0)
    return replace(row, outcomes=outcomes, spent=row.spent * outcomes["sent"] // sent if sent else row.spent)


def result_in_fives(one: Result) -> Result:
    """Afterwards; a group of so few people that they could be known has none."""
    vouchers = one.vouchers
    return replace(
        one,
        arms=[_counted(arm, *_MARKS, "elsewhere") for arm in one.arms],
        groups=[_counted(each, "people", "control", "bought", "control_bought") for each in one.groups],
        channels=[_counted(each, *_MARKS) for each in one.channels],
        vouchers=vouchers and Vouchers(_some(vouchers.given), tuple(map(_some, vouchers.used))),
        merged=_some(one.merged),
    )


def _receives(one: Receives) -> Receives:
    people = in_fives(one.people)
    return replace(one, people=people, cost=one.cost * people // one.people if one.people else 0)


def _counted(part: _Counted, *names: str) -> _Counted:
    counts: dict[str, Any] = {name: _some(getattr(part, name)) for name in names}
    return replace(part, **counts)


def _some(count: int) -> int:
    return told(count) or 0
