"""Serving: the house open, its web listening, until somebody says stop."""

import asyncio
import gc
import signal
from collections.abc import Callable, Mapping

from aiohttp import web

from adapters.app.background import running
from adapters.app.house import House, open_house
from adapters.app.messengers import close_clients, polled
from adapters.app.scheduling import tidied
from adapters.app.sendingout import sending
from adapters.app.settings import Settings
from adapters.app.web import build_app
from adapters.http.logs import configure_logging

_DRAIN_SECONDS = 8


async def serve(
    settings: Settings,
    *,
    roles: frozenset[str],
    demo_logins: Mapping[str, str] | None = None,
    ready: Callable[[House], None] = lambda house: None,
) -> None:
    """The house serves until SIGINT or SIGTERM, then drains what is under way. Raises as `open_house`, OSError."""
    configure_logging(settings.log)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    async with open_house(settings, roles=roles, demo_logins=demo_logins) as house:
        runner = web.AppRunner(build_app(house), access_log=None, shutdown_timeout=_DRAIN_SECONDS)
        await runner.setup()
        try:
            gc.collect()
            gc.freeze()  # all that was loaded stays: to look through it ever again was a third of what a campaign took
            await web.TCPSite(runner, settings.host, settings.port).start()
            ready(house)
            async with polled(house), tidied(house), sending(house), running(house.receipts.run()):
                await stop.wait()
        finally:
            await runner.cleanup()
            await close_clients(house)
