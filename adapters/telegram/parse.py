"""Updates as the talk understands them: plain JSON in, `Incoming` out; what is nothing to answer is None."""

from collections.abc import Mapping
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

NAME = "telegram"
Json = Mapping[str, Any]


def event_of(update: Any, bot: str) -> RawEvent | None:
    """The update as an inbox event; None for kinds we did not ask for and chats that are not private."""
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        return None
    user = _user(update)
    if user is None:
        return None
    return RawEvent(Address(NAME, bot, str(user)), str(update["update_id"]), update)


def parse(event: RawEvent) -> Incoming | None:
    """What the person did."""
    update = event.body
    said, sender = _said(update), _sender(update)
    if said is None:
        return None
    name = " ".join(str(sender[part]) for part in ("first_name", "last_name") if sender.get(part))
    return Incoming(event.address, said, _text(sender.get("language_code")), name)


def callback_of(update: Any) -> str | None:
    """The id of a callback query, which has to be answered."""
    query = update.get("callback_query") if isinstance(update, dict) else None
    return str(query["id"]) if isinstance(query, dict) and "id" in query else None


def _sender(update: Json) -> Json:
    for kind in ("message", "callback_query", "my_chat_member"):
        part = update.get(kind)
        if isinstance(part, dict):
            sender = part.get("from")
            return sender if isinstance(sender, dict) else {}
    return {}


def _user(update: Json) -> int | None:
    """Whose private chat this is."""
    sender = _sender(update)
    chat = _chat(update)
    if type(sender.get("id")) is not int or sender.get("is_bot"):
        return None
    if chat is not None and (chat.get("type") != "private" or chat.get("id") != sender["id"]):
        return None
    return int(sender["id"])


def _chat(update: Json) -> Json | None:
    part: Any = update.get("message") or update.get("my_chat_member")
    if part is None:
        query = update.get("callback_query")
        part = query.get("message") if isinstance(query, dict) else None
    chat = part.get("chat") if isinstance(part, dict) else None
    return chat if isinstance(chat, dict) else None


def _said(update: Json) -> Said | None:
    query, member = update.get("callback_query"), update.get("my_chat_member")
    if isinstance(query, dict):
        data = query.get("data")
        return Pressed(data) if isinstance(data, str) else None
    if isinstance(member, dict):
        match (member.get("new_chat_member") or {}).get("status"):
            case "kicked":
                return Blocked()
            case "member":
                return Unblocked()
            case _:
                return None
    message = update.get("message")
    return _message(message) if isinstance(message, dict) else None


def _message(message: Json) -> Said | None:
    if isinstance(message.get("contact"), dict):
        return _contact(message, message["contact"])
    if isinstance(message.get("location"), dict):
        try:
            return SharedPlace(Place(float(message["location"]["latitude"]), float(message["location"]["longitude"])))
        except (KeyError, TypeError, ValueError):
            return None
    photo = message.get("photo")
    if isinstance(photo, list) and photo and isinstance(photo[-1], dict):
        return SharedPhoto(str(photo[-1].get("file_id", "")))
    document = message.get("document")
    if isinstance(document, dict) and str(document.get("mime_type", "")).startswith("image/"):
        return SharedPhoto(str(document.get("file_id", "")))
    text = message.get("text")
    if not isinstance(text, str):
        # Stickers, voices, albums of others: not understood, but not unheard either. Service messages are silent.
        return Typed("") if {"sticker", "voice", "video", "audio", "document"} & message.keys() else None
    command, _, rest = text.partition(" ")
    if command == "/start" or command.startswith("/start@"):
        return Started(rest.strip() or None)
    return Typed(text)


def _contact(message: Json, contact: Json) -> SharedPhone:
    """Own only when the contact's user is the sender and nobody forwarded it (channels.md 3.2)."""
    sender = message.get("from") or {}
    private = (message.get("chat") or {}).get("type") == "private"
    same = type(contact.get("user_id")) is int and contact.get("user_id") == sender.get("id")
    forwarded = bool({"forward_origin", "forward_from", "forward_date"} & message.keys())
    digits = "".join(ch for ch in str(contact.get("phone_number", "")) if ch.isdigit())
    try:
        phone = Phone(f"+{digits}")
    except ValueError:
        return SharedPhone(None, nonce="")
    return SharedPhone(phone, own=private and same and not forwarded)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
