"""A run that is going out: whom to write to next, and what became of those who were written to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from core.campaigns.model import Campaign, Kind, Outcome, Run
from core.campaigns.ports import LaunchWork
from core.shared.values import Address, CustomerId, Language
from core.vouchers.model import Voucher

MOST_TRIES = 2
"""What may have been lost is sent once more at most, and only where the campaign is such (reliability.md section 7)."""
LOST, CRASHED = "lost_answer", "crashed"
"""Reasons of `unknown`: the platform gave no answer; the sender ended before it had one."""


@dataclass(frozen=True, slots=True)
class Going:
    """A run that is going out, with its campaign."""

    campaign: Campaign
    run: Run

    @property
    def sends_twice(self) -> bool:
        """True where what may have been lost is sent once more."""
        return self.campaign.plan.kind is Kind.SERVICE or self.campaign.plan.resend_unknown


class Recipient(NamedTuple):
    """Somebody of a run who is to be written to now, by this address; all that forbids it has been looked at."""

    serial: int
    customer: CustomerId
    """Who they are by now: of a merged customer the survivor."""
    arm: str
    tries: int
    address: Address
    language: Language
    level: int | None
    cost: int


class Result(NamedTuple):
    """What became of a message; `outcome` None: it was not sent, and waits until `not_before`."""

    serial: int
    outcome: Outcome | None
    reason: str = ""
    message: str = ""
    not_before: datetime | None = None
    tried: bool = False
    """The platform may have had it."""
    dead: Address | None = None
    """The address that nothing reaches any more."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The next people of a run. `last`: how far was looked; `more`: there may be others behind it.

    `broke`: somebody could not be paid for, the budget is used up.
    """

    people: Sequence[Recipient]
    last: int
    more: bool
    broke: bool = False


class Sendings(Protocol):
    """Runs that go out. One sender for each channel; who has been replaced changes nothing any more."""

    def lead(self, channel: str, sender: str) -> int:
        """The sender is the channel's from now on; what its predecessor left on its way is settled: how many."""
        ...

    def leads(self, channel: str, sender: str) -> bool:
        """True while nobody has taken its place; until this work is over nobody will."""
        ...

    def going(self, channel: str) -> Sequence[Going]:
        """Frozen runs of running campaigns that have people of the channel waiting; of most priority first."""
        ...

    def claim(self, going: Going, channel: str, after: int, limit: int) -> Claimed:
        """Those next behind `after` who may be written to now; who may not be is settled with the reason."""
        ...

    def pack(self, going: Going, channel: str, people: Sequence[Recipient]) -> int:
        """They are on their way from the end of this work on; the number of the pack."""
        ...

    def voucher(self, going: Going, person: Recipient) -> Voucher:
        """The person's own voucher of the run, the same however often it is asked for."""
        ...

    def settle(self, pack: int, results: Sequence[Result]) -> bool:
        """The pack is over, each of its people as told; False: it was settled by a successor, nothing changes."""
        ...

    def post(self, going: Going, people: Sequence[Recipient]) -> None:
        """These have been sent in this work itself."""
        ...

    def sweep(self, after: Mapping[int, int]) -> Mapping[int, int]:
        """Some of those whom a stopped campaign or a passed lifetime leaves are settled; runs without anybody end.

        `after`: how far each run was looked through; the same as it is now.
        """
        ...


class Marks(Protocol):
    """What platforms say of messages after they were sent. One that was `unknown` is known to have come then."""

    def receipt(self, address: Address, message: str, *, seen: bool, at: datetime) -> bool:
        """The platform says that its message was delivered, or seen; False: nobody knows such a message yet."""
        ...


class Receipts(Protocol):
    """Receipts on record, until it is known whose message each is of."""

    def keep(self, address: Address, message: str, *, seen: bool, at: datetime) -> None:
        """The platform says so; it may say so many times."""
        ...

    def apply(self, limit: int) -> int:
        """Some of those that are due: their messages are marked; how many there were.

        One that belongs to no message that anybody knows of, not even a minute later, is of a message whose answer was
        lost, when the person has one such alone; else it is of no campaign.
        """
        ...


class SendingWork(LaunchWork, Protocol):
    """Work that sends campaigns."""

    @property
    def receipts(self) -> Receipts: ...

    @property
    def sendings(self) -> Sendings: ...

    @property
    def marks(self) -> Marks: ...
