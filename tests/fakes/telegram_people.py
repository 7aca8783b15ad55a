"""People of the local Telegram, and their chats with the bot."""

import time
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(slots=True)
class Seen:
    """A message as its chat shows it."""

    id: int
    text: str
    photo: bytes | None = None
    document: bytes | None = None
    markup: dict[str, Any] | None = None
    edits: int = 0

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """Inline buttons in order."""
        return [button for row in (self.markup or {}).get("inline_keyboard", []) for button in row]


@dataclass(slots=True)
class Chat:
    """A private chat: messages of the bot, what is pinned, the keys under it."""

    messages: list[Seen] = field(default_factory=list)
    pinned: list[int] = field(default_factory=list)
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    blocked: bool = False
    deactivated: bool = False


class Platform(Protocol):
    """What a person needs of it."""

    chats: dict[int, Chat]
    files: dict[str, bytes]

    def next_number(self) -> int: ...

    async def post(self, update: dict[str, Any]) -> int: ...


@dataclass(slots=True)
class TelegramPerson:
    """Somebody who uses Telegram."""

    platform: Platform
    id: int
    name: str
    language: str | None

    @property
    def chat(self) -> Chat:
        """The chat with the bot."""
        return self.platform.chats.setdefault(self.id, Chat())

    @property
    def user(self) -> dict[str, Any]:
        """As updates name the sender."""
        known = {"id": self.id, "is_bot": False, "first_name": self.name}
        return {**known, **({"language_code": self.language} if self.language else {})}

    async def sends(self, **content: Any) -> int:
        """A message with this content."""
        message = {
            "message_id": self.platform.next_number(), "date": int(time.time()), "from": self.user,
            "chat": {"id": self.id, "type": "private", "first_name": self.name}, **content,
        }  # fmt: skip
        self.chat.blocked = False
        return await self.platform.post({"message": message})

    async def starts(self, ref: str = "") -> int:
        """Presses Start."""
        return await self.sends(text=f"/start {ref}".strip())

    async def says(self, text: str) -> int:
        """Types."""
        return await self.sends(text=text)

    async def shares_contact(self, phone: str) -> int:
        """Taps the key that shares the own phone."""
        assert any(button.get("request_contact") for row in self.chat.keyboard for button in row)
        return await self.sends(
            contact={"phone_number": phone.lstrip("+"), "first_name": self.name, "user_id": self.id}
        )

    async def sends_photo(self, content: bytes) -> int:
        """A picture."""
        name = f"incoming-{self.platform.next_number()}"
        self.platform.files[name] = content
        return await self.sends(photo=[{"file_id": name, "file_unique_id": name, "width": 1, "height": 1}])

    async def taps(self, label: str) -> int:
        """An inline button of the newest message that has it, else a key of the keyboard."""
        for message in reversed(self.chat.messages):
            for button in message.buttons:
                if button["text"] == label and "callback_data" in button:
                    return await self.presses(button["callback_data"], message.id)
        for key in (key for row in self.chat.keyboard for key in row):
            if key["text"] == label:
                return await self.says(label)
        raise LookupError(
            f"{label!r} is nowhere: {[one.buttons for one in self.chat.messages[-2:]]}, {self.chat.keyboard}"
        )

    async def presses(self, data: str, message: int = 1) -> int:
        """A callback with this data."""
        query = {
            "id": f"query-{self.platform.next_number()}", "from": self.user, "chat_instance": "1", "data": data,
            "message": {"message_id": message, "date": 0, "chat": {"id": self.id, "type": "private"}},
        }  # fmt: skip
        return await self.platform.post({"callback_query": query})

    async def blocks(self, status: str = "kicked") -> int:
        """Blocks the bot (`member`: lets it back)."""
        self.chat.blocked = status == "kicked"
        member = {"user": {"id": 700000001, "is_bot": True, "first_name": "Kartka"}, "status": status}
        return await self.platform.post(
            {"my_chat_member": {"chat": {"id": self.id, "type": "private"}, "from": self.user, "date": 1,
                                "old_chat_member": member, "new_chat_member": member}}
        )  # fmt: skip
