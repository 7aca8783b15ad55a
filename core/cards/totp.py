"""Rotating codes: TOTP of RFC 6238 with HMAC-SHA-256, eight digits, a step of 60 seconds (domain section 3)."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

STEP = timedelta(seconds=60)
DIGITS = 8
PREVIOUS, FOLLOWING = 5, 1
"""Steps around the current one that a till accepts."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def step_of(at: datetime, step: timedelta = STEP) -> int:
    """The number of the step that holds this instant, counted from 1970."""
    return (at - _EPOCH) // step


def start_of(step: int) -> datetime:
    """The instant with which the step begins."""
    return _EPOCH + STEP * step


def totp(secret: bytes, step: int) -> str:
    """The eight digits of a step (RFC 4226 truncation over HMAC-SHA-256)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha256)
    offset = digest[-1] & 0x0F
    value = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{value % 10**DIGITS:0{DIGITS}d}"


def rotating_code(number: str, secret: bytes, at: datetime) -> str:
    """What the rotating QR holds now: the card number and its eight digits."""
    return number + totp(secret, step_of(at))


def accepted_step(secret: bytes, digits: str, at: datetime) -> int | None:
    """The step whose digits these are, of the current, the 5 previous and the 1 following one; else None."""
    now, given, found = step_of(at), digits.encode(), None
    for step in range(now - PREVIOUS, now + FOLLOWING + 1):
        if hmac.compare_digest(totp(secret, step).encode(), given):
            found = step
    return found


def valid_until(at: datetime) -> datetime:
    """The instant at which a code shown now is accepted no more."""
    return _EPOCH + STEP * (step_of(at) + PREVIOUS + 1)
