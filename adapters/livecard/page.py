"""`/card/{token}` and a messenger's own door: the page, and the little that it asks for again and again."""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from aiohttp import web

from adapters.http.api import Body, check
from adapters.http.assets import add_folder
from adapters.http.bodies import read_json
from adapters.http.headers import needs
from adapters.http.limits import Buckets
from adapters.http.pages import Pages, language_of, words_json
from adapters.http.problems import Problem
from bot.flows.keys import balance_text
from bot.ports import BotWork, Texts
from bot.words import Lines, say
from core.cards.actions import till_codes
from core.cards.live import card_of_holder, card_of_token, live_codes
from core.cards.model import Card
from core.cards.numbers import grouped
from core.cards.totp import STEP
from core.customers.actions import customer_of
from core.ledger.seeing import points_of
from core.programme.model import Programme
from core.shared.values import Address, Language

HERE = Path(__file__).resolve().parent
WORDS = ("live.old", "live.unknown", "live.busy", "live.offline")
_LARGEST = 16 * 1024
T = TypeVar("T")
Draw = Callable[[str, str], bytes]
"""Symbology and text to a PNG with its quiet zone."""


class House(Protocol):
    """Where work is done."""

    async def do(self, key: str, job: Callable[[BotWork], T]) -> T: ...


class Whose(Body):
    """Whose card: by the secret address, or by what the messenger says of whoever has opened its door."""

    token: str = ""
    init_data: str = ""


class Door(Protocol):
    """Where a messenger opens the card by itself, without a secret in the address."""

    @property
    def name(self) -> str:
        """The last part of its path."""
        ...

    @property
    def frames(self) -> str:
        """The origin that shows the page in a frame, on a computer."""
        ...

    def verify(self, init_data: str, at: datetime) -> Address | None:
        """The address that the messenger's word proves at this instant; None when it proves nothing."""
        ...


class LiveCard:
    """A page without a login: its address is the secret, so it is never logged, cached or passed on."""

    def __init__(
        self, *, house: House, reads: House, texts: Texts, programme: Programme, draw: Draw, door: Door | None
    ) -> None:
        self._house, self._reads, self._texts, self._programme = house, reads, texts, programme
        self._draw, self._door = draw, door
        self._pages = Pages(HERE / "templates", self._say)
        self._pace = Buckets(2, 20)

    def add_routes(self, app: web.Application) -> None:
        """The page, its files and its two questions are part of the app."""
        app.router.add_get("/card/{token:[0-9a-f]{72}}", self._page)
        if self._door is not None:
            app.router.add_get(f"/card/{self._door.name}", self._page)
        app.router.add_post("/card/now", self._now)
        app.router.add_post("/card/spoken", self._spoken)
        add_folder(app, "/livecard/static", HERE / "static")

    async def _page(self, request: web.Request) -> web.Response:
        """The frame of the page; it tells nothing about anybody until it has asked."""
        language = language_of(request, self._programme.default_language)
        words = words_json(list(WORDS), "live.", self._say, language)
        token = request.match_info.get("token", "")
        if not token and self._door is not None:
            needs(request, self._door.frames)
        return self._pages.show("card.html", language, brand=self._programme.brand, words=words, token=token)

    async def _now(self, request: web.Request) -> web.Response:
        language = language_of(request, self._programme.default_language)
        whose, key = await self._whose(request)

        def job(work: BotWork) -> dict[str, Any]:
            card = self._card(work, whose)
            customer = customer_of(work, card.customer)
            points = points_of(work, customer.id, blocked=False)
            return {
                "name": customer.name.split()[0] if customer.name else "",
                "number": grouped(card.number),
                "symbology": card.symbology,
                "step": STEP.total_seconds(),
                "codes": [
                    {
                        "rotating": one.text,
                        "shown_from": round((one.shown_from - work.now).total_seconds(), 3),
                        "good_until": round((one.good_until - work.now).total_seconds(), 3),
                    }
                    for one in live_codes(card, work.now)
                ],
                "points": self._texts.say(say("points.count", n=points.active), language),
                "balance": self._texts.say(Lines(balance_text(work, points).of[1:]), language),
                "plain": card.number,
            }

        found = await self._reads.do(key, job)
        for code in found["codes"]:
            code["qr"] = _data_url(self._draw("qr", code["rotating"]))
        found["bars"] = _data_url(self._draw(found["symbology"], found.pop("plain")))
        return web.json_response(found)

    async def _spoken(self, request: web.Request) -> web.Response:
        """The six digits are claimed only when somebody asks to read them out."""
        whose, key = await self._whose(request)

        def job(work: BotWork) -> tuple[str, float]:
            codes = till_codes(work, card=self._card(work, whose))
            return codes.spoken, (codes.spoken_until - work.now).total_seconds()

        spoken, seconds = await self._house.do(key, job)
        return web.json_response({"spoken": spoken, "valid_for": seconds})

    async def _whose(self, request: web.Request) -> tuple[Whose, str]:
        """What was sent, and a key of it that tells nothing. Raises Problem: 415 for all but JSON, 422, 429."""
        if request.content_type != "application/json":
            raise Problem(415, "wrong-content-type", "Send application/json.")
        whose = check(Whose, await read_json(request, _LARGEST))
        if bool(whose.token) == bool(whose.init_data):
            raise Problem(422, "invalid", "Send token or init_data.", data={"field": "token"})
        key = hashlib.sha256((whose.token or whose.init_data).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        self._pace.take(key)
        return whose, key

    def _card(self, work: BotWork, whose: Whose) -> Card:
        """Theirs who look. Raises Unknown (`unknown-card`), the same for forged, old and foreign proofs."""
        if whose.token:
            return card_of_token(work, whose.token)
        address = self._door.verify(whose.init_data, work.now) if self._door is not None else None
        known = work.addresses.get(address) if address is not None else None
        owner = customer_of(work, known.customer).id if known is not None and known.customer is not None else None
        return card_of_holder(work, owner)

    def _say(self, key: str, language: Language) -> str:
        return self._texts.say(say(key), language)


def _data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
