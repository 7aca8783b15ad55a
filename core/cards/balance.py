"""The one place that says what of a purse is shown and what can be spent."""

from dataclasses import dataclass
from datetime import datetime

from core.cards.model import Points


@dataclass(frozen=True, slots=True)
class Stored:
    """A purse as the books have it: `active` without the held ones; true until `due_at`, when time changes it."""

    active: int = 0
    pending: int = 0
    held: int = 0
    debt: int = 0
    next_expiry: tuple[datetime, int] | None = None
    due_at: datetime | None = None


EMPTY = Stored()
"""The purse of somebody who has earned nothing yet."""


def points_of(stored: Stored, *, blocked: bool) -> Points:
    """What till and chat show: `active` includes `held`, a debt makes it negative; `blocked`: nothing is spendable."""
    spendable = 0 if blocked else max(0, stored.active - stored.debt)
    return Points(stored.active + stored.held - stored.debt, stored.pending, stored.held, spendable, stored.next_expiry)


def spend_blocks(*, gate: tuple[str, ...], active: bool, spend_lock: str) -> list[str]:
    """Why nothing can be spent, as stable words for till and chat; an empty list: spending is open."""
    return [*(["questionnaire"] if gate and not active else []), *([spend_lock] if spend_lock else [])]
