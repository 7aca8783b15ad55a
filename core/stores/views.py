"""What pages read about stores and tills."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TillRow:
    """A till of a store."""

    id: str
    name: str
    store: str
    store_name: str
    created_at: datetime
    revoked: bool


@dataclass(frozen=True, slots=True)
class StoreRow:
    """A store to choose."""

    id: str
    name: str
    city: str
