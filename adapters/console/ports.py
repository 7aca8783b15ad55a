"""What the console's pages read and where its changes are made."""

from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import IO, Protocol, TypeVar

from bot.ports import BotWork
from core.audit.ports import AuditWork
from core.audit.views import AuditRow, Head
from core.campaigns.model import Campaign, Run
from core.campaigns.numbers import Numbers
from core.campaigns.ports import CampaignWork
from core.campaigns.views import CampaignRow, Delivery, Progress
from core.imports.ports import ImportWork
from core.offers.planports import RankingWork
from core.offers.rankings import Switch
from core.offers.reporting import Report
from core.offers.views import SituationsView
from core.offers.weekly import Planned
from core.segments.model import Node
from core.segments.ports import SegmentWork
from core.segments.views import Choices, Kept, Member, Page, Reach, Size, Why
from core.shared.listing import Asked, Slice
from core.shared.values import Language
from core.staff.ports import StaffWork
from core.surveys.ports import SurveyWork
from core.vouchers.batchports import BatchWork

T = TypeVar("T")


class ConsoleViews(Protocol):
    """Reads for the console's pages."""

    async def situations(self) -> SituationsView: ...

    async def audit(self, asked: Asked) -> Slice[AuditRow]:
        """Lines of the audit log, the newest first; filters `login`, `verb`, `subject`, `since`, `until` (instants)."""
        ...

    async def audit_head(self) -> Head | None:
        """The newest line, whose hash holds all before it."""
        ...


class WeekViews(Protocol):
    """Reads for the page of the week's offers."""

    async def weeks(self) -> Sequence[str]:
        """Weeks that have promo items or a plan, the newest first."""
        ...

    async def plan(self, week: str) -> Planned | None: ...

    async def report(self, week: str) -> Report | None: ...

    async def before(self, week: str) -> Sequence[Report]:
        """The kept reports of the year before the week, oldest first."""
        ...

    async def switch(self) -> Switch: ...


class CampaignViews(Protocol):
    """Reads for the pages of campaigns; each is cheap enough for every second."""

    async def campaigns(self) -> Sequence[CampaignRow]:
        """The newest first, with what came of each so far."""
        ...

    async def campaign(self, campaign: str) -> Campaign | None: ...

    async def runs(self, campaign: str) -> Sequence[Run]:
        """The newest first; `figures` are its numbers (`core.campaigns.numbers.numbers_from`) once it is frozen."""
        ...

    async def progress(self, run: int) -> Progress | None:
        """How far it is: by arm, channel, outcome and reason; marks, rate, time left."""
        ...

    async def deliveries(self, customer: str) -> Sequence[Delivery]:
        """What the person was sent, or why not, the newest first."""
        ...


class Launches(Protocol):
    """What a campaign comes to before it is started."""

    async def numbers(self, campaign: Campaign) -> Numbers:
        """As of now, by the code that freezes its runs. Raises Unknown (`unknown-segment`)."""
        ...


@dataclass(frozen=True, slots=True)
class Audience:
    """Hashed phones for an advertising platform: `people` lines after the heading, ready to be read."""

    people: int
    file: IO[bytes]


class Everybody(Protocol):
    """All of a segment's people in an order that does not change, read on and on."""

    async def rows(self, asked: Asked) -> Slice[Member]:
        """The next ones, as many as are asked for while there are more; without those who are gone by now."""
        ...


class SegmentViews(Protocol):
    """Segments as pages show them. Whatever takes a tree raises Conflict (`gone-…`) for one that names what is not
    there."""

    async def kept(self, *, archived: bool = False) -> Sequence[Kept]:
        """Segments that somebody made, by name; those that were put away apart."""
        ...

    async def one(self, segment: str) -> Kept | None:
        """A segment, also one that was put away."""
        ...

    async def choices(self, language: Language) -> Choices:
        """What the pickers of an editor offer."""
        ...

    async def count(self, tree: Node) -> Reach:
        """How many there are now."""
        ...

    async def size(self, tree: Node) -> Size:
        """How many there were within the last minutes."""
        ...

    async def members(self, tree: Node, asked: Asked, after: str | None = None) -> Page:
        """A page of them; filters `channel` (subscribed there), `agreed` (`yes`, `no`) and `language`; sorts `joined`,
        `last`. With `after` the next ones by id, uncounted, whatever the page and the order."""
        ...

    def everybody(self, tree: Node, asked: Asked) -> AbstractAsyncContextManager[Everybody]:
        """All of them as of now, narrowed and sorted as `members` are; each is there once, whoever comes meanwhile."""
        ...

    async def why(self, tree: Node, typed: str) -> Why:
        """Why whoever has this card, phone or id is in or out. Raises Unknown (`unknown-customer`)."""
        ...

    async def of_one(self, trees: Mapping[str, Node], people: Sequence[str]) -> Set[str]:
        """Keys of the trees that are true of a person, the first of all their selves; what names something that is gone
        is true of nobody."""
        ...

    def audience(self, tree: Node) -> AbstractAsyncContextManager[Audience]:
        """Those who agreed to marketing, as a file that is gone afterwards."""
        ...


class ConsoleWork(
    StaffWork, ImportWork, AuditWork, RankingWork, CampaignWork, SegmentWork, BotWork, BatchWork, SurveyWork, Protocol
):
    """Work of the console."""


class House(Protocol):
    """Where changes are made."""

    async def do(self, key: str, job: Callable[[ConsoleWork], T]) -> T: ...
