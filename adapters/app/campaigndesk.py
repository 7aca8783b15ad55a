"""What the desk of campaigns reads through the house: people of an audience, messages as they would look, pictures."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from adapters.app.audiences import scene_of
from adapters.app.previewing import Previewer
from adapters.app.settings import Settings
from adapters.codes.posters import as_poster
from adapters.console.campaignports import LONGEST, NAMELESS, USUAL, Kept, Preview
from adapters.db.campaignsamples import base_rate, kept_segments, samples
from adapters.db.engines import Engine
from adapters.db.lanes import Lanes, do_now
from adapters.db.outside import Outside
from adapters.db.work import DbWork
from bot.adverts import preview
from bot.ports import Pictures
from core.campaigns.fitting import LIMITS
from core.campaigns.model import Campaign, Plan
from core.customers.model import Customer
from core.offers.model import Audience, Offer
from core.segments.model import EVERYBODY, Node
from core.shared.values import CustomerId, Language, till_name

_SAME = timedelta(minutes=1)
KEPT = timedelta(days=3 * 365)
"""How long a campaign's picture can be seen: people scroll back."""


class CampaignDesk:
    """Satisfies `adapters.console.campaignports.Audience` and `.Posters`; reads in threads, on an engine of readers."""

    def __init__(
        self, settings: Settings, looking: Engine, outside: Outside, pictures: Pictures, lanes: Lanes
    ) -> None:  # fmt: skip
        self._settings, self._lanes, self._clock = settings, lanes, outside.clock
        self._show = Previewer(outside.texts, pictures)
        reading = replace(outside, locks=False)

        def do(job: Callable[[DbWork], Any]) -> Any:
            return do_now(looking, reading, job)

        self._do = do
        self._chosen: dict[Node, tuple[datetime, Mapping[str, CustomerId]]] = {}

    async def segments(self) -> Sequence[Kept]:
        """By name."""
        return [Kept(*row) for row in await asyncio.to_thread(self._do, lambda work: kept_segments(work.connection))]

    async def offers(self) -> Sequence[Offer]:
        """By id."""
        found: Sequence[Offer] = await asyncio.to_thread(self._do, lambda work: work.offers.current())
        return sorted((one for one in found if one.audience is Audience.VOUCHER), key=lambda one: one.id)

    async def base_rate(self, campaign: Campaign) -> float:
        """By the customer table of the newest plan."""
        return await asyncio.to_thread(self._base_rate, campaign)

    async def previews(self, campaign: Campaign, arm: str, language: Language | None) -> Sequence[Preview]:
        """Nobody of the segment: people of the whole base; nobody at all: nothing."""
        return await asyncio.to_thread(self._previews, campaign, arm, language)

    async def keep(self, content: bytes) -> str:
        """The picture, made anew as it is published."""
        made = await asyncio.to_thread(as_poster, content)
        until = self._clock() + KEPT
        return await self._lanes.do("campaigns", lambda work: work.files.keep(made, "image/jpeg", None, until))

    def _base_rate(self, campaign: Campaign) -> float:
        tree = self._tree(campaign)
        if tree is None:
            return 0.0
        scene, days = scene_of(self._settings, self._do, tree, self._clock()), campaign.plan.window_days
        found: float = self._do(lambda work: base_rate(work.connection, scene, tree, days))
        return found

    def _previews(self, campaign: Campaign, arm: str, language: Language | None) -> list[Preview]:
        people = self._people(self._tree(campaign) or EVERYBODY) or self._people(EVERYBODY)
        channels = [one for one in campaign.plan.channels or LIMITS if one in LIMITS]
        found = []
        for who, customer in people.items():
            spoken = language or customer.language
            answer = self._do(partial(_made, plan=campaign.plan, customer=customer, arm=arm, language=spoken))
            for channel in channels:
                found.append(
                    Preview(who, channel, till_name(customer.name), self._show.bubbles(answer, channel, spoken))
                )
        return found

    def _people(self, tree: Node) -> Mapping[str, Customer]:
        """A usual one, the one with the longest name, one without; where each has a name, the usual one loses it."""
        chosen = self._samples(tree)

        def read(work: DbWork) -> dict[str, Customer]:
            got = {who: work.customers.get(one) for who, one in chosen.items()}
            return {who: one for who, one in got.items() if one is not None}

        found: dict[str, Customer] = self._do(read)
        if not found:
            return {}
        usual = found.get(USUAL) or next(iter(found.values()))
        nameless = found.get(NAMELESS) or replace(usual, name="")
        return {USUAL: usual, LONGEST: found.get(LONGEST, usual), NAMELESS: nameless}

    def _samples(self, tree: Node) -> Mapping[str, CustomerId]:
        """Chosen anew once a minute: somebody who types looks again and again, and a million people take seconds."""
        now = self._clock()
        known = self._chosen.get(tree)
        if known is not None and known[0] > now:
            return known[1]
        scene = scene_of(self._settings, self._do, tree, now)
        found: Mapping[str, CustomerId] = self._do(lambda work: samples(work.connection, scene, tree))
        self._chosen = {one: kept for one, kept in self._chosen.items() if kept[0] > now}
        self._chosen[tree] = now + _SAME, found
        return found

    def _tree(self, campaign: Campaign) -> Node | None:
        found: Node | None = campaign.audience or self._do(lambda work: work.kept_segments.tree(campaign.plan.segment))
        return found


def _made(work: DbWork, plan: Plan, customer: Customer, arm: str, language: Language) -> Any:
    return preview(work, plan, customer, arm, language)
