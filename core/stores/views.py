"""What pages read about stores and tills."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TillRow:
    """A till of a store. `misses`: wrong codes of the last day; `rotating`: it has a second key."""

    id: str
    name: str
    store: str
    store_name: str
    created_at: datetime
    revoked: bool
    seen_at: datetime | None = None
    misses: int = 0
    rotating: bool = False
    next_seen_at: datetime | None = None
    """When the second key was last used."""


@dataclass(frozen=True, slots=True)
class StoreRow:
    """A store; `tills` counts those with a living key."""

    id: str
    name: str
    city: str
    street: str = ""
    group: str = ""
    hours: str = ""
    lat: float | None = None
    lon: float | None = None
    tills: int = 0
