"""What campaigns on their way need from the database and from a messenger."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, runtime_checkable

from adapters.delivery.ports import DeliveryWork
from bot.messages import Answer
from bot.ports import BotWork, Letter, Outcome
from core.campaigns.model import Campaign, Run
from core.campaigns.sending import SendingWork
from core.customers.model import Customer
from core.shared.values import Language
from core.vouchers.model import Voucher

T = TypeVar("T")
Advert = Callable[[BotWork, Campaign, Run, Customer, str, Language, Voucher | None], Answer]
"""What somebody of an arm is told (`bot.adverts.advert`)."""


class CampaignWork(DeliveryWork, SendingWork, Protocol):
    """Work that sends campaigns, with the talk's stores for what they say."""


class Lanes(Protocol):
    """Where work is done, committed before the answer."""

    async def do(self, key: str, job: Callable[[CampaignWork], T]) -> T: ...


class Messenger(Protocol):
    """A channel as far as campaigns use it."""

    @property
    def name(self) -> str: ...

    async def send(self, letter: Letter) -> Outcome: ...


@runtime_checkable
class Broadcaster(Protocol):
    """A messenger that takes one message for many people."""

    @property
    def most(self) -> int:
        """How many in one call; 1: it does not, or not any more."""
        ...

    async def broadcast(self, letter: Letter, users: Sequence[str]) -> Sequence[Outcome]:
        """The letter's one message for all of them: what became of each, in their order."""
        ...
