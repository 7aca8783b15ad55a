"""Messages of campaigns in each messenger: at their longest still one message, and hostile words stay words."""

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from adapters.app.previewing import Previewer
from adapters.chat.render import Renderer as WebRenderer
from adapters.codes.drawing import Drawer
from adapters.telegram.client import TelegramChannel, new_bot
from adapters.telegram.limits import CAPTION, TEXT, units
from adapters.viber.client import ViberChannel
from adapters.viber.limits import CAPTION as VIBER_CAPTION
from adapters.viber.render import Renderer as ViberRenderer
from bot.flows.keys import card_keyboard
from bot.messages import Answer, Button, Reply, Say, ShowPicture
from bot.ports import Letter, Sent
from bot.words import Lines, Verbatim, say
from core.campaigns.arms import Arm
from core.campaigns.fitting import LONGEST, STOP_LINE, fits, longest, must_fit
from core.campaigns.model import Content, Plan
from core.campaigns.wording import FIELDS, filled
from core.shared.refusals import Invalid
from core.shared.values import Address, Language
from tests.adapters.telegram.test_channel import NoMedia, Notes
from tests.fakes.telegram import TOKEN as TELEGRAM_TOKEN
from tests.fakes.telegram import FakeTelegram
from tests.fakes.viber import TOKEN, FakeViber
from tests.support.world import TEXTS

HOSTILE = (
    "<b>жирний</b> & *зірка* _низ_ [лінк](https://x.y) {name} {{}} \\n `код` "
    "\u202eперевернуто\u202c " + "\N{FAMILY}" * 64
)
BUTTONS = (Button(Verbatim("<i>На сайт</i> & далі"), "url", value="https://card.example/r/1-1-0-abc"),
           Button(Verbatim("Моя картка"), action="c:1:1"))  # fmt: skip
PICTURE = Drawer().code("qr", "kava")


class Shelf(NoMedia):
    """One picture, at this address."""

    def __init__(self, house: str = "https://card.example") -> None:
        self.house = house

    async def read(self, name: str) -> tuple[bytes, str] | None:
        return (PICTURE, "image/png") if name == "kava.png" else None

    def url(self, name: str) -> str:
        return f"{self.house}/media/{name}"


def letter(reply: Reply, channel: str = "telegram") -> Letter:
    return Letter(7, Address(channel, "b", "501"), reply, card_keyboard(), Language.UK, 7, True, None, None)


def plan(text: str, *, picture: str = "kava.png", **more: Any) -> Plan:
    return replace(Plan("Кава", contents={"A": Content({"uk": text}, picture)}), **more)


def at_its_longest(text: str) -> Lines:
    """The message as `bot.adverts` makes it for whoever has the longest of everything."""
    return Lines((Verbatim(filled(text, LONGEST)), Verbatim(""), say("advert.stop")))


@pytest.mark.parametrize("language", list(Language))
def test_what_is_said_about_stopping_is_as_short_as_counted(language: Language) -> None:
    assert units("\n\n" + TEXTS.say(say("advert.stop"), language)) <= STOP_LINE


@pytest.mark.parametrize(("picture", "most"), [("kava.png", VIBER_CAPTION), ("", TEXT)])
def test_the_longest_text_that_is_let_pass_is_one_message_everywhere(picture: str, most: int) -> None:
    """All fields stand in it; one letter more is refused with the messenger that it is too long for."""
    fields = "".join(f"{{{one}|так}}" for one in (("card", "voucher") if picture else FIELDS))
    channel = "viber" if picture else "telegram"
    room = next(one for one in fits(fields, Content({}, picture), Plan("x")) if one.channel == channel)
    text = fields + "я" * (most - room.length)
    must_fit(plan(text, picture=picture))
    with pytest.raises(Invalid) as refused:
        must_fit(plan(text + "!", picture=picture))
    told = refused.value
    assert (told.code, told.field, told.data["channel"]) == ("too-long", "contents.A.text.uk", channel)
    assert longest(text) == filled(text, LONGEST)
    words = at_its_longest(text)
    reply: Reply = ShowPicture(picture, words, BUTTONS) if picture else Say(words, BUTTONS)
    answer = Answer([reply], card_keyboard())
    for name in ("telegram", "viber", "web"):
        shown = Previewer(TEXTS, Drawer()).bubbles(answer, name, Language.UK)
        assert len(shown) == 1, name
        assert filled(text, LONGEST) in shown[0].text


def test_only_the_messengers_of_the_plan_are_counted() -> None:
    long = "я" * 600
    must_fit(plan(long, channels=("telegram", "web")))
    with pytest.raises(Invalid, match="too-long"):
        must_fit(plan(long))
    must_fit(plan(long, picture=""))
    arms = (Arm("control", 1000), Arm("A", 4500), Arm("B", 4500))
    with pytest.raises(Invalid) as refused:
        must_fit(plan("так", arms=arms, contents={"A": Content({"uk": "так"}), "B": Content({"en": long}, "x.png")}))
    assert refused.value.field == "contents.B.text.en"


async def test_telegram_is_sent_a_photo_with_the_words_as_they_are_and_the_second_time_by_its_id() -> None:
    async with FakeTelegram() as platform:
        person, notes = platform.person(501), Notes()
        await person.starts()
        tools: dict[str, Any] = {"pictures": Drawer(), "memory": notes, "media": Shelf()}
        channel = TelegramChannel(
            bot=new_bot(TELEGRAM_TOKEN, platform.url), public_url="https://card.example", texts=TEXTS, **tools
        )
        for _ in range(2):
            assert isinstance(await channel.send(letter(ShowPicture("kava.png", Verbatim(HOSTILE), BUTTONS))), Sent)
            seen = person.chat.messages[-1]
            assert (seen.photo, seen.text) == (PICTURE, HOSTILE.rstrip())
            assert seen.markup is not None
            labels = [key["text"] for row in seen.markup["inline_keyboard"] for key in row]
            assert labels == ["<i>На сайт</i> & далі", "Моя картка"]
        assert isinstance(await channel.send(letter(Say(Verbatim(HOSTILE), BUTTONS))), Sent)
        assert person.chat.messages[-1].text == HOSTILE.rstrip()
        gone = await channel.send(letter(ShowPicture("gone.png", Verbatim("x"))))
        assert not isinstance(gone, Sent)
        await channel.client.session.close()
    over = channel._renderer.plan(letter(ShowPicture("kava.png", Verbatim("я" * (CAPTION + 1)))), None).calls
    assert [(one.media, len(one.text)) for one in over] == [("kava.png", 0), ("", CAPTION + 1)]


async def test_viber_is_told_the_picture_s_address_with_the_words_as_they_are() -> None:
    async def media(request: web.Request) -> web.Response:
        return web.Response(body=PICTURE, content_type="image/png")

    house = web.Application()
    house.router.add_get("/media/kava.png", media)
    async with TestServer(house) as shelf, FakeViber() as platform, ClientSession() as session:
        person, address = platform.person("501"), str(shelf.make_url("")).rstrip("/")
        person.subscribed = True
        channel = ViberChannel(
            token=TOKEN, api=platform.url, sender="Kartka", session=session, texts=TEXTS, pictures=Drawer(),
            memory=Notes(), media=Shelf(address),
        )  # fmt: skip
        sent = await channel.send(letter(ShowPicture("kava.png", Verbatim(HOSTILE), BUTTONS), "viber"))
        assert isinstance(sent, Sent)
        seen = person.messages[-1]
        assert (seen["type"], seen["text"], seen["media"]) == ("picture", HOSTILE, f"{address}/media/kava.png")
        opens = next(one for one in seen["keyboard"]["Buttons"] if one["ActionType"] == "open-url")
        assert opens["Text"] == "&lt;i&gt;На сайт&lt;/i&gt; &amp; далі"  # tags would be read there
        assert platform.refused == []
    bodies = ViberRenderer(TEXTS).bodies(letter(ShowPicture("kava.png", Verbatim("я" * (VIBER_CAPTION + 1)))))
    assert [one["type"] for one in bodies] == ["picture", "text"]


def test_the_web_chat_gets_the_picture_s_address_and_the_words_as_they_are() -> None:
    said = WebRenderer(TEXTS, "https://card.example", b"k").render(
        letter(ShowPicture("kava.png", Verbatim(HOSTILE), BUTTONS), "web")
    )
    assert (said["kind"], said["text"]) == ("say", HOSTILE)
    assert said["image"] == {"url": "https://card.example/media/kava.png", "alt": "Зображення до повідомлення"}
    assert [one["kind"] for one in said["buttons"]] == ["url", "reply"]
