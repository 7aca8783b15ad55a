"""Stories in Telegram, over its hook and back, on both databases."""

import io

import zxingcpp
from PIL import Image

from adapters.codes.pictures import CardFace, draw_card
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.fakes.telegram_people import TelegramPerson
from tests.fakes.telegram_rules import Refused
from tests.support.served import SECRET, Served, serve, until


async def hooked(platform: FakeTelegram, served: Served) -> TelegramPerson:
    """The hook is set as `kartka webhook set` sets it; somebody who can write."""
    secret = served.house.settings.hook_secret
    platform.hook = {"url": f"{served.url}/telegram/webhook", "secret_token": secret}
    return platform.person(501)


async def heard(person: TelegramPerson, words: str) -> str:
    """The newest message with these words."""
    found: str = await until(lambda: next((m.text for m in reversed(person.chat.messages) if words in m.text), None))
    return found


async def register(person: TelegramPerson, phone: str = "+380671234567") -> None:
    """To the card in three taps: start, share, name."""
    await person.starts("poster-17")
    await heard(person, "потрібен ваш номер")
    await person.shares_contact(phone)
    await heard(person, "Як до вас звертатися")
    await person.taps("Олена")
    await heard(person, "Ваша картка готова")
    await heard(person, "особисті пропозиції")


async def test_a_card_in_three_taps_pinned_and_scanned(database_url: str) -> None:
    async with (
        FakeTelegram() as platform,
        serve(database_url, telegram_token=TOKEN, telegram_api=platform.url) as served,
    ):
        person = await hooked(platform, served)
        await register(person)
        card = await until(lambda: next((m for m in person.chat.messages if m.photo), None))
        codes = {code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(card.photo)))}
        assert len(codes) == 1
        status, seen = await served.lookup(codes.pop())
        assert (status, seen["customer"]["name"], seen["card"]["state"]) == (200, "Олена", "active")
        await until(lambda: person.chat.pinned == [card.id])
        assert person.chat.keyboard[0][0]["text"] == "Моя картка"
        await person.taps("Ні, дякую")
        await heard(person, "пропозицій не надсилатимемо")
        await person.taps("Код для каси")
        spoken = await heard(person, "Код для каси:")
        status, seen = await served.lookup(spoken.split(":")[1].split(".")[0].replace(" ", ""))
        assert (status, seen["proof"]) == (200, "spoken")
        assert platform.strange == []


async def test_forwarded_and_foreign_contacts_are_refused(database_url: str) -> None:
    async with (
        FakeTelegram() as platform,
        serve(database_url, telegram_token=TOKEN, telegram_api=platform.url) as served,
    ):
        person = await hooked(platform, served)
        await person.starts()
        await heard(person, "потрібен ваш номер")
        phone = {"phone_number": "380671234567", "first_name": "Петро"}
        for contact in (
            {"contact": {**phone, "user_id": 999}},
            {"contact": phone},
            {
                "contact": {**phone, "user_id": 501},
                "forward_origin": {"type": "user", "date": 1, "sender_user": person.user},
            },
        ):
            before = len(person.chat.messages)
            await person.sends(**contact)
            await until(lambda before=before: len(person.chat.messages) > before)
            assert "чужий контакт" in person.chat.messages[-1].text


async def test_an_old_plastic_is_restored_from_a_photo(database_url: str) -> None:
    from core.cards.model import Plastic
    from core.shared.values import Phone

    async with (
        FakeTelegram() as platform,
        serve(database_url, telegram_token=TOKEN, telegram_api=platform.url) as served,
    ):
        record = Plastic("4820000000123", "ean13", Phone("+380509998877"), points=70)
        await served.house.lanes.do("x", lambda work: work.shelves.put_plastics([record]))
        person = await hooked(platform, served)
        await register(person)
        await person.taps("Ні, дякую")
        await heard(person, "не надсилатимемо")
        await person.says("стара картка")
        await heard(person, "Напишіть номер старої картки")
        picture = Image.open(io.BytesIO(draw_card(CardFace("4820000000123", "ean13", "П", "0", "б", "K")))).convert(
            "RGB"
        )
        photo = io.BytesIO()
        picture.rotate(12, expand=True, fillcolor="white").save(photo, "JPEG", quality=60)
        await person.sends_photo(photo.getvalue())
        await heard(person, "надіслано код")
        await person.says(await served.sms("+380509998877"))
        await heard(person, "Картку перенесено")
        status, seen = await served.lookup("4820000000123")
        assert (status, seen["customer"]["name"]) == (200, "Олена")


async def test_trouble_on_the_platform_loses_nothing(database_url: str) -> None:
    async with (
        FakeTelegram() as platform,
        serve(database_url, telegram_token=TOKEN, telegram_api=platform.url) as served,
    ):
        person = await hooked(platform, served)
        await person.starts()
        await heard(person, "потрібен ваш номер")
        for trouble in (Refused(429, "Too Many Requests: retry after 1", retry_after=1), "html", "reset-after"):
            before = len(person.chat.messages)
            platform.script.append(trouble)
            await person.says("допомога")
            await until(lambda before=before: len(person.chat.messages) > before, seconds=20)
            await until(lambda: not platform.script)
        await person.blocks()
        await person.blocks("member")
        await person.says("меню")
        await heard(person, "Що зробити?")


async def test_the_hook_takes_only_what_carries_the_secret(database_url: str) -> None:
    async with (
        FakeTelegram() as platform,
        serve(database_url, telegram_token=TOKEN, telegram_api=platform.url) as served,
    ):
        person = await hooked(platform, served)
        platform.hook["secret_token"] = "wrong"
        assert await person.says("x") == 401
        platform.hook["secret_token"] = served.house.settings.hook_secret
        url = platform.hook["url"]
        headers = {"X-Telegram-Bot-Api-Secret-Token": served.house.settings.hook_secret}
        for body, status in ((b"{", 200), (b"[]", 200), (b'{"update_id":1}', 200), (b" " * 300_000, 413)):
            async with served.http.post(url, data=body, headers=headers) as answer:
                assert answer.status == status


async def test_the_same_update_has_one_effect(database_url: str) -> None:
    async with (
        FakeTelegram() as platform,
        serve(database_url, telegram_token=TOKEN, telegram_api=platform.url) as served,
    ):
        person = await hooked(platform, served)
        await person.starts()
        await heard(person, "потрібен ваш номер")
        for _ in range(3):
            assert await platform.deliver(platform.updates[-1]) == 200
        await person.says("допомога")
        await until(lambda: len(person.chat.messages) >= 3)
        texts = [message.text for message in person.chat.messages]
        assert [text.startswith("Щоб видати") for text in texts] == [True, False, True]
        assert SECRET not in str(platform.calls)
