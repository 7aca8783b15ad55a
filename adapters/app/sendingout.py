"""Campaigns on their way, where the role `worker` is: a sender for each channel, and the sweep of what is over."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog

from adapters.app.audiences import rates_of
from adapters.app.background import running
from adapters.app.heart import Heart, sign_of
from adapters.app.house import House
from adapters.db.engines import DatabaseError
from adapters.db.lanes import Busy
from adapters.db.leading import Leader, lock_of
from adapters.db.standing import CHANNELS
from adapters.delivery.campaigns.ports import Broadcaster
from adapters.delivery.campaigns.sender import Sender
from adapters.delivery.campaigns.taking import sweep
from bot.adverts import advert
from bot.ports import Channel

_SWEEP = 1.0
"""Seconds between two sweeps: how soon a stopped campaign says so of everybody, chunk by chunk."""
_DRAINED = 12.0
AWAY = (Busy, DatabaseError)
log = structlog.get_logger(__name__)


@asynccontextmanager
async def sending(house: House) -> AsyncIterator[None]:
    """While this is open campaigns go out by every channel whose sender this process is; then it drains."""
    if "worker" not in house.roles:
        yield
        return
    heart = Heart(house.lanes, sign_of(house.settings), AWAY)
    await heart.beat()
    leaders = {name: Leader(house.engine, lock_of(f"{name}|{house.channels[name].bot}")) for name in _channels(house)}
    senders = [_sender(house, house.channels[name], leader) for name, leader in leaders.items()]
    tasks = [asyncio.create_task(one.run()) for one in senders]
    try:
        async with running(_sweep_for_ever(house), heart.run()):
            yield
    finally:
        for one in senders:
            one.stop()
        _, late = await asyncio.wait(tasks, timeout=_DRAINED)
        for task in late:
            task.cancel()
        for leader in leaders.values():
            await asyncio.to_thread(leader.close)


def _channels(house: House) -> list[str]:
    return [name for name in CHANNELS if name in house.channels]


def _sender(house: House, channel: Channel, leader: Leader) -> Sender:
    async def leads() -> bool:
        return await asyncio.to_thread(leader.leads)

    return Sender(
        messenger=channel,
        lanes=house.lanes,
        advert=advert,
        rate=rates_of(house.programme)[channel.name],
        leads=leads,
        clock=house.outside.clock,
        posted=house.desk.send,
        away=AWAY,
        broadcaster=channel if isinstance(channel, Broadcaster) else None,
    )


async def _sweep_for_ever(house: House) -> None:
    after: Mapping[int, int] = {}
    while True:
        places = dict(after)
        try:
            after = await house.lanes.do("campaigns", lambda work, places=places: sweep(work, places))  # type: ignore[misc]  # a default binds it
        except AWAY as error:
            log.warning("campaign.sweep-failed", error=type(error).__name__)
        await asyncio.sleep(0 if after else _SWEEP)
