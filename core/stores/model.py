"""Stores, products and tills as they are known; the nearest store to a place."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.shared.values import Place, StoreId, TillId


@dataclass(frozen=True, slots=True)
class Store:
    """A shop that people can go to; `hours` are words as the retailer wrote them."""

    id: StoreId
    name: str
    city: str = ""
    street: str = ""
    place: Place | None = None
    group: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """A thing on sale; `price` in minor units, `image` a URL or empty."""

    sku: str
    name: str
    category: str = ""
    brand: str = ""
    price: int = 0
    no_points: bool = False
    image: str = ""


@dataclass(frozen=True, slots=True)
class Till:
    """A till of one store, known by the SHA-256 of its key's secret; revoked at once and for good."""

    id: TillId
    store: StoreId
    name: str
    key_hash: str
    created_at: datetime
    revoked_at: datetime | None = None
    next_hash: str | None = None
    """Of a second key that opens as well, until the till has been given it."""
    next_at: datetime | None = None


def key_hash(secret: str) -> str:
    """What is stored of a key: SHA-256 suits a secret of 128 random bits or more (ASVS 6.5.2)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def till_key(till: TillId, secret: str) -> str:
    """The key as a till carries it: `ktill_<id>_<secret>`."""
    return f"ktill_{till}_{secret}"


def parse_till_key(text: str) -> tuple[TillId, str] | None:
    """The id and the secret in a till key, or None when it is none."""
    parts = text.split("_", 2)
    if len(parts) != 3 or parts[0] != "ktill" or not parts[1] or not parts[2]:
        return None
    return TillId(parts[1]), parts[2]


def opens(till: Till, secret: str) -> bool:
    """True when the secret is of one of the till's keys and they are not revoked; constant time."""
    given = key_hash(secret)
    first, second = hmac.compare_digest(till.key_hash, given), by_next_key(till, secret)
    return (first or second) and till.revoked_at is None


def by_next_key(till: Till, secret: str) -> bool:
    """True when the secret is that of the till's second key; constant time."""
    return till.next_hash is not None and hmac.compare_digest(till.next_hash, key_hash(secret))


def nearest(stores: Sequence[Store], place: Place, most: int) -> list[tuple[Store, int | None]]:
    """At most `most` stores with their distance in metres, the nearest first; stores without a place stand last."""
    known = [(store, round(store.place.metres_to(place)) if store.place else None) for store in stores]
    return sorted(known, key=lambda pair: (pair[1] is None, pair[1] or 0, pair[0].id))[:most]
