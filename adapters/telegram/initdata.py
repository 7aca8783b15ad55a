"""A Mini App's `initData`: who looks at the page, by the signature of the bot's own token (channels.md)."""

import hashlib
import hmac
import json
from datetime import datetime
from urllib.parse import parse_qsl

LIFE_SECONDS = 24 * 3600
_AHEAD_SECONDS = 300


def proven_user(init_data: str, token: str, now: datetime) -> str | None:
    """The id of the user whom Telegram vouches for; None for forged, stale or unreadable data."""
    if len(init_data) > 4096:
        return None
    fields = dict(parse_qsl(init_data, keep_blank_values=True))
    given = fields.pop("hash", "")
    told = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    if not hmac.compare_digest(hmac.digest(secret, told.encode(), hashlib.sha256).hex(), given):
        return None
    try:
        age = now.timestamp() - int(fields["auth_date"])
        user = json.loads(fields["user"])["id"]
    except (KeyError, ValueError, TypeError):
        return None
    return str(user) if -_AHEAD_SECONDS <= age <= LIFE_SECONDS and type(user) is int else None
