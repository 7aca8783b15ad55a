"""How far a campaign is, as it goes: a fragment of its page that is sent anew whenever it has changed."""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp_sse import sse_response

from adapters.console.campaigndesk import SEES, Desk
from adapters.console.campaignsaid import Said, duration
from adapters.console.door import Door
from bot.words import Money, Words, say
from core.campaigns.model import Campaign, Outcome, State
from core.campaigns.timing import is_quiet, loud_from
from core.campaigns.views import Progress

_EVERY = 1.0
"""Seconds between two looks."""
_LOOKS = 300
"""Of one stream: then the browser comes again by itself, and is asked anew who it is."""
_OVER = frozenset({State.FINISHED, State.STOPPED})
_MARKS = ("delivered", "seen", "tapped")


class CampaignLive:
    """`/console/campaigns/{campaign}/events`."""

    def __init__(self, door: Door, desk: Desk, app: web.Application) -> None:
        self._door, self._desk = door, desk
        self._closing = asyncio.Event()
        app.on_shutdown.append(self._hang_up)
        door.page("/console/campaigns/{campaign}/events", self.stream, SEES)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The progress now and whenever it is other; nothing is remembered, so that any reload begins anew."""
        campaign = await self._desk.found(request.match_info["campaign"])
        sent = ""
        async with sse_response(request) as response:
            for _ in range(_LOOKS):
                campaign = await self._desk.found(campaign.id)
                fragment = await self.fragment(request, campaign)
                if fragment != sent:
                    await response.send(fragment, event="progress")
                    sent = fragment
                if campaign.state in _OVER:
                    await response.send("", event="over")
                    break
                if not response.is_connected() or await self._closes():
                    break
        return response

    async def fragment(self, request: web.Request, campaign: Campaign) -> str:
        """The newest run as HTML."""
        data, waits = await self.shown(request, campaign), campaign.state is State.RUNNING
        return str(self._door.show(request, "_campaign_progress.html", live=data, waits=waits).text)

    async def shown(self, request: web.Request, campaign: Campaign) -> Mapping[str, Any] | None:
        """The newest run in words and figures; None before there is one."""
        runs = await self._desk.views.runs(campaign.id)
        progress = await self._desk.progress(request, runs[0].id) if runs else None
        if progress is None:
            return None
        said = Said(self._door.texts, self._door.language(request), self._door.programme)
        people = progress.by_outcome()
        everybody, waiting = sum(people.values()), progress.waiting
        told = [("sent", people.get("sent", 0)), *((mark, marked(progress, mark)) for mark in _MARKS)]
        told.append(("waiting", waiting))
        return {
            "state": campaign.state.value,
            "state_said": said.state(campaign),
            "number": len(runs),
            "due": said.say(say("desk.run", n=len(runs), at=progress.run.due_at.astimezone(said.programme.timezone))),
            "tiles": [(count, said.say(Words(f"desk.mark-{name}"))) for name, count in told],
            "rows": rows_of(progress, said),
            "done": everybody - waiting,
            "everybody": everybody,
            "waiting": waiting,
            "pace": pace(progress, said, running=campaign.state is State.RUNNING),
            "spent": said.say(say("desk.spent", amount=Money(progress.run.spent, said.programme.currency))),
        }

    async def _closes(self) -> bool:
        """True once the house closes; else so much later."""
        try:
            await asyncio.wait_for(self._closing.wait(), _EVERY)
        except TimeoutError:
            return False
        return True

    async def _hang_up(self, app: web.Application) -> None:
        del app
        self._closing.set()


def marked(progress: Progress, mark: str) -> int:
    """How many messages have the mark."""
    return sum(progress.marks.get(mark, {}).values())


_BY_NONE = ("control", "no_consent")
"""Outcomes of people whom no channel was tried for."""


def rows_of(progress: Progress, said: Said) -> list[tuple[str, str, str, int]]:
    """Outcome, reason, channel and people; all arms together, the control group by itself."""
    found: dict[tuple[str, str, str], int] = {}
    for one in progress.counts:
        outcome = "waiting" if one.outcome is None else one.outcome.value
        key = (outcome, one.reason, "" if outcome in _BY_NONE else one.channel)
        found[key] = found.get(key, 0) + one.people
    order = ["waiting", *(one.value for one in Outcome)]
    rows = sorted(found.items(), key=lambda one: (order.index(one[0][0]), -one[1]))
    return [
        (
            said.say(Words(f"desk.outcome-{outcome.replace('_', '-')}")),
            said.reason(reason),
            said.channel(channel) if channel else "",
            people,
        )
        for (outcome, reason, channel), people in rows
    ]


def pace(progress: Progress, said: Said, *, running: bool) -> str:
    """How fast it goes and how long it takes; where it stands, why."""
    if progress.run.frozen_at is None:
        return said.say(say("desk.gathering"))
    if not progress.waiting:
        return said.say(say("desk.nobody-waits"))
    zone = said.programme.timezone
    if running and is_quiet(progress.at, zone):
        until = loud_from(progress.at, zone).astimezone(zone)
        return said.say(say("desk.till-morning", n=progress.waiting, at=until))
    if not running or not progress.rate or progress.left_seconds is None:
        return said.say(say("desk.stands", n=progress.waiting))
    left = duration(progress.left_seconds)
    return said.say(say("desk.pace", n=progress.waiting, rate=said.tenths(progress.rate), time=left))
