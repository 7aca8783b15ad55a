"""The channels that the settings open: the web and SMS always, a messenger when its token is there.

A messenger's room is loaded only then: aiogram alone costs seconds and 170 MB (libraries.md).
"""

from collections.abc import Mapping
from importlib import import_module

from aiohttp import ClientSession

from adapters.app.settings import Settings
from adapters.chat.channel import WebChannel
from adapters.sms.gateway import SmsChannel
from bot.ports import Channel, Media, Memory, Pictures, Texts


def open_channels(
    settings: Settings,
    *,
    brand: str,
    session: ClientSession,
    texts: Texts,
    pictures: Pictures,
    memory: Memory,
    media: Media,
    web: WebChannel,
) -> Mapping[str, Channel]:
    """Every channel by its name."""
    channels: dict[str, Channel] = {
        "web": web,
        "sms": SmsChannel(
            texts=texts,
            session=session,
            url=settings.sms_url,
            token=settings.sms_token,
            profile=settings.sms_profile,
            sender=settings.sms_sender,
        ),
    }
    tools = {"texts": texts, "pictures": pictures, "memory": memory, "media": media}
    if settings.telegram_token:
        room = import_module("adapters.telegram.client")
        bot = room.new_bot(settings.telegram_token, settings.telegram_api)
        channels["telegram"] = room.TelegramChannel(bot=bot, public_url=settings.public_url, **tools)
    if settings.viber_token:
        channels["viber"] = import_module("adapters.viber.client").ViberChannel(
            token=settings.viber_token, api=settings.viber_api, sender=brand, session=session, **tools
        )
    return channels
