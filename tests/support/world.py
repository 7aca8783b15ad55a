"""A small world for tests: one house's database and lanes, a clock that is set by hand, people who talk."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from adapters.db import schema
from adapters.db.engines import DEFAULT_LANES, is_sqlite, read_engine, sync_engine
from adapters.db.granting import grant
from adapters.db.lanes import Lanes, do_now
from adapters.db.outside import Outside
from adapters.db.readers import Mailroom
from adapters.db.work import DbWork
from adapters.texts.catalogue import Catalogue
from adapters.texts.phones import PhoneReader
from adapters.texts.questionnaire import house_questionnaire
from bot.conversation import handle
from bot.messages import Answer, Ask, Button, Incoming, Said
from core.programme.model import Programme
from core.shared.values import Address, Language

T = TypeVar("T")
TEXTS = Catalogue()
HOUSE_QUESTIONNAIRE = house_questionnaire()
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    """Time that moves when a test says so."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """The instant."""
        return self.now

    def forward(self, **passed: float) -> None:
        """So much later."""
        self.now += timedelta(**passed)


def as_served(url: str) -> str:
    """The database has its tables; the URL of the role that serves, on PostgreSQL one that owns nothing."""
    if is_sqlite(url):
        path = Path(str(make_url(url).database))
        if path.exists():
            schema.upgrade(url)
        else:
            path.write_bytes(_embedded())
        return url
    served = make_url(url).set(username="kartka_house").render_as_string(hide_password=False)
    if schema.current(url) != _newest():
        schema.upgrade(url)
        grant(url, served)
    return served


@cache
def _embedded() -> bytes:
    """SQLite's file with the tables of this version, made once in a process."""
    with TemporaryDirectory() as name:
        path = Path(name, "made.db")
        schema.upgrade(f"sqlite+aiosqlite:///{path}")
        return path.read_bytes()


_newest = cache(schema.newest)


@dataclass(slots=True)
class World:
    """A database with everything that verbs need, used directly."""

    url: str
    clock: Clock = field(default_factory=Clock)
    programme: Programme = field(default_factory=Programme)
    served: str = field(init=False)
    """The URL of the role that a house serves as."""
    engine: Engine = field(init=False)
    owner: Engine = field(init=False)
    """As the role that owns the tables: for what the house itself may not do."""
    outside: Outside = field(init=False)

    def __post_init__(self) -> None:
        self.served = as_served(self.url)
        self.owner, self.engine = sync_engine(self.url), sync_engine(self.served)
        self.outside = Outside(
            self.programme, TEXTS, PhoneReader(self.programme.region), b"n" * 32, b"h" * 32, "https://card.example",
            clock=self.clock, keep_sms=True, questionnaire=HOUSE_QUESTIONNAIRE,
        )  # fmt: skip

    def rules(self, **changed: object) -> None:
        """The programme has these rules from now on."""
        self.programme = replace(self.programme, **changed)  # type: ignore[arg-type]  # names are checked by replace
        self.outside = replace(self.outside, programme=self.programme, phones=PhoneReader(self.programme.region))

    def do(self, job: Callable[[DbWork], T]) -> T:
        """One item of work, committed."""
        return do_now(self.engine, self.outside, job)

    def person(self, user: str = "olena", channel: str = "telegram") -> "Person":
        """Somebody who writes."""
        return Person(self, Address(channel, "bot", user))

    def last_code(self, phone: str) -> str:
        """The code in the newest message to the phone."""
        from sqlalchemy import text

        with self.engine.connect() as connection:
            statement = text(
                "select letter from outbox where channel = 'sms' and user_key = :phone order by id desc limit 1"
            )
            letter = str(connection.execute(statement, {"phone": phone}).scalar_one())
        digits = letter.partition('"code": "')[2] or letter.partition("'code': '")[2]
        return digits[:6]

    def close(self) -> None:
        """Every connection is closed."""
        self.engine.dispose()
        self.owner.dispose()


@dataclass(slots=True)
class Person:
    """Says things and remembers the last answer."""

    world: World
    address: Address
    name: str = "Олена"
    hint: str | None = "uk"
    answer: Answer = field(default_factory=lambda: Answer([], ()))

    def says(self, said: Said) -> Answer:
        """The house's answer, its state committed."""
        incoming = Incoming(self.address, said, self.hint, self.name)
        self.answer = self.world.do(lambda work: handle(work, incoming, self.world.clock.now))
        return self.answer

    @property
    def hears(self) -> list[str]:
        """Every reply of the last answer in words."""
        heard = []
        for reply in self.answer.replies:
            reason = f"{self.text(reply.reason)}\n" if isinstance(reply, Ask) and reply.reason else ""
            heard.append(reason + self.text(reply.text))
        return heard

    def text(self, words: object) -> str:
        """Words in this person's language."""
        known = self.world.do(lambda work: work.addresses.get(self.address))
        return TEXTS.say(words, known.language if known else Language.UK)  # type: ignore[arg-type]

    def button(self, label: str) -> Button:
        """The button with this label in the last answer. Raises LookupError when there is none."""
        for reply in self.answer.replies:
            controls = reply.controls if isinstance(reply, Ask) else ()
            for button in (*reply.buttons, *controls):
                if self.text(button.label) == label:
                    return button
        raise LookupError(f"no button {label!r} under {self.hears}")


@asynccontextmanager
async def open_lanes(world: World) -> AsyncIterator[tuple[Lanes, Mailroom]]:
    """Lanes and mailroom over the world's database."""
    lanes = Lanes(world.engine, world.outside, count=1 if is_sqlite(world.url) else DEFAULT_LANES)
    reading = read_engine(world.url)
    try:
        yield lanes, Mailroom(reading, lanes)
    finally:
        await lanes.close()
        await reading.dispose()
