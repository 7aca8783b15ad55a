"""Verbs about the second factor: begin, confirm, prove, replace the recovery codes, reset."""

from dataclasses import replace
from datetime import timedelta

from core.shared.refusals import Conflict, Invalid, TooMany, Unknown
from core.shared.values import StaffId
from core.staff.factor import DIGITS, Factor, accepted_step, digest_of, recovery_codes, seed_of
from core.staff.ports import StaffWork

FACTOR = "factor"
FACTOR_WINDOW = timedelta(minutes=15)
FACTOR_TRIES = 5
"""Wrong codes of a member in the window (reliability.md section 10)."""


def begin_factor(work: StaffWork, *, staff: StaffId) -> Factor:
    """The factor that waits for its first code; what was begun before goes on. Raises Conflict (`factor-there`)."""
    known = work.factors.get(staff)
    if known is not None and known.since is not None:
        raise Conflict("factor-there")
    if known is None:
        known = Factor(staff, work.chance.token())
        work.factors.put(known)
    return known


def confirm_factor(work: StaffWork, *, staff: StaffId, key: bytes, typed: str) -> list[str]:
    """The factor counts from now on; its recovery codes are the answer and are never to be seen again.

    Raises Invalid (`bad-factor`), Conflict (`factor-there`), TooMany (`factor-throttled`).
    """
    known = begin_factor(work, staff=staff)
    step = _right_step(work, known, key, typed)
    work.factors.put(replace(known, since=work.now, last_step=step))
    return _fresh_codes(work, staff, key)


def prove_factor(work: StaffWork, *, staff: StaffId, key: bytes, typed: str) -> bool:
    """It is the member: True by a code of the phone, False by a recovery code, which is used up by it.

    Raises Invalid (`bad-factor`), TooMany (`factor-throttled`), Unknown (`no-factor`).
    """
    known = _factor(work, staff)
    if len(_digits(typed)) != DIGITS:
        may_try_factor(work, staff)
        if not work.factors.use_recovery(staff, digest_of(key, typed)):
            raise Invalid("code", "bad-factor")
        work.tries.clear(FACTOR, staff)
        return False
    step = _right_step(work, known, key, typed)
    if not work.factors.use_step(staff, step):
        raise Invalid("code", "bad-factor")
    work.tries.clear(FACTOR, staff)
    return True


def factor_failed(work: StaffWork, *, staff: StaffId) -> None:
    """The wrong code counts; a work of its own, since the one that refused is undone."""
    work.tries.note(FACTOR, staff, work.new_id(), work.now)


def may_try_factor(work: StaffWork, staff: StaffId) -> None:
    """Raises TooMany (`factor-throttled`) after too many wrong codes."""
    if work.tries.distinct(FACTOR, staff, work.now - FACTOR_WINDOW) >= FACTOR_TRIES:
        raise TooMany("factor-throttled", int(FACTOR_WINDOW.total_seconds()))


def renew_recovery(work: StaffWork, *, staff: StaffId, key: bytes, typed: str) -> list[str]:
    """Ten new recovery codes; the former ones open nothing. Raises as `prove_factor`."""
    prove_factor(work, staff=staff, key=key, typed=typed)
    return _fresh_codes(work, staff, key)


def reset_factor(work: StaffWork, *, staff: StaffId, by: StaffId | None) -> None:
    """The member sets up a new factor at the next login; every session is over. `by` None: whoever has the machine.

    Raises Conflict (`own-factor`): whoever has stolen a session must not get rid of the factor by it.
    Raises Unknown (`unknown-staff`, `no-factor`).
    """
    if work.staff.get(staff) is None:
        raise Unknown("unknown-staff", staff=staff)
    if staff == by:
        raise Conflict("own-factor")
    _factor(work, staff)
    work.factors.remove(staff)
    work.tries.clear(FACTOR, staff)
    work.staff.end_sessions(staff)


def _factor(work: StaffWork, staff: StaffId) -> Factor:
    known = work.factors.get(staff)
    if known is None or known.since is None:
        raise Unknown("no-factor")
    return known


def _right_step(work: StaffWork, known: Factor, key: bytes, typed: str) -> int:
    may_try_factor(work, known.staff)
    step = accepted_step(seed_of(key, known), _digits(typed), work.now, known.last_step)
    if step is None:
        raise Invalid("code", "bad-factor")
    return step


def _fresh_codes(work: StaffWork, staff: StaffId, key: bytes) -> list[str]:
    codes = recovery_codes(work.chance.secret())
    work.factors.put_recovery(staff, [digest_of(key, code) for code in codes])
    return codes


def _digits(typed: str) -> str:
    return "".join(typed.split())
