"""A campaign's rehearsal: on its page a button, for programs an operation; nothing is sent, nothing is kept."""

from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from adapters.console.campaignsaid import Said, duration
from adapters.console.door import API, Door
from adapters.console.ports import CampaignViews
from adapters.http.api import Answer, Endpoint
from bot.words import Money, Words, say
from core.campaigns.model import Campaign
from core.campaigns.numbers import figures_of
from core.campaigns.rehearsal import Rehearsal
from core.shared.refusals import Refusal

REHEARSES = ("owner", "marketer")


class Rehearsals(Protocol):
    """Where rehearsals are played."""

    async def rehearse(self, campaign: str) -> Rehearsal:
        """Raises Unknown (`unknown-campaign`, `unknown-segment`), Conflict (`campaign-state`, `rehearsal-large`)."""
        ...


class EndingOut(Answer):
    """So many people of an arm and a channel; `outcome` null: nobody would have written to them."""

    arm: str
    channel: str
    outcome: str | None
    reason: str
    people: int


class RehearsalOut(Answer):
    """A run as it would go. `numbers`: those shown before launch, of the same people; `cost` in minor units."""

    campaign: str
    at: datetime
    starts_at: datetime
    first_at: datetime | None
    last_at: datetime | None
    cost: int
    moved: int
    halted: str
    endings: list[EndingOut]
    numbers: dict[str, Any]


class RehearsalPages:
    """`/console/campaigns/{campaign}/rehearsal`."""

    def __init__(self, door: Door, views: CampaignViews, rehearsals: Rehearsals) -> None:
        self._door, self._views, self._rehearsals = door, views, rehearsals
        door.action("/console/campaigns/{campaign}/rehearsal", self.page, REHEARSES)
        door.action("/console/campaigns/{campaign}/rehearsal/told", self.told, REHEARSES)
        door.endpoint(
            Endpoint("POST", f"{API}/campaigns/{{campaign}}/rehearsal", "Its next run, gone through in advance",
                     self.data, answer=RehearsalOut,
                     problems={404: ("unknown-campaign", "unknown-segment"),
                               409: ("campaign-state", "rehearsal-large")}),
            REHEARSES,
        )  # fmt: skip

    async def page(self, request: web.Request) -> web.Response:
        """That it is being gone through, at once; the page asks `told` for what it came to, which takes a while."""
        one = await self._asked(request)
        return self._door.show(request, "rehearsal.html", one=one, found=False)

    async def told(self, request: web.Request) -> web.Response:
        """What it would come to, in words and as a table."""
        one = await self._asked(request)
        try:
            found = await self._rehearsals.rehearse(one.id)
        except Refusal as refusal:
            sorry = self._door.sorry(request, refusal)
            return self._door.show(request, "rehearsal.html", 409, one=one, found=True, sorry=sorry)
        said = Said(self._door.texts, self._door.language(request), self._door.programme)
        return self._door.show(
            request, "rehearsal.html", one=one, found=True, sorry="", told=self._told(found, said),
            rows=_rows(found, said),
        )  # fmt: skip

    async def _asked(self, request: web.Request) -> Campaign:
        await request.post()
        one = await self._views.campaign(request.match_info["campaign"])
        if one is None:
            raise web.HTTPNotFound
        return one

    async def data(self, request: web.Request, given: None) -> RehearsalOut:
        """The same for a program."""
        del given
        found = await self._rehearsals.rehearse(request.match_info["campaign"])
        return RehearsalOut(
            campaign=found.campaign, at=found.at, starts_at=found.starts_at, first_at=found.first_at,
            last_at=found.last_at, cost=found.cost, moved=found.moved, halted=found.halted,
            endings=[
                EndingOut(arm=one.arm, channel=one.channel, outcome=one.outcome and one.outcome.value,
                          reason=one.reason, people=one.people)
                for one in found.endings
            ],
            numbers=figures_of(found.numbers),
        )  # fmt: skip

    def _told(self, found: Rehearsal, said: Said) -> list[str]:
        zone = self._door.programme.timezone
        sent = sum(found.sent.values())
        told: list[Words] = [
            say("rehearsal.as-of", at=found.at.astimezone(zone), due=found.starts_at.astimezone(zone)),
            say("rehearsal.sent", n=sent, people=found.numbers.matching),
        ]
        if found.first_at is not None and found.last_at is not None:
            lasts = duration(int((found.last_at - found.first_at).total_seconds()))
            told.append(
                say("rehearsal.lasts", first=found.first_at.astimezone(zone), last=found.last_at.astimezone(zone),
                    lasts=lasts)
            )  # fmt: skip
        if found.moved:
            told.append(say("rehearsal.moved", n=found.moved))
        if found.cost:
            told.append(say("rehearsal.cost", amount=Money(found.cost, self._door.programme.currency)))
        if found.halted:
            told.append(say("rehearsal.halted-budget" if found.halted == "budget" else "rehearsal.halted"))
        return [said.say(one) for one in told]


def _rows(found: Rehearsal, said: Said) -> list[tuple[str, ...]]:
    """What becomes of whom: the most people first."""
    rows: list[tuple[str, ...]] = []
    for each in sorted(found.endings, key=lambda ending: -ending.people):
        outcome = "waiting" if each.outcome is None else each.outcome.value
        rows.append(
            (
                said.say(Words(f"desk.outcome-{outcome.replace('_', '-')}")),
                said.reason(each.reason) if each.reason else "",
                each.arm if each.arm != "control" else said.say(say("results.control")),
                said.channel(each.channel) if each.channel else "",
                str(each.people),
            )
        )
    return rows
