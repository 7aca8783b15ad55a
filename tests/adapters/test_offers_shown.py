"""Offers of the week in each channel: every limit kept with the longest words, and what was asked for is there."""

import io
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession
from PIL import Image

from adapters.chat.render import Renderer as WebRenderer
from adapters.codes.drawing import Drawer
from adapters.telegram.limits import CALLBACK_BYTES, CAPTION, TEXT, units
from adapters.telegram.render import Renderer as TelegramRenderer
from adapters.viber.client import ViberChannel
from adapters.viber.render import Renderer as ViberRenderer
from bot.drawing import picture_of
from bot.flows.keys import card_keyboard, key
from bot.messages import Button, OfferItem, ShowOffers
from bot.ports import Letter, Sent
from bot.words import Money, Verbatim, say
from core.offers.weekly import LONGEST_SKU
from core.shared.values import Address, Language
from tests.adapters.telegram.test_channel import NoMedia, Notes, channel_of
from tests.fakes.telegram import FakeTelegram
from tests.fakes.viber import TOKEN, FakeViber
from tests.fakes.viber_rules import check_keyboard, check_rich
from tests.support.world import TEXTS

SKU = "я" * (LONGEST_SKU // 2)


def item(title: str = "Кава & чай <зерно>", *, image: str = "", marked: bool = False, sku: str = "7") -> OfferItem:
    activate = () if marked else (Button(say("button.activate"), action=f"activate:{sku}", style="primary"),)
    return OfferItem(
        title, say("weekly.money", amount=Money(5000, "UAH")), say("weekly.money", amount=Money(3990, "UAH")),
        say("weekly.because-together", product=title), say("weekly.until", day=Language.UK.value),
        Button(Verbatim(title[:32]), action=f"offer:{sku}"), image, say("weekly.mark") if marked else None,
        (*activate, Button(say("button.refuse"), action=f"refuse:{sku}", wide=False),
         Button(say("button.why"), action=f"why:{sku}", wide=False)),
    )  # fmt: skip


def letter(*items: OfferItem, language: Language = Language.UK, level: int | None = 7) -> Letter:
    reply = ShowOffers(say("weekly.list", n=len(items)), items, "Kartka", "#0B6E4F", (key("card"),))
    return Letter(7, Address("x", "b", "501"), reply, card_keyboard(), language, level, True, None, 1)


LONG = tuple(item("Щось <дуже> довге & ще " + "ш" * 180, sku=SKU, marked=at % 2 == 0) for at in range(6))


@pytest.mark.parametrize("level", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("language", list(Language))
def test_viber_takes_a_carousel_of_the_longest_words_at_every_level(level: int, language: Language) -> None:
    bodies = ViberRenderer(TEXTS).bodies(letter(*LONG, language=language, level=level))
    rich = [body for body in bodies if body["type"] == "rich_media"]
    assert len(rich) == (level >= 2)
    for body in rich:
        check_rich(body)
        words = " ".join(button["Text"] for button in body["rich_media"]["Buttons"])
        assert ("<s>" in words) is (level >= 4)
    check_keyboard(bodies[-1]["keyboard"], level)
    if level < 2:
        actions = [button["ActionBody"] for button in bodies[-1]["keyboard"]["Buttons"]]
        assert actions.count(f"a:offer:{SKU}") == 6


def test_a_card_of_viber_has_picture_price_reason_and_three_buttons() -> None:
    rich = ViberRenderer(TEXTS).bodies(letter(item(), item(marked=True, image="https://shop.example/a.png")))[-1]
    buttons = rich["rich_media"]["Buttons"]
    assert [button.get("Image") for button in buttons if "Image" in button] == [
        "picture:offer0", "https://shop.example/a.png",
    ]  # fmt: skip
    for told in ("Кава &amp; чай &lt;зерно&gt;", "<b>39,90", "<s>50,00", "Пасує до: Кава &amp; чай"):
        assert told in buttons[1]["Text"]
    assert [button["ActionBody"] for button in buttons[2:5]] == ["a:activate:7", "a:refuse:7", "a:why:7"]
    assert (buttons[7]["Text"], buttons[7]["ActionType"]) == ("Активовано ✓", "none")
    assert "Кава & чай <зерно>\n39,90" in rich["alt_text"]


async def test_viber_is_told_public_addresses_of_what_is_drawn() -> None:
    class Shelf(NoMedia):
        async def publish(self, content: bytes, mime: str, address: Address) -> str:
            return f"https://card.example/media/{len(content)}.png"

    async with FakeViber() as platform, ClientSession() as session:
        person = platform.person("501")
        person.subscribed = True
        channel = ViberChannel(
            token=TOKEN, api=platform.url, sender="Kartka", session=session, texts=TEXTS, pictures=Drawer(),
            memory=Notes(), media=Shelf(),
        )  # fmt: skip
        assert isinstance(await channel.send(letter(*LONG)), Sent)
        images = [one["Image"] for one in person.messages[-1]["rich_media"]["Buttons"] if "Image" in one]
        assert len(images) == 6
        assert all(one.startswith("https://card.example/media/") for one in images)
        assert platform.refused == []


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("items", [LONG, LONG[:1], (replace(LONG[0], reason=Verbatim("&" * 2000)),)])
def test_telegram_gets_no_more_than_it_takes(items: tuple[OfferItem, ...], language: Language) -> None:
    plan = TelegramRenderer(TEXTS, "").plan(letter(*items, language=language), None)
    for call in plan.calls:
        assert units(call.text) <= (CAPTION if call.picture is not None else TEXT)
        for row in (call.markup or {}).get("inline_keyboard", []):
            assert all(len(one["callback_data"].encode()) <= CALLBACK_BYTES for one in row)
    actions = [one["callback_data"] for row in plan.calls[-1].markup["inline_keyboard"] for one in row]  # type: ignore[index]  # buttons are there
    wanted = ["offer"] * 6 if len(items) == 6 else ["refuse", "why"]
    assert [action.partition(":")[0] for action in actions] == [*wanted, "card"]


async def test_telegram_shows_the_shop_s_picture_and_draws_one_where_it_cannot_be_had() -> None:
    async with FakeTelegram() as platform:
        person = platform.person(501)
        await person.starts()
        channel, notes = channel_of(platform), "https://shop.example/here.png"
        platform.files[notes] = Drawer().offer(item(), "2", "1", "#0B6E4F")
        for image, drawn in ((notes, False), ("https://shop.example/gone.png", True), ("", True)):
            assert isinstance(await channel.send(letter(item(image=image))), Sent)
            photo = person.chat.messages[-1].photo
            assert photo is not None
            assert (photo != platform.files[notes]) is drawn
            assert "Кава & чай <зерно>" in person.chat.messages[-1].text
        await channel.client.session.close()


def test_the_web_chat_gets_items_that_say_everything_in_words_and_in_parts() -> None:
    said = WebRenderer(TEXTS, "https://card.example", b"k").render(letter(item(), item(marked=True)))
    assert said["kind"] == "offer"
    first, second = said["items"]
    assert first["image"]["url"].startswith("https://card.example/chat/api/pictures/7-")
    assert first["image"]["url"].endswith("-0.png")
    assert first["subtitle"].split("\n")[1:] == ["Пасує до: Кава & чай <зерно>", "До uk"]
    for told in (first["title"], first["price"], first["was"]):
        assert told in first["subtitle"].split("\n")[0]
    assert [one["action"] for one in first["buttons"]] == ["activate:7", "refuse:7", "why:7"]
    assert (second["mark"], len(second["buttons"])) == ("Активовано ✓", 2)


def test_an_offer_without_a_picture_is_drawn_with_its_prices() -> None:
    drawn: Any = picture_of(letter(item(), item("Хліб")), Drawer(), TEXTS, 1)
    picture = Image.open(io.BytesIO(drawn))
    assert picture.size == (1000, 500)
    assert len(drawn) < 100_000
    assert picture_of(letter(item()), Drawer(), TEXTS, 1) is None
