"""`/telegram/webhook`: the secret is checked, the update is stored, 200. Nothing else is on this path."""

import asyncio
import hmac

import structlog
from aiohttp import web
from prometheus_client import Counter

from adapters.http.bodies import parse_json, read_body
from adapters.http.problems import Problem
from adapters.telegram.client import TelegramChannel
from adapters.telegram.limits import BODY_BYTES
from adapters.telegram.parse import callback_of, event_of
from bot.ports import Door

HEADER = "X-Telegram-Bot-Api-Secret-Token"
STRANGE = Counter("kartka_telegram_strange_total", "Updates of no use to us, by why.", ("why",))
log = structlog.get_logger(__name__)


class Hook:
    """Takes updates in, from the hook and from polling alike."""

    def __init__(self, *, door: Door, channel: TelegramChannel, secret: str) -> None:
        self._door, self._channel, self._secret = door, channel, secret.encode()
        self._answering: set[asyncio.Task[None]] = set()

    def add_routes(self, app: web.Application) -> None:
        """The hook is part of the app."""
        app.router.add_post("/telegram/webhook", self.receive)

    async def receive(self, request: web.Request) -> web.Response:
        """401 without the secret, 413 over 256 kB; with it 200 for everything, stored first when it is of use."""
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            raise Problem(401, "unauthorized")
        body = await read_body(request, BODY_BYTES)
        try:
            update = parse_json(body)
        except Problem:
            STRANGE.labels("unreadable").inc()
            log.warning("telegram.unreadable", size=len(body))
            return web.Response()
        await self.take(update)
        return web.Response()

    async def take(self, update: object) -> None:
        """The update is stored; a pressed button stops spinning meanwhile."""
        event = event_of(update, self._channel.bot)
        if event is None:
            STRANGE.labels("unknown").inc()
            return
        await self._door.accept(event)
        query = callback_of(update)
        if query is not None:
            task = asyncio.create_task(self._channel.answer_callback(query))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
