"""Bodies and answers of the operations about staff."""

from datetime import datetime

from adapters.http.api import Answer, Body
from core.staff.model import Role
from core.staff.views import SessionRow, StaffRow


class NewMember(Body):
    """A login and its role."""

    login: str
    role: str


class MemberChange(Body):
    """What is to be other than it is."""

    role: str | None = None
    sends: bool | None = None


class PasswordOut(Answer):
    """A one-time password: it is not told again."""

    login: str
    password: str


class MemberOut(Answer):
    """Somebody with a login. `factor_since` null: no second factor."""

    id: str
    login: str
    role: str
    sends: bool
    one_time: bool
    closed: bool
    last_login_at: datetime | None
    factor_since: datetime | None


class MembersOut(Answer):
    """A page of them."""

    rows: list[MemberOut]
    total: int


class SessionOut(Answer):
    """Somebody logged in."""

    id: str
    login: str
    created_at: datetime
    seen_at: datetime
    factored: bool


class SessionsOut(Answer):
    """All of them."""

    rows: list[SessionOut]


def may_send(one: StaffRow) -> bool:
    """Whether the member may start what is sent."""
    return one.role == Role.OWNER or (one.sends and one.role == Role.MARKETER)


def member_out(one: StaffRow) -> MemberOut:
    """As the operations tell it."""
    return MemberOut(
        id=one.id, login=one.login, role=one.role, sends=may_send(one), one_time=one.one_time, closed=one.disabled,
        last_login_at=one.last_login_at, factor_since=one.factor_since,
    )  # fmt: skip


def session_out(one: SessionRow) -> SessionOut:
    """As the operations tell it."""
    return SessionOut(
        id=one.id, login=one.login, created_at=one.created_at, seen_at=one.seen_at, factored=one.factored
    )  # fmt: skip
