"""Settings as the running house has them: every policy and every `KARTKA_*`, secrets by their presence alone."""

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from adapters.app.doctor import diagnose
from adapters.app.settings import Settings
from adapters.console.settingsports import Finding, Setting
from core.programme.model import Programme

SECRETS = frozenset(
    ("database_url", "database_owner_url", "secret_key", "analytics", "telegram_token", "telegram_secret",
     "viber_token", "sms_token")
)  # fmt: skip
"""Settings that hold a secret, or may: an address can have a password in it."""


class SettingsDesk:
    """Satisfies `adapters.console.settingsports.SettingsDesk`."""

    def __init__(self, settings: Settings, programme: Programme) -> None:
        self._settings, self._programme = settings, programme

    def policies(self) -> Sequence[Setting]:
        """In the order of the programme's own page."""
        untouched = Programme()
        found = []
        for one in fields(Programme):
            if one.init:
                value, default = getattr(self._programme, one.name), getattr(untouched, one.name)
                line = f"{one.name} = {_toml(value)}"
                found.append(Setting(one.name, _toml(value), _toml(default), line, given=value != default))
        return found

    def settings(self) -> Sequence[Setting]:
        """In the order of `Settings`."""
        found = []
        for name, one in Settings.model_fields.items():
            value, secret = getattr(self._settings, name), name in SECRETS
            given = value != one.default
            line = f"KARTKA_{name.upper()}={'…' if secret else value}"
            told = "" if secret else str(value)
            found.append(Setting(f"KARTKA_{name.upper()}", told, str(one.default or ""), line, secret, given))
        return found

    async def doctor(self) -> Sequence[Finding]:
        """As the command."""
        return await diagnose(self._settings)


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return json.dumps(list(value), ensure_ascii=False)
    if isinstance(value, bool | int):
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False)
