"""Who is in which arm of a campaign: a pure function of the campaign's salt and the customer.

Nobody draws lots twice: the same salt and customer give the same arm in Python, in either database and on any engine,
however often and in whatever order they are asked (analytics 9, U4).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.shared.refusals import Invalid

WHOLE = 10_000
"""Shares are counted in hundredths of a percent."""
CONTROL = "control"
LEAST_CONTROL = 500
"""Five percent (domain section 7): fewer people who get nothing would say nothing."""
USUAL_CONTROL = 1_000
_MOST_ARMS = 10
_NAME = 16


@dataclass(frozen=True, slots=True)
class Arm:
    """A part of the people; `share` in hundredths of a percent."""

    name: str
    share: int


def arms_of(named: Sequence[Arm]) -> tuple[Arm, ...]:
    """The arms of a campaign in their order, the control group first.

    Raises Invalid: `control` when there is none or it has less than 5 %, `arms` for what does not add up to everybody.
    """
    control = [one for one in named if one.name == CONTROL]
    if len(control) != 1 or control[0].share < LEAST_CONTROL:
        raise Invalid("control", expected=f"a control group of at least {LEAST_CONTROL // 100} %")
    others = tuple(one for one in named if one.name != CONTROL)
    if not 1 <= len(others) < _MOST_ARMS or len({one.name for one in others}) != len(others):
        raise Invalid("arms", expected=f"1 to {_MOST_ARMS - 1} arms beside the control group, each with its own name")
    if any(one.share < 1 or not 0 < len(one.name) <= _NAME or not one.name.isprintable() for one in others):
        raise Invalid("arms", expected=f"a name of 1 to {_NAME} characters and a share above 0 for each")
    if sum(one.share for one in named) != WHOLE:
        raise Invalid("arms", expected="shares that add up to 100 %")
    return (control[0], *others)


def lot_of(salt: str, customer: str) -> int:
    """The customer's number in this salt, evenly among 0..9999.

    SHA-256 of `salt:customer` in UTF-8; its first 48 bits, scaled. A hash of the database's would be another on each
    (analytics 7).
    """
    return int.from_bytes(hashlib.sha256(f"{salt}:{customer}".encode()).digest()[:6], "big") * WHOLE >> 48


def bound(lot: int) -> bytes:
    """Digests before it, compared as bytes, have the lots below this one: databases compare, and compute nothing."""
    first = -(-(lot << 48) // WHOLE)
    return first.to_bytes(6, "big") if lot < WHOLE else b"\xff" * 33


def arm_of(arms: Sequence[Arm], salt: str, customer: str) -> str:
    """The arm in which the customer's lot falls; the arms share 0..9999 in their order."""
    lot = lot_of(salt, customer)
    for one in arms:
        if lot < one.share:
            return one.name
        lot -= one.share
    raise AssertionError("arms add up to everybody")
