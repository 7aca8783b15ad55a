"""What pages read about cards: frozen rows, answered by plain SQL."""

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
