"""The channels that the settings open: the web and SMS always, a messenger when its token is there."""

from collections.abc import Mapping

from aiohttp import ClientSession

from adapters.app.settings import Settings
from adapters.chat.channel import WebChannel
from adapters.sms.gateway import SmsChannel
from bot.ports import Channel, Media, Memory, Pictures, Texts


async def open_channels(
    settings: Settings,
    *,
    session: ClientSession,
    texts: Texts,
    pictures: Pictures,
    memory: Memory,
    media: Media,
    web: WebChannel,
) -> Mapping[str, Channel]:
    """Every channel by its name."""
    sms = SmsChannel(
        texts=texts, session=session, url=settings.sms_url, token=settings.sms_token, profile=settings.sms_profile
    )
    return {"web": web, "sms": sms}
