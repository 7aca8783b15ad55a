"""A strict local Telegram: it refuses like the real one, and remembers every chat."""

import asyncio
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, ClientSession, web
from aiohttp.test_utils import TestServer

from tests.fakes.telegram_people import Chat, Seen, TelegramPerson
from tests.fakes.telegram_rules import Refused, check_markup, check_photo, check_text, plain
from tests.fakes.telegram_spec import mistakes

TOKEN = "700000001:AAFakeTokenOfTheTestsOnly-1234567890abc"
_JSON_FIELDS = {"reply_markup", "media", "commands", "allowed_updates", "entities", "caption_entities"}


@dataclass(slots=True)
class FakeTelegram:
    """The platform. `script` holds refusals for the next calls, oldest first; `strange` what the spec objected to.

    `refused` lists what the platform's own rules refused.
    """

    token: str = TOKEN
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    script: list[Any] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    commands: dict[str, list[Any]] = field(default_factory=dict)
    hook: dict[str, Any] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1000))
    _server: TestServer | None = None
    _session: ClientSession | None = None

    async def __aenter__(self) -> "FakeTelegram":
        app = web.Application(client_max_size=60_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self._server = TestServer(app)
        await self._server.start_server()
        self._session = ClientSession()
        return self

    async def __aexit__(self, *details: object) -> None:
        assert self._server is not None
        assert self._session is not None
        await self._session.close()
        await self._server.close()

    @property
    def url(self) -> str:
        """Where the API is, without `/bot...`."""
        assert self._server is not None
        return str(self._server.make_url("")).rstrip("/")

    def person(self, number: int, name: str = "Олена", language: str | None = "uk") -> TelegramPerson:
        """Somebody with a phone in their hand."""
        return TelegramPerson(self, number, name, language)

    def next_number(self) -> int:
        """One that no message, update or file has yet."""
        return next(self._count)

    # the API

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return self._answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        method = request.match_info["method"]
        given, files = await self._read(request)
        self.calls.append((method, given))
        planned = self.script.pop(0) if self.script else None
        if planned in {"html", "reset-before"}:
            return await self._broken(request, planned)
        try:
            if isinstance(planned, Refused):
                raise planned
            self.strange += mistakes(method, given, set(files))
            result = self._do(method, given, files)
        except Refused as refused:
            if refused is not planned:
                self.refused.append(f"{method}: {refused.description}")
            body = {"ok": False, "error_code": refused.status, "description": refused.description}
            if refused.parameters:
                body["parameters"] = refused.parameters
            return self._answer(refused.status, body)
        if planned == "reset-after":
            return await self._broken(request, planned)
        if isinstance(planned, float):
            await asyncio.sleep(planned)
        return self._answer(200, {"ok": True, "result": result})

    async def _read(self, request: web.Request) -> tuple[dict[str, Any], dict[str, bytes]]:
        given: dict[str, Any] = {}
        files: dict[str, bytes] = {}
        if request.content_type == "multipart/form-data":
            async for part in await request.multipart():
                assert isinstance(part, BodyPartReader)
                assert part.name is not None
                content = await part.read(decode=False)
                if part.filename:
                    files[part.name] = bytes(content)
                else:
                    given[part.name] = bytes(content).decode()
        elif request.content_type == "application/json":
            return dict(await request.json()), files
        else:
            given = dict(await request.post()) if request.can_read_body else dict(request.query)
        for name, value in given.items():
            if name in _JSON_FIELDS:
                given[name] = json.loads(value)
            elif value in {"true", "false"}:
                given[name] = value == "true"
            elif isinstance(value, str) and value.lstrip("-").isdigit() and name not in {"text", "caption"}:
                given[name] = int(value)
        for name in files:
            given.setdefault(name, f"attach://{name}")
        return given, files

    def _do(self, method: str, given: dict[str, Any], files: dict[str, bytes]) -> Any:
        match method:
            case "getMe":
                return {"id": 700000001, "is_bot": True, "first_name": "Kartka", "username": "kartka_bot"}
            case "setWebhook":
                self.hook = given
                return True
            case "deleteWebhook":
                self.hook = {}
                return True
            case "getWebhookInfo":
                return {"url": self.hook.get("url", ""), "has_custom_certificate": False, "pending_update_count": 0}
            case "getUpdates":
                if self.hook.get("url"):
                    raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
                offset = int(given.get("offset", 0))
                return [update for update in self.updates if update["update_id"] >= offset]
            case "setMyCommands":
                self.commands[str(given.get("language_code", ""))] = given["commands"]
                return True
            case "answerCallbackQuery":
                query = str(given["callback_query_id"])
                if query in self.answered:
                    raise Refused(
                        400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
                    )
                self.answered.add(query)
                return True
            case "getFile":
                if given["file_id"] not in self.files:
                    raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
                name = given["file_id"]
                return {
                    "file_id": name,
                    "file_unique_id": name,
                    "file_size": len(self.files[name]),
                    "file_path": f"photos/{name}",
                }
            case _:
                return self._in_chat(method, given, files)

    def _in_chat(self, method: str, given: dict[str, Any], files: dict[str, bytes]) -> Any:
        chat = self.chats.get(int(given.get("chat_id", 0)))
        if chat is None:
            raise Refused(400, "Bad Request: chat not found")
        if chat.deactivated:
            raise Refused(403, "Forbidden: user is deactivated")
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        markup = given.get("reply_markup")
        check_markup(markup, private=True)
        match method:
            case "sendMessage":
                said = plain(str(given.get("text", "")), given.get("parse_mode"))
                check_text(said, 4096, empty=False)
                return self._put(given, chat, Seen(self.next_number(), said, markup=markup))
            case "sendPhoto" | "sendDocument":
                kind = "photo" if method == "sendPhoto" else "document"
                content = self._content(str(given[kind]), files)
                if kind == "photo":
                    check_photo(content)
                caption = plain(str(given.get("caption", "")), given.get("parse_mode"))
                check_text(caption, 1024, empty=True)
                seen = Seen(self.next_number(), caption, markup=markup)
                setattr(seen, kind, content)
                return self._put(given, chat, seen)
            case "editMessageMedia" | "editMessageCaption" | "editMessageText" | "editMessageReplyMarkup":
                return self._edit(given, chat, files)
            case "pinChatMessage":
                self._find(chat, given["message_id"])
                chat.pinned.append(given["message_id"])
                return True
            case "unpinChatMessage":
                chat.pinned = [one for one in chat.pinned if one != given.get("message_id")]
                return True
            case "sendChatAction" | "deleteMessage":
                return True
            case _:
                raise Refused(404, "Not Found: method not found")

    def _content(self, name: str, files: dict[str, bytes]) -> bytes:
        if name.startswith("attach://"):
            return files[name.removeprefix("attach://")]
        if name not in self.files:
            raise Refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
        return self.files[name]

    def _put(self, given: dict[str, Any], chat: Chat, seen: Seen) -> dict[str, Any]:
        chat.messages.append(seen)
        if seen.markup and "keyboard" in seen.markup:
            chat.keyboard = seen.markup["keyboard"]
        if seen.markup and seen.markup.get("remove_keyboard"):
            chat.keyboard = []
        return self._message(int(given["chat_id"]), seen)

    def _message(self, chat: int, seen: Seen) -> dict[str, Any]:
        message: dict[str, Any] = {
            "message_id": seen.id, "date": int(time.time()), "chat": {"id": chat, "type": "private", "first_name": "x"},
        }  # fmt: skip
        if seen.photo is not None:
            name = f"photo-{seen.id}"
            self.files[name] = seen.photo
            message["photo"] = [{"file_id": name, "file_unique_id": name, "width": 1000, "height": 630}]
        elif seen.document is None:
            message["text"] = seen.text
        return message

    def _find(self, chat: Chat, number: int) -> Seen:
        found = next((one for one in chat.messages if one.id == number), None)
        if found is None:
            raise Refused(400, "Bad Request: message to edit not found")
        return found

    def _edit(self, given: dict[str, Any], chat: Chat, files: dict[str, bytes]) -> Any:
        seen = self._find(chat, given["message_id"])
        if seen.markup and "keyboard" in seen.markup:
            raise Refused(400, "Bad Request: message can't be edited")
        media = given.get("media", {})
        photo = self._content(media["media"], files) if media else seen.photo
        text = media.get("caption", given.get("text", given.get("caption", seen.text)))
        if (photo, text, given.get("reply_markup")) == (seen.photo, seen.text, seen.markup):
            raise Refused(400, "Bad Request: message is not modified")
        seen.photo, seen.text, seen.markup = photo, text, given.get("reply_markup")
        seen.edits += 1
        return self._message(int(given["chat_id"]), seen)

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["path"].removeprefix("photos/")
        return web.Response(body=self.files[name]) if name in self.files else web.Response(status=404)

    async def _broken(self, request: web.Request, how: str) -> web.StreamResponse:
        if how == "html":
            return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def _answer(self, status: int, body: dict[str, Any]) -> web.Response:
        return web.json_response(body, status=status)

    # updates

    async def post(self, update: dict[str, Any]) -> int:
        """The update goes to the hook with its secret, again while the answer is not 2xx; else it waits for polling."""
        update = {"update_id": self.next_number(), **update}
        self.updates.append(update)
        if not self.hook.get("url"):
            return 0
        return await self.deliver(update)

    async def deliver(self, update: dict[str, Any]) -> int:
        """One delivery, repeated up to five times; the last status."""
        assert self._session is not None
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.hook.get("secret_token", "")}
        status = 0
        for _ in range(5):
            async with self._session.post(self.hook["url"], json=update, headers=headers) as answer:
                status = answer.status
            if 200 <= status < 300:
                break
        return status
