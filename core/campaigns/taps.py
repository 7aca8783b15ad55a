"""The address behind a button that leads to a page: it says whose tap it is, and leads where the campaign says."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from core.campaigns.model import Leads, Link
from core.campaigns.tapports import TapWork
from core.shared.refusals import Unknown
from core.shared.values import CustomerId

_SEAL = 26
_MOST = 80


@dataclass(frozen=True, slots=True)
class Tap:
    """A button under the message of one person of a run; `link`: which, from 0."""

    run: int
    serial: int
    link: int


def token_of(tap: Tap, key: bytes) -> str:
    """`<run>-<serial>-<link>-<seal>`, numbers in base 36; nobody without the key makes one up for somebody else."""
    plain = "-".join(base36(one) for one in (tap.run, tap.serial, tap.link))
    return f"{plain}-{_seal(plain, key)}"


def tap_of(token: str, key: bytes) -> Tap:
    """The tap that the token tells of. Raises Unknown (`unknown-link`), the same for every wrong."""
    plain, _, seal = token.rpartition("-")
    parts = plain.split("-")
    fair = len(token) <= _MOST and token.isascii() and len(parts) == 3
    if not fair or not hmac.compare_digest(_seal(plain, key), seal):
        raise Unknown("unknown-link")
    return Tap(*(int(one, 36) for one in parts))


def follow(work: TapWork, *, token: str) -> str:
    """The https address behind the token; whoever it was made for has tapped. Raises Unknown (`unknown-link`)."""
    tap = tap_of(token, work.number_key)
    found = work.mailings.links(tap.run, tap.serial)
    link = found[tap.link] if found is not None and tap.link < len(found) else None
    if link is None or link.leads is not Leads.URL:
        raise Unknown("unknown-link")
    work.mailings.tapped(tap.run, tap.serial, work.now)
    return link.url


def pressed(work: TapWork, *, run: int, link: int, people: Sequence[CustomerId]) -> Link | None:
    """The button that one of the person's selves has pressed under the run's message; None: it is not theirs."""
    for customer in people:
        serial = work.mailings.serial(run, customer)
        found = work.mailings.links(run, serial) if serial is not None else None
        if serial is not None and found is not None and link < len(found):
            work.mailings.tapped(run, serial, work.now)
            return found[link]
    return None


def base36(number: int) -> str:
    """The number in digits and small letters."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    told = ""
    while number or not told:
        number, digit = divmod(number, 36)
        told = digits[digit] + told
    return told


def _seal(plain: str, key: bytes) -> str:
    return hmac.digest(key, f"tap|{plain}".encode(), hashlib.sha256).hex()[:_SEAL]
