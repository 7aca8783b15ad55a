"""`/viber/webhook`: signature over the raw bytes, the event stored, 200; the welcome is the answer itself."""

import asyncio
import hashlib
import hmac
import json
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import Counter

from adapters.http.bodies import parse_json, read_body
from adapters.http.problems import Problem
from adapters.viber.client import ViberChannel
from adapters.viber.limits import BODY_BYTES
from adapters.viber.parse import event_of, receipt_of, user_of
from bot.announce import welcome
from bot.ports import Door, Letter, RawEvent, Receipts
from core.programme.model import Programme
from core.shared.values import Address, Language

HEADER = "X-Viber-Content-Signature"
CALLBACKS = Counter("kartka_viber_callbacks_total", "Callbacks by kind.", ("event",))
_KNOWN = {"webhook", "subscribed", "unsubscribed", "conversation_started", "delivered", "seen", "failed", "message"}
log = structlog.get_logger(__name__)


class Hook:
    """Takes callbacks in."""

    def __init__(
        self, *, door: Door, channel: ViberChannel, token: str, programme: Programme, receipts: Receipts
    ) -> None:
        self._door, self._channel, self._programme, self._receipts = door, channel, programme, receipts
        self._token = token.encode()
        self._storing: set[asyncio.Task[Any]] = set()

    def add_routes(self, app: web.Application) -> None:
        """The hook is part of the app."""
        app.router.add_post("/viber/webhook", self.receive)

    async def receive(self, request: web.Request) -> web.Response:
        """403 with a wrong signature, 413 over 256 kB; else 200, and for an opened chat the welcome with it."""
        raw = await read_body(request, BODY_BYTES)
        try:
            body = parse_json(raw)
        except Problem:
            body = None
        kind = body.get("event") if isinstance(body, dict) else None
        if kind == "webhook":
            return web.Response()  # the probe inside set_webhook, which may come unsigned
        if not self._signed(request, raw):
            raise Problem(403, "forbidden")
        CALLBACKS.labels(kind if kind in _KNOWN else "unknown").inc()
        if kind == "failed" and isinstance(body, dict):
            log.warning("viber.failed", desc=str(body.get("desc", ""))[:120])
        event = event_of(body, self._channel.bot)
        if event is None:
            await self._received(body)
            return web.Response()
        if kind == "conversation_started":
            return self._opened(event)
        await self._door.accept(event)
        return web.Response()

    async def _received(self, body: Any) -> None:
        """A receipt of a message, on record before the platform hears that we have it; many may come for one."""
        found = receipt_of(body, self._channel.bot)
        if found is not None:
            await self._receipts.note(found.address, found.message, seen=found.seen, at=found.at)

    def _opened(self, event: RawEvent) -> web.Response:
        """The welcome at once; the event, with the context it carries, is stored after the response."""
        task = asyncio.create_task(self._door.accept(event))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)
        if event.body.get("subscribed"):
            return web.Response()
        user = event.body.get("user")
        hint = user.get("language") if isinstance(user, dict) else None
        level = user.get("api_version") if isinstance(user, dict) else None
        language = Language.guess(hint if isinstance(hint, str) else None, self._programme.default_language)
        answer = welcome(self._programme.brand)
        letter = Letter(
            0,
            Address(event.address.channel, event.address.bot, user_of(event.body)),
            answer.replies[0],
            answer.keyboard,
            language,
            level if type(level) is int else None,
            True,
            None,
            None,
        )
        [body] = self._channel.renderer.bodies(letter)
        body["sender"] = {"name": self._programme.brand[:28]}
        return web.Response(body=json.dumps(body).encode(), content_type="application/json")

    def _signed(self, request: web.Request, raw: bytes) -> bool:
        given = (request.headers.get(HEADER) or request.query.get("sig", "")).lower()
        right = hmac.digest(self._token, raw, hashlib.sha256).hex()
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), right.encode())
