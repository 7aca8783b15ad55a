"""A campaign through everything that can go wrong: nobody gets an advertisement twice, nobody is missed."""

import asyncio
import os
import random
from collections import Counter
from contextlib import suppress

import pytest

from adapters.delivery.campaigns.sender import Sender
from adapters.delivery.campaigns.taking import sweep
from core.campaigns.arms import WHOLE, Arm
from core.campaigns.launching import pause, resume
from core.campaigns.model import Campaign, Kind, Plan, State
from tests.support.campaigns import MARKETER, crowd, launched, outcomes_of
from tests.support.platform import Platform
from tests.support.sending import sender_of
from tests.support.soak import patience
from tests.support.virtual import DirectLanes, Killed, run_virtually
from tests.support.world import World

MANY = 1_000_000 if os.environ.get("KARTKA_SOAK") else 20_000
KILLS = 20 if os.environ.get("KARTKA_SOAK") else 10
RATE = 1_000.0
WINDOW = 200
BROKEN, LOST = 0.01, 0.005
LAST_KILL = 40 * MANY // 20_000
"""The latest work of a life that it may be killed at: all lives together are as long as the campaign."""


def bad(seed: int, *, broken: float = BROKEN) -> Platform:
    """A platform on a bad day."""
    return Platform(seed=seed, refused=0.02, broken=broken, lost=LOST, slow=0.001, retry_after=0.2)


async def life(world: World, platform: Platform, kill_at: int | None) -> bool:
    """One life of the process: until the campaign is over, or until it is killed; True when it is over."""
    lanes = DirectLanes(world)
    lanes.kill_at = kill_at
    platform.begin()
    sender = sender_of(world, lanes, platform, rate=RATE, window=WINDOW)
    task = asyncio.create_task(_until_killed(sender))
    try:
        while not task.done():
            await asyncio.sleep(2.0)
            with suppress(Killed):
                await lanes.do("sweep", lambda work: sweep(work, {}))
                if not await lanes.do("state", lambda work: work.campaigns.ids(State.RUNNING)):
                    return True
        return False
    finally:
        others = [other for other in asyncio.all_tasks() if other is not asyncio.current_task()]
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        lanes.close()


async def _until_killed(sender: Sender) -> None:
    with suppress(Killed):
        await sender.run()


def lives(world: World, platform: Platform, campaign: Campaign) -> int:
    """The campaign to its end over as many lives as it takes; one of them is paused for an hour. How many."""
    chance, count = random.Random(5), 0
    while True:
        count += 1
        kill_at = chance.choice((-1, 1)) * chance.randrange(3, LAST_KILL) if count <= KILLS else None
        if run_virtually(world, lambda kill_at=kill_at: life(world, platform, kill_at)):
            return count
        if count == KILLS // 2:
            world.do(lambda work: pause(work, campaign=campaign.id, actor=MARKETER))
            world.clock.forward(hours=1)
            world.do(lambda work: resume(work, campaign=campaign.id, actor=MARKETER))


@pytest.mark.timeout(patience(300))
def test_an_advertisement_reaches_nobody_twice_and_the_report_is_the_platforms_own(world: World) -> None:
    crowd(world, MANY)
    campaign, run = launched(world, Plan("Кава"))
    platform = bad(3)
    assert lives(world, platform, campaign) > KILLS
    ended, received = outcomes_of(world, run), platform.got
    assert platform.impatient == 0
    assert max(received.values()) == 1
    outcomes = Counter(ended.values())
    assert set(outcomes) == {"sent", "control", "unknown"}
    for number, outcome in ended.items():
        got = received[str(number)]
        assert got == 1 if outcome == "sent" else got == 0 if outcome == "control" else got <= 1, number
    lost = (BROKEN + LOST) * MANY
    assert outcomes["unknown"] <= 1.3 * lost + KILLS * WINDOW
    assert outcomes["unknown"] > 0.5 * lost


def test_a_service_message_misses_nobody_and_comes_once_more_at_most(world: World) -> None:
    crowd(world, MANY // 10)
    campaign, run = launched(world, Plan("Строк", kind=Kind.SERVICE, arms=(Arm("A", WHOLE),)))
    platform = bad(4, broken=0.0)
    lives(world, platform, campaign)
    ended = outcomes_of(world, run)
    assert set(platform.got) == {str(number) for number in ended}
    assert max(platform.got.values()) == 2
    assert Counter(ended.values())["sent"] > 0.9 * MANY // 10
