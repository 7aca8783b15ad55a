"""The live card: its code is good at the till, its address dies with the card, Telegram says who looks."""

import base64
import hashlib
import hmac
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import zxingcpp
from PIL import Image

from adapters.telegram.initdata import proven_user
from core.cards.actions import block_card
from core.cards.live import card_of_token, live_token
from core.shared.refusals import Unknown
from core.shared.values import CardId
from tests.support.tills import open_till
from tests.support.world import NOON

TOKEN = "123456:" + "a" * 35


def signed(token: str = TOKEN, *, user: Any = 7, at: datetime = NOON, **more: str) -> str:
    """What Telegram would hand to a Mini App."""
    fields = {"auth_date": str(int(at.timestamp())), "user": json.dumps({"id": user, "first_name": "Олена"}), **more}
    told = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    return urlencode({**fields, "hash": hmac.digest(secret, told.encode(), hashlib.sha256).hex()})


def test_init_data_proves_its_user_for_a_day() -> None:
    assert proven_user(signed(), TOKEN, NOON) == "7"
    assert proven_user(signed(query_id="x"), TOKEN, NOON + timedelta(hours=23)) == "7"


@pytest.mark.parametrize(
    "data",
    [
        "", "hash=", "x" * 5000, signed("654321:" + "b" * 35), signed().replace("7", "8", 1), signed() + "&extra=1",
        signed(at=NOON - timedelta(hours=25)), signed(at=NOON + timedelta(minutes=6)), signed(user="7"),
        signed(user=True), urlencode({"user": "{}", "auth_date": "1"}),
    ],
)  # fmt: skip
def test_forged_stale_and_foreign_data_proves_nothing(data: str) -> None:
    assert proven_user(data, TOKEN, NOON) is None


async def _link(till: Any) -> str:
    replies = await till.chat.says("картка")
    button = next(one for one in replies[-1]["buttons"] if "/card/" in one["value"])
    assert button["kind"] == "url"
    return str(button["value"])


async def test_the_page_s_code_is_good_at_the_till_and_shows_the_balance(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.gift(40)
        link = await _link(till)
        async with till.served.http.get(link) as answer:
            page = await answer.text()
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert till.number not in page
        async with till.served.http.get(f"{link}/now") as answer:
            now = await answer.json()
        assert (now["name"], now["points"]) == ("Олена", "40 бонусів")
        assert 0 < now["fresh_for"] <= 60
        seen = (await till.served.lookup(now["rotating"]))[1]
        assert (seen["proof"], seen["customer"]["id"]) == ("rotating", till.customer)
        read = {name: _read(now[name]) for name in ("qr", "bars")}
        assert read == {"qr": now["rotating"], "bars": till.number}
        async with till.served.http.post(f"{link}/spoken") as answer:
            spoken = (await answer.json())["spoken"]
        assert (await till.served.lookup(spoken))[1]["proof"] == "spoken"


def _read(data_url: str) -> str:
    picture = Image.open(io.BytesIO(base64.b64decode(data_url.partition(",")[2]))).convert("L")
    return str(zxingcpp.read_barcodes(picture)[0].text)


async def test_a_wrong_address_and_a_blocked_card_open_nothing(database_url: str) -> None:
    async with open_till(database_url) as till:
        link = await _link(till)
        turned = link[:-1] + ("0" if link[-1] != "0" else "1")
        for path in (turned, f"{till.served.url}/card/{'0' * 72}"):
            async with till.served.http.get(f"{path}/now") as answer:
                assert (answer.status, (await answer.json())["type"]) == (404, "about:kartka/unknown-card")
        async with till.served.http.get(f"{till.served.url}/card/short") as answer:
            assert answer.status == 404
        await till.do(lambda work: block_card(work, card=work.cards.of(till.customer)))
        async with till.served.http.get(f"{link}/now") as answer:
            assert answer.status == 404


async def test_inside_telegram_only_the_owner_sees_the_card(tmp_path: Any) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/k.db"
    async with open_till(url) as till:
        link = await _link(till)
        headers = {"X-Telegram-Init-Data": signed(at=datetime.now(UTC))}
        async with till.served.http.get(f"{link}/now", headers=headers) as answer:
            assert answer.status == 403


async def test_a_token_is_of_one_card_and_one_house(database_url: str) -> None:
    async with open_till(database_url) as till:
        card = await till.do(lambda work: work.cards.of(till.customer))
        key = till.served.house.outside.number_key
        token = live_token(card, key)
        assert (await till.do(lambda work: card_of_token(work, token))).id == card.id
        for wrong in (live_token(card, b"other" * 8), token.upper(), token + "0", "", CardId("x") * 72):
            with pytest.raises(Unknown, match="unknown-card"):
                await till.do(lambda work, wrong=wrong: card_of_token(work, wrong))
