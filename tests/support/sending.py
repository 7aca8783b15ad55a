"""Campaigns that go out in virtual time: a sender for each platform, the sweep, and what happens meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from adapters.delivery.campaigns.sender import Sender
from adapters.delivery.campaigns.taking import sweep
from bot.adverts import advert
from bot.ports import Letter
from tests.support.platform import Broadcasting, Platform
from tests.support.virtual import DirectLanes, run_virtually
from tests.support.world import World

Meanwhile = Mapping[float, Callable[[], object]]


async def always() -> bool:
    """Nobody else wants to send."""
    return True


def sender_of(
    world: World,
    lanes: DirectLanes,
    platform: Platform,
    *,
    rate: float = 25.0,
    window: int = 0,
    leads: Callable[[], Awaitable[bool]] = always,
    posted: list[Letter] | None = None,
) -> Sender:
    """A sender of the platform's channel."""

    async def post(letters: Sequence[Letter]) -> None:
        if posted is not None:
            posted.extend(letters)

    return Sender(
        messenger=platform, lanes=lanes, advert=advert, rate=rate, leads=leads, clock=world.outside.clock, posted=post,
        away=(), window=window, broadcaster=platform if isinstance(platform, Broadcasting) else None,
    )  # fmt: skip


def send(
    world: World,
    *platforms: Platform,
    seconds: float,
    rate: float = 25.0,
    meanwhile: Meanwhile | None = None,
    posted: list[Letter] | None = None,
) -> None:
    """So much time passes; `meanwhile` happens at its seconds. Senders are stopped in the end as by a deployment."""
    run_virtually(world, lambda: _send(world, platforms, seconds, rate, meanwhile or {}, posted))


async def _send(
    world: World,
    platforms: Sequence[Platform],
    seconds: float,
    rate: float,
    meanwhile: Meanwhile,
    posted: list[Letter] | None,
) -> None:
    lanes = DirectLanes(world)
    for one in platforms:
        one.begin()
    senders = [sender_of(world, lanes, one, rate=rate, posted=posted) for one in platforms]
    tasks = [asyncio.create_task(one.run()) for one in senders]
    now, after = 0.0, dict[int, int]()
    events = dict(meanwhile)
    while now < seconds:
        upto = min([seconds, now + (1.0 if seconds < 600 else 60.0), *(at for at in events if at > now)])
        await asyncio.sleep(upto - now)
        now = upto
        for at in [at for at in events if at <= now]:
            events.pop(at)()
        after = dict(await lanes.do("sweep", lambda work, after=after: sweep(work, after)))
    for sender in senders:
        sender.stop()
    await asyncio.gather(*tasks)
    lanes.close()
