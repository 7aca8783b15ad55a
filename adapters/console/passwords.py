"""Passwords as argon2id hashes; slow on purpose, so always in a thread."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""The least of OWASP's equal choices: 19 MiB, two passes (reliability.md section 10)."""
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))
"""What a wrong login is checked against, so that it takes as long as a wrong password."""


def hash_now(password: str) -> str:
    """The hash, at once; for commands."""
    return _HASHER.hash(password)


async def hashed(password: str) -> str:
    """The hash."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def fits(stored: str | None, password: str) -> bool:
    """True when the password is the stored one's; equally slow when there is none."""
    return await asyncio.to_thread(_verify, stored or _NOBODY, password) and stored is not None


def one_time_password() -> str:
    """A password that is shown once: 20 characters, 100 random bits, none that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    return "".join(secrets.choice(letters) for _ in range(20))


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False
