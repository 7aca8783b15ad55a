"""What pages read of campaigns, their runs and whom they reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.campaigns.model import Campaign, Outcome, Run


@dataclass(frozen=True, slots=True)
class Counted:
    """So many people of a run; `outcome` None: still to be written to."""

    arm: str
    channel: str
    outcome: Outcome | None
    reason: str
    people: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `marks`: how many messages were `delivered`, `seen`, `tapped`, by arm and channel.

    `rate`: messages a second over the last minute, 0 while nothing goes out; `left_seconds`: at that rate, None when it
    cannot be told. `at`: the instant that all of it is true of.
    """

    run: Run
    counts: Sequence[Counted]
    marks: Mapping[str, Mapping[tuple[str, str], int]]
    rate: float
    left_seconds: int | None
    at: datetime

    @property
    def waiting(self) -> int:
        """How many are still to be written to."""
        return sum(one.people for one in self.counts if one.outcome is None)

    def by_outcome(self) -> Mapping[str, int]:
        """People by outcome, `waiting` for those without one."""
        found: dict[str, int] = {}
        for one in self.counts:
            key = "waiting" if one.outcome is None else one.outcome.value
            found[key] = found.get(key, 0) + one.people
        return found


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign in a list, with all its runs added up: people by outcome, what was spent, marks."""

    campaign: Campaign
    runs: int
    last_due: datetime | None
    outcomes: Mapping[str, int]
    spent: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one person's message of one run, with the reason; `outcome` None: not yet."""

    campaign: str
    name: str
    kind: str
    run: int
    due_at: datetime
    arm: str
    outcome: Outcome | None
    reason: str
    channel: str
    at: datetime | None
    delivered_at: datetime | None
    seen_at: datetime | None
    tapped_at: datetime | None
