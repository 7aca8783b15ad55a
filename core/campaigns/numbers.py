"""What a run comes to before it goes out: how many match, may be written to, can be reached, will receive what.

Counted from the same groups of people that the freezing of the run writes down: what is shown is what is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from typing import Any

from core.campaigns.model import Outcome, Plan
from core.campaigns.timing import timetable

HOLDOUT = "holdout"
"""The reason of those in the control group who are sent no promotion of any campaign."""


@dataclass(frozen=True, slots=True)
class Group:
    """So many people of one kind; `outcome` None: they are to be written to. `cost`: of each message, minor units."""

    arm: str
    channel: str
    outcome: Outcome | None
    reason: str
    people: int
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Receives:
    """So many people of an arm get their message by the channel."""

    arm: str
    channel: str
    people: int
    cost: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """The way from the segment to the messages. Each is a part of the one before.

    `reachable`: by the channel that would be used. `capped` would be sent too much; `holdout` and `control` get nothing
    and are compared with; `moved` wait for the morning; `expired` would come too late; `beyond_budget` cannot be paid.
    """

    matching: int
    consented: int
    reachable: Mapping[str, int]
    capped: int
    holdout: int
    control: int
    receives: Sequence[Receives]
    cost: int
    moved: int
    expired: int
    beyond_budget: int
    starts_at: datetime
    ends_at: datetime

    @property
    def recipients(self) -> int:
        """Everybody who is to be written to."""
        return sum(one.people for one in self.receives)

    @property
    def in_trial(self) -> int:
        """Everybody who is compared: who are written to, and the control group but the standing holdout."""
        return self.recipients + self.control


def numbers_of(
    groups: Sequence[Group], plan: Plan, at: datetime, deliver_by: datetime, rates: Mapping[str, float], zone: tzinfo
) -> Numbers:
    """For a run that is due at the instant, at so many messages a second for each channel."""

    def people(*outcomes: Outcome, reason: str | None = None) -> int:
        return sum(one.people for one in groups if one.outcome in outcomes and (reason is None or one.reason == reason))

    receives: dict[tuple[str, str], Receives] = {}
    reached: dict[str, int] = {}
    by_channel: dict[str, int] = {}
    for one in groups:
        if one.outcome not in (Outcome.NO_CONSENT, Outcome.UNREACHABLE):
            reached[one.channel] = reached.get(one.channel, 0) + one.people
        if one.outcome is None:
            by_channel[one.channel] = by_channel.get(one.channel, 0) + one.people
            before = receives.get((one.arm, one.channel), Receives(one.arm, one.channel, 0, 0))
            more = Receives(one.arm, one.channel, before.people + one.people, before.cost + one.people * one.cost)
            receives[one.arm, one.channel] = more
    matching = sum(one.people for one in groups)
    holdout = people(Outcome.CONTROL, reason=HOLDOUT)
    cost = sum(one.cost for one in receives.values())
    goes = timetable(by_channel, rates, at, deliver_by, zone)
    return Numbers(
        matching,
        matching - people(Outcome.NO_CONSENT),
        dict(sorted(reached.items())),
        people(Outcome.CAPPED),
        holdout,
        people(Outcome.CONTROL) - holdout,
        [receives[key] for key in sorted(receives)],
        cost,
        goes.moved,
        goes.expired,
        _unpaid([one for one in groups if one.outcome is None and one.cost], plan.budget),
        at,
        goes.ends_at,
    )


def _unpaid(paid: Sequence[Group], budget: int | None) -> int:
    """How many paid messages the budget leaves out; all of them cost the same."""
    count, cost = sum(one.people for one in paid), max((one.cost for one in paid), default=0)
    return 0 if budget is None or not cost else max(0, count - budget // cost)


def figures_of(numbers: Numbers) -> dict[str, Any]:
    """The numbers as a run keeps them."""
    told = asdict(numbers)
    return {**told, "starts_at": numbers.starts_at.isoformat(), "ends_at": numbers.ends_at.isoformat()}


def numbers_from(figures: Mapping[str, Any]) -> Numbers:
    """The numbers that a run has kept."""
    told = dict(figures)
    told["receives"] = [Receives(**one) for one in told["receives"]]
    times = {name: datetime.fromisoformat(told[name]) for name in ("starts_at", "ends_at")}
    return Numbers(**{**told, **times})
