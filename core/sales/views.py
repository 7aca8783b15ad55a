"""What pages read about everybody at once: figures of the house, counted by the hour or now; never a person."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from core.cards.views import SourceRow


@dataclass(frozen=True, slots=True)
class Counted:
    """What takes long to count in a large house, as of `at`. `expiring_*`: active points of the next 30 days.

    `began`: how many have said something to a question of the questionnaire; `answered`: to which; `asked`: who of them
    is asked it, since its condition is met and their profile did not tell. The mappings count people, but for
    `states`, which counts cards.
    """

    at: datetime
    customers: int = 0
    cards: int = 0
    plastics: int = 0
    restored: int = 0
    sources: Sequence[SourceRow] = ()
    answered: Mapping[str, int] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    began: int = 0
    active: int = 0
    pending: int = 0
    debt: int = 0
    expiring_points: int = 0
    expiring_people: int = 0
    lifecycle: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {**asdict(self), "at": self.at.isoformat()}


def counted_from(data: Mapping[str, Any]) -> Counted:
    """What `as_data` told."""
    sources = [SourceRow(**row) for row in data["sources"]]
    return Counted(**{**data, "at": datetime.fromisoformat(data["at"]), "sources": sources})


@dataclass(frozen=True, slots=True)
class SilentTill:
    """A till that sold lately and has not for a while."""

    name: str
    store: str
    last: datetime


@dataclass(frozen=True, slots=True)
class CampaignNow:
    """A campaign that runs or waits. `why`: why it does not go on."""

    id: str
    name: str
    state: str
    kind: str
    why: str
    started_at: datetime | None
    spent: int
    sent: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Issued:
    """How many cards were issued on a day of the programme."""

    day: date
    cards: int


@dataclass(frozen=True, slots=True)
class HomeView:
    """The house at this moment. `waited`: seconds from the first word to the card, in the middle, of `waited_of`.

    `counted` None: a large house whose first hour is not over. `hooks`: of each messenger, what its hook lacks.
    """

    days: Sequence[Issued]
    cards_today: int
    cards_week: int
    waited: float | None
    waited_of: int
    parked: int
    unsent: int
    silent: Sequence[SilentTill]
    campaigns: Sequence[CampaignNow]
    hooks: Mapping[str, str]
    counted: Counted | None
