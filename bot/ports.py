"""What the talk needs from outside, and what it asks of a channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from bot.dialog import Dialog
from bot.messages import Incoming, OfferItem, Reply, Rows, ShowCard, ShowCodes, ShowVoucher
from bot.words import Text
from core.campaigns.tapports import TapWork
from core.sales.ports import SalesWork
from core.shared.values import Address, CustomerId, Language


class Texts(Protocol):
    """The catalogue of words."""

    def say(self, text: Text, language: Language) -> str:
        """The text in the language, its data filled in and its plural form right."""
        ...

    def typed(self) -> Mapping[str, str]:
        """Every typed word we understand, folded (`fold`), to the action it stands for: `картка` -> `card`."""
        ...


class Dialogs(Protocol):
    """Open conversations, kept by customer once there is one, by address before."""

    def of(self, address: Address, customer: CustomerId | None) -> Dialog: ...

    def save(self, address: Address, customer: CustomerId | None, dialog: Dialog) -> None: ...

    def hand_over(self, address: Address, customer: CustomerId) -> None:
        """What was kept by the address belongs to the customer now; what the customer had open elsewhere stays."""
        ...


class Files(Protocol):
    """Files for a person, under names that nobody can guess."""

    def keep(self, content: bytes, mime: str, customer: CustomerId | None, until: datetime) -> str:
        """The name under which the file is found until then."""
        ...


class Quiet(Protocol):
    """Who wants to hear nothing of their sales."""

    def asked(self, customer: CustomerId) -> bool: ...

    def ask(self, customer: CustomerId, *, quiet: bool) -> None: ...


class BotWork(SalesWork, TapWork, Protocol):
    """Work that reaches the talk."""

    @property
    def quiet(self) -> Quiet: ...

    @property
    def texts(self) -> Texts: ...

    @property
    def dialogs(self) -> Dialogs: ...

    @property
    def files(self) -> Files: ...

    @property
    def public_url(self) -> str:
        """Where people reach this house, without a slash at the end."""
        ...


@dataclass(frozen=True, slots=True)
class RawEvent:
    """What a platform sent, before anybody reads it. `key` is unique per channel and bot; `body` is JSON."""

    address: Address
    key: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """One reply on its way to one address. `id` grows; `last` is the last of its burst (Viber shows only its keys)."""

    id: int
    address: Address
    reply: Reply
    keyboard: Rows
    language: Language
    level: int | None
    last: bool
    not_before: datetime | None
    event: int | None
    """The inbox event this answers, or None when the house speaks first."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform has it, under this id."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nothing reaches this address until the person comes back: blocked, left, never started."""

    reason: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Not sent; may be tried again after so many seconds."""

    after: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """Not sent and never will be like this: our mistake or a wrong setting. `fatal`: nothing on this channel works."""

    reason: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Unsure:
    """It may have been sent: the answer was lost. Interactive letters are tried once more, bulk ones never."""

    reason: str


Outcome: TypeAlias = Sent | Unreachable | Retry | Rejected | Unsure


class Channel(Protocol):
    """A messenger, as thin as it can be: read what comes, fetch a picture, send a letter."""

    @property
    def name(self) -> str: ...

    @property
    def bot(self) -> str: ...

    def parse(self, event: RawEvent) -> Incoming | None:
        """What the person did; None when it is nothing to answer (receipts, echoes, unknown kinds)."""
        ...

    async def photo(self, ref: str) -> bytes | None:
        """The picture's bytes; None when it cannot be had any more or is over 8 MB."""
        ...

    async def send(self, letter: Letter) -> Outcome: ...


class Door(Protocol):
    """Where channels leave what came in."""

    async def accept(self, event: RawEvent) -> tuple[int, bool]:
        """The event is durably stored; its inbox id, and whether it is new (False: it was there already)."""
        ...

    async def answer(self, event: int) -> Sequence[Letter]:
        """The letters that answer the event, once it is handled and their time has come; parked: a fault's words."""
        ...


class Receipts(Protocol):
    """Where channels leave what they hear of messages that were sent."""

    async def note(self, address: Address, message: str, *, seen: bool, at: datetime) -> None:
        """The platform's message was delivered to the address, or seen there; on record from the return on."""
        ...


class Memory(Protocol):
    """Small things a channel must remember between messages, in the database, erased with the address."""

    async def recall(self, address: Address, key: str) -> str | None: ...

    async def remember(self, address: Address, key: str, value: str | None) -> None: ...


class Media(Protocol):
    """Public pictures and files under unguessable names (`/media/{name}`)."""

    async def publish(self, content: bytes, mime: str, address: Address) -> str:
        """The absolute public URL, its path ending in the type's extension; the same bytes get the same URL."""
        ...

    async def read(self, name: str) -> tuple[bytes, str] | None:
        """Content and type, None when unknown or over."""
        ...

    def url(self, name: str) -> str:
        """The absolute URL of a kept file."""
        ...


class Pictures(Protocol):
    """Pictures drawn from a reply; pure and quick enough for a thread."""

    def card(self, card: ShowCard, label: str) -> bytes:
        """PNG 1000 x 630 of a ShowCard; `label` is the word for points in the person's language."""
        ...

    def voucher(self, voucher: ShowVoucher, value: str, condition: str, until: str) -> bytes:
        """PNG 1000 x 630 of a ShowVoucher, its words in the person's language."""
        ...

    def offer(self, offer: OfferItem, was: str, price: str, colour: str) -> bytes:
        """PNG 1000 x 500 of an offer, its prices in the person's language."""
        ...

    def codes(self, codes: ShowCodes, title: str, note: str) -> bytes:
        """PNG of a ShowCodes: the rotating QR with the spoken digits under it."""
        ...
