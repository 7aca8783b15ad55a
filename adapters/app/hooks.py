"""Hooks of the messengers: set, shown, removed."""

from adapters.app.settings import Settings


async def hooks(settings: Settings, what: str, channel: str) -> list[str]:
    """What became of each channel's hook, a line each."""
    wanted = ("telegram", "viber") if channel == "all" else (channel,)
    return [f"{name}: off; set KARTKA_{name.upper()}_TOKEN" for name in wanted]
