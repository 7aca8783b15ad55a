"""Telegram's hook: secret checked and update stored durably, against the floors in the same run; then a whole step.

Floors: a bare aiohttp handler that only parses JSON; aiogram's own dispatcher answering the same message in memory.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.methods import TelegramMethod
from aiogram.types import Message
from aiohttp import ClientSession, TCPConnector, web
from aiohttp.test_utils import TestServer

from adapters.db.engines import is_sqlite
from adapters.telegram.webhook import HEADER, Hook
from bot.messages import Incoming
from bot.ports import Letter, Outcome, RawEvent, Sent
from tests.support.postgres import start_cluster
from tests.support.world import World, open_lanes

ROUNDS, UPDATES, CONNECTIONS = 3, 1500, 32
SECRET = "s" * 32


def update(number: int, text: str = "допомога") -> dict[str, Any]:
    """A text message of one of fifty people."""
    user = number % 50 + 1
    chat = {"id": user, "type": "private", "first_name": "Олена"}
    sender = {"id": user, "is_bot": False, "first_name": "Олена", "language_code": "uk"}
    message = {"message_id": number, "date": 1, "chat": chat, "from": sender, "text": text}
    return {"update_id": number, "message": message}


async def bombard(path: str, app: web.Application, first: int) -> float:
    """CPU seconds of this process for all updates over 32 connections, client included on both sides."""
    server = TestServer(app)
    await server.start_server()
    bodies = [json.dumps(update(first + number)).encode() for number in range(UPDATES)]
    headers = {HEADER: SECRET, "Content-Type": "application/json"}
    async with ClientSession(connector=TCPConnector(limit=CONNECTIONS)) as http:

        async def some(part: list[bytes]) -> None:
            for body in part:
                async with http.post(server.make_url(path), data=body, headers=headers) as answer:
                    assert answer.status == 200

        began = time.process_time()
        await asyncio.gather(*(some(bodies[at::CONNECTIONS]) for at in range(CONNECTIONS)))
        spent = time.process_time() - began
    await server.close()
    return spent


def bare() -> web.Application:
    """The floor: JSON parsed, 200."""

    async def handler(request: web.Request) -> web.Response:
        await request.json()
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", handler)
    return app


class Instant:
    """A channel that sends at once, and the hook's idea of the bot."""

    name, bot = "telegram", "bot"

    def parse(self, event: RawEvent) -> Incoming | None:
        """As Telegram's room does."""
        from adapters.telegram.parse import parse

        return parse(event)

    async def photo(self, ref: str) -> bytes | None:
        """None."""
        del ref
        return None

    async def send(self, letter: Letter) -> Outcome:
        """Sent."""
        del letter
        return Sent("1")

    async def answer_callback(self, query: str) -> None:
        """Answered."""


class _Door:
    """Stores only: the worker is another process' business."""

    def __init__(self, lanes: Any, world: World) -> None:
        self._lanes, self._world = lanes, world

    async def accept(self, event: RawEvent) -> tuple[int, bool]:
        """Durably stored."""
        answer: tuple[int, bool] = await self._lanes.do(
            event.address.key, lambda work: work.inbox.add(event, self._world.clock.now)
        )
        return answer

    async def answer(self, event: int) -> list[Letter]:
        """Nobody asks."""
        del event
        return []


async def hook_ratio(url: str) -> float:
    """Our hook's CPU over the bare handler's, the median of interleaved rounds."""
    world, ratios = World(url), []
    async with open_lanes(world) as (lanes, _):
        for turn in range(ROUNDS):
            channel: Any = Instant()
            app = web.Application()
            Hook(door=_Door(lanes, world), channel=channel, secret=SECRET).add_routes(app)
            ours = await bombard("/telegram/webhook", app, turn * UPDATES + 1)
            ratios.append(ours / await bombard("/hook", bare(), turn * UPDATES + 1))
    world.close()
    return statistics.median(ratios)


class _Silent(BaseSession):
    """aiogram's sender without a network."""

    async def close(self) -> None:
        """Nothing is open."""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        """A message, as Telegram would answer."""
        del timeout
        answer = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}
        return Message.model_validate(answer, context={"bot": bot})

    async def stream_content(self, *args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
        """Never asked."""
        yield b""


async def step_ratio(url: str) -> float:
    """A whole step (inbox, talk, state, letter at the sender) over aiogram's bare dispatch of the same update."""
    world = World(url)
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def answer(message: Message) -> None:
        await message.answer("x")

    bot = Bot("1:" + "a" * 35, session=_Silent())

    async def floor(first: int) -> None:
        for number in range(300):
            await dispatcher.feed_raw_update(bot, update(first + number))

    async with open_lanes(world) as (lanes, mailroom):
        from adapters.delivery.desk import Desk

        channel: Any = Instant()
        desk = Desk(lanes=lanes, waiting=mailroom, channels={"telegram": channel}, look=lambda content: [])

        async def ours(first: int) -> None:
            async def one(number: int) -> None:
                user = update(number)
                from adapters.telegram.parse import event_of

                event = event_of(user, "bot")
                assert event is not None
                stored, _ = await desk.accept(event)
                await desk.answer(stored)

            await asyncio.gather(*(one(first + number) for number in range(300)))

        ratios = [await _cpu(ours, turn) / await _cpu(floor, turn) for turn in range(ROUNDS)]
        await desk.close()
    world.close()
    return statistics.median(ratios)


async def _cpu(work: Callable[[int], Awaitable[None]], turn: int) -> float:
    began = time.process_time()
    await work(turn * 1000 + 1_000_000)
    return time.process_time() - began


def run() -> list[tuple[str, str, float]]:
    """SQLite, and PostgreSQL where there is one."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite+aiosqlite:///{Path(folder)}/bench.db"]
        cluster = start_cluster()
        if cluster is not None:
            urls.append(cluster.new_database())
        for url in urls:
            kind = "SQLite" if is_sqlite(url) else "PostgreSQL"
            ratio = asyncio.run(hook_ratio(url))
            rows.append((f"hook stored durably, CPU, {kind}", "ours / bare aiohttp JSON (goal <= 1.6)", ratio))
        for url in [f"sqlite+aiosqlite:///{Path(folder)}/step.db", *([cluster.new_database()] if cluster else [])]:
            kind = "SQLite" if is_sqlite(url) else "PostgreSQL"
            ratio = asyncio.run(step_ratio(url))
            rows.append((f"whole step, CPU, {kind}", "ours, durable / bare aiogram dispatch in memory", ratio))
        if cluster is not None:
            cluster.stop()
    return rows
