"""Bodies and answers of the operations about stores and tills."""

from datetime import datetime

from adapters.http.api import Answer, Body
from core.stores.views import StoreRow, TillRow


class NewTill(Body):
    """A till of a store."""

    store: str
    name: str


class KeyOut(Answer):
    """A till key: it is not told again."""

    key: str


class TillOut(Answer):
    """A till. `misses`: wrong codes of the last day; `second_key`: another key opens too."""

    id: str
    name: str
    store: str
    revoked: bool
    created_at: datetime
    seen_at: datetime | None
    misses: int
    second_key: bool
    second_key_seen_at: datetime | None


class TillsOut(Answer):
    """A page of them."""

    rows: list[TillOut]
    total: int


class StoreBody(Body):
    """A store as it is to be; coordinates as decimal texts, empty where they are not known."""

    name: str
    city: str = ""
    street: str = ""
    group: str = ""
    hours: str = ""
    lat: str = ""
    lon: str = ""


class StoreOut(Answer):
    """A store; `tills` counts those with a living key."""

    id: str
    name: str
    city: str
    street: str
    group: str
    hours: str
    lat: float | None
    lon: float | None
    tills: int


class StoresOut(Answer):
    """A page of them."""

    rows: list[StoreOut]
    total: int


def till_out(one: TillRow) -> TillOut:
    """As the operations tell it."""
    return TillOut(
        id=one.id, name=one.name, store=one.store, revoked=one.revoked, created_at=one.created_at, seen_at=one.seen_at,
        misses=one.misses, second_key=one.rotating, second_key_seen_at=one.next_seen_at,
    )  # fmt: skip


def store_out(one: StoreRow) -> StoreOut:
    """As the operations tell it."""
    return StoreOut(
        id=one.id, name=one.name, city=one.city, street=one.street, group=one.group, hours=one.hours, lat=one.lat,
        lon=one.lon, tills=one.tills,
    )  # fmt: skip
