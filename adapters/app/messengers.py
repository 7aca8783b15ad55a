"""The messengers' hooks on the web, polling where no hook reaches, and what is told to the platforms at the start."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import structlog
from aiohttp import web

from adapters.app.background import running
from adapters.app.house import House

log = structlog.get_logger(__name__)


def add_hooks(app: web.Application, house: House) -> None:
    """The hooks of the messengers that have a token are part of the app."""
    if "telegram" in house.channels:
        telegram_hook(house).add_routes(app)
    if "viber" in house.channels:
        room = import_module("adapters.viber.webhook")
        channel, token = house.channels["viber"], house.settings.viber_token
        hook = room.Hook(
            door=house.desk, channel=channel, token=token, programme=house.programme, receipts=house.receipts
        )
        hook.add_routes(app)


def telegram_hook(house: House) -> Any:
    """Where Telegram's updates come in."""
    room = import_module("adapters.telegram.webhook")
    secret = house.settings.hook_secret
    return room.Hook(door=house.desk, channel=house.channels["telegram"], secret=secret)


@asynccontextmanager
async def polled(house: House) -> AsyncIterator[None]:
    """While this is open, Telegram is polled if the settings say so."""
    if "telegram" not in house.channels or house.settings.telegram_mode != "polling" or "worker" not in house.roles:
        yield
        return
    channel: Any = house.channels["telegram"]
    async with running(import_module("adapters.telegram.setup").poll(channel.client, telegram_hook(house))):
        yield


async def close_clients(house: House) -> None:
    """The clients of the messengers hold no connection any more."""
    channel: Any = house.channels.get("telegram")
    if channel is not None:
        await channel.client.session.close()
