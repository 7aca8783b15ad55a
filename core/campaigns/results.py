"""What a campaign did, as it is kept and told: the arms beside each other, how sure the difference is, a verdict.

Everybody of the trial is counted in the arm that was frozen, whether a message reached them or not, whether they bought
or not (domain section 7). Money is in minor units a head.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from core.campaigns.arms import CONTROL
from core.shared.intervals import Difference

FEW = 5
"""Groups of fewer people are nobody's to see."""
SURE = 30
"""A group of fewer people has no interval."""
BROKEN = 0.001
"""Arms that are less likely than this were not filled as they should have been, and nothing can be said."""
HOLDOUT = "holdout"
"""In the place of a campaign: everybody who was sent promotions in a month against the standing holdout."""
PROMOTED = "promoted"
"""The arm of a month's promotions: everybody but the holdout."""
WHOLE_RUN = 0
"""In the place of a run's number: all runs of the campaign together."""


DIFFERENCES = ("response", "raw", "money", "margin", "reward", "net")
"""Of an effect, in this order."""


class State(StrEnum):
    """How far the window was when it was looked at."""

    RUNNING = "running"
    OVER = "over"
    """The window has ended, and things bought in it may still come back."""
    FINAL = "final"


class Verdict(StrEnum):
    """What the margin says that the campaign brought, less what it gave away and what its messages cost."""

    WORKS = "works"
    HARMFUL = "harmful"
    INCONCLUSIVE = "inconclusive"


class Untold(StrEnum):
    """Why there is no verdict."""

    EARLY = "early"
    """The window has not ended."""
    FEW = "few"
    """An arm has fewer people than an interval needs."""
    RATIO = "ratio"
    """The arms are not as large as they were drawn."""


@dataclass(frozen=True, slots=True)
class ArmResult:
    """An arm of the trial. `bought`: people who bought what stayed bought; `money`: paid a head, `reward`: taken off
    by discounts and given as points, `cost`: of messages, each as it is. `elsewhere`: people who were sent another
    campaign within the window. `sent` and what follows are people."""

    arm: str
    people: int
    bought: int
    money: float
    reward: float
    cost: float
    sent: int = 0
    delivered: int = 0
    seen: int = 0
    tapped: int = 0
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """An arm less the control group, with intervals of 95 %; the arm `` is everybody but the control group.

    `raw`: money by head without the greatest buyers' excess; `money`: the same less what the time before foretells;
    `margin`, `reward`, `net`: of the same, where `net` is margin less reward and message cost. None: too few people.
    """

    arm: str
    response: Difference | None
    raw: Difference | None
    money: Difference | None
    margin: Difference | None
    reward: Difference | None
    net: Difference | None


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the people, told apart by what was known before the start; None: too few for an interval."""

    kind: str
    """`segment` (a ready one, by its key), `store` (where they bought most) or `channel`."""
    name: str
    people: int
    control: int
    bought: int
    control_bought: int
    response: Difference | None
    money: Difference | None


@dataclass(frozen=True, slots=True)
class Look:
    """The difference of money by head up to the day, with an interval that may be looked at every day."""

    day: date
    money: Difference


@dataclass(frozen=True, slots=True)
class Channel:
    """People of the arms that are told something, by the channel they were to be reached by."""

    channel: str
    people: int
    sent: int
    delivered: int
    seen: int
    tapped: int
    bought: int


@dataclass(frozen=True, slots=True)
class Vouchers:
    """How many were given, and how many of them were used by the end of each day since the start."""

    given: int
    used: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one run, or of all together, within its window.

    `arms`: the control group first; `shares`: of each, in hundredths of a percent, as drawn. `effects`: everybody
    together first, then each arm where there are several. `ratio`: the probability of arms so far from their shares.
    `kept`: the part of the spread that is left when what was known before is taken off. `merged`: people who were two
    when the run was frozen.
    """

    campaign: str
    run: int
    state: State
    made_at: datetime
    since: datetime
    until: datetime
    margin_percent: int
    shares: Mapping[str, int]
    arms: Sequence[ArmResult]
    effects: Sequence[Effect]
    ratio: float
    kept: float
    merged: int = 0
    runs: int = 1
    looks: Sequence[Look] = ()
    groups: Sequence[Group] = ()
    channels: Sequence[Channel] = ()
    vouchers: Vouchers | None = None

    @property
    def whole(self) -> Effect:
        """Of everybody who was told something."""
        return self.effects[0]

    @property
    def people(self) -> int:
        """Everybody of the trial."""
        return sum(one.people for one in self.arms)

    @property
    def treated(self) -> int:
        """Everybody but the control group."""
        return sum(one.people for one in self.arms if one.arm != CONTROL)

    @property
    def untold(self) -> Untold | None:
        """Why there is no verdict; None: there is one."""
        if self.ratio < BROKEN:
            return Untold.RATIO
        if self.state is State.RUNNING:
            return Untold.EARLY
        return Untold.FEW if self.whole.net is None else None

    @property
    def verdict(self) -> Verdict | None:
        """By the interval of the net margin, told once, when the window has ended."""
        if self.untold is not None or self.whole.net is None:
            return None
        return {1: Verdict.WORKS, -1: Verdict.HARMFUL, 0: Verdict.INCONCLUSIVE}[self.whole.net.sign]

    @property
    def gain(self) -> Difference | None:
        """The net margin of all who were told something together, minor units."""
        net, many = self.whole.net, self.treated
        return None if net is None else Difference(net.low * many, net.value * many, net.high * many)

    @property
    def contaminated(self) -> float:
        """The part of the trial that was sent another campaign within the window."""
        return sum(one.elsewhere for one in self.arms) / self.people if self.people else 0.0

    @property
    def already(self) -> int:
        """1 or -1 where the last look leaves no doubt that money rises or falls, however often one looks; else 0."""
        return self.looks[-1].money.sign if self.looks else 0

    def as_data(self) -> dict[str, Any]:
        """As it is kept; JSON takes it."""
        told = asdict(self)
        for name in ("made_at", "since", "until"):
            told[name] = told[name].isoformat()
        for one in told["looks"]:
            one["day"] = one["day"].isoformat()
        return told


def result_from(data: Mapping[str, Any]) -> Result:
    """The result that `as_data` told."""
    told = dict(data)
    told["state"] = State(told["state"])
    for name in ("made_at", "since", "until"):
        told[name] = datetime.fromisoformat(told[name])
    told["arms"] = tuple(ArmResult(**one) for one in told["arms"])
    told["effects"] = tuple(
        Effect(one["arm"], *(_difference(one[name]) for name in DIFFERENCES)) for one in told["effects"]
    )
    told["looks"] = tuple(Look(date.fromisoformat(one["day"]), Difference(**one["money"])) for one in told["looks"])
    told["groups"] = tuple(
        Group(**{**one, "response": _difference(one["response"]), "money": _difference(one["money"])})
        for one in told["groups"]
    )
    told["channels"] = tuple(Channel(**one) for one in told["channels"])
    curve = told["vouchers"]
    told["vouchers"] = None if curve is None else Vouchers(curve["given"], tuple(curve["used"]))
    return Result(**told)


def state_of(until: datetime, now: datetime, return_days: int) -> State:
    """How far a window that ends then is; what was bought in it may come back for so many days."""
    if now < until:
        return State.RUNNING
    return State.FINAL if now >= until + timedelta(days=max(1, return_days)) else State.OVER


def is_due(kept: Result | None, now: datetime) -> bool:
    """Whether it is to be counted anew: once in twenty hours until what is kept is final."""
    return kept is None or (kept.state is not State.FINAL and now - kept.made_at >= timedelta(hours=20))


def _difference(data: Mapping[str, float] | None) -> Difference | None:
    return None if data is None else Difference(**data)
