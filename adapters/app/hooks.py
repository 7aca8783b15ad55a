"""Hooks of the messengers: set, shown, removed, for the command and the doctor."""

from importlib import import_module

from adapters.app.settings import Settings
from adapters.texts.catalogue import Catalogue


async def hooks(settings: Settings, what: str, channel: str) -> list[str]:
    """What became of each channel's hook, a line each."""
    wanted = ("telegram", "viber") if channel == "all" else (channel,)
    lines = []
    for name in wanted:
        if not getattr(settings, f"{name}_token"):
            lines.append(f"{name}: off; set KARTKA_{name.upper()}_TOKEN")
        elif name == "telegram":
            lines.append(f"telegram: {await _telegram(settings, what)}")
    return lines


async def _telegram(settings: Settings, what: str) -> str:
    client, setup = import_module("adapters.telegram.client"), import_module("adapters.telegram.setup")
    bot = client.new_bot(settings.telegram_token, settings.telegram_api)
    url = f"{settings.public_url}/telegram/webhook"
    try:
        if what == "set":
            await setup.set_hook(bot, url, settings.hook_secret)
            await setup.tell_commands(bot, Catalogue())
            return f"hook set to {url}"
        if what == "remove":
            await bot.delete_webhook()
            return "hook removed"
        info = await bot.get_webhook_info()
        if not info.url:
            return "no hook; run `kartka webhook set telegram`"
        return info.url if info.url == url else f"error: the hook is {info.url}, another house's"
    except (client.TelegramAPIError, client.ClientDecodeError) as error:
        return f"error: {type(error).__name__}"
    finally:
        await bot.session.close()
