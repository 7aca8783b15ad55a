"""What is done at the desk of campaigns, by a page and by a program alike: drafted, saved, tried, approved, moved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from aiohttp import web

from adapters.console.campaignports import Audience, Courier, DeskHouse, DeskWork, Posters, Preview
from adapters.console.door import Door
from adapters.console.figures import is_analyst
from adapters.console.ports import CampaignViews, ConsoleWork, Launches
from adapters.http.bodies import read_body
from adapters.http.sessions import SESSION
from bot.adverts import preview
from bot.ports import Letter
from core.audit.model import Actor, Entry
from core.campaigns import launching
from core.campaigns.actions import discard, draft, edit, must_be_whole, reopen
from core.campaigns.approving import approve_typed
from core.campaigns.fitting import must_fit
from core.campaigns.fives import numbers_in_fives, progress_in_fives, row_in_fives
from core.campaigns.model import Campaign, Kind, Move, Plan
from core.campaigns.numbers import Numbers
from core.campaigns.reading import plan_data
from core.campaigns.sizes import smallest_uplift
from core.campaigns.views import CampaignRow, Progress
from core.cards.lookup import keys_of, recognise
from core.customers.actions import customer_of
from core.customers.model import Customer, KnownAddress, Purpose, agreed
from core.shared.refusals import Conflict, Forbidden, Refusal, Unknown
from core.shared.values import Language

CHANGES = ("owner", "marketer")
SEES = (*CHANGES, "analyst")
SENDS = frozenset({Move.START, Move.RESUME})
"""Moves that need the separate right to send; whoever edits campaigns may hold one back."""
MOST_MEGABYTES = 8
Act = Callable[..., Campaign]
_ACTS: Mapping[Move, Act] = {
    Move.START: launching.start, Move.PAUSE: launching.pause, Move.RESUME: launching.resume, Move.STOP: launching.stop,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outlook:
    """A campaign's numbers before launch. `base`: how many of the segment buy anyway; `uplift`: the smallest rise of
    that share which so many people show, None without a control group."""

    numbers: Numbers
    base: float
    uplift: float | None


class Desk:
    """Satisfies pages and API; every change is noted."""

    def __init__(
        self, door: Door, *, house: DeskHouse, views: CampaignViews, launches: Launches, audience: Audience,
        posters: Posters, courier: Courier,
    ) -> None:  # fmt: skip
        self.door, self.views, self.audience, self.posters = door, views, audience, posters
        self._house, self._launches, self._courier = house, launches, courier

    async def found(self, campaign: str) -> Campaign:
        """Raises Unknown (`unknown-campaign`)."""
        one = await self.views.campaign(campaign) if len(campaign) <= 36 else None
        if one is None:
            raise Unknown("unknown-campaign", campaign=campaign[:36])
        return one

    async def make(self, request: web.Request, plan: Plan) -> Campaign:
        """A draft with this plan."""
        login = request[SESSION].login
        return await self.door.change(request, "campaign.draft", lambda work: draft(work, plan=plan, actor=login))

    async def save(self, request: web.Request, campaign: str, version: int, plan: Plan) -> Campaign:
        """The draft has this plan. Raises as `core.campaigns.actions.edit`."""
        login = request[SESSION].login
        return await self.door.change(
            request, "campaign.edit",
            lambda work: edit(work, campaign=campaign, version=version, plan=plan, actor=login),
            subject=campaign, seen=lambda work: _seen(work, campaign),
        )  # fmt: skip

    async def discard(self, request: web.Request, campaign: str) -> None:
        """The draft is gone."""
        await self.door.change(
            request, "campaign.discard", lambda work: discard(work, campaign=campaign), subject=campaign
        )

    async def approve(self, request: web.Request, campaign: str, version: int, typed: int) -> Campaign:
        """Counted now, and then approved. Raises as `core.campaigns.approving.approve_typed`."""
        login = request[SESSION].login
        numbers = await self._launches.numbers(await self.found(campaign))

        def job(work: ConsoleWork) -> Campaign:
            return approve_typed(
                work, campaign=campaign, version=version, actor=login, recipients=numbers.recipients, typed=typed
            )

        return await self.door.change(
            request, "campaign.approve", job, subject=campaign, seen=lambda work: _state(work, campaign)
        )

    async def move(self, request: web.Request, campaign: str, move: Move) -> Campaign:
        """Started, held back, let go on, stopped, or a draft again.

        Raises as the verbs; Forbidden (`no-right-to-send`).
        """
        session = request[SESSION]
        if move is Move.REOPEN:
            return await self.door.change(
                request, "campaign.reopen", lambda work: reopen(work, campaign=campaign, actor=session.login),
                subject=campaign,
            )  # fmt: skip
        if move in SENDS and not session.sends:
            raise Forbidden("no-right-to-send")
        more: dict[str, Any] = {}
        if move is Move.START:
            one = await self.found(campaign)
            offered = one.plan.voucher_offer is not None
            more = {"recipients": (await self._launches.numbers(one)).recipients if offered else 0}
        act = partial(_ACTS[move], campaign=campaign, actor=self.door.actor(request), **more)
        return await self._house.do("console", act)

    async def outlook(self, request: web.Request, campaign: Campaign) -> Outlook:
        """Counted now, by the code that freezes a run; as the role may see it."""
        numbers = await self._launches.numbers(campaign)
        base = await self.audience.base_rate(campaign)
        people, control = numbers.in_trial, numbers.control
        uplift = smallest_uplift(base, people, control / people) if 0 < control < people and base < 1 else None
        return Outlook(numbers_in_fives(numbers) if is_analyst(request) else numbers, base, uplift)

    async def listed(self, request: web.Request) -> Sequence[CampaignRow]:
        """Every campaign, the newest first, as the role may see them."""
        rows = await self.views.campaigns()
        return [row_in_fives(one) for one in rows] if is_analyst(request) else rows

    async def progress(self, request: web.Request, run: int) -> Progress | None:
        """How far the run is, as the role may see it."""
        found = await self.views.progress(run)
        return progress_in_fives(found) if found is not None and is_analyst(request) else found

    async def lacks(self, campaign: Campaign) -> Refusal | None:
        """The first thing that the plan lacks to be approved."""

        def look(work: DeskWork) -> None:
            must_be_whole(work, campaign.plan)
            must_fit(campaign.plan)

        try:
            await self._house.do("console", look)
        except Refusal as refusal:
            return refusal
        return None

    async def trial(self, request: web.Request, campaign: str, arm: str, card: str) -> int:
        """What the arm is told is on its way to the card's owner, marked as a trial: how many messages.

        Raises Unknown (`unknown-card`), Conflict (`no-address`), Forbidden (`trial-no-consent`), Invalid.
        """
        actor, one = self.door.actor(request), await self.found(campaign)
        letters = await self._house.do("console", lambda work: _try(work, one, arm, card, actor))
        await self._courier.send(letters)
        return len(letters)

    async def publish(self, request: web.Request) -> str:
        """The picture that is the request's body has this name from now on. Raises Problem (413), Invalid."""
        name = await self.posters.keep(await read_body(request, MOST_MEGABYTES * 1_000_000))
        await self.door.note(request, "campaign.picture", name)
        return name

    async def previews(self, campaign: Campaign, arm: str, language: Language | None = None) -> list[Preview]:
        """What three people would see, in each messenger. Raises Unknown (`unknown-arm`)."""
        content = campaign.plan.contents.get(arm)
        if content is None or not any(content.text.values()):
            return []
        return list(await self.audience.previews(campaign, arm, language))


def _try(work: DeskWork, one: Campaign, arm: str, card: str, actor: Actor) -> list[Letter]:
    must_be_whole(work, one.plan)
    must_fit(one.plan)
    if arm not in one.plan.contents:
        raise Unknown("unknown-arm")
    customer = _owner(work, card)
    if one.plan.kind is Kind.PROMOTION and not agreed(work.consents.of(customer.id))[Purpose.MARKETING]:
        raise Forbidden("trial-no-consent")
    known = _reachable(work, customer, one.plan)
    spoken = replace(customer, language=known.language)
    answer = preview(work, one.plan, spoken, arm, known.language, trial=True)
    before = len(work.outbox.added)
    work.outbox.add(None, known.address, answer, known.language, known.level)
    work.audit.note(Entry(work.now, actor, "campaign.trial", one.id, None, {"arm": arm, "to": customer.id}))
    return work.outbox.added[before:]


def _owner(work: DeskWork, card: str) -> Customer:
    try:
        keys = keys_of(card)
        found = recognise(keys, work.finder.find(keys), programme=work.programme, now=work.now)
    except Refusal:
        raise Unknown("unknown-card") from None
    if found.customer is None:
        raise Unknown("unknown-card")
    return customer_of(work, found.customer)


def _reachable(work: DeskWork, customer: Customer, plan: Plan) -> KnownAddress:
    """The newest of the person's addresses that the plan's channels reach."""
    for one in reversed(work.addresses.of(customer.id)):
        if one.subscribed and (not plan.channels or one.address.channel in plan.channels):
            return one
    raise Conflict("no-address")


def _seen(work: ConsoleWork, campaign: str) -> Mapping[str, Any] | None:
    one = work.campaigns.get(campaign)
    return None if one is None else {"version": one.version, **plan_data(one.plan)}


def _state(work: ConsoleWork, campaign: str) -> Mapping[str, Any] | None:
    one = work.campaigns.get(campaign)
    return None if one is None else {"state": one.state.value, "version": one.version}
