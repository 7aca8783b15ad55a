"""The Viber channel: a POST for each message, token in the header, truth in the body's `status` (channels.md 1.13)."""

import asyncio
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog
from aiohttp import ClientSession, ClientTimeout

from adapters.viber.answers import BROADCAST, NOT_ALLOWED, broadcast, posted
from adapters.viber.carousel import PICTURE
from adapters.viber.limits import JSON_BYTES
from adapters.viber.parse import NAME, parse
from adapters.viber.render import Renderer
from bot.drawing import picture_of
from bot.messages import Incoming, SendFile, ShowCard, ShowOffers, ShowPicture
from bot.ports import (
    Letter,
    Media,
    Memory,
    Outcome,
    Pictures,
    RawEvent,
    Rejected,
    Retry,
    Sent,
    Texts,
)

_TIMEOUT = ClientTimeout(total=10)
_DEBOUNCE_SECONDS = 5.0
_PHOTO_BYTES = 8_000_000
_CARD_SHOWN = "card-shown"
log = structlog.get_logger(__name__)


class ViberChannel:
    """Satisfies `bot.ports.Channel`."""

    name = NAME

    def __init__(
        self,
        *,
        token: str,
        api: str,
        sender: str,
        session: ClientSession,
        texts: Texts,
        pictures: Pictures,
        memory: Memory,
        media: Media,
    ) -> None:
        self.bot = hashlib.sha256(token.encode()).hexdigest()[:16]
        self._token, self._api, self._sender = token, api, sender[:28]
        self._session, self._texts, self._pictures = session, texts, pictures
        self._memory, self._media = memory, media
        self.renderer = Renderer(texts)
        self._most = BROADCAST

    def parse(self, event: RawEvent) -> Incoming | None:
        """What the person did."""
        return parse(event)

    async def photo(self, ref: str) -> bytes | None:
        """The picture behind its address, which lives for about an hour; at most 8 MB."""
        here = "http://127.0.0.1"
        if not ref.startswith("https://") and not (self._api.startswith(here) and ref.startswith(here)):
            return None
        async with self._session.get(ref, timeout=_TIMEOUT, allow_redirects=False) as answer:
            if answer.status != 200 or (answer.content_length or 0) > _PHOTO_BYTES:
                return None
            content = await answer.content.read(_PHOTO_BYTES + 1)
            return content if len(content) <= _PHOTO_BYTES else None

    async def send(self, letter: Letter) -> Outcome:
        """The letter's messages in order; a second card within five seconds is not sent again."""
        if isinstance(letter.reply, ShowCard) and await self._just_shown(letter):
            return Sent()
        message = ""
        for body in self.renderer.bodies(letter):
            outcome = await self._deliver(letter, await self._with_media(letter, body))
            if not isinstance(outcome, Sent):
                return outcome
            message = outcome.message
        return Sent(message)

    @property
    def most(self) -> int:
        """How many one message may be for; 1 once the platform has said that this bot may not."""
        return self._most

    async def broadcast(self, letter: Letter, users: Sequence[str]) -> Sequence[Outcome]:
        """The letter's one message for all of them; those in `failed_list` have their own outcome."""
        bodies = self.renderer.bodies(letter)
        full = {"sender": {"name": self._sender}, "broadcast_list": list(users), **bodies[0]}
        if len(bodies) > 1 or len(_written(full)) > JSON_BYTES:
            return [await self.send(replace(letter, address=replace(letter.address, user=user))) for user in users]
        outcome, failed = await broadcast(self.call, full)
        if outcome == NOT_ALLOWED:
            self._most = 1
            return [Retry(0.0)] * len(users)
        return [failed.get(user, outcome) for user in users]

    async def call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """One call; the answer's JSON. Raises ClientError, TimeoutError, ValueError for what is no JSON object."""
        headers = {"X-Viber-Auth-Token": self._token, "Content-Type": "application/json"}
        url, raw = f"{self._api}/{method}", _written(body)
        async with self._session.post(url, data=raw, headers=headers, timeout=_TIMEOUT) as answer:
            content = json.loads(await answer.read())
        if not isinstance(content, dict):
            raise ValueError("the platform's answer is no object")
        return content

    async def _deliver(self, letter: Letter, body: dict[str, Any]) -> Outcome:
        full = {**body, "receiver": letter.address.user, "sender": {"name": self._sender}}
        if len(_written(full)) > JSON_BYTES:
            return Rejected("over 30 kB")
        outcome = await self._post(full)
        if isinstance(outcome, Rejected) and outcome.reason.startswith(("status 13", "status 3")):
            # 13: some device of the person knows less than we were told; 3: our JSON was not taken. Words go through.
            log.error("viber.degraded", letter=letter.id, reason=outcome.reason[:80])
            plain = self.renderer.plain(letter)
            return await self._post({**plain, "receiver": letter.address.user, "sender": {"name": self._sender}})
        return outcome

    async def _post(self, body: dict[str, Any]) -> Outcome:
        return await posted(self.call, "send_message", body)

    async def _with_media(self, letter: Letter, body: dict[str, Any]) -> dict[str, Any]:
        """The body with the public address of its picture or file, which Viber fetches itself."""
        if isinstance(letter.reply, ShowOffers) and "rich_media" in body:
            return await self._with_pictures(letter, body)
        if not str(body.get("media", "")).startswith(PICTURE):
            return body
        if isinstance(letter.reply, ShowPicture):
            return {**body, "media": self._media.url(letter.reply.media)}
        if isinstance(letter.reply, SendFile):
            found = await self._media.read(letter.reply.media)
            size = len(found[0]) if found else 0
            return {**body, "media": self._media.url(letter.reply.media), "size": size}
        content = await asyncio.to_thread(picture_of, letter, self._pictures, self._texts)
        if content is None:
            raise TypeError("nothing is drawn for this letter")
        return {**body, "media": await self._media.publish(content, "image/png", letter.address)}

    async def _with_pictures(self, letter: Letter, body: dict[str, Any]) -> dict[str, Any]:
        """The carousel with the public addresses of the pictures that are drawn for it."""
        buttons, drawn = [], f"{PICTURE}offer"
        for button in body["rich_media"]["Buttons"]:
            place = str(button.get("Image", ""))
            if place.startswith(drawn):
                at = int(place.removeprefix(drawn))
                content = await asyncio.to_thread(picture_of, letter, self._pictures, self._texts, at)
                assert content is not None, "every offer of the letter can be drawn"
                button = {**button, "Image": await self._media.publish(content, "image/png", letter.address)}
            buttons.append(button)
        return {**body, "rich_media": {**body["rich_media"], "Buttons": buttons}}

    async def _just_shown(self, letter: Letter) -> bool:
        """True for the second of two equal cards within five seconds (contract section 6)."""
        now, words = time.time(), self._texts.say(letter.reply.text, letter.language)
        digest = hashlib.sha256(words.encode()).hexdigest()[:16]
        at, _, what = (await self._memory.recall(letter.address, _CARD_SHOWN) or "0:").partition(":")
        if what == digest and now - float(at) < _DEBOUNCE_SECONDS:
            return True
        await self._memory.remember(letter.address, _CARD_SHOWN, f"{now:.3f}:{digest}")
        return False


def _written(body: dict[str, Any]) -> bytes:
    """JSON in UTF-8: escaped, 7000 Cyrillic letters would be 42 kB of the 30 that Viber takes."""
    return json.dumps(body, ensure_ascii=False).encode()
