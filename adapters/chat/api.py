"""`/chat/api/*`: sessions, messages, what the house says later (contract 4.1)."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from aiohttp import web
from aiohttp_sse import sse_response
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from adapters.chat.channel import BOT, NAME, WebChannel
from adapters.chat.ports import ChatViews
from adapters.chat.render import Renderer
from adapters.http.api import Body
from adapters.http.bodies import LARGEST, read_json
from adapters.http.limits import Buckets
from adapters.http.problems import Problem
from bot.drawing import picture_of
from bot.ports import Door, Letter, Memory, Pictures, RawEvent, Texts
from core.shared.values import Address

PHOTO_BYTES = 11 * 1024 * 1024
"""A photo of 8 MB in base64, with its envelope."""
_POLL_SECONDS = 2.0
_CLOSED = "closed"
_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


class NewSession(Body):
    """A new chat: the browser's language, and where the person came from."""

    language: str | None = Field(default=None, max_length=35)
    ref: str | None = Field(default=None, max_length=200)


class TextMessage(Body):
    """Something typed."""

    id: _Id
    kind: Literal["text"]
    text: str = Field(min_length=1, max_length=4000)


class ActionMessage(Body):
    """A button."""

    id: _Id
    kind: Literal["action"]
    action: str = Field(min_length=1, max_length=100)


class PhoneMessage(Body):
    """A phone, typed: still to be proven."""

    id: _Id
    kind: Literal["phone"]
    phone: str = Field(min_length=1, max_length=40)


class LocationMessage(Body):
    """A place."""

    id: _Id
    kind: Literal["location"]
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)


class PhotoMessage(Body):
    """A picture in base64."""

    id: _Id
    kind: Literal["photo"]
    image: str = Field(min_length=4, max_length=PHOTO_BYTES)


Message = Annotated[
    TextMessage | ActionMessage | PhoneMessage | LocationMessage | PhotoMessage, Field(discriminator="kind")
]
_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)
_SESSION: TypeAdapter[NewSession] = TypeAdapter(NewSession)


class ChatApi:
    """The chat's endpoints over the inbox and the letters."""

    def __init__(
        self,
        *,
        door: Door,
        channel: WebChannel,
        views: ChatViews,
        memory: Memory,
        texts: Texts,
        pictures: Pictures,
        public_url: str,
        key: bytes,
    ) -> None:
        self._key = key
        self._door, self._channel, self._views, self._memory = door, channel, views, memory
        self._texts, self._pictures = texts, pictures
        self._renderer = Renderer(texts, public_url, key)
        self._per_session, self._per_origin = Buckets(1, 10), Buckets(0.5, 30)

    def add_routes(self, app: web.Application) -> None:
        """The endpoints are part of the app."""
        app.on_shutdown.append(self._hang_up)
        app.router.add_post("/chat/api/sessions", self.open)
        app.router.add_delete("/chat/api/sessions", self.close)
        app.router.add_post("/chat/api/messages", self.say)
        app.router.add_get("/chat/api/messages", self.history)
        app.router.add_get("/chat/api/stream", self.stream)
        app.router.add_get("/chat/api/pictures/{number:\\d{1,18}}-{seal:[0-9a-f]{40}}{item:(-\\d)?}.png", self.picture)

    async def open(self, request: web.Request) -> web.Response:
        """A token for a new chat, and the greeting."""
        self._per_origin.take(request.remote or "")
        given = _checked(_SESSION, await read_json(request) if request.can_read_body else {})
        token = self._new_token()
        body = {"kind": "start", "language": given.language, "ref": given.ref}
        letters = await self._put(address_of(token), f"start:{address_of(token).user}", body)
        return _json({"token": token, "replies": [self._renderer.render(letter) for letter in letters]}, 201)

    async def close(self, request: web.Request) -> web.Response:
        """The token opens nothing any more; the person and the card stay."""
        address = await self._who(request)
        await self._memory.remember(address, _CLOSED, "1")
        return web.Response(status=204)

    async def say(self, request: web.Request) -> web.Response:
        """What the person says, and the answer; the same id again gives the same answer."""
        address = await self._who(request)
        self._per_session.take(address.user)
        given = await read_json(request, PHOTO_BYTES)
        photo = isinstance(given, dict) and given.get("kind") == "photo"
        if not photo and (request.content_length or 0) > LARGEST:
            raise Problem(413, "too-large", f"At most {LARGEST} bytes.")
        message = _checked(_MESSAGE, given)
        body = message.model_dump(mode="json", exclude={"id"})
        letters = await self._put(address, f"{address.user}:{message.id}", body)
        return _json({"replies": [self._renderer.render(letter) for letter in letters]})

    async def history(self, request: web.Request) -> web.Response:
        """Everything said after a number."""
        address = await self._who(request)
        letters = await self._views.letters_after(address, _number(request, "after"))
        return _json({"replies": [self._renderer.render(letter) for letter in letters]})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """What the house says, as it says it."""
        address = await self._who(request)
        last = request.headers.get("Last-Event-ID", "")
        after = int(last) if last.isdigit() and len(last) < 19 else _number(request, "after")
        async with sse_response(request) as response:
            with self._channel.listening(address) as said:
                while response.is_connected() and not self._channel.closing:
                    for letter in await self._views.letters_after(address, after):
                        content = json.dumps(self._renderer.render(letter), ensure_ascii=False)
                        await response.send(content, id=str(letter.id), event="reply")
                        after = letter.id
                    said.clear()
                    try:
                        await asyncio.wait_for(said.wait(), _POLL_SECONDS)
                    except TimeoutError:
                        continue
        return response

    async def picture(self, request: web.Request) -> web.Response:
        """The picture of a card or code letter, or of one of its offers, for whoever was told its address."""
        number = int(request.match_info["number"])
        seal = request.match_info["seal"].encode()
        if not hmac.compare_digest(seal, self._renderer.picture_seal(number).encode()):
            raise Problem(404, "unknown-picture")
        letter = await self._views.letter(number)
        if letter is None:
            raise Problem(404, "unknown-picture")
        item = int(request.match_info["item"][1:] or 0)
        content = await asyncio.to_thread(picture_of, letter, self._pictures, self._texts, item)
        if content is None:
            raise Problem(404, "unknown-picture")
        return web.Response(body=content, content_type="image/png", headers={"Cache-Control": "private, max-age=3600"})

    async def _hang_up(self, app: web.Application) -> None:
        del app
        self._channel.close()

    async def _put(self, address: Address, key: str, body: dict[str, Any]) -> Sequence[Letter]:
        number, _ = await self._door.accept(RawEvent(address, key, body))
        return await self._door.answer(number)

    async def _who(self, request: web.Request) -> Address:
        """The chat of this token. Raises Problem (401 `unauthorized`)."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._ours(token):
            address = address_of(token)
            if await self._memory.recall(address, _CLOSED) is None:
                return address
        raise Problem(401, "unauthorized", "Open a new chat.", {"WWW-Authenticate": "Bearer"})

    def _new_token(self) -> str:
        """192 random bits and our seal on them: valid after a restart, and nobody else can make one."""
        body = secrets.token_urlsafe(24)
        return body + self._seal(body)

    def _ours(self, token: str) -> bool:
        return len(token) == 64 and hmac.compare_digest(token[32:].encode(), self._seal(token[:32]).encode())

    def _seal(self, body: str) -> str:
        digest = hmac.digest(self._key, f"chat|{body}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:24]).decode()


def address_of(token: str) -> Address:
    """The chat that a token opens: its hash is the user's key, so the token itself is kept nowhere."""
    return Address(NAME, BOT, hashlib.sha256(token.encode()).hexdigest()[:40])


def _checked(adapter: TypeAdapter[Any], value: Any) -> Any:
    try:
        return adapter.validate_python(value, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise Problem(422, "invalid", f"{place}: {first['msg']}", data={"field": place}) from None


def _number(request: web.Request, name: str) -> int:
    text = request.query.get(name, "0")
    if not text.isdigit() or len(text) > 18:
        raise Problem(422, "invalid", f"{name}: a whole number", data={"field": name})
    return int(text)


def _json(content: Any, status: int = 200) -> web.Response:
    return web.Response(
        status=status, body=json.dumps(content, ensure_ascii=False).encode(), content_type="application/json"
    )
