"""What the JSON of segments looks like."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from adapters.console.segmentwords import READY_WORDS, Wording
from adapters.http.api import Answer, Body
from core.segments.model import Segment
from core.segments.reading import segment_data
from core.segments.ready import READY, READY_PREFIX


class SegmentIn(Body):
    """A new segment."""

    name: str
    tree: dict[str, Any]


class SegmentEdit(Body):
    """What is to change; `version` is the one that was read."""

    version: int
    name: str | None = None
    tree: dict[str, Any] | None = None


class TreeIn(Body):
    """A tree that nobody has saved."""

    tree: dict[str, Any]


class WhyIn(Body):
    """Whose reasons are asked for: a card's number, a phone or a customer's id."""

    who: str


class SegmentOut(Answer):
    """A segment; the house's own are ready ones, which nobody edits. `sentence` is in the caller's language."""

    id: str
    name: str
    version: int
    tree: dict[str, Any]
    sentence: str
    ready: bool
    archived: bool
    changed_by: str
    changed_at: datetime | None
    used_by: list[str]


class SegmentsOut(Answer):
    """Segments, those that somebody made first."""

    rows: list[SegmentOut]


class ReachOut(Answer):
    """How many there are; null: hidden, since so few would be single people. As of when, besides."""

    everybody: int | None
    total: int | None
    consented: int | None
    reachable: int | None
    channels: dict[str, int | None]
    sentence: str
    at: datetime
    bought_until: datetime | None
    table_day: date | None


class ReasonOut(Answer):
    """A test, in JSON and in words, whether it is true of the person, and what they have there, in words."""

    test: dict[str, Any]
    sentence: str
    holds: bool
    has: str


class WhyOut(Answer):
    """Why somebody is in or out."""

    customer: str
    living: bool
    inside: bool
    reasons: list[ReasonOut]
    at: datetime


class MemberOut(Answer):
    """Somebody of a segment; `phone` is its last digits."""

    customer: str
    name: str
    phone: str
    language: str
    channels: list[str]
    marketing: bool


class MembersOut(Answer):
    """Some of them; `after` asks for the next ones."""

    rows: list[MemberOut]
    after: str | None


def segment_out(
    words: Wording, one: Segment, data: Mapping[str, Any] | None = None, used_by: Sequence[str] = ()
) -> SegmentOut:
    """A kept one; `data`: its tree as it is kept, which this version may not be able to read."""
    tree = one.tree
    shown = data if data is not None else {} if tree is None else segment_data(tree)
    return SegmentOut(
        id=one.id, name=one.name, version=one.version, tree=dict(shown),
        sentence=words.sentence(tree) if tree is not None else "", ready=False, archived=one.archived,
        changed_by=one.changed_by, changed_at=one.changed_at, used_by=list(used_by),
    )  # fmt: skip


def ready_out(words: Wording, key: str) -> SegmentOut:
    """One of the house's own."""
    tree = READY[key]
    return SegmentOut(
        id=f"{READY_PREFIX}{key}", name=words.say(READY_WORDS[key]), version=0, tree=segment_data(tree),
        sentence=words.sentence(tree), ready=True, archived=False, changed_by="", changed_at=None, used_by=[],
    )  # fmt: skip
