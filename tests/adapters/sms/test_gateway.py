"""The SMS gateway: what it is sent by each profile, and what each of its answers means."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, encode_basic_auth, web
from aiohttp.test_utils import TestServer

from adapters.app.channels import open_channels
from adapters.app.settings import read_settings
from adapters.sms.gateway import SmsChannel
from bot.messages import Say
from bot.ports import Letter, Rejected, Retry, Sent, Unsure
from bot.words import say
from core.shared.values import Address, Language
from tests.support.world import TEXTS


class Gateway:
    """A gateway that remembers, and answers as told."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.headers: list[Any] = []
        self.status = 202
        self.retry_after = ""
        self.cut = False
        self.says = ""

    async def take(self, request: web.Request) -> web.Response:
        """One message."""
        body = await request.json() if request.content_type == "application/json" else dict(await request.post())
        self.taken.append(body)
        self.headers.append(request.headers)
        if self.cut:
            assert request.transport is not None
            request.transport.abort()
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        return web.Response(status=self.status, headers=headers, text=self.says)


Doors = tuple[Gateway, str, ClientSession]
WORDS = say("sms.code", code="123456", brand="Kartka")
PHONE = Address("sms", "house", "+380671234567")
LETTER = Letter(7, PHONE, Say(WORDS), (), Language.UK, None, True, None, None)


@pytest.fixture
async def gateway() -> AsyncIterator[Doors]:
    made = Gateway()
    app = web.Application()
    app.router.add_post("/sms", made.take)
    server = TestServer(app)
    await server.start_server()
    async with ClientSession() as session:
        yield made, str(server.make_url("/sms")), session
    await server.close()


async def test_the_generic_profile_sends_id_to_and_text_with_the_token(
    gateway: Doors,
) -> None:
    made, url, session = gateway
    channel = SmsChannel(texts=TEXTS, session=session, url=url, token="secret")
    assert await channel.send(LETTER) == Sent()
    text = "123456 — ваш код «Kartka». Нікому його не кажіть."
    assert made.taken == [{"id": "7", "to": "+380671234567", "text": text}]
    assert made.headers[0]["Authorization"] == "Bearer secret"


async def test_turbosms_is_told_who_sends_and_to_whom_without_the_plus(gateway: Doors) -> None:
    made, url, session = gateway
    made.says = json.dumps({"response_code": 801, "response_result": [{"phone": "380671234567", "response_code": 0}]})
    channel = SmsChannel(texts=TEXTS, session=session, url=url, token="t", profile="turbosms", sender="Market")
    assert await channel.send(LETTER) == Sent()
    assert made.taken[0]["recipients"] == ["380671234567"]
    assert made.taken[0]["sms"]["sender"] == "Market"
    assert made.headers[0]["Authorization"] == "Bearer t"


@pytest.mark.parametrize(
    ("code", "own", "outcome"),
    [
        (0, 0, Sent()),
        (800, 800, Sent()),
        (802, None, Sent()),
        (105, None, Rejected("the gateway answered 105 WHY", fatal=True)),
        (203, None, Rejected("the gateway answered 203 WHY", fatal=True)),
        (400, None, Rejected("the gateway answered 400 WHY", fatal=True)),
        (413, None, Rejected("the gateway answered 413 WHY")),
        (0, 404, Rejected("the gateway answered 404 WHY")),
        (802, 305, Rejected("the gateway answered 305 WHY")),
        (503, None, Retry(5.0)),
        (999, None, Retry(5.0)),
    ],
)
async def test_turbosms_says_in_its_body_what_became_of_the_message(
    gateway: Doors, code: int, own: int | None, outcome: object
) -> None:
    made, url, session = gateway
    of_one = None if own is None else [{"phone": "380671234567", "response_code": own, "response_status": "WHY"}]
    made.status = 200
    made.says = json.dumps({"response_code": code, "response_status": "WHY", "response_result": of_one})
    assert await SmsChannel(texts=TEXTS, session=session, url=url, profile="turbosms").send(LETTER) == outcome


@pytest.mark.parametrize("says", ["", "<html>", "[]", "{}", "null", '{"response_code": 0, "response_result": [7]}'])
async def test_an_answer_that_turbosms_would_not_give_is_unsure(gateway: Doors, says: str) -> None:
    made, url, session = gateway
    made.says = says
    outcome = await SmsChannel(texts=TEXTS, session=session, url=url, profile="turbosms").send(LETTER)
    assert isinstance(outcome, Unsure)


@pytest.mark.parametrize(
    ("sender", "field"), [("+15005550006", "From"), ("Market", "From"), ("MG" + "0" * 32, "MessagingServiceSid")]
)
async def test_twilio_is_told_who_sends(gateway: Doors, sender: str, field: str) -> None:
    made, url, session = gateway
    made.status = 201
    channel = SmsChannel(texts=TEXTS, session=session, url=url, token="a:b", profile="twilio", sender=sender)
    assert await channel.send(LETTER) == Sent()
    text = made.taken[0].pop("Body")
    assert "123456" in text
    assert made.taken[0] == {"To": "+380671234567", field: sender}
    assert made.headers[0]["Authorization"] == encode_basic_auth("a", "b")


def test_a_profile_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="KARTKA_SMS_PROFILE"):
        SmsChannel(texts=TEXTS, session=None, profile="pigeon")


@pytest.mark.parametrize(
    ("status", "kind"), [(200, Sent), (429, Retry), (500, Retry), (503, Retry), (400, Rejected), (401, Rejected)]
)
async def test_each_answer_has_its_meaning(gateway: Doors, status: int, kind: type) -> None:
    made, url, session = gateway
    made.status, made.retry_after = status, "3"
    outcome = await SmsChannel(texts=TEXTS, session=session, url=url).send(LETTER)
    assert isinstance(outcome, kind)
    if isinstance(outcome, Retry):
        assert outcome.after == 3
    if isinstance(outcome, Rejected):
        assert outcome.fatal is (status == 401)


async def test_a_lost_answer_is_unsure_and_a_closed_door_is_tried_again(
    gateway: Doors,
) -> None:
    made, url, session = gateway
    made.cut = True
    assert isinstance(await SmsChannel(texts=TEXTS, session=session, url=url).send(LETTER), Unsure)
    closed = "http://127.0.0.1:9/sms"
    assert isinstance(await SmsChannel(texts=TEXTS, session=session, url=closed).send(LETTER), Retry)


async def test_without_a_gateway_the_message_page_is_the_message() -> None:
    assert await SmsChannel(texts=TEXTS, session=None).send(LETTER) == Sent()


async def test_the_house_speaks_to_the_gateway_as_its_settings_say(
    gateway: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, url, session = gateway
    made.says = json.dumps({"response_code": 0, "response_result": None})
    for name, value in (("URL", url), ("TOKEN", "t"), ("PROFILE", "turbosms"), ("SENDER", "Market")):
        monkeypatch.setenv(f"KARTKA_SMS_{name}", value)
    nothing: Any = None
    channels = open_channels(
        read_settings(telegram_token="", viber_token=""), brand="Market", session=session, texts=TEXTS,
        pictures=nothing, memory=nothing, media=nothing, web=nothing,
    )  # fmt: skip
    assert await channels["sms"].send(LETTER) == Sent()
    assert made.headers[0]["Authorization"] == "Bearer t"
    assert made.taken[0]["sms"]["sender"] == "Market"
