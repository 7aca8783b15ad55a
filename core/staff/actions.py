"""Verbs about staff: take on, let log in, change, dismiss. Hashing a password is slow and is done outside."""

from dataclasses import replace
from datetime import timedelta

from core.shared.refusals import Conflict, TooMany, Unknown
from core.shared.values import StaffId, StoreId
from core.staff.model import Role, StaffMember, login_name
from core.staff.ports import StaffWork

LOGIN = "login"
LOGIN_WINDOW = timedelta(minutes=15)
TRIES_OF_ACCOUNT = 5
TRIES_OF_ADDRESS = 20
"""Failed logins allowed in the window (reliability.md section 10)."""


def take_on(work: StaffWork, *, login: str, role: Role, password_hash: str, store: StoreId | None) -> StaffMember:
    """A new member with a one-time password. Raises Invalid (`bad-login`), Conflict (`login-taken`)."""
    name = login_name(login)
    if work.staff.by_login(name) is not None:
        raise Conflict("login-taken", login=name)
    member = StaffMember(StaffId(work.new_id()), name, role, password_hash, True, work.now, store)
    work.staff.add(member)
    return member


def may_try_login(work: StaffWork, *, account: str, origin: str) -> None:
    """Raises TooMany (`login-throttled`) when the account or the network address (keyed hashes) failed too often."""
    since = work.now - LOGIN_WINDOW
    for subject, most in ((account, TRIES_OF_ACCOUNT), (origin, TRIES_OF_ADDRESS)):
        if work.tries.distinct(LOGIN, subject, since) >= most:
            raise TooMany("login-throttled", int(LOGIN_WINDOW.total_seconds()))


def login_failed(work: StaffWork, *, account: str, origin: str) -> None:
    """The failure counts against account and network address."""
    for subject in (account, origin):
        work.tries.note(LOGIN, subject, work.new_id(), work.now)


def login_succeeded(work: StaffWork, *, account: str, staff: StaffId) -> None:
    """Earlier failures of the account are forgiven; those of the network address are not."""
    work.tries.clear(LOGIN, account)
    work.staff.seen(staff, work.now)


def choose_password(work: StaffWork, *, staff: StaffId, password_hash: str) -> StaffMember:
    """The member has a password of their own; every session ends. Raises Unknown (`unknown-staff`)."""
    member = replace(_member(work, staff), password=password_hash, one_time=False)
    work.staff.save(member)
    work.staff.end_sessions(staff)
    return member


def change_role(work: StaffWork, *, staff: StaffId, role: Role) -> None:
    """The member has the role and must log in again. Raises Unknown, Conflict (`last-owner`)."""
    member = _member(work, staff)
    if member.role is Role.OWNER and role is not Role.OWNER:
        _keep_an_owner(work)
    work.staff.save(replace(member, role=role))
    work.staff.end_sessions(staff)


def let_send(work: StaffWork, *, staff: StaffId, sends: bool) -> None:
    """A marketer may start what is sent to customers, or may no more. Raises Unknown, Conflict (`sends-role`)."""
    member = _member(work, staff)
    if member.role is not Role.MARKETER:
        raise Conflict("sends-role")
    work.staff.save(replace(member, sends=sends))


def invite_again(work: StaffWork, *, staff: StaffId, password_hash: str) -> None:
    """The member has a one-time password again; every session is over. Raises Unknown, Conflict (`login-closed`)."""
    member = _member(work, staff)
    if member.disabled_at is not None:
        raise Conflict("login-closed")
    work.staff.save(replace(member, password=password_hash, one_time=True))
    work.staff.end_sessions(staff)


def end_session(work: StaffWork, *, session: str) -> None:
    """Whoever is logged in by it must log in again. Raises Unknown (`unknown-session`)."""
    if not work.staff.end_session(session):
        raise Unknown("unknown-session")


def dismiss(work: StaffWork, *, staff: StaffId) -> None:
    """The login is closed and its sessions are over. Raises Unknown, Conflict (`last-owner`)."""
    member = _member(work, staff)
    if member.role is Role.OWNER and member.disabled_at is None:
        _keep_an_owner(work)
    work.staff.save(replace(member, disabled_at=member.disabled_at or work.now))
    work.staff.end_sessions(staff)


def _keep_an_owner(work: StaffWork) -> None:
    if work.staff.owners() <= 1:
        raise Conflict("last-owner")


def _member(work: StaffWork, staff: StaffId) -> StaffMember:
    member = work.staff.get(staff)
    if member is None:
        raise Unknown("unknown-staff", staff=staff)
    return member
