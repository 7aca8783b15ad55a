"""What pages read about cards: frozen rows, answered by plain SQL."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceRow:
    """How far people of one channel and source came: met, phone proven, card given, plastic restored."""

    channel: str
    source: str
    met: int
    proven: int
    cards: int
    restored: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened since an instant, and what there is in all."""

    cards_today: int
    cards_week: int
    cards_all: int
    plastics_all: int
    plastics_restored: int
    parked: int
    unsent: int
    sources: Sequence[SourceRow]
