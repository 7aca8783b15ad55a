"""What pages read about the staff."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody with a login. `sends`: may start what is sent; `factor_since` None: no second factor."""

    id: str
    login: str
    role: str
    one_time: bool
    disabled: bool
    sends: bool = False
    last_login_at: datetime | None = None
    factor_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Somebody logged in somewhere; `id` begins the hash of the session's token."""

    id: str
    login: str
    role: str
    created_at: datetime
    seen_at: datetime
    factored: bool


@dataclass(frozen=True, slots=True)
class FactorRow:
    """How a member's second factor stands."""

    since: datetime | None
    recovery: int
    """Recovery codes that are left."""
