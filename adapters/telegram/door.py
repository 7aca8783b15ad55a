"""The Mini App: Telegram opens the live card by itself, and says who looks."""

from dataclasses import dataclass
from datetime import datetime

from adapters.telegram.initdata import proven_user
from adapters.telegram.parse import NAME
from core.shared.values import Address

FRAMES = "https://web.telegram.org"
"""Telegram in a browser shows a Mini App in a frame."""


@dataclass(frozen=True, slots=True)
class MiniApp:
    """Satisfies `adapters.livecard.page.Door`, for the bot of this token."""

    token: str
    name: str = NAME
    frames: str = FRAMES

    def verify(self, init_data: str, at: datetime) -> Address | None:
        """The address of whoever Telegram vouches for."""
        user = proven_user(init_data, self.token, at)
        return Address(NAME, self.token.partition(":")[0], user) if user is not None else None


def mini_app_url(public_url: str) -> str:
    """Where the Mini App is; empty where Telegram would not open it, since it opens only what is encrypted."""
    return f"{public_url}/card/{NAME}" if public_url.startswith("https://") else ""
