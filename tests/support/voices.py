"""A customer of a served house, by the web chat, Telegram or Viber: a story is written once for all three."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.shared.values import Phone
from tests.fakes import telegram, viber
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import TelegramPerson
from tests.fakes.viber import FakeViber, ViberPerson
from tests.journeys.test_web import PHONE, Chat
from tests.support.served import Served, serve, until
from tests.support.tills import Till

CHANNELS = ("web", "telegram", "viber")


class Voice(Protocol):
    """What a story does and hears, whatever messenger carries it."""

    async def meets(self) -> None:
        """Comes to the house for the first time and asks for a card."""
        ...

    async def shares(self, phone: str) -> None:
        """Proves the own phone in the way of this messenger."""
        ...

    async def says(self, text: str) -> None: ...

    async def taps(self, label: str) -> None:
        """The newest button with this label. Raises LookupError when there is none to see."""
        ...

    async def presses(self, action: str) -> None:
        """A button of earlier, or of nobody: its action, as a client can send whatever it likes."""
        ...

    async def texts(self) -> list[str]:
        """Everything the house has said, oldest first."""
        ...

    async def pictures(self) -> list[bytes]: ...

    async def labels(self) -> list[str]:
        """The buttons under what was said last."""
        ...

    def complaints(self) -> list[str]:
        """What the platform refused of the house's own messages."""
        ...


async def hears(voice: Voice, act: Awaitable[object], words: str) -> str:
    """Does something and waits for the newest text with these words that comes after it."""
    before = len(await voice.texts())
    await act
    return await comes(voice, before, words)


async def comes(voice: Voice, before: int, words: str) -> str:
    """Waits for a text with these words after so many."""

    async def found() -> str | None:
        return next((text for text in reversed((await voice.texts())[before:]) if words in text), None)

    said: str = await until(found)
    return said


@dataclass(slots=True)
class WebVoice:
    """The web chat, by its API."""

    chat: Chat

    async def meets(self) -> None:
        await self.chat.opens()

    async def shares(self, phone: str) -> None:
        await self.chat.sends(kind="phone", phone=phone)
        await self.says(await self.chat.served.sms(phone))

    async def says(self, text: str) -> None:
        await self.chat.says(text)

    async def taps(self, label: str) -> None:
        said = await self._replies()
        keys = [one for row in said[-1]["keyboard"] for one in row]
        buttons = [*keys, *(one for reply in said for one in reply["buttons"])]
        found = [one["action"] for one in buttons if one["label"] == label and one["kind"] == "reply"]
        if not found:
            raise LookupError(label)
        await self.presses(found[-1])

    async def presses(self, action: str) -> None:
        await self.chat.sends(kind="action", action=action)

    async def texts(self) -> list[str]:
        return [reply["text"] for reply in await self._replies()]

    async def pictures(self) -> list[bytes]:
        found = []
        for reply in await self._replies():
            if reply["image"] is not None:
                async with self.chat.served.http.get(reply["image"]["url"]) as answer:
                    found.append(await answer.read())
        return found

    async def labels(self) -> list[str]:
        return [one["label"] for one in (await self._replies())[-1]["buttons"]]

    def complaints(self) -> list[str]:
        return []

    async def _replies(self) -> list[Any]:
        headers = {"Authorization": f"Bearer {self.chat.token}"}
        url = f"{self.chat.served.url}/chat/api/messages?after=0"
        async with self.chat.served.http.get(url, headers=headers) as answer:
            return list((await answer.json())["replies"])


@dataclass(slots=True)
class TelegramVoice:
    """Telegram, by its hook."""

    platform: FakeTelegram
    person: TelegramPerson

    async def meets(self) -> None:
        await hears(self, self.person.starts(), "потрібен ваш номер")

    async def shares(self, phone: str) -> None:
        await self.person.shares_contact(phone)

    async def says(self, text: str) -> None:
        await self.person.says(text)

    async def taps(self, label: str) -> None:
        await self.person.taps(label)

    async def presses(self, action: str) -> None:
        await self.person.presses(action)

    async def texts(self) -> list[str]:
        return [message.text for message in self.person.chat.messages]

    async def pictures(self) -> list[bytes]:
        return [message.photo for message in self.person.chat.messages if message.photo is not None]

    async def labels(self) -> list[str]:
        return [button["text"] for button in self.person.chat.messages[-1].buttons]

    def complaints(self) -> list[str]:
        return [*self.platform.strange, *self.platform.refused]


@dataclass(slots=True)
class ViberVoice:
    """Viber, by its hook."""

    platform: FakeViber
    person: ViberPerson

    async def meets(self) -> None:
        await self.person.opens()
        await hears(self, self.person.taps("Отримати картку"), "потрібен ваш номер")

    async def shares(self, phone: str) -> None:
        await self.person.shares_phone(phone)

    async def says(self, text: str) -> None:
        await self.person.says(text)

    async def taps(self, label: str) -> None:
        await self._whole()
        await self.person.taps(label)

    async def presses(self, action: str) -> None:
        await self.person.says(f"a:{action}")

    async def texts(self) -> list[str]:
        return self.person.texts

    async def pictures(self) -> list[bytes]:
        return self.person.pictures

    async def labels(self) -> list[str]:
        await self._whole()
        return [button["Text"] for button in self.person.keyboard]

    def complaints(self) -> list[str]:
        return self.platform.refused

    async def _whole(self) -> None:
        """A file or a carousel comes after its words, and the keyboard with it: the last message of every letter."""
        await until(lambda: self.person.keyboard)


@dataclass(slots=True)
class Stage:
    """A house that every messenger reaches, its till, and who has spoken so far."""

    till: Till
    telegram: FakeTelegram
    viber: FakeViber
    voices: list[Voice] = field(default_factory=list)

    def voice(self, channel: str) -> Voice:
        """The same person on this channel."""
        made: dict[str, Callable[[], Voice]] = {
            "web": lambda: WebVoice(self.till.chat),
            "telegram": lambda: TelegramVoice(self.telegram, self.telegram.person(501)),
            "viber": lambda: ViberVoice(self.viber, self.viber.person("01234567890A=")),
        }
        self.voices.append(made[channel]())
        return self.voices[-1]

    async def registered(self, channel: str, phone: str = PHONE) -> Voice:
        """Somebody with a card who was asked about marketing and declined; the till knows their card."""
        voice = self.voice(channel)
        await voice.meets()
        await hears(voice, voice.shares(phone), "Як до вас звертатися")
        await hears(voice, voice.says("Олена"), "особисті пропозиції")
        await hears(voice, voice.taps("Ні, дякую"), "не надсилатимемо")
        customer = await self.till.do(lambda work: work.customers.by_phone(Phone(phone)))
        self.till.customer = customer.id
        self.till.number = (await self.till.do(lambda work: work.cards.of(customer.id))).number
        return voice


@asynccontextmanager
async def open_stage(database_url: str, **settings: Any) -> AsyncIterator[Stage]:
    """A house with both messengers; at the end no platform may have refused anything of it."""
    async with (
        FakeTelegram() as telegram_, FakeViber() as viber_,
        serve(database_url, telegram_token=telegram.TOKEN, telegram_api=telegram_.url, viber_token=viber.TOKEN,
              viber_api=viber_.url, **settings) as served,
    ):  # fmt: skip
        await _hook(served, telegram_, viber_)
        stage = Stage(Till(served, Chat(served)), telegram_, viber_)
        yield stage
        assert [said for voice in stage.voices for said in voice.complaints()] == []


async def _hook(served: Served, telegram_: FakeTelegram, viber_: FakeViber) -> None:
    """As `kartka webhook set` does."""
    secret = served.house.settings.hook_secret
    telegram_.hook = {"url": f"{served.url}/telegram/webhook", "secret_token": secret}
    viber_.hook = f"{served.url}/viber/webhook"
