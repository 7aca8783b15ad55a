"""Stories in Viber, over its hook and back, on both databases."""

import io
from typing import Any

import zxingcpp
from PIL import Image
from viberbot import Api, BotConfiguration
from viberbot.api.viber_requests import ViberMessageRequest

from adapters.codes.pictures import CardFace, draw_card
from core.cards.model import Plastic
from core.shared.values import Phone
from tests.fakes.viber import TOKEN, FakeViber, ViberPerson
from tests.support.served import Served, serve, until


def settings(platform: FakeViber) -> dict[str, Any]:
    """The house's settings that point at the fake."""
    return {"viber_token": TOKEN, "viber_api": platform.url}


async def hooked(platform: FakeViber, served: Served) -> ViberPerson:
    """The hook is set, probed and answered; somebody who can write."""
    channel: Any = served.house.channels["viber"]
    answer = await channel.call("set_webhook", {"url": f"{served.url}/viber/webhook", "event_types": []})
    assert answer["status"] == 0
    return platform.person("01234567890A=")


async def heard(person: ViberPerson, words: str) -> str:
    """The newest message with these words."""
    found: str = await until(lambda: next((text for text in reversed(person.texts) if words in text), None))
    return found


async def register(person: ViberPerson) -> None:
    """To the card in three taps: the welcome's button, share, name."""
    await person.opens("poster-17")
    await person.taps("Отримати картку")
    await heard(person, "потрібен ваш номер")
    await person.shares_phone("+380671234567")
    await heard(person, "Як до вас звертатися")
    await person.taps("Олена")
    await heard(person, "особисті пропозиції")


async def test_a_card_in_three_taps_and_its_picture_scans(database_url: str) -> None:
    async with FakeViber() as platform, serve(database_url, **settings(platform)) as served:
        person = await hooked(platform, served)
        await register(person)
        codes = {code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(person.pictures[-1])))}
        assert len(codes) == 1
        status, seen = await served.lookup(codes.pop())
        assert (status, seen["customer"]["name"]) == (200, "Олена")
        first = await served.house.lanes.do("x", lambda work: work.customers.by_phone(Phone("+380671234567")))
        assert first is not None
        assert first.source == "poster-17"
        assert "Моя картка" in person.keyboard[-1]["Text"]
        await person.taps("Ні, дякую")
        await heard(person, "не надсилатимемо")
        assert "Моя картка" in person.keyboard[0]["Text"]
        assert person.keyboard[0]["Columns"] == 6
        assert all(button["Silent"] for button in person.keyboard)
        await person.taps("Магазини")
        await heard(person, "Поділ")


async def test_the_second_tap_on_the_card_within_five_seconds_sends_nothing(database_url: str) -> None:
    async with FakeViber() as platform, serve(database_url, **settings(platform)) as served:
        person = await hooked(platform, served)
        await register(person)
        await person.says("картка")
        await person.says("картка")
        await person.says("допомога")
        await heard(person, "Тут ваша картка")
        assert len(person.pictures) == 2


async def test_desktop_foreign_and_replayed_phones_are_refused(database_url: str) -> None:
    async with FakeViber() as platform, serve(database_url, **settings(platform)) as served:
        person = await hooked(platform, served)
        await person.opens()
        await person.taps("Отримати картку")
        await heard(person, "потрібен ваш номер")
        nonce = next(one["ActionBody"] for one in person.keyboard if one["ActionType"] == "share-phone")
        await person.says(nonce)
        await heard(person, "З цього пристрою номер не надіслати")
        await person.sends({"type": "contact", "contact": {"name": "Петро", "phone_number": "+380501112244"}})
        await heard(person, "чужий контакт")
        await person.sends({"type": "contact", "text": "phone:forged", "contact": {"phone_number": "380501112244"}})
        await heard(person, "кнопка вже стара")
        await person.says("067 123 45 67")
        await heard(person, "надіслали код")
        await person.says(await served.sms("+380671234567"))
        await heard(person, "Як до вас звертатися")


async def test_an_old_device_gets_a_poorer_keyboard_and_still_a_card(database_url: str) -> None:
    async with FakeViber() as platform, serve(database_url, **settings(platform)) as served:
        await hooked(platform, served)
        person = platform.person("old==", level=1)
        await person.opens()
        await person.taps("Отримати картку")
        await heard(person, "потрібен ваш номер")
        assert not [one for one in person.keyboard if one["ActionType"] == "share-phone"]
        await person.says("0671234567")
        await heard(person, "надіслали код")
        await person.says(await served.sms("+380671234567"))
        await heard(person, "Як до вас звертатися")
        await person.taps("Олена")
        await heard(person, "Ваша картка готова")
        await person.says("магазини")
        await heard(person, "Поділ")


async def test_an_old_plastic_is_restored_from_a_photo(database_url: str) -> None:
    async with FakeViber() as platform, serve(database_url, **settings(platform)) as served:
        record = Plastic("4820000000123", "ean13", Phone("+380509998877"))
        await served.house.lanes.do("x", lambda work: work.shelves.put_plastics([record]))
        person = await hooked(platform, served)
        await register(person)
        await person.taps("Ні, дякую")
        await heard(person, "не надсилатимемо")
        picture = Image.open(io.BytesIO(draw_card(CardFace("4820000000123", "ean13", "П", "0", "б", "K"))))
        photo = io.BytesIO()
        picture.convert("RGB").save(photo, "JPEG", quality=70)
        await person.sends_photo(photo.getvalue())
        await heard(person, "надіслано код")
        await person.says(await served.sms("+380509998877"))
        await heard(person, "Картку перенесено")


async def test_the_hook_answers_every_callback_and_refuses_every_forgery(database_url: str) -> None:
    async with FakeViber() as platform, serve(database_url, **settings(platform)) as served:
        person = await hooked(platform, served)
        assert (await platform.post({"event": "message"}, signature="0" * 64))[0] == 403
        sticker = {"type": "sticker", "sticker_id": 1}
        for body in (
            {"event": "client_status"},
            {"event": "failed"},
            {"event": "delivered", "user_id": "x"},
            {"x": 1},
            {"event": "message", "sender": {"id": "y"}, "message": sticker},
        ):
            assert (await platform.post(body))[0] == 200
        await person.says("привіт", repeat=3)
        await heard(person, "Не зрозумів")
        await person.says("допомога")
        await heard(person, "Тут ваша картка")
        assert len([text for text in person.texts if "Не зрозумів" in text]) == 1


async def test_trouble_on_the_platform_degrades_and_loses_nothing(database_url: str) -> None:
    async with FakeViber() as platform, serve(database_url, **settings(platform)) as served:
        person = await hooked(platform, served)
        platform.mute = True
        for trouble in (3, 13, "html", "reset-after"):
            before = len(person.messages)
            platform.script.append(trouble)
            await person.says("допомога")
            await until(lambda before=before: len(person.messages) > before, seconds=20)
            await until(lambda: not platform.script)
        await person.unsubscribes()
        known = await until(lambda: served.house.lanes.do("x", lambda work: _unsubscribed(work, person.id, served)))
        assert known


def _unsubscribed(work: Any, user: str, served: Served) -> bool:
    from core.shared.values import Address

    known = work.addresses.get(Address("viber", served.house.channels["viber"].bot, user))
    return known is not None and not known.subscribed


def test_viberbot_reads_what_the_fake_sends() -> None:
    api = Api(BotConfiguration(auth_token=TOKEN, name="K", avatar=""))
    body = (
        b'{"event":"message","timestamp":1,"message_token":5,"sender":{"id":"a","name":"b","api_version":7},'
        b'"message":{"type":"text","text":"x"},"silent":false}'
    )
    import hashlib
    import hmac

    assert api.verify_signature(body, hmac.new(TOKEN.encode(), body, hashlib.sha256).hexdigest())
    assert isinstance(api.parse_request(body), ViberMessageRequest)
