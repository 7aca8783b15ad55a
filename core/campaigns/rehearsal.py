"""What a campaign would come to: its run gone through to the end in advance, nothing of it sent or kept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from core.campaigns.model import Outcome
from core.campaigns.numbers import Numbers, figures_of, numbers_from


@dataclass(frozen=True, slots=True)
class Ending:
    """So many people of an arm and a channel come to this end; `outcome` None: nobody would have written to them."""

    arm: str
    channel: str
    outcome: Outcome | None
    reason: str
    people: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A run as it would go, as of the instant `at`. `numbers`: those that are shown before launch, of the same people.

    `first_at`, `last_at`: the first and the last message; None: there is none. `moved`: messages that go out on a later
    morning than they were due. `halted`: why the house would pause the campaign (`budget`, `errors`); empty: it would
    not.
    """

    campaign: str
    at: datetime
    starts_at: datetime
    numbers: Numbers
    endings: Sequence[Ending]
    cost: int
    moved: int
    first_at: datetime | None
    last_at: datetime | None
    halted: str = ""

    @property
    def outcomes(self) -> Mapping[str, int]:
        """People by outcome, `waiting` for those whom the end has not reached."""
        found: Counter[str] = Counter()
        for one in self.endings:
            found["waiting" if one.outcome is None else one.outcome.value] += one.people
        return found

    @property
    def sent(self) -> Mapping[str, int]:
        """Messages by channel."""
        found: Counter[str] = Counter()
        for one in self.endings:
            if one.outcome is Outcome.SENT:
                found[one.channel] += one.people
        return found

    @property
    def lasts(self) -> timedelta:
        """From the instant it is due to its last message."""
        return timedelta() if self.last_at is None else self.last_at - self.starts_at

    def as_data(self) -> dict[str, Any]:
        """JSON takes it."""
        told = asdict(self)
        for name in ("at", "starts_at", "first_at", "last_at"):
            told[name] = told[name] and told[name].isoformat()
        return {**told, "numbers": figures_of(self.numbers)}


def rehearsal_from(data: Mapping[str, Any]) -> Rehearsal:
    """The rehearsal that `as_data` told."""
    told = dict(data)
    for name in ("at", "starts_at", "first_at", "last_at"):
        told[name] = told[name] and datetime.fromisoformat(told[name])
    told["numbers"] = numbers_from(told["numbers"])
    told["endings"] = [
        Ending(**{**one, "outcome": None if one["outcome"] is None else Outcome(one["outcome"])})
        for one in told["endings"]
    ]
    return Rehearsal(**told)
