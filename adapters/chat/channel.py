"""The web as a channel: events are the JSON of the chat's own API, letters wait to be read."""

import asyncio
import base64
import binascii
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from bot.messages import Incoming, Pressed, Said, SharedPhoto, SharedPlace, Started, Typed
from bot.ports import Letter, Outcome, RawEvent, Sent
from core.shared.values import Address, Place

NAME, BOT = "web", "house"


class WebChannel:
    """Satisfies `bot.ports.Channel`. Sending wakes whoever reads the chat in this process."""

    name = NAME
    bot = BOT

    def __init__(self) -> None:
        self._waiting: dict[Address, set[asyncio.Event]] = defaultdict(set)
        self.closing = False
        """True once the house closes: whoever listens stops."""

    def parse(self, event: RawEvent) -> Incoming | None:
        """What the body, checked by the endpoint, says."""
        body = event.body
        said: Said
        match body.get("kind"):
            case "start":
                said = Started(body.get("ref"))
            case "text":
                said = Typed(str(body["text"]))
            case "phone":
                said = Typed(str(body["phone"]))
            case "action":
                said = Pressed(str(body["action"]))
            case "location":
                said = SharedPlace(Place(float(body["lat"]), float(body["lon"])))
            case "photo":
                said = SharedPhoto(str(body["image"]))
            case _:
                return None
        return Incoming(event.address, said, body.get("language"))

    async def photo(self, ref: str) -> bytes | None:
        """The picture itself came with the event."""
        try:
            return base64.b64decode(ref, validate=True)
        except (binascii.Error, ValueError):
            return None

    async def send(self, letter: Letter) -> Outcome:
        """The letter lies in the outbox already: its readers are woken."""
        for event in self._waiting.get(letter.address, ()):
            event.set()
        return Sent()

    def close(self) -> None:
        """Everybody who listens is woken for the last time."""
        self.closing = True
        for events in self._waiting.values():
            for event in events:
                event.set()

    @contextmanager
    def listening(self, address: Address) -> Iterator[asyncio.Event]:
        """An event that is set whenever something was said at the address."""
        event = asyncio.Event()
        self._waiting[address].add(event)
        try:
            yield event
        finally:
            self._waiting[address].discard(event)
            if not self._waiting[address]:
                del self._waiting[address]
