"""Callbacks as the talk understands them. Every field but `event` may be missing (channels.md 1.3)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.messages import (
    Blocked,
    Incoming,
    Pressed,
    Said,
    SharedPhone,
    SharedPhoto,
    SharedPlace,
    Started,
    Typed,
    Unblocked,
)
from bot.ports import RawEvent
from core.shared.values import Address, Phone, Place

NAME = "viber"
ACTION, NONCE = "a:", "phone:"
"""How our buttons' ActionBody begins; what a button says comes back as the text of a message."""
Json = Mapping[str, Any]
_OF_USE = {"message", "subscribed", "unsubscribed", "conversation_started"}


def event_of(body: Any, bot: str) -> RawEvent | None:
    """The callback as an inbox event, unique by (event, token, user); None for receipts and unknown kinds."""
    if not isinstance(body, dict) or body.get("event") not in _OF_USE:
        return None
    user = user_of(body)
    if not user:
        return None
    key = f"{body['event']}:{body.get('message_token', body.get('timestamp', 0))}:{user}"
    return RawEvent(Address(NAME, bot, user), key[:200], body)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message has come to the person's phone, or before their eyes."""

    address: Address
    message: str
    seen: bool
    at: datetime


def receipt_of(body: Any, bot: str) -> Receipt | None:
    """The callback as a receipt; None for anything else."""
    if not isinstance(body, dict) or body.get("event") not in ("delivered", "seen"):
        return None
    user, token, at = user_of(body), body.get("message_token"), _instant(body.get("timestamp"))
    if not user or type(token) is not int or at is None:
        return None
    return Receipt(Address(NAME, bot, user), str(token), body["event"] == "seen", at)


def user_of(body: Json) -> str:
    """The person's id, wherever this kind of callback carries it."""
    for part in (body.get("sender"), body.get("user")):
        if isinstance(part, dict) and isinstance(part.get("id"), str):
            return str(part["id"])[:128]
    return str(body.get("user_id") or "")[:128]


def parse(event: RawEvent) -> Incoming | None:
    """What the person did."""
    body = event.body
    who = body.get("sender") or body.get("user")
    who = who if isinstance(who, dict) else {}
    said = _said(body)
    if said is None:
        return None
    level = who.get("api_version")
    return Incoming(
        event.address,
        said,
        who.get("language") if isinstance(who.get("language"), str) else None,
        str(who.get("name") or ""),
        level if type(level) is int else None,
        _instant(body.get("timestamp")),
    )


def _instant(milliseconds: Any) -> datetime | None:
    """The platform's own time of the event, which orders words about the subscription (channels.md 1.5)."""
    if type(milliseconds) is not int or not 0 < milliseconds < 10**14:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _said(body: Json) -> Said | None:
    match body.get("event"):
        case "conversation_started":
            context = body.get("context")
            return Started(context if isinstance(context, str) else None, True, bool(body.get("subscribed")))
        case "subscribed":
            return Unblocked()
        case "unsubscribed":
            return Blocked()
    message = body.get("message")
    return _message(message) if isinstance(message, dict) else None


def _message(message: Json) -> Said | None:
    text = message.get("text")
    text = text if isinstance(text, str) else ""
    match message.get("type"):
        case "contact":
            return _contact(message, text)
        case "location":
            place = message.get("location") or {}
            try:
                lat, lon = float(place["lat"]), float(place["lon"])
                return SharedPlace(Place(lat, lon)) if math.isfinite(lat + lon) else None
            except (KeyError, TypeError, ValueError):
                return None
        case "picture":
            return SharedPhoto(str(message.get("media") or ""))
        case "text":
            return _text(text)
        case _:
            return Typed("")


def _text(text: str) -> Said | None:
    if text.startswith(ACTION):
        return Pressed(text.removeprefix(ACTION))
    if text.startswith(NONCE):
        # The button was tapped on a desktop, which cannot share a phone: the text comes without a number.
        return SharedPhone(None, nonce=text.removeprefix(NONCE))
    if text.startswith(("http://", "https://")) and " " not in text:
        return None  # the echo of an `open-url` button
    return Typed(text)


def _contact(message: Json, text: str) -> SharedPhone:
    contact = message.get("contact")
    number = str(contact.get("phone_number") or "") if isinstance(contact, dict) else ""
    nonce = text.removeprefix(NONCE) if text.startswith(NONCE) else None
    try:
        phone: Phone | None = Phone("+" + "".join(ch for ch in number if ch.isdigit()))
    except ValueError:
        phone = None
    return SharedPhone(phone, nonce=nonce if phone is not None else nonce or "")
