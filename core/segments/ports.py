"""What the verbs about segments need from outside."""

from collections.abc import Collection, Sequence
from typing import Protocol

from core.segments.fitting import Thing
from core.segments.model import Node, Segment
from core.surveys.ports import SurveyWork


class Segments(Protocol):
    """Segments that somebody made."""

    def get(self, segment: str, *, lock: bool = False) -> Segment | None:
        """The segment as it stands; `lock`: nobody else changes it before this work is over."""
        ...

    def named(self, name: str) -> str | None:
        """The id of one that was not put away and is called so, in capitals or not."""
        ...

    def add(self, segment: Segment) -> None: ...

    def save(self, segment: Segment) -> None: ...

    def used_by(self, segment: str) -> Sequence[str]:
        """Names of the campaigns that are yet to take people from it: drafts, approved, running and paused ones."""
        ...

    def missing(self, thing: Thing, names: Collection[str]) -> Collection[str]:
        """Which of the names nothing of the kind has."""
        ...

    def tree(self, segment: str) -> Node | None:
        """What `core.segments.actions.usable` gives; None when there is no such segment."""
        ...


class SegmentWork(SurveyWork, Protocol):
    """Work that reaches segments."""

    @property
    def segments(self) -> Segments: ...
