"""Hooks of the messengers: set, shown, removed, for the command and the doctor."""

import json
from importlib import import_module
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from adapters.app.settings import Settings
from adapters.texts.catalogue import Catalogue

_VIBER_EVENTS = ["delivered", "seen", "failed", "conversation_started", "subscribed", "unsubscribed"]


async def hooks(settings: Settings, what: str, channel: str) -> list[str]:
    """What became of each channel's hook, a line each."""
    wanted = ("telegram", "viber") if channel == "all" else (channel,)
    lines = []
    for name in wanted:
        if not getattr(settings, f"{name}_token"):
            lines.append(f"{name}: off; set KARTKA_{name.upper()}_TOKEN")
        elif name == "telegram":
            lines.append(f"telegram: {await _telegram(settings, what)}")
        else:
            lines.append(f"viber: {await _viber(settings, what)}")
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


async def _viber(settings: Settings, what: str) -> str:
    """The account's own word of its hook; Viber probes the address while it is being set, so the house must be up."""
    url = f"{settings.public_url}/viber/webhook"
    try:
        if what == "show":
            answer = await _viber_call(settings, "get_account_info", {})
        else:
            content = {"url": url if what == "set" else "", "event_types": _VIBER_EVENTS, "send_name": True}
            answer = await _viber_call(settings, "set_webhook", content)
    except (ClientError, TimeoutError, ValueError) as error:
        return f"error: {type(error).__name__}"
    if answer.get("status") != 0:
        return f"error: status {answer.get('status')} {answer.get('status_message', '')}".strip()
    if what != "show":
        return f"hook set to {url}" if what == "set" else "hook removed"
    known = str(answer.get("webhook") or "")
    if not known:
        return "no hook; run `kartka webhook set viber`"
    return known if known == url else f"error: the hook is {known}, another house's"


async def _viber_call(settings: Settings, method: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"X-Viber-Auth-Token": settings.viber_token}
    async with (
        ClientSession(timeout=ClientTimeout(total=10)) as session,
        session.post(f"{settings.viber_api}/{method}", json=body, headers=headers) as answer,
    ):
        content: dict[str, Any] = json.loads(await answer.read())
        return content
