"""What pages read of segments: how many there are, who, why, and as of when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeAlias

from core.segments.model import Leaf, Segment
from core.shared.fives import FEWEST, in_fives

Value: TypeAlias = "bool | int | float | str | date | Sequence[str] | None"


@dataclass(frozen=True, slots=True)
class Freshness:
    """As of when the answer is: purchases up to `bought_until`, the customer table of `table_day`; None: none yet."""

    at: datetime
    bought_until: datetime | None = None
    table_day: date | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """How many there are, and how many living people in all."""

    everybody: int
    total: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How many there are. `consented` agreed to marketing; those of them who can be written to, in all and by channel.

    A figure is None where it is hidden.
    """

    everybody: int | None
    total: int | None
    consented: int | None
    reachable: int | None
    channels: Mapping[str, int | None] = field(default_factory=dict)
    asked: Freshness | None = None


def veiled(reach: Reach) -> Reach:
    """As an analyst sees it: no cell of fewer than five people, none that its neighbours would give away, in fives."""

    total = None if _few(reach.total, reach.everybody) else reach.total
    consented = None if _few(reach.consented, total) else reach.consented
    reachable = None if _few(reach.reachable, consented) else reach.reachable
    channels = {name: None if _few(count, reachable) else _seen(count) for name, count in reach.channels.items()}
    return replace(
        reach, everybody=_seen(reach.everybody), total=_seen(total), consented=_seen(consented),
        reachable=_seen(reachable), channels=channels,
    )  # fmt: skip


def veiled_size(size: Size) -> int | None:
    """How many there are, as an analyst sees it."""
    return None if _few(size.total, size.everybody) else _seen(size.total)


def _few(part: int | None, whole: int | None) -> bool:
    """True when the part, or what is left of the whole without it, is one to four people."""
    if part is None or whole is None:
        return True
    return 0 < part < FEWEST or 0 < whole - part < FEWEST


def _seen(count: int | None) -> int | None:
    return None if count is None else in_fives(count)


@dataclass(frozen=True, slots=True)
class Reason:
    """A test of the tree, whether it is true of the person, and what they have there."""

    leaf: Leaf
    holds: bool
    value: Value


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody is in a segment or out of it. Not `living`: merged into somebody, or forgotten, and so in none."""

    customer: str
    name: str
    living: bool
    inside: bool
    reasons: Sequence[Reason]
    asked: Freshness


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a segment, as far as a list shows them: `phone` is its last digits."""

    customer: str
    name: str
    phone: str
    language: str
    channels: Sequence[str]
    marketing: bool
    joined: datetime
    last_bought: date | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some members; `after`: where the next ones by id begin, None: there are none. `total`: how many there are on all
    pages, None where that was not asked."""

    members: Sequence[Member]
    after: str | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment in the list. `data` is its tree as it is kept; `used_by`: campaigns that still take people from it."""

    segment: Segment
    data: Mapping[str, Any]
    used_by: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from, for pickers: (value, words) of each list, by its name."""

    lists: Mapping[str, Sequence[tuple[str, str]]]
