"""What the desk of campaigns needs: who is in an audience, how messages look, where pictures and trials go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from adapters.console.ports import ConsoleWork
from bot.messages import Answer
from bot.ports import BotWork, Letter
from core.campaigns.model import Campaign
from core.offers.model import Offer
from core.shared.values import Address, Language

T = TypeVar("T")
USUAL, LONGEST, NAMELESS = "usual", "longest", "nameless"
"""Whom a message is shown for: somebody with a name of the usual length, with the longest one, without one."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment that somebody made."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as a messenger shows it: a picture's address, words, items beside each other, rows of buttons."""

    text: str
    picture: str = ""
    items: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What one real customer, `name` as a cashier may know it, would see in one messenger.

    `who` is `usual`, `longest` or `nameless`.
    """

    who: str
    channel: str
    name: str
    bubbles: Sequence[Bubble]


class Outbox(Protocol):
    """Letters on their way."""

    @property
    def added(self) -> list[Letter]: ...

    def add(
        self, event: int | None, address: Address, answer: Answer, language: Language, level: int | None
    ) -> list[Letter]: ...


class DeskWork(ConsoleWork, BotWork, Protocol):
    """Work of the desk of campaigns."""

    @property
    def outbox(self) -> Outbox: ...


class DeskHouse(Protocol):
    """Where changes are made."""

    async def do(self, key: str, job: Callable[[DeskWork], T]) -> T: ...


class Courier(Protocol):
    """Who sends letters once they are committed."""

    async def send(self, letters: Sequence[Letter]) -> None: ...


class Audience(Protocol):
    """What is known of the people whom a plan is for."""

    async def segments(self) -> Sequence[Kept]:
        """Kept segments by name; the house's own are `core.segments.ready`."""
        ...

    async def offers(self) -> Sequence[Offer]:
        """Offers whose vouchers can be given."""
        ...

    async def base_rate(self, campaign: Campaign) -> float:
        """The share of the segment who have bought within as many last days as the campaign is measured over."""
        ...

    async def previews(self, campaign: Campaign, arm: str, language: Language | None) -> Sequence[Preview]:
        """What three people of the segment would see in each messenger; `language` None: each in their own."""
        ...


class Posters(Protocol):
    """Pictures of campaigns."""

    async def keep(self, content: bytes) -> str:
        """The name under which the picture is published. Raises Invalid (`picture-broken`, `-small`, `-large`)."""
        ...
