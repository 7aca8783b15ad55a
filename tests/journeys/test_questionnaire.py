"""Stories of the questionnaire over the web chat, Telegram and Viber: gated, answered here and there, card active."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from adapters.app.demo import programme_of
from adapters.app.scheduling import tidied
from adapters.app.settings import read_programme, read_settings
from tests.fakes.telegram import TOKEN as TELEGRAM
from tests.fakes.telegram import FakeTelegram
from tests.fakes.viber import FakeViber
from tests.journeys import test_telegram as telegram
from tests.journeys import test_viber as viber
from tests.journeys.test_web import PHONE, Chat
from tests.support.served import Served, serve, until
from tests.support.world import HOUSE_QUESTIONNAIRE


async def blocked_by(served: Served, number: str) -> list[str]:
    """What the till hears about spending with this card."""
    status, seen = await served.lookup(number)
    assert status == 200
    return list(seen["spend_blocked_by"])


def button(replies: list[Any], label: str) -> str:
    """The action of the button with this label."""
    found = (one for reply in replies for one in reply["buttons"] if one["label"] == label)
    return str(next(found)["action"])


def hearing(texts: Callable[[], list[str]]) -> Callable[[Awaitable[object], str], Awaitable[None]]:
    """Does something and waits until these words are heard after it."""

    async def heard(act: Awaitable[object], words: str) -> None:
        before = len(texts())
        await act
        await until(lambda: any(words in text for text in texts()[before:]))

    return heard


async def test_begun_in_the_web_chat_and_finished_in_telegram(database_url: str, tmp_path: Path) -> None:
    programme = str(programme_of(tmp_path))
    async with (
        FakeTelegram() as platform,
        serve(database_url, programme=programme, telegram_token=TELEGRAM, telegram_api=platform.url) as served,
    ):
        chat = Chat(served)
        card = await chat.registers()
        assert (card["data"]["state"], await blocked_by(served, card["data"]["number"])) == (
            "issued",
            ["questionnaire"],
        )
        replies = await chat.sends(kind="action", action=button([card], "Анкета"))
        assert replies[0]["text"].startswith("Анкета: 0 з 8")
        await chat.says("13.12")
        replies = await chat.says("назад")
        assert replies[0]["text"].startswith("Анкета: 0 з 8")
        replies = await chat.says("31.12")
        replies = await chat.sends(kind="action", action=button(replies, "Пропустити"))
        replies = await chat.sends(kind="action", action=button(replies, "Київ"))
        replies = await chat.sends(kind="action", action=button(replies, "Пізніше"))
        assert "Відповіді збережено" in replies[0]["text"]

        person = await telegram.hooked(platform, served)
        heard = hearing(lambda: [message.text for message in person.chat.messages])
        await heard(person.starts(), "потрібен ваш номер")
        await heard(person.shares_contact(PHONE), "Анкета: 2 з 8\nДо якого нашого магазину")
        await heard(person.says("пропустити"), "Без цього далі не вийде")
        await heard(person.says("пізніше"), "Відповіді збережено")
        await heard(person.says("анкета"), "До якого нашого магазину")
        await heard(person.taps("Поділ"), "Для кого ви зазвичай")
        await heard(person.taps("Для себе"), "Про що вам цікаві")
        await heard(person.taps("Кава і чай"), "Анкета: 4 з 8")
        await heard(person.taps("Готово"), "Що для вас важливіше")
        assert await blocked_by(served, card["data"]["number"]) == ["questionnaire"]
        await heard(person.taps("Щоб було зручно"), "Тепер бонуси можна витрачати, і ми додали вам 50 бонусів")
        assert await blocked_by(served, card["data"]["number"]) == []
        assert platform.strange == []


async def test_viber_offers_it_after_the_card_and_another_channel_finishes_it(
    database_url: str, tmp_path: Path
) -> None:
    programme = str(programme_of(tmp_path))
    async with FakeViber() as platform, serve(database_url, programme=programme, **viber.settings(platform)) as served:
        person = await viber.hooked(platform, served)
        await viber.register(person)
        assert any("дайте відповідь на 6 питань" in text for text in person.texts)
        heard = hearing(lambda: person.texts)
        await heard(person.taps("Ні, дякую"), "не надсилатимемо")
        await heard(person.taps("Анкета"), "Анкета: 0 з 8")
        await heard(person.says("5.3.1985"), "Ваша стать?")
        await heard(person.taps("Назад"), "Коли ваш день народження")
        await heard(person.says("5.3.1985"), "Ваша стать?")
        await heard(person.taps("Пропустити"), "У якому місті")
        await heard(person.says("Біла Церква"), "До якого нашого магазину")
        await heard(person.says("1"), "Для кого")
        await heard(person.taps("Для родини з дітьми"), "Скільки років дітям")
        await heard(person.taps("До 3 років"), "Анкета: 4 з 9")
        await heard(person.taps("Готово"), "Про що вам цікаві")

        chat = Chat(served)
        await chat.opens()
        await chat.sends(kind="phone", phone=PHONE)
        replies = await chat.says(await served.sms(PHONE))
        assert [reply["kind"] for reply in replies] == ["card", "question"]
        number = replies[0]["data"]["number"]
        assert replies[1]["text"].startswith("Анкета: 5 з 9\nПро що вам цікаві")
        await chat.says("1, 2")
        replies = await chat.says("готово")
        assert await blocked_by(served, number) == ["questionnaire"]
        replies = await chat.says("1")
        assert "Тепер бонуси можна витрачати" in replies[0]["text"]
        replies = await chat.says("картка")
        assert replies[0]["data"]["state"] == "active"
        assert await blocked_by(served, number) == []


async def test_a_shorter_gate_opens_spending_at_the_next_start(database_url: str, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('gate_questions = ["birthday", "city"]')
    async with serve(database_url, programme=str(rules)) as served:
        chat = Chat(served)
        number = (await chat.registers())["data"]["number"]
        await chat.says("анкета")
        await chat.says("31.12")
        assert await blocked_by(served, number) == ["questionnaire"]
    rules.write_text('gate_questions = ["birthday"]')
    async with serve(database_url, programme=str(rules), furnish=False) as again, tidied(again.house):
        again.till_key = served.till_key

        async def opened() -> bool:
            return await blocked_by(again, number) == []

        await until(opened)


def test_the_demo_asks_every_required_question_and_keeps_rules_that_were_changed(tmp_path: Path) -> None:
    path = programme_of(tmp_path)
    assert read_programme(read_settings(programme=str(path))).gate_questions == HOUSE_QUESTIONNAIRE.required
    path.write_text("welcome_points = 7")
    assert read_programme(read_settings(programme=str(programme_of(tmp_path)))).welcome_points == 7
