"""`/card/{token}`: the page, and the little that it asks for again and again."""

import base64
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from aiohttp import web

from adapters.http.assets import add_folder
from adapters.http.limits import Buckets
from adapters.http.pages import Pages, language_of, words_json
from adapters.http.problems import Problem
from bot.flows.keys import balance_text
from bot.ports import BotWork, Texts
from bot.words import say
from core.cards.actions import till_codes
from core.cards.live import card_of_token
from core.cards.model import Card
from core.cards.numbers import grouped
from core.cards.totp import STEP, rotating_code, step_of, valid_until
from core.customers.actions import customer_of
from core.ledger.seeing import points_of
from core.programme.model import Programme
from core.shared.refusals import Unknown
from core.shared.values import Address, Language

HERE = Path(__file__).resolve().parent
WORDS = ("live.old", "live.unknown", "live.busy")
INIT_DATA = "X-Telegram-Init-Data"
T = TypeVar("T")
Draw = Callable[[str, str], bytes]
"""Symbology and text to a PNG with its quiet zone."""
Verify = Callable[[str, datetime], str | None]
"""Telegram's `initData` at an instant to the user id that it proves, None when it proves nothing."""


class House(Protocol):
    """Where work is done."""

    async def do(self, key: str, job: Callable[[BotWork], T]) -> T: ...


class LiveCard:
    """A page without a login: its address is the secret, so it is never logged, cached or passed on."""

    def __init__(
        self,
        *,
        house: House,
        reads: House,
        texts: Texts,
        programme: Programme,
        draw: Draw,
        verify: Verify | None,
        telegram_bot: str,
    ) -> None:
        self._house, self._reads, self._texts, self._programme = house, reads, texts, programme
        self._draw, self._verify, self._bot = draw, verify, telegram_bot
        self._pages = Pages(HERE / "templates", self._say)
        self._pace = Buckets(2, 20)

    def add_routes(self, app: web.Application) -> None:
        """The page, its files and its two questions are part of the app."""
        app.router.add_get("/card/{token:[0-9a-f]{72}}", self._page)
        app.router.add_get("/card/{token:[0-9a-f]{72}}/now", self._now)
        app.router.add_post("/card/{token:[0-9a-f]{72}}/spoken", self._spoken)
        add_folder(app, "/livecard/static", HERE / "static")

    async def _page(self, request: web.Request) -> web.Response:
        """The frame of the page; it tells nothing about anybody until it has asked."""
        language = language_of(request, self._programme.default_language)
        words = words_json(list(WORDS), "live.", self._say, language)
        return self._pages.show("card.html", language, brand=self._programme.brand, words=words)

    async def _now(self, request: web.Request) -> web.Response:
        token, language = request.match_info["token"], language_of(request, self._programme.default_language)
        self._pace.take(token)
        init_data = request.headers.get(INIT_DATA)

        def job(work: BotWork) -> dict[str, Any]:
            card = card_of_token(work, token)
            customer = customer_of(work, card.customer)
            if init_data is not None:
                self._must_be_theirs(work, card, init_data)
            rotating = rotating_code(card.number, card.secret, work.now)
            fresh = (step_of(work.now) + 1) * STEP.total_seconds() - work.now.timestamp()
            points = points_of(work, customer.id, blocked=False)
            return {
                "name": customer.name.split()[0] if customer.name else "",
                "number": grouped(card.number),
                "symbology": card.symbology,
                "rotating": rotating,
                "fresh_for": round(fresh, 3),
                "valid_for": round((valid_until(work.now) - work.now).total_seconds(), 3),
                "points": self._texts.say(say("points.count", n=points.active), language),
                "balance": self._texts.say(balance_text(work, points), language),
                "plain": card.number,
            }

        found = await self._reads.do(token[:32], job)
        found["qr"] = _data_url(self._draw("qr", found["rotating"]))
        found["bars"] = _data_url(self._draw(found["symbology"], found.pop("plain")))
        return web.json_response(found)

    async def _spoken(self, request: web.Request) -> web.Response:
        """The six digits are claimed only when somebody asks to read them out."""
        token = request.match_info["token"]
        self._pace.take(token)

        def job(work: BotWork) -> tuple[str, float]:
            codes = till_codes(work, card=card_of_token(work, token))
            return codes.spoken, (codes.spoken_until - work.now).total_seconds()

        spoken, seconds = await self._house.do(token[:32], job)
        return web.json_response({"spoken": spoken, "valid_for": seconds})

    def _must_be_theirs(self, work: BotWork, card: Card, init_data: str) -> None:
        """Inside Telegram the one who looks must be the card's owner, by Telegram's own signature."""
        user = self._verify(init_data, work.now) if self._verify is not None else None
        if user is None:
            raise Problem(403, "forbidden", "Telegram's proof is wrong or too old.")
        known = work.addresses.get(Address("telegram", self._bot, user))
        if known is None or known.customer is None or customer_of(work, known.customer).id != card.customer:
            raise Unknown("unknown-card")

    def _say(self, key: str, language: Language) -> str:
        return self._texts.say(say(key), language)


def _data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
