"""A campaign: to whom, what, in which arms, when, how it is measured; its states and the only moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from core.campaigns.arms import CONTROL, USUAL_CONTROL, WHOLE, Arm
from core.segments.model import Node
from core.shared.refusals import Conflict


class Kind(StrEnum):
    """What a message is for."""

    PROMOTION = "promotion"
    """Needs the consent to marketing, a control group, quiet hours and the cap; nobody gets it twice."""
    SERVICE = "service"
    """What somebody must know: no control group, no cap; one extra try where it may have got lost."""


class State(StrEnum):
    """Where a campaign stands (contract 4.3)."""

    DRAFT = "draft"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"


class Move(StrEnum):
    """What somebody, or the house by itself, does with a campaign."""

    APPROVE = "approve"
    REOPEN = "reopen"
    """An approved campaign is a draft again, to be edited and approved anew."""
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    STOP = "stop"


MOVES: Mapping[Move, Mapping[State, State]] = {
    Move.APPROVE: {State.DRAFT: State.APPROVED},
    Move.REOPEN: {State.APPROVED: State.DRAFT},
    Move.START: {State.APPROVED: State.RUNNING},
    Move.PAUSE: {State.RUNNING: State.PAUSED},
    Move.RESUME: {State.PAUSED: State.RUNNING},
    Move.FINISH: {State.RUNNING: State.FINISHED},
    Move.STOP: {State.APPROVED: State.STOPPED, State.RUNNING: State.STOPPED, State.PAUSED: State.STOPPED},
}


def moved(state: State, move: Move) -> State:
    """The state after the move. Raises Conflict (`campaign-state`) where there is no such move."""
    after = MOVES[move].get(state)
    if after is None:
        raise Conflict("campaign-state", state=state.value, move=move.value)
    return after


class Leads(StrEnum):
    """Where a button under a message leads."""

    URL = "url"
    CARD = "card"
    OFFERS = "offers"
    VOUCHERS = "vouchers"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class Link:
    """A button: its label in each language, and where it leads; `url` is an https address for `Leads.URL` alone."""

    label: Mapping[str, str]
    leads: Leads
    url: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What an arm is told: a text in each language, with fields of the allow-list (`core.campaigns.wording`).

    `picture`: the name of a published picture, empty for none.
    """

    text: Mapping[str, str]
    picture: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Once:
    """One run, at the instant; None: as soon as it is started."""

    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Weekly:
    """A run every week: 1 is Monday, the time is the programme's."""

    weekday: int
    at: time


class Trigger(StrEnum):
    """What has to happen to somebody of the segment for them to be written to."""

    BIRTHDAY = "birthday"
    FIRST_PURCHASE = "first_purchase"
    LAPSING = "lapsing"
    POINTS_EXPIRING = "points_expiring"
    QUESTIONNAIRE_ABANDONED = "questionnaire_abandoned"


@dataclass(frozen=True, slots=True)
class On:
    """A run each day at the time, for those to whom it happened; `days` after it, or before a birthday or an expiry."""

    trigger: Trigger
    days: int
    at: time


Schedule: TypeAlias = Once | Weekly | On
USUAL_WINDOW = 28
"""Days after its start in which what people buy counts as the campaign's."""
USUAL_MARGIN = 30
"""Percent."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about a campaign that somebody decides; the rest follows, or happens to it."""

    name: str
    kind: Kind = Kind.PROMOTION
    segment: str = "ready:active"
    """A segment: `ready:<key>` of the house's own (`core.segments.ready`), else the id of a kept one."""
    arms: tuple[Arm, ...] = (Arm(CONTROL, USUAL_CONTROL), Arm("A", WHOLE - USUAL_CONTROL))
    """The control group first; a service message has none."""
    contents: Mapping[str, Content] = field(default_factory=dict)
    """What each arm but the control group is told, by the arm's name."""
    voucher_offer: str | None = None
    """Each recipient gets a voucher of this offer of their own; those without a message get none."""
    voucher_days: int = 14
    own_offers: bool = False
    """Everybody's own offers of the week stand under the text, as a carousel."""
    schedule: Schedule = Once()
    channels: tuple[str, ...] = ()
    """Only these, in this order; none: every channel, the cheapest one that reaches the person."""
    priority: int = 0
    """Of two that the cap does not let pass both, the higher one does."""
    deliver_hours: int = 24
    """A message that could not go out so long after its run was due is dropped."""
    resend_unknown: bool = False
    await_session: bool = False
    """In a channel that costs outside of a session, wait for one as long as the message lives."""
    budget: int | None = None
    """The most that its messages may cost, minor units; None: no bound."""
    window_days: int = USUAL_WINDOW
    margin_percent: int = USUAL_MARGIN
    """What of a price is margin, before discounts."""

    @property
    def treated(self) -> tuple[Arm, ...]:
        """The arms that are told something."""
        return tuple(one for one in self.arms if one.name != CONTROL)

    @property
    def lifetime(self) -> timedelta:
        """How long after a run is due its messages may go out."""
        return timedelta(hours=self.deliver_hours)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it stands. `version` grows with every edit: who edits names the one they saw."""

    id: str
    version: int
    state: State
    plan: Plan
    salt: str
    """What its arms are drawn with, chosen when it was made, never changed."""
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    audience: Node | None = None
    """The segment's tree as it stood at the approval; from then on the segment may change without the campaign."""
    approved_by: str = ""
    approved_at: datetime | None = None
    started_by: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    why: str = ""
    """Why it is paused or stopped: `asked`, `errors`, `budget`, `late`, `restored`, `vouchers`."""
    resumed_at: datetime | None = None
    """When it was started or last resumed: what was due before that and did not go out is not made up for."""


class Outcome(StrEnum):
    """What became of somebody's message, one for each person and run (domain section 7)."""

    SENT = "sent"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    CAPPED = "capped"
    NO_CONSENT = "no_consent"
    EXPIRED = "expired"
    CONTROL = "control"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Run:
    """One time that a campaign goes out. `figures`: how many matched, consented, were reachable, at its freezing."""

    id: int
    campaign: str
    number: int
    due_at: datetime
    deliver_by: datetime
    window_until: datetime
    frozen_at: datetime | None = None
    ended_at: datetime | None = None
    spent: int = 0
    """What its messages have cost so far, minor units."""
    figures: Mapping[str, Any] = field(default_factory=dict)
