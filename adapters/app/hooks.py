"""Hooks of the messengers: set, shown, removed, for the command and the doctor."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from adapters.app.settings import Settings
from adapters.texts.catalogue import Catalogue

_VIBER_EVENTS = ["delivered", "seen", "failed", "conversation_started", "subscribed", "unsubscribed"]


_LINES = {
    "set": "hook set to {url}", "removed": "hook removed", "none": "no hook; run `kartka webhook set {channel}`",
    "here": "{url}", "other": "error: the hook is {url}, another house's", "error": "error: {why}",
}  # fmt: skip
"""What the command says of a hook."""


@dataclass(frozen=True, slots=True)
class Hook:
    """What became of a channel's hook: a key of `_LINES`, with its data."""

    code: str
    data: Mapping[str, str]


async def hooks(settings: Settings, what: str, channel: str) -> list[str]:
    """What became of each channel's hook, a line each."""
    wanted = ("telegram", "viber") if channel == "all" else (channel,)
    lines = []
    for name in wanted:
        if not getattr(settings, f"{name}_token"):
            lines.append(f"{name}: off; set KARTKA_{name.upper()}_TOKEN")
        else:
            found = await hook(settings, what, name)
            lines.append(f"{name}: {_LINES[found.code].format(channel=name, **found.data)}")
    return lines


async def hook(settings: Settings, what: str, channel: str) -> Hook:
    """What became of the hook of a channel that has a token."""
    return await (_telegram(settings, what) if channel == "telegram" else _viber(settings, what))


async def _telegram(settings: Settings, what: str) -> Hook:
    client, setup = import_module("adapters.telegram.client"), import_module("adapters.telegram.setup")
    bot = client.new_bot(settings.telegram_token, settings.telegram_api)
    url = f"{settings.public_url}/telegram/webhook"
    try:
        if what == "set":
            await setup.set_hook(bot, url, settings.hook_secret)
            await setup.tell_commands(bot, Catalogue())
            return Hook("set", {"url": url})
        if what == "remove":
            await bot.delete_webhook()
            return Hook("removed", {})
        return _known(str((await bot.get_webhook_info()).url or ""), url)
    except (client.TelegramAPIError, client.ClientDecodeError) as error:
        return Hook("error", {"why": type(error).__name__})
    finally:
        await bot.session.close()


async def _viber(settings: Settings, what: str) -> Hook:
    """The account's own word of its hook; Viber probes the address while it is being set, so the house must be up."""
    url = f"{settings.public_url}/viber/webhook"
    try:
        if what == "show":
            answer = await _viber_call(settings, "get_account_info", {})
        else:
            content = {"url": url if what == "set" else "", "event_types": _VIBER_EVENTS, "send_name": True}
            answer = await _viber_call(settings, "set_webhook", content)
    except (ClientError, TimeoutError, ValueError) as error:
        return Hook("error", {"why": type(error).__name__})
    if answer.get("status") != 0:
        return Hook("error", {"why": f"status {answer.get('status')} {answer.get('status_message', '')}".strip()})
    if what != "show":
        return Hook("set", {"url": url}) if what == "set" else Hook("removed", {})
    return _known(str(answer.get("webhook") or ""), url)


def _known(known: str, ours: str) -> Hook:
    if not known:
        return Hook("none", {})
    return Hook("here" if known == ours else "other", {"url": known})


async def _viber_call(settings: Settings, method: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"X-Viber-Auth-Token": settings.viber_token}
    async with (
        ClientSession(timeout=ClientTimeout(total=10)) as session,
        session.post(f"{settings.viber_api}/{method}", json=body, headers=headers) as answer,
    ):
        content: dict[str, Any] = json.loads(await answer.read())
        return content
