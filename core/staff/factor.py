"""The second factor: codes of an authenticator (TOTP of RFC 6238, SHA-1, six digits, 30 s) and codes for its loss.

The seed is made from the house's key and a salt, so that a copy of the database holds no secret.
"""

import hashlib
import hmac
from base64 import b32encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from core.shared.values import StaffId

STEP = timedelta(seconds=30)
DIGITS = 6
AROUND = 1
"""Steps before and after the current one that are taken: a phone's clock is seldom exact."""
RECOVERY = 10
"""Codes for the loss of the phone, each good once."""
_LETTERS = "2346789CDFGHJKMNPQRTVWXYZ"
_RECOVERY_LENGTH = 16
"""25 ** 16 is 74 bits: nobody guesses one."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Factor:
    """A member's second factor; it counts from `since`, when its first code was right."""

    staff: StaffId
    salt: str
    since: datetime | None = None
    last_step: int = 0
    """The step of the last code that was taken: neither it nor an earlier one is taken again."""


def seed_of(key: bytes, factor: Factor) -> bytes:
    """The secret that the authenticator shares: 20 bytes, as RFC 4226 recommends."""
    return hmac.digest(key, f"seed|{factor.staff}|{factor.salt}".encode(), hashlib.sha256)[:20]


def code_at(seed: bytes, step: int) -> str:
    """The six digits of a step."""
    digest = hmac.digest(seed, step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0x0F
    value = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{value % 10**DIGITS:0{DIGITS}d}"


def step_of(at: datetime) -> int:
    """The number of the step that holds this instant."""
    return (at - _EPOCH) // STEP


def accepted_step(seed: bytes, digits: str, at: datetime, after: int) -> int | None:
    """The step later than `after` whose digits these are, of those around the instant; else None. Constant time."""
    now, given, found = step_of(at), digits.encode(), None
    for step in range(now - AROUND, now + AROUND + 1):
        if hmac.compare_digest(code_at(seed, step).encode(), given) and step > after:
            found = step
    return found


def address_of(seed: bytes, *, brand: str, login: str) -> str:
    """What the QR holds: `otpauth://totp/…`."""
    name = quote(f"{brand}:{login}", safe="")
    return f"otpauth://totp/{name}?{urlencode({'secret': typed_seed(seed), 'issuer': brand}, quote_via=quote)}"


def typed_seed(seed: bytes) -> str:
    """The seed as somebody types it who cannot scan."""
    return b32encode(seed).decode()


def recovery_codes(secret: bytes) -> list[str]:
    """Ten codes out of 32 random bytes."""
    codes = []
    for number in range(RECOVERY):
        value = int.from_bytes(hmac.digest(secret, number.to_bytes(1, "big"), hashlib.sha256), "big")
        letters = []
        for _ in range(_RECOVERY_LENGTH):
            value, place = divmod(value, len(_LETTERS))
            letters.append(_LETTERS[place])
        codes.append("".join(letters))
    return codes


def digest_of(key: bytes, code: str) -> str:
    """What is kept of a recovery code; typed ones forgive case, spaces and hyphens."""
    plain = "".join(code.split()).replace("-", "").upper()
    return hmac.digest(key, f"recovery|{plain}".encode(), hashlib.sha256).hex()


def grouped(code: str) -> str:
    """A recovery code as it is read: in groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
