"""`kartka talk`: the house opened for one terminal, beside a running `serve` if there is one."""

import asyncio

from adapters.app.house import open_house
from adapters.app.settings import Settings
from adapters.chat.terminal import converse
from adapters.http.logs import configure_logging


async def talk(settings: Settings, *, phone: str | None) -> None:
    """A conversation until the input ends."""
    configure_logging(settings.log)
    async with open_house(settings, alone=False) as house:

        async def sms(to: str) -> list[str]:
            found = house.phones.read(to)
            letters = await house.mailroom.sms_to(found.e164) if found else []
            return [house.texts.say(letter.reply.text, letter.language) for letter, _ in letters]

        await converse(house.desk, house.texts, phone=phone, sms=sms, ask=lambda: asyncio.to_thread(input, "> "))
