"""Where somebody of a run stands when it is frozen, as one number: the databases count and carry a number faster than
the words that it stands for."""

from enum import Enum
from typing import Any, NamedTuple

from core.campaigns.model import Outcome, Plan
from core.campaigns.numbers import HOLDOUT

CHANNELS = ("telegram", "viber", "web")
"""The cheapest first; a web chat last, since nobody looks at it unless they have it open."""
BEFORE, NO_ADDRESS = "before", "no_address"
"""Reasons of `capped` at the freezing, and of `unreachable`."""
_ARMS, _PLACES, _PAYS = 16, 8, 2
"""More of each than there are."""


class End(Enum):
    """What is known already."""

    WAITS = 0
    NO_CONSENT = 1
    UNREACHABLE = 2
    CAPPED = 3
    HOLDOUT = 4
    CONTROL = 5


_ENDS: dict[End, tuple[Outcome | None, str]] = {
    End.WAITS: (None, ""),
    End.NO_CONSENT: (Outcome.NO_CONSENT, ""),
    End.UNREACHABLE: (Outcome.UNREACHABLE, NO_ADDRESS),
    End.CAPPED: (Outcome.CAPPED, BEFORE),
    End.HOLDOUT: (Outcome.CONTROL, HOLDOUT),
    End.CONTROL: (Outcome.CONTROL, ""),
}


class Standing(NamedTuple):
    """A row of a frozen run, without whose it is."""

    arm: str
    trial: bool
    outcome: Outcome | None
    reason: str
    channel: str | None
    cost: int


def kind_of(end: Any, arm: Any, place: Any, pays: Any) -> Any:
    """One number of four, in Python or in SQL. `arm`: its number among the plan's. `place`: of the channel, 0: none."""
    return ((end * _ARMS + arm) * _PLACES + place) * _PAYS + pays


def standing(plan: Plan, price: int, kind: int) -> Standing:
    """What the number says of people of a run with the plan; `price`: of a message that costs something."""
    rest, pays = divmod(kind, _PAYS)
    rest, place = divmod(rest, _PLACES)
    number, arm = divmod(rest, _ARMS)
    outcome, reason = _ENDS[End(number)]
    waits, channels = outcome is None, plan.channels or CHANNELS
    return Standing(
        plan.arms[arm].name, End(number) in (End.WAITS, End.CONTROL), outcome, reason,
        channels[place - 1] if place else None, price if waits and pays else 0,
    )  # fmt: skip


def kinds(plan: Plan) -> list[int]:
    """All the numbers that there can be."""
    places = range(len(plan.channels or CHANNELS) + 1)
    return [
        kind_of(end.value, arm, place, pays)
        for end in End
        for arm in range(len(plan.arms))
        for place in places
        for pays in range(_PAYS)
    ]
