"""The whole chain of one message: claimed, put into words, brought to a platform over HTTP, its outcome durable.

Beside it what most would build: rows of an ORM committed one by one, fluent.runtime, aiogram. CPU
of this process alone; the platform is another one. Both on SQLite.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from fluent.runtime import FluentBundle, FluentResource
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from adapters.db.lanes import Lanes
from adapters.delivery.campaigns.sender import Sender
from adapters.telegram.client import TelegramChannel, new_bot
from bot.adverts import advert
from core.campaigns.model import Plan
from tests.support.campaigns import content, crowd, launched
from tests.support.world import TEXTS, World

_TOKEN = "700000001:AAFakeTokenOfTheBenchOnly-1234567890abc"
_MANY, _PEER = 8_000, 600
_ANSWER = b'{"ok":true,"result":{"message_id":7,"date":1,"chat":{"id":1,"type":"private"},"text":"x"}}'
_FTL = (
    "hello = { $name }, you have { $points ->\n    [one] { $points } point\n   *[other] { $points } points\n }"
    " until { $day }\n"
)


def sender_of(world: World, lanes: Lanes, messenger: Any, rate: float, **more: Any) -> Sender:
    """One that leads, and that has nobody to tell what it sent."""

    async def leads() -> bool:
        return True

    async def posted(letters: object) -> None:
        del letters

    return Sender(
        messenger=messenger, lanes=lanes, advert=advert, rate=rate, leads=leads, clock=world.outside.clock,
        posted=posted, away=(), **more,
    )  # fmt: skip


class _Base(DeclarativeBase):
    pass


class _OrmLetter(_Base):
    __tablename__ = "bench_letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    state: Mapped[str]
    message: Mapped[str | None]


class _Nothing:
    """No notes are kept, and no file is there."""

    async def recall(self, *asked: object) -> None:
        del asked

    async def remember(self, *asked: object) -> None:
        del asked


def run() -> list[tuple[str, str, float]]:
    """CPU of a message, and how much less it is than the usual way's."""
    platform = subprocess.Popen([sys.executable, "-m", "benchmarks.sending_chain"], stdout=subprocess.PIPE, text=True)
    assert platform.stdout is not None
    try:
        api = f"http://127.0.0.1:{platform.stdout.readline().strip()}"
        with tempfile.TemporaryDirectory() as folder:
            ours = asyncio.run(_ours(World(f"sqlite+aiosqlite:///{Path(folder) / 'kartka.db'}"), api))
            usual = asyncio.run(_usual(f"sqlite:///{Path(folder) / 'usual.db'}", api))
    finally:
        platform.terminate()
        platform.wait()
    return [
        ("campaign: whole chain over HTTP", "CPU us a message", ours),
        ("campaign: the same", "share of a core at 1,000 a second (goal 0.25)", ours / 1_000),
        ("campaign: the same", "ORM + fluent + aiogram / ours (goal 12)", usual / ours),
    ]


async def _ours(world: World, api: str) -> float:
    crowd(world, _MANY)
    told = {"A": content("{name|друже}, кава сьогодні за пів ціни")}
    _, made = launched(world, Plan("Кава", contents=told))
    lanes, bot = Lanes(world.engine, world.outside, count=1), new_bot(_TOKEN, api)
    nothing: Any = _Nothing()
    channel = TelegramChannel(
        bot=bot, public_url="https://card.example", texts=TEXTS, pictures=nothing, memory=nothing, media=nothing
    )

    sender = sender_of(world, lanes, channel, 1_000.0)
    began, task = time.process_time(), asyncio.create_task(sender.run())
    while await lanes.do("left", lambda work: len(work.sendings.going("telegram"))):  # noqa: ASYNC110  # nobody tells
        await asyncio.sleep(0.5)
    sender.stop()
    await task
    spent = time.process_time() - began
    [frozen] = world.do(lambda work: work.campaigns.runs(made.campaign))
    await bot.session.close()
    await lanes.close()
    world.close()
    people: int = sum(one["people"] for one in frozen.figures["receives"])
    return spent / people * 1e6


async def _usual(url: str, api: str) -> float:
    engine, bot, say = create_engine(url), new_bot(_TOKEN, api), _words()
    _Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(_OrmLetter(id=n, name=f"П{n}", state="new", message=None) for n in range(1, _PEER + 1))
        session.commit()
        began = time.process_time()
        while (
            one := session.scalars(select(_OrmLetter).where(_OrmLetter.state == "new").limit(1)).first()
        ) is not None:
            one.state = "away"
            session.commit()
            sent = await bot.send_message(one.id, say(one.name))
            one.state, one.message = "sent", str(sent.message_id)
            session.commit()
        spent = time.process_time() - began
    await bot.session.close()
    engine.dispose()
    return spent / _PEER * 1e6


def _words() -> Callable[[str], str]:
    """A message of one sentence, as fluent.runtime says it."""
    bundle = FluentBundle(["en"], use_isolating=False)
    bundle.add_resource(FluentResource(_FTL))
    pattern = bundle.get_message("hello").value
    assert pattern is not None, "the message has a value"
    return lambda name: str(bundle.format_pattern(pattern, {"name": name, "points": 5, "day": "Monday"})[0])


async def _platform() -> None:
    async def take(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        return web.Response(body=_ANSWER, content_type="application/json")

    runner = web.ServerRunner(web.Server(take))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_platform())
