"""A strict local Viber: statuses in the body, keyboards validated, pictures fetched, callbacks signed."""

import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from tests.fakes.viber_rules import (
    MOST_UNANSWERED,
    Bad,
    check_envelope,
    check_keyboard,
    check_picture,
    check_rich,
)

TOKEN = "fake-viber-token-0123456789abcdef-012345"


@dataclass(slots=True)
class FakeViber:
    """The platform. `script` plans the next answers: a status, "html", "reset-after"; `mute` drops status_message.

    `refused` lists what the platform's own rules refused.
    """

    token: str = TOKEN
    hook: str = ""
    people: dict[str, "ViberPerson"] = field(default_factory=dict)
    script: list[Any] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    mute: bool = False
    _count: Any = field(default_factory=lambda: itertools.count(5_100_000_000_000_000_001))
    _server: TestServer | None = None
    _http: ClientSession | None = None

    async def __aenter__(self) -> "FakeViber":
        app = web.Application(client_max_size=60_000_000)
        app.router.add_post("/pa/{method}", self._serve)
        app.router.add_get("/pictures/{name}", self._picture)
        self._server = TestServer(app)
        await self._server.start_server()
        self._http = ClientSession()
        return self

    async def __aexit__(self, *details: object) -> None:
        assert self._server is not None
        assert self._http is not None
        await self._http.close()
        await self._server.close()

    @property
    def url(self) -> str:
        """The API's address, with `/pa`."""
        assert self._server is not None
        return str(self._server.make_url("/pa"))

    @property
    def http(self) -> ClientSession:
        """The platform's own client."""
        assert self._http is not None
        return self._http

    def person(self, user: str, name: str = "Олена", *, level: int = 10, desktop: bool = False) -> "ViberPerson":
        """Somebody with Viber."""
        return self.people.setdefault(user, ViberPerson(self, user, name, level, desktop))

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        if request.headers.get("X-Viber-Auth-Token") != self.token:
            return self._answer(2, "invalidAuthToken")
        planned = self.script.pop(0) if self.script else None
        if isinstance(planned, int):
            return self._answer(planned, "planned")
        if planned == "html":
            return web.Response(status=502, text="<html>bad gateway</html>", content_type="text/html")
        try:
            if len(raw) > 30_000:
                raise Bad(3, "request too large")
            extra = await self._do(request.match_info["method"], json.loads(raw))
        except Bad as bad:
            self.refused.append(f"{bad.status} {bad.message}")
            return self._answer(bad.status, bad.message)
        if planned == "reset-after":
            assert request.transport is not None
            request.transport.abort()
        return self._answer(0, "ok", **extra)

    def _answer(self, status: int, message: str, **extra: Any) -> web.Response:
        said = {} if self.mute and status else {"status_message": message}
        return web.json_response({"status": status, **said, **extra})

    async def _do(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "set_webhook":
                if body["url"]:
                    probe = {"event": "webhook", "timestamp": 1, "message_token": next(self._count)}
                    async with self.http.post(body["url"], json=probe) as answer:
                        if answer.status != 200:
                            raise Bad(1, "Result: {status}")
                self.hook = body["url"]
                return {"event_types": body.get("event_types", [])}
            case "get_account_info":
                return {"id": "pa:1", "name": "Kartka", "webhook": self.hook}
            case "send_message":
                person = self.people.get(body.get("receiver", ""))
                if person is None:
                    raise Bad(5, "receiverNotRegistered")
                if not person.subscribed:
                    raise Bad(6, "notSubscribed")
                if person.unanswered >= MOST_UNANSWERED:
                    raise Bad(12, "tooManyRequests")
                await person.receive(body)
                return {"message_token": next(self._count), "chat_hostname": "SN-1_", "billing_status": 1}
            case "broadcast_message":
                return await self._broadcast(body)
            case _:
                raise Bad(3, "unknown method")

    async def check(self, body: dict[str, Any], level: int, *, welcome: bool = False) -> bytes | None:
        """The picture of the message, if it has one. Raises Bad for what the platform refuses."""
        self.bodies.append(body)
        check_envelope(body, level)
        if welcome and "receiver" in body:
            raise Bad(3, "welcome has no receiver")
        check_keyboard(body.get("keyboard"), body.get("min_api_version", 1))
        match body.get("type"):
            case "text":
                if not 1 <= len(body.get("text", "")) <= 7000:
                    raise Bad(3, "text")
            case "picture":
                if len(body.get("text", "")) > 512:
                    raise Bad(3, "caption")
                content = await self._fetch(body["media"], (".png", ".jpg", ".jpeg", ".gif"))
                check_picture(content)
                return content
            case "file":
                name = str(body.get("file_name", ""))
                if "." not in name or len(name) > 256 or not body.get("size"):
                    raise Bad(3, "file")
                if len(await self._fetch(body["media"], (name.rpartition(".")[2],))) != body["size"]:
                    raise Bad(3, "size")
            case "rich_media":
                check_rich(body)
            case other:
                raise Bad(3, f"type {other}")
        return None

    async def _broadcast(self, body: dict[str, Any]) -> dict[str, Any]:
        """One message for many; who cannot have it is named, each with a status."""
        if not 1 <= len(body.get("broadcast_list", [])) <= 300 or "receiver" in body:
            raise Bad(3, "broadcast_list")
        failed = []
        for user in body["broadcast_list"]:
            person = self.people.get(user)
            if person is not None and person.subscribed:
                await person.receive({name: value for name, value in body.items() if name != "broadcast_list"})
            else:
                status, words = (5, "receiverNotRegistered") if person is None else (6, "notSubscribed")
                failed.append({"receiver": user, "status": status, "status_message": words})
        return {"message_token": next(self._count), "failed_list": failed}

    async def _fetch(self, url: str, endings: tuple[str, ...]) -> bytes:
        if len(url) > 2000 or not url.split("?")[0].endswith(endings):
            raise Bad(3, "media extension")
        async with self.http.get(url, allow_redirects=False) as answer:
            if answer.status != 200:
                raise Bad(3, "media cannot be fetched")
            return await answer.read()

    async def _picture(self, request: web.Request) -> web.Response:
        user, _, number = request.match_info["name"].partition("-")
        return web.Response(body=self.people[user].sent[int(number)], content_type="image/jpeg")

    async def post(self, body: dict[str, Any], *, signature: str | None = None, repeat: int = 1) -> tuple[int, bytes]:
        """A signed callback, again on anything but 200; the last status and body."""
        body = {"timestamp": int(time.time() * 1000), "message_token": next(self._count), **body}
        raw = json.dumps(body).encode()
        right = hmac.new(self.token.encode(), raw, hashlib.sha256).hexdigest()
        status, content = 0, b""
        for _ in range(repeat):
            async with self.http.post(
                self.hook,
                data=raw,
                headers={"X-Viber-Content-Signature": signature or right, "Content-Type": "application/json"},
            ) as answer:
                status, content = answer.status, await answer.read()
        return status, content


@dataclass(slots=True)
class ViberPerson:
    """Somebody who uses Viber: sees messages and the keyboard of the last one."""

    platform: FakeViber
    id: str
    name: str
    level: int
    desktop: bool
    subscribed: bool = False
    unanswered: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)

    @property
    def user(self) -> dict[str, Any]:
        """As callbacks name the person."""
        return {"id": self.id, "name": self.name, "country": "UA", "language": "uk", "api_version": self.level}

    @property
    def keyboard(self) -> list[dict[str, Any]]:
        """The buttons that the phone shows: those of the last message."""
        return list(self.messages[-1].get("keyboard", {}).get("Buttons", [])) if self.messages else []

    @property
    def texts(self) -> list[str]:
        """What was said."""
        return [message.get("text", message.get("alt_text", "")) for message in self.messages]

    async def receive(self, body: dict[str, Any], *, welcome: bool = False) -> None:
        """A message arrives."""
        picture = await self.platform.check(body, self.level, welcome=welcome)
        if picture is not None:
            self.pictures.append(picture)
        self.unanswered += 1
        self.messages.append(body)

    async def opens(self, context: str = "") -> None:
        """Opens the chat; the welcome comes in the hook's answer."""
        event = {"event": "conversation_started", "type": "open", "context": context, "user": self.user,
                 "subscribed": self.subscribed}  # fmt: skip
        status, content = await self.platform.post(event)
        assert status == 200
        if content:
            await self.receive(json.loads(content), welcome=True)

    async def says(self, text: str, *, repeat: int = 1) -> None:
        """Types."""
        await self.sends({"type": "text", "text": text}, repeat=repeat)

    async def sends(self, message: dict[str, Any], *, repeat: int = 1) -> None:
        """A message of any kind; the first one subscribes."""
        self.subscribed, self.unanswered = True, 0
        status, _ = await self.platform.post(
            {"event": "message", "sender": self.user, "message": message}, repeat=repeat
        )
        assert status == 200

    async def taps(self, label: str) -> None:
        """The button with this label on the last keyboard."""
        button = next((one for one in self.keyboard if label in one["Text"]), None)
        if button is None:
            raise LookupError(f"{label!r} is not among {[one['Text'] for one in self.keyboard]}")
        body = button["ActionBody"]
        if button.get("ActionType") == "share-phone" and not self.desktop:
            raise LookupError("use shares_phone")
        await self.says(body)

    async def shares_phone(self, phone: str) -> None:
        """Taps the share-phone button on a phone."""
        button = next(one for one in self.keyboard if one.get("ActionType") == "share-phone")
        await self.sends(
            {"type": "contact", "text": button["ActionBody"], "contact": {"phone_number": phone.lstrip("+")}}
        )

    async def sends_photo(self, content: bytes) -> None:
        """A picture."""
        self.sent.append(content)
        address = self.platform.url.removesuffix("/pa") + f"/pictures/{self.id}-{len(self.sent) - 1}"
        await self.sends({"type": "picture", "media": address, "text": ""})

    async def unsubscribes(self) -> None:
        """Turns messages off."""
        self.subscribed = False
        await self.platform.post({"event": "unsubscribed", "user_id": self.id})
