"""Viber's room by itself: each status is one outcome, limits are kept, what people send is read with care."""

from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.codes.drawing import Drawer
from adapters.viber.client import ViberChannel
from adapters.viber.limits import level
from adapters.viber.parse import event_of, parse
from adapters.viber.render import Renderer
from bot.flows.keys import card_keyboard
from bot.messages import Ask, Blocked, Button, Item, Pressed, Say, SharedPhone, ShowPlaces, Started, Typed, Unblocked
from bot.ports import Letter, Rejected, Retry, Sent, Unreachable, Unsure
from bot.words import Verbatim, say
from core.shared.values import Address, Language, Phone
from tests.adapters.telegram.test_channel import NoMedia, Notes
from tests.fakes.viber import TOKEN, FakeViber
from tests.support.world import TEXTS


def letter(reply: Any, at: int | None = 7) -> Letter:
    return Letter(1, Address("viber", "b", "u"), reply, card_keyboard(), Language.UK, at, True, None, 1)


@pytest.mark.parametrize(
    ("status", "kind", "fatal"),
    [(1, Rejected, False), (2, Rejected, True), (4, Rejected, False), (5, Unreachable, False), (6, Unreachable, False),
     (7, Rejected, True), (8, Rejected, True), (9, Rejected, True), (10, Rejected, True), (11, Unreachable, False),
     (12, Retry, False), (14, Rejected, False), (15, Rejected, True), (17, Rejected, False), (21, Unreachable, False),
     (23, Rejected, True), (24, Rejected, True), (99, Retry, False),
     ("html", Unsure, False), ("reset-after", Unsure, False)],
)  # fmt: skip
@pytest.mark.parametrize("mute", [True, False])
async def test_each_status_is_one_outcome(status: Any, kind: type, fatal: bool, mute: bool) -> None:
    async with FakeViber(mute=mute) as platform, ClientSession() as session:
        platform.person("u").subscribed = True
        channel = ViberChannel(
            token=TOKEN, api=platform.url, sender="Kartka", session=session, texts=TEXTS, pictures=Drawer(),
            memory=Notes(), media=NoMedia(),
        )  # fmt: skip
        platform.script = [status]
        outcome = await channel.send(letter(Say(say("menu.text"))))
        assert isinstance(outcome, kind)
        assert getattr(outcome, "fatal", False) is fatal


@pytest.mark.parametrize("status", [3, 13])
async def test_what_was_refused_as_it_was_goes_out_as_plain_words_once(status: int) -> None:
    async with FakeViber() as platform, ClientSession() as session:
        person = platform.person("u")
        person.subscribed = True
        channel = ViberChannel(
            token=TOKEN, api=platform.url, sender="K" * 60, session=session, texts=TEXTS, pictures=Drawer(),
            memory=Notes(), media=NoMedia(),
        )  # fmt: skip
        platform.script = [status]
        assert isinstance(await channel.send(letter(Say(say("menu.text")))), Sent)
        assert person.messages[-1]["min_api_version"] == 1
        assert "keyboard" not in person.messages[-1]


@pytest.mark.parametrize("known", [None, 1, 2, 3, 7, 10])
async def test_every_reply_fits_every_level(known: int | None) -> None:
    renderer, platform = Renderer(TEXTS), FakeViber()
    items = tuple(
        Item(
            f"Магазин <{number}>", (Verbatim("вул. Х & Ко"),), (Button(say("button.map"), "url", value="https://x.y"),)
        )
        for number in range(9)
    )
    phone = Button(say("button.share-phone"), "phone", action="phone:nonce")
    options = tuple(Button(Verbatim("В" * 300), action=f"q1:{number}") for number in range(6))
    for reply in (
        Say(Verbatim("т" * 20_000)),
        Ask(say("register.type-name"), say("name.unreadable"), options, (Button(say("button.back"), action="back"),)),
        Ask(say("register.type-name"), None, (phone,), (), "phone"),
        ShowPlaces(say("shops.here"), items, (Button(say("button.near"), "location", action="near"),)),
    ):
        bodies = renderer.bodies(letter(reply, known))
        assert bodies[-1]["keyboard"]["Buttons"]
        for body in bodies:
            await platform.check({**body, "sender": {"name": "K"}}, level(known))


def test_callbacks_are_read_with_everything_but_the_event_missing() -> None:
    who = {"id": "u", "name": "О", "language": "uk", "api_version": 10}
    for body, said in (
        ({"event": "conversation_started", "user": who, "context": "ref", "subscribed": False},
         Started("ref", True, False)),
        ({"event": "conversation_started", "user": {"id": "u"}}, Started(None, True, False)),
        ({"event": "subscribed", "user": who}, Unblocked()),
        ({"event": "unsubscribed", "user_id": "u"}, Blocked()),
        ({"event": "message", "sender": who, "message": {"type": "text", "text": "a:card"}}, Pressed("card")),
        ({"event": "message", "sender": who, "message": {"type": "text", "text": "phone:n"}},
         SharedPhone(None, nonce="n")),
        ({"event": "message", "sender": who, "message": {"type": "text", "text": "https://x.y/z"}}, None),
        ({"event": "message", "sender": who, "message": {"type": "sticker"}}, Typed("")),
        ({"event": "message", "sender": who, "message": {"type": "location"}}, None),
        (
            {"event": "message", "sender": who,
             "message": {"type": "contact", "text": "phone:n", "contact": {"phone_number": "380671234567"}}},
            SharedPhone(Phone("+380671234567"), nonce="n"),
        ),
        (
            {"event": "message", "sender": who,
             "message": {"type": "contact", "contact": {"phone_number": "+380671234567"}}},
            SharedPhone(Phone("+380671234567")),
        ),
        ({"event": "message", "sender": who, "message": {"type": "contact"}}, SharedPhone(None, nonce="")),
    ):  # fmt: skip
        event = event_of({**body, "timestamp": 1_700_000_000_000, "message_token": 5}, "b")
        assert event is not None
        incoming = parse(event)
        assert (incoming.said if incoming else None) == said
        if incoming:
            assert incoming.at is not None
    unreadable: list[Any] = [
        {},
        {"event": "delivered", "user_id": "u"},
        {"event": "message"},
        {"event": "x", "user": who},
    ]
    for unread in (*unreadable, [], None):
        assert event_of(unread, "b") is None


@pytest.mark.parametrize(("known", "inside"), [(10, True), (3, True), (2, False)])
async def test_the_live_card_opens_over_the_chat_and_its_secret_is_not_for_forwarding(known: int, inside: bool) -> None:
    live = Button(say("button.live"), "app", value="https://card.example/card/0123")
    [body] = Renderer(TEXTS).bodies(letter(Say(say("menu.text"), (live,)), known))
    await FakeViber().check({**body, "sender": {"name": "K"}}, level(known))
    key = next(one for one in body["keyboard"]["Buttons"] if one["ActionType"] == "open-url")
    assert key["ActionBody"] == live.value
    assert (key.get("InternalBrowser", {}).get("ActionButton") == "none") is inside


async def test_more_buttons_than_rows_share_rows() -> None:
    for count, columns in ((8, {6}), (16, {3, 6}), (21, {2, 3, 6})):
        options = tuple(Button(Verbatim(f"Варіант {at}"), action=f"q1:{at}") for at in range(count))
        controls = tuple(Button(say(f"button.{name}"), action=name, wide=False) for name in ("back", "skip", "later"))
        [body] = Renderer(TEXTS).bodies(letter(Ask(say("register.type-name"), None, options, controls), 10))
        await FakeViber().check({**body, "sender": {"name": "K"}}, 10)
        keys = [one for one in body["keyboard"]["Buttons"] if one["ActionBody"].startswith("a:q1:")]
        assert (len(keys), {one["Columns"] for one in keys} <= columns) == (count, True)
