"""Bodies and answers of the campaigns' JSON."""

from datetime import datetime
from typing import Any

from adapters.http.api import Answer, Body


class PlanIn(Body):
    """A plan; what is left out has its usual value."""

    plan: dict[str, Any]


class EditIn(Body):
    """A plan in the place of the version that its editor has seen."""

    version: int
    plan: dict[str, Any]


class ApproveIn(Body):
    """`typed`: how many people will be written to, as the approver has read it in the numbers."""

    version: int
    typed: int


class TrialIn(Body):
    """Whose arm's message, and the number of the card whose owner gets it."""

    arm: str = "A"
    card: str


class CampaignOut(Answer):
    """A campaign as it stands."""

    id: str
    version: int
    state: str
    why: str
    plan: dict[str, Any]
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    approved_by: str
    approved_at: datetime | None
    started_by: str
    started_at: datetime | None
    ended_at: datetime | None


class ListedOut(Answer):
    """A campaign in the list, with its people by outcome in all its runs."""

    id: str
    name: str
    state: str
    runs: int
    outcomes: dict[str, int]
    spent: int


class CampaignsOut(Answer):
    """All campaigns, the newest first."""

    rows: list[ListedOut]


class NumbersOut(Answer):
    """What it comes to before it is started; `uplift`: the smallest rise of `base`, both shares."""

    recipients: int
    numbers: dict[str, Any]
    base: float
    uplift: float | None


class ProgressOut(Answer):
    """How far the newest run is; `run` 0: there is none yet. `counts` by arm, channel, outcome and reason."""

    state: str
    why: str
    run: int
    outcomes: dict[str, int]
    marks: dict[str, int]
    counts: list[dict[str, Any]]
    rate: float
    left_seconds: int | None
    spent: int


class PreviewsOut(Answer):
    """What three people would see in each messenger, and how much room each text takes at most."""

    previews: list[dict[str, Any]]
    fits: list[dict[str, Any]]


class TrialOut(Answer):
    """How many messages are on their way."""

    messages: int


class PictureOut(Answer):
    """A published picture: its name for a plan, its path."""

    name: str
    path: str
