"""One turn of a sender, as one work: what came back is settled, and the next people are on their way."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from adapters.delivery.campaigns.ports import Advert, CampaignWork
from bot.messages import Answer
from bot.ports import Letter
from core.audit.model import HOUSE
from core.campaigns.fitting import is_personal
from core.campaigns.launching import BUDGET, finish, pause
from core.campaigns.model import Campaign, Outcome, State
from core.campaigns.sending import Going, Recipient, Result
from core.campaigns.timing import is_quiet, loud_from
from core.customers.actions import customer_of
from core.shared.refusals import Conflict

HERE = "web"
"""The channel whose messages are read from the house itself: writing them is sending them."""
STANDS = ("telegram",)
"""Channels whose keys stay under the chat whatever is sent: to show them anew would be a message more for each."""
NO_OFFERS = "no_offers"
"""The reason of `failed` where a message of own offers has none to show."""
_AGAIN = timedelta(seconds=5)
"""When a run is looked through anew for those who were passed over."""


class Replaced(Exception):
    """Another sender has taken the channel over."""


class Want(NamedTuple):
    """How many may be taken: of people who are each told something else, and of those who are told the same."""

    singly: int = 0
    together: int = 0


class Posting(NamedTuple):
    """Somebody's message. `alike`: whoever has the very same answer gets exactly this message."""

    to: Recipient
    answer: Answer
    alike: bool


@dataclass(frozen=True, slots=True)
class Pack:
    """Messages that are on their way together."""

    number: int
    going: Going
    postings: Sequence[Posting]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn brought. `wait_until`: nothing can go before; `posted`: letters that were written here."""

    pack: Pack | None = None
    posted: Sequence[Letter] = ()
    busy: bool = False
    """There is more to be had at once."""
    wait_until: datetime | None = None


@dataclass(slots=True)
class Places:
    """How far a sender has looked through each run."""

    after: dict[int, int] = field(default_factory=dict)
    resting: dict[int, datetime] = field(default_factory=dict)
    """Runs that were looked through, and until when they are left alone."""

    def passed(self, run: int, last: int, now: datetime, *, more: bool) -> None:
        """The run was looked through up to `last`; at its end it begins anew, a little later."""
        self.after[run] = last if more else 0
        if not more:
            self.resting[run] = now + _AGAIN


def take(
    work: CampaignWork, *, channel: str, sender: str, advert: Advert, settled: Mapping[int, Sequence[Result]],
    want: Want, places: Places,
) -> Turn:  # fmt: skip
    """`settled` packs are over, and as many people more as `want` says are on their way. Raises Replaced."""
    if not work.sendings.leads(channel, sender):
        raise Replaced
    for pack, results in settled.items():
        work.sendings.settle(pack, results)
    zone = work.programme.timezone
    if not any(want):
        return Turn()
    if is_quiet(work.now, zone):
        return Turn(wait_until=loud_from(work.now, zone))
    passed_over = False
    for going in work.sendings.going(channel):
        run = going.run.id
        if places.resting.get(run, work.now) > work.now:
            continue
        alike = is_alike(going.campaign)
        most = want.together if alike else want.singly
        if not most:
            continue
        claimed = work.sendings.claim(going, channel, places.after.get(run, 0), most)
        places.passed(run, claimed.last, work.now, more=claimed.more)
        if claimed.broke:
            brake(work, going.campaign.id, BUDGET)
        if not claimed.people:
            passed_over = passed_over or claimed.more
            continue
        postings = _with_words(work, going, channel, _postings(work, going, claimed.people, advert, alike=alike))
        told = [one.to for one in postings]
        if channel == HERE:
            work.sendings.post(going, told)
            return Turn(posted=[letter for one in postings for letter in _written(work, one)], busy=True)
        under_way = Pack(work.sendings.pack(going, channel, told), going, postings) if told else None
        return Turn(under_way, busy=True)
    return Turn(busy=passed_over)


def sweep(work: CampaignWork, after: Mapping[int, int]) -> Mapping[int, int]:
    """Whoever a stopped campaign or a passed lifetime leaves is settled, and what is over is finished."""
    found = work.sendings.sweep(after)
    for campaign in work.campaigns.ids(State.RUNNING):
        finish(work, campaign=campaign)
    return found


def brake(work: CampaignWork, campaign: str, why: str) -> None:
    """The campaign is paused by the house."""
    with suppress(Conflict):  # somebody has paused or stopped it meanwhile
        pause(work, campaign=campaign, actor=HOUSE, why=why)


def is_alike(campaign: Campaign) -> bool:
    """True where everybody of an arm and a language is told the same."""
    return not any(is_personal(campaign, arm.name) for arm in campaign.plan.treated)


def _with_words(work: CampaignWork, going: Going, channel: str, postings: Sequence[Posting]) -> list[Posting]:
    """Whoever there is nothing to tell, since the week has no offers for them, is settled and left out."""
    silent = [one.to for one in postings if not one.answer.replies]
    if silent:
        results = [Result(to.serial, Outcome.FAILED, NO_OFFERS) for to in silent]
        work.sendings.settle(work.sendings.pack(going, channel, silent), results)
    return [one for one in postings if one.answer.replies] if silent else list(postings)


def _postings(
    work: CampaignWork, going: Going, people: Sequence[Recipient], advert: Advert, *, alike: bool
) -> list[Posting]:
    """What is the same for everybody is written once; whoever gets something of value is locked."""
    campaign, run = going.campaign, going.run
    gets = alike or campaign.plan.voucher_offer is not None or campaign.plan.own_offers
    known = {} if gets else work.customers.seen([to.customer for to in people])
    written, found = dict[tuple[object, ...], Answer](), list[Posting]()
    for to in people:
        key = (run.id, to.arm, to.language, to.level) if alike else None
        answer = written.get(key) if key is not None else None
        if answer is None:
            voucher = work.sendings.voucher(going, to) if campaign.plan.voucher_offer is not None else None
            customer = known.get(to.customer)
            if customer is None or customer.merged_into is not None:
                customer = customer_of(work, to.customer)
            answer = advert(work, campaign, run, customer, to.arm, to.language, voucher)
            if key is not None:
                written[key] = answer
        found.append(Posting(to, answer, alike))
    return found


def _written(work: CampaignWork, one: Posting) -> Sequence[Letter]:
    """Its letters in the outbox, where the house itself shows them."""
    return work.outbox.add(None, one.to.address, one.answer, one.to.language, one.to.level)


def letters_of(one: Posting) -> Sequence[Letter]:
    """Its letters in their order, as a messenger takes them."""
    to, answer, last = one.to, one.answer, len(one.answer.replies)
    keys = () if to.address.channel in STANDS else answer.keyboard
    return [
        Letter(to.serial, to.address, reply, keys, to.language, to.level, place == last, None, None)
        for place, reply in enumerate(answer.replies, 1)
    ]
