"""Staff members and their roles."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.shared.refusals import Invalid
from core.shared.values import StaffId, StoreId


class Role(StrEnum):
    """What a staff member may do; `owner` may do everything."""

    OWNER = "owner"
    MARKETER = "marketer"
    ANALYST = "analyst"
    SUPPORT = "support"
    CASHIER = "cashier"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody with a login. `password` is an argon2id hash; a one-time one must be changed at the first login."""

    id: StaffId
    login: str
    role: Role
    password: str
    one_time: bool
    created_at: datetime
    store: StoreId | None = None
    disabled_at: datetime | None = None
    sends: bool = False
    """May start what is sent to customers: a right of its own, whatever the role. An owner has it always."""

    @property
    def may_send(self) -> bool:
        """True for an owner, and for a marketer who was given the right."""
        return self.role is Role.OWNER or (self.sends and self.role is Role.MARKETER)


_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_SHORTEST_PASSWORD = 12


def login_name(text: str) -> str:
    """The login in its one spelling, lower case. Raises Invalid when it is none."""
    login = text.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise Invalid("login", "bad-login")
    return login


def good_password(login: str, password: str) -> str:
    """The password, when it is fit: 12 to 256 characters, not the login, not one repeated or counted-up pattern."""
    low = password.lower()
    if not _SHORTEST_PASSWORD <= len(password) <= 256:
        raise Invalid("password", "weak-password", least=_SHORTEST_PASSWORD)
    if login in low or len(set(low)) < 5 or any(common in low for common in _COMMON):
        raise Invalid("password", "weak-password", least=_SHORTEST_PASSWORD)
    return password


_COMMON = ("password", "qwerty", "123456", "йцукен", "пароль", "letmein", "welcome1", "admin123", "kartka")
