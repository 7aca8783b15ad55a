"""Logs carry no phone, name, code, key or token: a whole life of a house is searched for canaries."""

import io
import sys
from pathlib import Path

import pytest

from adapters.http.logs import configure_logging, mask
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.fakes.viber import TOKEN as VIBER_TOKEN
from tests.fakes.viber import FakeViber
from tests.journeys.test_telegram import heard, hooked, register
from tests.journeys.test_web import Chat
from tests.support.served import SECRET, serve, until


async def test_a_whole_life_leaves_no_trace_of_anybody_in_the_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure_logging("json")
    url = f"sqlite+aiosqlite:///{tmp_path}/k.db"
    async with (
        FakeTelegram() as telegram,
        FakeViber() as viber,
        serve(
            url, telegram_token=TOKEN, telegram_api=telegram.url, viber_token=VIBER_TOKEN, viber_api=viber.url
        ) as served,
    ):
        person = await hooked(telegram, served)
        person.name = "Канарейка"
        await person.starts()
        await heard(person, "потрібен ваш номер")
        await person.shares_contact("+380671230999")
        await heard(person, "Як до вас звертатися")
        for trouble in ("html", "reset-after"):
            before = len(person.chat.messages)
            telegram.script.append(trouble)
            await person.says("Канарейка")
            await until(lambda before=before: len(person.chat.messages) > before)
            await until(lambda: not telegram.script)
        chat = Chat(served)
        card = await chat.registers("+380671230888", "Соловейко")
        await served.lookup(card["data"]["codes"]["rotating"])
        await served.post("/pos/v1/lookup", {"code": "x"}, served.till_key + "x")
        channel = served.house.channels["web"]
        broken = channel.parse
        monkeypatch.setattr(channel, "parse", lambda event: (_ for _ in ()).throw(RuntimeError("+380671230888")))
        replies = await chat.says("Соловейко 0671230888")
        monkeypatch.setattr(channel, "parse", broken)
        assert "Щось зламалося в нас" in replies[0]["text"]
        secrets = [served.till_key, chat.token, card["data"]["number"], card["data"]["codes"]["spoken"], SECRET]
    log = written.getvalue()
    assert "delivery.event-failed" in log
    for canary in ("671230999", "671230888", "Канарейка", "Соловейко", TOKEN, VIBER_TOKEN, *secrets):
        assert canary not in log, canary
    assert register is not None


@pytest.mark.parametrize(
    "secret",
    ["+380671234567", "067 123 45 67", f"bot{TOKEN}", "ktill_1234567890_abcDEF", "Bearer abc.def", "2912345678906"],
)
def test_what_could_be_a_secret_is_masked(secret: str) -> None:
    assert secret not in mask(f"before {secret} after")
    assert "before" in mask(f"before {secret} after")
