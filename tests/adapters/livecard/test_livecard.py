"""The live card: its codes are good at the till, its address dies with the card, Telegram says who looks."""

import base64
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from core.cards.actions import block_card
from core.cards.live import card_of_token, live_codes, live_token
from core.cards.totp import FOLLOWING, PREVIOUS, accepted_step
from core.ledger.actions import give
from core.ledger.model import Kind
from core.shared.refusals import Unknown
from core.shared.values import CardId
from tests.adapters.telegram.test_initdata import signed
from tests.fakes.telegram import TOKEN
from tests.support.served import Served
from tests.support.tills import open_till
from tests.support.voices import open_stage


async def ask(served: Served, what: str, **body: Any) -> tuple[int, Any]:
    """One of the page's two questions."""
    async with served.http.post(f"{served.url}/card/{what}", json=body) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status, await answer.json(content_type=None)


async def _link(till: Any) -> str:
    replies = await till.chat.says("картка")
    button = next(one for one in replies[-1]["buttons"] if "/card/" in one["value"])
    assert button["kind"] == "url"
    return str(button["value"])


async def test_the_page_s_codes_are_good_at_the_till_and_it_shows_the_balance(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.gift(40)
        link = await _link(till)
        async with till.served.http.get(link) as answer:
            page = await answer.text()
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert till.number not in page
        token = link.rpartition("/")[2]
        status, now = await ask(till.served, "now", token=token)
        assert (status, now["name"], now["points"]) == (200, "Олена", "40 бонусів")
        for code in now["codes"][:2]:
            seen = (await till.served.lookup(code["rotating"]))[1]
            assert (seen["proof"], seen["customer"]["id"]) == ("rotating", till.customer)
            assert _read(code["qr"]) == code["rotating"]
        assert _read(now["bars"]) == till.number
        spoken = (await ask(till.served, "spoken", token=token))[1]["spoken"]
        assert (await till.served.lookup(spoken))[1]["proof"] == "spoken"


async def test_each_code_is_shown_and_good_exactly_while_a_till_accepts_it(database_url: str) -> None:
    async with open_till(database_url) as till:
        card = await till.do(lambda work: work.cards.of(till.customer))
        now = datetime(2026, 11, 26, 12, 0, 17, tzinfo=UTC)
        codes = live_codes(card, now)
        assert [one.shown_from - now for one in codes] == [timedelta(seconds=at) for at in (-17, 43, 103)]
        for one in codes:
            digits, moment = one.text.removeprefix(card.number), timedelta(milliseconds=1)
            step = accepted_step(card.secret, digits, one.shown_from)
            assert step is not None
            assert accepted_step(card.secret, digits, one.good_until - moment) == step
            assert accepted_step(card.secret, digits, one.good_until) is None
            assert one.good_until - one.shown_from == timedelta(minutes=PREVIOUS + FOLLOWING)


def _read(data_url: str) -> str:
    picture = Image.open(io.BytesIO(base64.b64decode(data_url.partition(",")[2]))).convert("L")
    return str(zxingcpp.read_barcodes(picture)[0].text)


async def test_a_wrong_address_and_a_blocked_card_open_nothing(database_url: str) -> None:
    async with open_till(database_url) as till:
        token = (await _link(till)).rpartition("/")[2]
        turned = token[:-1] + ("0" if token[-1] != "0" else "1")
        for wrong in (turned, "0" * 72, "short", token.upper()):
            for what in ("now", "spoken"):
                status, problem = await ask(till.served, what, token=wrong)
                assert (status, problem["type"]) == (404, "about:kartka/unknown-card")
        for path in ("short", "telegram"):
            async with till.served.http.get(f"{till.served.url}/card/{path}") as answer:
                assert answer.status == 404
        await till.do(lambda work: block_card(work, card=work.cards.of(till.customer)))
        assert (await ask(till.served, "now", token=token))[0] == 404


async def test_only_json_with_one_proof_is_read(database_url: str) -> None:
    async with open_till(database_url) as till:
        token = (await _link(till)).rpartition("/")[2]
        url = f"{till.served.url}/card/now"
        async with till.served.http.post(url, data={"token": token}) as answer:
            assert answer.status == 415
        async with till.served.http.post(
            url, data=f'{{"token":"{token}"}}', headers={"Content-Type": "text/plain"}
        ) as a:
            assert a.status == 415
        bodies: list[Any] = [{}, {"token": token, "init_data": "x"}, {"token": 1}, {"token": token, "more": 1}, []]
        for body in bodies:
            async with till.served.http.post(url, json=body) as answer:
                assert answer.status == 422
        assert (await ask(till.served, "now", token=token, init_data=""))[0] == 200
        async with till.served.http.post(url, json={"init_data": "x" * 20_000}) as answer:
            assert answer.status == 413
        async with till.served.http.get(url) as answer:
            assert answer.status == 405


async def test_telegram_s_own_door_shows_each_their_own_card_and_the_rest_nothing(database_url: str) -> None:
    async with open_stage(database_url) as stage:
        await stage.registered("telegram")
        stage.telegram.person(502)
        served, now = stage.till.served, datetime.now(UTC)
        async with served.http.get(f"{served.url}/card/telegram") as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
            assert "frame-ancestors https://web.telegram.org" in answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        mine = signed(TOKEN, user=501, at=now - timedelta(minutes=30))
        for _ in range(2):
            status, card = await ask(served, "now", init_data=mine)
            assert (status, card["number"].replace(" ", "")) == (200, stage.till.number)
        spoken = (await ask(served, "spoken", init_data=mine))[1]["spoken"]
        assert (await served.lookup(spoken))[1]["proof"] == "spoken"
        refused = {
            str(await ask(served, what, init_data=data))
            for what in ("now", "spoken")
            for data in (
                signed(TOKEN, user=502, at=now),
                signed(TOKEN, user=501, at=now - timedelta(minutes=61)),
                signed(TOKEN, user=501, at=now + timedelta(minutes=5)),
                signed("123456:" + "b" * 35, user=501, at=now),
                mine.replace("501", "502"),
                "x",
            )
        }
        assert len(refused) == 1
        assert "404" in refused.pop()
        await stage.till.do(lambda work: block_card(work, card=work.cards.of(stage.till.customer)))
        assert (await ask(served, "now", init_data=mine))[0] == 404


async def test_the_balance_on_the_page_is_that_of_the_moment(database_url: str) -> None:
    async with open_till(database_url) as till:
        token = (await _link(till)).rpartition("/")[2]
        until = datetime.now(UTC) + timedelta(days=9)
        await till.do(
            lambda work: give(
                work, Kind.ADJUST, customer=till.customer, points=70, source="staff:t", key="e", expires_at=until
            )
        )
        now = (await ask(till.served, "now", token=token))[1]
        assert "70 бонусів діють до" in now["balance"]


async def test_a_token_is_of_one_card_and_one_house(database_url: str) -> None:
    async with open_till(database_url) as till:
        card = await till.do(lambda work: work.cards.of(till.customer))
        key = till.served.house.outside.number_key
        token = live_token(card, key)
        assert (await till.do(lambda work: card_of_token(work, token))).id == card.id
        for wrong in (live_token(card, b"other" * 8), token.upper(), token + "0", "", CardId("x") * 72):
            with pytest.raises(Unknown, match="unknown-card"):
                await till.do(lambda work, wrong=wrong: card_of_token(work, wrong))
