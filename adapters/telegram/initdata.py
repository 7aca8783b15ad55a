"""A Mini App's `initData`: who looks at the page, by the signature of the bot's own token (channels.md 3.10)."""

import hashlib
import hmac
import json
import re
from datetime import datetime
from urllib.parse import parse_qsl

LIFE_SECONDS = 3600
"""How long the same data opens the card again: a reload must work, a copy found later must not."""
_AHEAD_SECONDS = 60
_LARGEST, _MOST_FIELDS = 10_000, 32
_BROKEN = re.compile("%(?![0-9A-Fa-f]{2})")


def proven_user(init_data: str, token: str, now: datetime) -> str | None:
    """The id of the user whom Telegram vouches for; None for forged, stale or unreadable data."""
    fields = _read(init_data)
    given = fields.pop("hash", "")
    told = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    right = hmac.digest(secret, told.encode(), hashlib.sha256).hex()
    if not hmac.compare_digest(right.encode(), given.encode("utf-8", "surrogateescape")):
        return None
    try:
        age = now.timestamp() - int(fields["auth_date"])
        user = json.loads(fields["user"])["id"]
    except (KeyError, ValueError, TypeError):
        return None
    return str(user) if -_AHEAD_SECONDS <= age <= LIFE_SECONDS and type(user) is int else None


def _read(init_data: str) -> dict[str, str]:
    """The fields, `hash` among them; none where they are too many, stand twice or are wrongly encoded."""
    if len(init_data) > _LARGEST or _BROKEN.search(init_data):
        return {}
    try:
        pairs = parse_qsl(
            init_data, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        return {}
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}
