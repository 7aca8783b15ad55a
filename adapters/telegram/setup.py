"""What is told to Telegram once: the hook, the commands in each language, or nothing but polling."""

import asyncio

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import BotCommand

from adapters.telegram.webhook import Hook
from bot.ports import Texts
from bot.words import say
from core.shared.values import Language

UPDATES = ["message", "callback_query", "my_chat_member"]
COMMANDS = ("card", "codes", "shops", "language", "help", "stop")
_POLL_SECONDS = 25
_PAUSE = 3.0
log = structlog.get_logger(__name__)


async def set_hook(bot: Bot, url: str, secret: str) -> None:
    """Telegram posts updates to this address, with this secret."""
    await bot.set_webhook(url, secret_token=secret, allowed_updates=UPDATES, max_connections=40)


async def tell_commands(bot: Bot, texts: Texts) -> None:
    """The menu of commands, in every language; the default is the first one."""
    for language in Language:
        commands = [
            BotCommand(command=name, description=texts.say(say(f"command.{name}"), language)) for name in COMMANDS
        ]
        await bot.set_my_commands(commands, language_code=language.value)
        if language is Language.UK:
            await bot.set_my_commands(commands)


async def poll(bot: Bot, hook: Hook) -> None:
    """Updates fetched one after another, for machines that no hook reaches; each is stored before the next is asked."""
    await bot.delete_webhook()
    offset = 0
    while True:
        try:
            updates = await bot.get_updates(offset=offset, timeout=_POLL_SECONDS, allowed_updates=UPDATES)
        except TelegramAPIError as error:
            log.warning("telegram.poll-failed", error=type(error).__name__)
            await asyncio.sleep(_PAUSE)
            continue
        for update in updates:
            await hook.take(update.model_dump(mode="json", by_alias=True, exclude_none=True))
            offset = update.update_id + 1
