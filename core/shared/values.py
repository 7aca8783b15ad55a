"""Values that are valid from birth: a phone, a language, an address, a place on the map."""

import re
from dataclasses import dataclass
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import NewType

CustomerId = NewType("CustomerId", str)
CardId = NewType("CardId", str)
StoreId = NewType("StoreId", str)
TillId = NewType("TillId", str)
StaffId = NewType("StaffId", str)

_E164 = re.compile(r"\+[1-9]\d{7,14}")
_NAME_LIMIT = 64


class Language(StrEnum):
    """A language the house speaks; the first one is the default."""

    UK = "uk"
    EN = "en"
    RU = "ru"

    @classmethod
    def guess(cls, tag: str | None, default: "Language | None" = None) -> "Language":
        """The nearest language to an IETF tag such as `uk-UA`; `default` (else Ukrainian) when it is none of ours."""
        head = (tag or "").replace("_", "-").split("-")[0].lower()
        if head in {"ua", "uk"}:
            return cls.UK
        return cls(head) if head in {"en", "ru"} else default or cls.UK


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number in E.164, such as `+380671234567`."""

    e164: str

    def __post_init__(self) -> None:
        if not _E164.fullmatch(self.e164):
            raise ValueError("a phone is written in E.164, such as +380671234567")

    @property
    def hint(self) -> str:
        """The last two digits: all of a phone that a log or another person may see."""
        return f"•• {self.e164[-2:]}"

    def __str__(self) -> str:
        return self.e164

    def __repr__(self) -> str:
        return f"Phone({self.hint})"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be spoken to: a user of one bot in one channel. One address has one customer."""

    channel: str
    bot: str
    user: str

    @property
    def key(self) -> str:
        """One line for locks, lanes and logs' hashes."""
        return f"{self.channel}:{self.bot}:{self.user}"


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the earth, degrees of WGS 84."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError("a place has a latitude of -90..90 and a longitude of -180..180 degrees")

    def metres_to(self, other: "Place") -> float:
        """Great-circle distance in metres (haversine, mean earth radius 6,371,008.8 m)."""
        lat1, lat2 = radians(self.lat), radians(other.lat)
        h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other.lon - self.lon) / 2) ** 2
        return 2 * 6_371_008.8 * asin(min(1.0, sqrt(h)))


def person_name(text: str) -> str:
    """A person's name fit to show anywhere: control and direction marks gone, spaces folded, 64 characters at most.

    Empty when nothing a person could be called by is left (reliability.md, threat 32).
    """
    visible = text if text.isprintable() else _printable(text)
    name = " ".join(visible.split())[:_NAME_LIMIT].strip()
    return name if any(ch.isalpha() for ch in name) else ""


def _printable(text: str) -> str:
    return "".join(ch if ch.isprintable() else " " for ch in text if ch not in _DIRECTION_MARKS)


_DIRECTION_MARKS = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def till_name(name: str) -> str:
    """What a cashier may see: `Олена К.` of `Олена Коваль`; one word stays as it is (contract section 6)."""
    words = name.split()
    return f"{words[0]} {words[1][0].upper()}." if len(words) > 1 else name
