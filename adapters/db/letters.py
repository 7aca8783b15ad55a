"""Replies as JSON and back: a closed set of dataclasses, each tagged with its name."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.dialog import Dialog
from bot.messages import (
    Answer,
    Ask,
    Button,
    Item,
    OfferItem,
    Reply,
    Rows,
    Say,
    SendFile,
    ShowCard,
    ShowCodes,
    ShowOffers,
    ShowPicture,
    ShowPlaces,
    ShowVoucher,
)
from bot.words import Lines, Money, Verbatim, Words
from core.cards.actions import TillCodes

_KINDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        Answer, Ask, Button, Item, OfferItem, Say, SendFile, ShowCard, ShowCodes, ShowOffers, ShowPicture, ShowPlaces,
        ShowVoucher, Verbatim, Words, Lines, Money, TillCodes, Dialog,
    )
}  # fmt: skip
_TAGGED = frozenset(_KINDS.values())
_PLAIN = frozenset({str, int, float, bool, type(None)})
_TAG = "_"


def pack(value: Any) -> Any:
    """The value in JSON's own types."""
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if kind in _TAGGED:
        packed = {_TAG: kind.__name__}
        for name in _fields(kind):
            one = getattr(value, name)
            packed[name] = one if type(one) in _PLAIN else pack(one)
        return packed
    if isinstance(value, datetime):
        zone = getattr(value.tzinfo, "key", None)
        return {_TAG: "at", "at": value.astimezone(UTC).isoformat(), **({"zone": zone} if zone else {})}
    if isinstance(value, date):
        return {_TAG: "day", "day": value.isoformat()}
    if isinstance(value, Mapping):
        packed = {key: pack(one) for key, one in value.items()}
        return {_TAG: "map", "map": list(map(list, packed.items()))} if _TAG in packed else packed
    if isinstance(value, list | tuple):
        return [pack(one) for one in value]
    return value


def unpack(value: Any) -> Any:
    """What was packed. Raises KeyError for a kind that this version does not know."""
    if isinstance(value, list):
        return tuple(unpack(one) for one in value)
    if not isinstance(value, dict):
        return value
    tag = value.get(_TAG)
    if tag is None:
        return {key: unpack(one) for key, one in value.items()}
    if tag == "at":
        instant = datetime.fromisoformat(value["at"])
        return instant.astimezone(ZoneInfo(value["zone"])) if "zone" in value else instant
    if tag == "day":
        return date.fromisoformat(value["day"])
    if tag == "map":
        return {key: unpack(one) for key, one in value["map"]}
    kind = _KINDS[tag]
    known = _fields(kind)
    return kind(**{key: unpack(one) for key, one in value.items() if key in known})


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in dataclasses.fields(kind))


def unpack_reply(value: Any) -> tuple[Reply, Rows]:
    """A letter's reply and the standing keys under it."""
    return unpack(value["reply"]), unpack(value["keyboard"])
