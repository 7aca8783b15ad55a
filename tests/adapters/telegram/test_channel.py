"""Telegram's room by itself: editing in place, the file cache, polling, commands; a second library reads us."""

import asyncio
from dataclasses import replace
from typing import Any

import telegram
from aiogram import Bot

from adapters.codes.drawing import Drawer
from adapters.telegram.client import TelegramChannel, new_bot
from adapters.telegram.limits import split, units
from adapters.telegram.parse import event_of, parse
from adapters.telegram.setup import poll, set_hook, tell_commands
from adapters.telegram.webhook import Hook
from bot.flows.keys import card_keyboard
from bot.messages import Ask, Blocked, Button, Say, SharedPhone, ShowCard, Started, Typed, Unblocked
from bot.ports import Letter, RawEvent, Rejected, Retry, Sent, Unreachable, Unsure
from bot.words import Verbatim, say
from core.shared.values import Address, Language
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.fakes.telegram_people import Chat
from tests.fakes.telegram_rules import Refused
from tests.support.served import until
from tests.support.world import TEXTS


class Notes:
    """A memory that forgets with the test."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Address, str], str] = {}

    async def recall(self, address: Address, key: str) -> str | None:
        return self.kept.get((address, key))

    async def remember(self, address: Address, key: str, value: str | None) -> None:
        self.kept[(address, key)] = value or ""


class NoMedia:
    """No files."""

    async def publish(self, content: bytes, mime: str, address: Address) -> str:
        raise NotImplementedError  # Telegram is sent the bytes themselves

    async def read(self, name: str) -> tuple[bytes, str] | None:
        return b"{}", "application/json"

    def url(self, name: str) -> str:
        return name


def channel_of(
    platform: FakeTelegram, notes: Notes | None = None, house: str = "https://card.example"
) -> TelegramChannel:
    client: Bot = new_bot(TOKEN, platform.url)
    tools: dict[str, Any] = {"pictures": Drawer(), "memory": notes or Notes(), "media": NoMedia()}
    return TelegramChannel(bot=client, public_url=house, texts=TEXTS, **tools)


def letter(reply: Any, event: int | None = 1, last: bool = True) -> Letter:
    return Letter(1, Address("telegram", "b", "501"), reply, card_keyboard(), Language.UK, None, last, None, event)


def card(points: int) -> ShowCard:
    text = say("card.text", lead=say("card.lead"), number="2912", balance=say("points.count", n=points))
    buttons = (Button(say("button.codes"), action="codes"),)
    return ShowCard("2912345678906", "ean13", "Олена", points, "active", "Kartka", "#0B6E4F", text, None, buttons)


async def test_the_live_card_opens_as_a_mini_app_whose_address_has_no_secret() -> None:
    live = Button(say("button.live"), "app", value="https://card.example/card/secret")
    for house, opens in (
        (
            "https://card.example",
            [{"text": "Відкрити картку", "web_app": {"url": "https://card.example/card/telegram"}}],
        ),
        ("http://127.0.0.1:8080", []),
    ):
        async with FakeTelegram() as platform:
            person, channel = platform.person(501), channel_of(platform, house=house)
            platform.chats[501] = Chat()
            assert isinstance(await channel.send(letter(replace(card(5), buttons=(live,)))), Sent)
            assert (person.chat.messages[-1].buttons, platform.refused, platform.strange) == (opens, [], [])
            assert "secret" not in str(platform.calls)
            await channel.client.session.close()


async def test_points_that_change_edit_the_pinned_card_in_place_and_a_lost_message_is_sent_anew() -> None:
    async with FakeTelegram() as platform:
        person, channel = platform.person(501), channel_of(platform)
        platform.chats[501] = Chat()
        assert isinstance(await channel.send(letter(Say(say("language.done")))), Sent)
        assert isinstance(await channel.send(letter(card(0))), Sent)
        pinned = person.chat.pinned[-1]
        assert isinstance(await channel.send(letter(card(5), event=None)), Sent)
        shown = next(one for one in person.chat.messages if one.id == pinned)
        assert (shown.edits, "5 бонусів" in shown.text) == (1, True)
        assert isinstance(await channel.send(letter(card(5), event=None)), Sent)
        person.chat.messages.clear()
        assert isinstance(await channel.send(letter(card(7), event=None)), Sent)
        assert [one.photo is not None for one in person.chat.messages] == [True]
        assert person.chat.pinned == [person.chat.messages[0].id]
        await channel.client.session.close()


async def test_the_same_picture_is_uploaded_once_and_again_when_its_id_is_refused() -> None:
    async with FakeTelegram() as platform:
        platform.chats[501] = Chat()
        channel = channel_of(platform)
        await channel.send(letter(Say(say("language.done"))))
        for _ in range(3):
            assert isinstance(await channel.send(letter(card(0))), Sent)
        sent = [given["photo"] for method, given in platform.calls if method == "sendPhoto"]
        assert [one.startswith("attach://") for one in sent] == [True, False, False]
        platform.files.clear()
        assert isinstance(await channel.send(letter(card(0))), Sent)
        await channel.client.session.close()


async def test_each_answer_of_the_platform_is_one_outcome() -> None:
    async with FakeTelegram() as platform:
        platform.person(501)
        for trouble, kind in (
            (Refused(429, "Too Many Requests: retry after 7", retry_after=7), Retry),
            (Refused(403, "Forbidden: bot was blocked by the user"), Unreachable),
            (Refused(400, "Bad Request: chat not found"), Unreachable),
            (Refused(400, "Bad Request: BUTTON_DATA_INVALID"), Rejected),
            (Refused(401, "Unauthorized"), Rejected),
            (Refused(500, "Internal Server Error"), Unsure),
            ("html", Unsure),
            ("reset-before", Unsure),
        ):
            channel = channel_of(platform)
            platform.chats[501] = Chat()
            platform.script = [trouble]
            outcome = await channel.send(letter(Say(say("menu.text"))))
            assert isinstance(outcome, kind), trouble
            if isinstance(outcome, Retry):
                held = await channel.send(letter(Say(say("menu.text"))))
                assert isinstance(held, Retry)
                assert 6 < held.after <= 7
            await channel.client.session.close()


async def test_names_that_look_like_markup_are_said_as_they_are() -> None:
    async with FakeTelegram() as platform:
        person, channel = platform.person(501), channel_of(platform)
        platform.chats[501] = Chat()
        for text in ("<b>", "&amp;", "a < b & c > d", "</script>", "*_~`[" * 10):
            assert isinstance(await channel.send(letter(Say(Verbatim(text)))), Sent)
            assert person.chat.messages[-1].text == text
        await channel.client.session.close()


async def test_python_telegram_bot_reads_our_keyboards_without_a_stranger_among_their_keys() -> None:
    async with FakeTelegram() as platform:
        person, channel = platform.person(501), channel_of(platform)
        platform.chats[501] = Chat()
        ask = Ask(say("menu.text"), None, (Button(Verbatim("Так"), action="q1:yes", style="primary"),), (), "choice")
        for reply in (Say(say("language.done")), ask, card(0)):
            await channel.send(letter(reply))
        for message in person.chat.messages:
            if message.markup and "inline_keyboard" in message.markup:
                read = telegram.InlineKeyboardMarkup.de_json(message.markup, None)
                keys = [key for row in read.inline_keyboard for key in row]
                assert all(set(key.api_kwargs) <= {"style"} for key in keys)
        async with telegram.Bot(TOKEN, base_url=f"{platform.url}/bot") as second:
            assert (await second.get_me()).username == "kartka_bot"
        assert platform.strange == []
        await channel.client.session.close()


async def test_the_hook_and_the_commands_are_told_in_every_language() -> None:
    async with FakeTelegram() as platform:
        client = new_bot(TOKEN, platform.url)
        await set_hook(client, "https://card.example/telegram/webhook", "s" * 32)
        assert platform.hook["secret_token"] == "s" * 32
        assert platform.hook["allowed_updates"] == ["message", "callback_query", "my_chat_member"]
        await tell_commands(client, TEXTS)
        assert set(platform.commands) == {"", "uk", "en", "ru"}
        assert platform.strange == []
        await client.session.close()


async def test_polling_takes_each_update_once() -> None:
    taken: list[RawEvent] = []

    class Door:
        """Remembers."""

        async def accept(self, event: RawEvent) -> tuple[int, bool]:
            taken.append(event)
            return len(taken), True

        async def answer(self, event: int) -> list[Letter]:
            del event
            return []

    async with FakeTelegram() as platform:
        person, channel = platform.person(501), channel_of(platform)
        await person.starts("ref-1")
        await person.presses("card")
        task = asyncio.create_task(poll(channel.client, Hook(door=Door(), channel=channel, secret="s" * 32)))
        await until(lambda: len(taken) >= 2)
        await until(lambda: platform.answered)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        said = [parse(event) for event in taken]
        assert said[0] is not None
        assert said[0].said == Started("ref-1")
        assert len({event.key for event in taken}) == 2
        await channel.client.session.close()


def update(**message: Any) -> dict[str, Any]:
    sender = {"id": 5, "is_bot": False, "first_name": "О", "language_code": "uk"}
    return {"update_id": 1, "message": {"from": sender, "chat": {"id": 5, "type": "private"}, **message}}


def test_only_private_chats_of_people_are_of_use() -> None:
    assert event_of(update(text="x"), "b") is not None
    assert event_of(update(text="x", chat={"id": -7, "type": "group"}), "b") is None
    assert event_of({"update_id": 1, "poll": {}}, "b") is None
    assert event_of({"update_id": "1"}, "b") is None
    assert event_of([], "b") is None


def test_contacts_prove_only_what_the_platform_vouches_for() -> None:
    own = {"phone_number": "+380671234567", "user_id": 5}
    for message, proven in (
        ({"contact": own}, True),
        ({"contact": {**own, "user_id": 6}}, False),
        ({"contact": {"phone_number": "+380671234567"}}, False),
        ({"contact": {**own, "user_id": "5"}}, False),
        ({"contact": own, "forward_origin": {}}, False),
    ):
        event = event_of(update(**message), "b")
        assert event is not None
        incoming = parse(event)
        assert incoming is not None
        assert isinstance(incoming.said, SharedPhone)
        assert incoming.said.own is proven


def test_leaving_and_coming_back_are_heard() -> None:
    for status, said in (("kicked", Blocked()), ("member", Unblocked()), ("left", None)):
        body = {"update_id": 1, "my_chat_member": {"from": {"id": 5}, "chat": {"id": 5, "type": "private"},
                                                   "new_chat_member": {"status": status}}}  # fmt: skip
        event = event_of(body, "b")
        assert event is not None
        incoming = parse(event)
        assert (incoming.said if incoming else None) == said


def test_long_texts_are_split_between_paragraphs_and_nothing_is_lost() -> None:
    text = "\n\n".join(f"Абзац {number} 😀 " + "слово " * 90 for number in range(20))
    parts = split(text)
    assert all(0 < units(part) <= 4096 for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert Typed("x") != Typed("y")
