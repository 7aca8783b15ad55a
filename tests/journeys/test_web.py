"""Stories in the web chat over its API (contract 4.1), on both databases."""

import asyncio
import base64
import io
from typing import Any

import zxingcpp
from PIL import Image

from adapters.codes.pictures import CardFace, draw_card
from core.cards.model import Plastic
from core.shared.values import Phone
from tests.support.served import Served, serve

PHONE = "+380671234567"


class Chat:
    """A web chat as a program sees it."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.token = ""
        self.count = 0

    async def opens(self, ref: str | None = None, language: str = "uk") -> list[Any]:
        status, opened = await self.served.post("/chat/api/sessions", {"language": language, "ref": ref})
        assert status == 201
        self.token = opened["token"]
        return list(opened["replies"])

    async def sends(self, **message: Any) -> list[Any]:
        self.count += 1
        status, said = await self.served.post("/chat/api/messages", {"id": f"m{self.count}", **message}, self.token)
        assert status == 200, said
        return list(said["replies"])

    async def says(self, text: str) -> list[Any]:
        return await self.sends(kind="text", text=text)

    async def registers(self, phone: str = PHONE, name: str = "Олена Коваль") -> Any:
        await self.opens("poster-17")
        await self.sends(kind="phone", phone=phone)
        await self.says(await self.served.sms(phone))
        replies = await self.says(name)
        return next(reply for reply in replies if reply["kind"] == "card")


async def test_a_card_with_its_codes_is_scanned_at_the_till(database_url: str) -> None:
    async with serve(database_url) as served:
        chat = Chat(served)
        card = await chat.registers()
        data = card["data"]
        assert data["points"] == 0
        assert data["state"] == "active"
        for code, proof in (
            (data["number"], "none"),
            (data["codes"]["rotating"], "rotating"),
            (data["codes"]["spoken"], "spoken"),
        ):
            status, seen = await served.lookup(code)
            assert (status, seen["proof"], seen["customer"]["name"]) == (200, proof, "Олена К.")
            assert seen["points"] == {"active": 0, "pending": 0, "held": 0, "spendable": 0, "next_expiry": None}
        async with served.http.get(card["image"]["url"]) as answer:
            picture = Image.open(io.BytesIO(await answer.read()))
        assert {code.text for code in zxingcpp.read_barcodes(picture)} == {data["number"]}


async def test_the_same_id_gives_the_same_answer_and_no_second_effect(database_url: str) -> None:
    async with serve(database_url) as served:
        chat = Chat(served)
        await chat.registers()
        body = {"id": "again", "kind": "action", "action": "card"}
        first = await served.post("/chat/api/messages", body, chat.token)
        others = await asyncio.gather(*(served.post("/chat/api/messages", body, chat.token) for _ in range(5)))
        assert all(other == first for other in others)
        async with served.http.get(
            f"{served.url}/chat/api/messages?after=0", headers={"Authorization": f"Bearer {chat.token}"}
        ) as answer:
            history = (await answer.json())["replies"]
        assert [one for one in history if one["n"] == first[1]["replies"][0]["n"]] == first[1]["replies"]
        assert sorted(one["n"] for one in history) == [one["n"] for one in history]


async def test_one_phone_registered_from_many_browsers_at_once_is_one_customer_with_one_card(database_url: str) -> None:
    async with serve(database_url) as served:
        chats = [Chat(served) for _ in range(8)]
        for chat in chats:
            await chat.opens()
        await chats[0].sends(kind="phone", phone=PHONE)
        code = await served.sms(PHONE)
        await chats[0].says(code)
        await chats[0].says("Олена")
        numbers = set()
        for chat in chats[:1]:
            numbers |= {reply["data"]["number"] for reply in await chat.says("картка")}
        people = await served.house.lanes.do("x", lambda work: work.customers.by_phone(Phone(PHONE)))
        assert people is not None
        cards = await served.house.lanes.do("x", lambda work: len(work.cards.all_of(people.id)))
        assert (len(numbers), cards) == (1, 1)


async def test_plastic_is_restored_from_a_photo_with_the_time_kept(database_url: str) -> None:
    async with serve(database_url) as served:
        record = Plastic("4820000000123", "ean13", Phone("+380509998877"), points=70)
        await served.house.lanes.do("x", lambda work: work.shelves.put_plastics([record]))
        chat = Chat(served)
        await chat.registers()
        await chat.says("стара картка")
        photo = io.BytesIO()
        face = CardFace("4820000000123", "ean13", "П", "0", "б", "K")
        Image.open(io.BytesIO(draw_card(face))).convert("RGB").save(photo, "JPEG", quality=70)
        began = asyncio.get_running_loop().time()
        replies = await chat.sends(kind="photo", image=base64.b64encode(photo.getvalue()).decode())
        assert asyncio.get_running_loop().time() - began >= 0.39
        assert "надіслано код" in replies[0]["text"]
        replies = await chat.says(await served.sms("+380509998877"))
        assert replies[0]["data"]["number"] == "4820000000123"


async def test_the_cashier_links_plastic_and_the_customer_is_told(database_url: str) -> None:
    async with serve(database_url) as served:
        await served.house.lanes.do("x", lambda work: work.shelves.put_plastics([Plastic("00012345678", "code128")]))
        chat = Chat(served)
        number = (await chat.registers())["data"]["number"]
        status, before = await served.lookup("00012345678")
        assert (status, before["customer"], before["card"]["state"]) == (200, None, "prepared")
        body = {"plastic": "0001 2345 678", "code": number}
        status, linked = await served.post("/pos/v1/plastic/link", body, served.till_key)
        assert (status, linked["card"]["number"], linked["customer"]["name"]) == (200, "00012345678", "Олена К.")
        assert (await served.post("/pos/v1/plastic/link", body, served.till_key))[0] == 200
        assert (await served.lookup(number))[1]["card"]["number"] == "00012345678"
        headers = {"Authorization": f"Bearer {chat.token}"}
        async with served.http.get(f"{served.url}/chat/api/messages?after=0", headers=headers) as answer:
            assert "Касир переніс" in (await answer.json())["replies"][-1]["text"]


async def test_what_the_house_says_later_comes_by_the_stream(database_url: str) -> None:
    async with serve(database_url) as served:
        chat = Chat(served)
        await chat.opens()
        headers = {"Authorization": f"Bearer {chat.token}"}
        async with served.http.get(f"{served.url}/chat/api/stream?after=0", headers=headers) as stream:
            assert stream.headers["Content-Type"].startswith("text/event-stream")
            read = asyncio.create_task(stream.content.readuntil(b"\r\n\r\n"))
            assert "потрібен ваш номер" in (await asyncio.wait_for(read, 30)).decode()
            later = asyncio.create_task(stream.content.readuntil(b"\r\n\r\n"))
            await chat.says("допомога")
            assert "Тут ваша картка" in (await asyncio.wait_for(later, 30)).decode()


async def test_forgetting_ends_what_was_and_a_new_life_begins_in_the_same_chat(database_url: str) -> None:
    async with serve(database_url) as served:
        chat = Chat(served)
        number = (await chat.registers())["data"]["number"]
        replies = await chat.says("мої дані")
        async with served.http.get(replies[0]["data"]["file"]) as answer:
            assert (await answer.json(content_type=None))["customer"]["phone"] == PHONE
        replies = await chat.says("забути мене")
        yes = next(button for button in replies[0]["buttons"] if button["label"] == "Видалити все")
        replies = await chat.sends(kind="action", action=yes["action"])
        assert "Ваші дані видалено" in replies[0]["text"]
        assert (await served.lookup(number))[0] == 404
        replies = await chat.says("картка")
        assert replies[0]["data"]["wants"] == "phone"


async def test_bad_requests_are_refused_clearly_and_nothing_is_lost(database_url: str) -> None:
    async with serve(database_url) as served:
        chat = Chat(served)
        await chat.opens()
        ok = {"id": "1", "kind": "text", "text": "x"}
        for body, token, status in (
            (ok, "", 401),
            (ok, "x" * 64, 401),
            ({**ok, "points": 9}, chat.token, 422),
            ({"id": "1", "kind": "dance"}, chat.token, 422),
            ({"id": "1", "kind": "location", "lat": 91, "lon": 0}, chat.token, 422),
            ({"id": "1", "kind": "text", "text": "y" * 300_000}, chat.token, 413),
            ([], chat.token, 422),
        ):
            got, problem = await served.post("/chat/api/messages", body, token)
            assert (got, problem["status"]) == (status, status)
            assert problem["type"].startswith("about:kartka/")
        for path, method, status in (("/chat/api/none", "GET", 404), ("/chat/api/messages", "PUT", 405)):
            async with served.http.request(method, served.url + path) as answer:
                assert answer.status == status
                assert answer.content_type == "application/problem+json"
        statuses = [
            (await served.post("/chat/api/messages", {"id": f"f{i}", "kind": "text", "text": "меню"}, chat.token))[0]
            for i in range(25)
        ]
        assert 429 in statuses


async def test_a_closed_session_opens_nothing(database_url: str) -> None:
    async with serve(database_url) as served:
        chat = Chat(served)
        await chat.registers()
        headers = {"Authorization": f"Bearer {chat.token}"}
        async with served.http.delete(f"{served.url}/chat/api/sessions", headers=headers) as answer:
            assert answer.status == 204
        assert (await served.post("/chat/api/messages", {"id": "z", "kind": "text", "text": "x"}, chat.token))[0] == 401


async def test_tokens_and_history_survive_a_restart(database_url: str) -> None:
    async with serve(database_url) as served:
        chat = Chat(served)
        await chat.registers()
    async with serve_again(database_url) as served:
        chat.served = served
        replies = await chat.says("картка")
        assert replies[0]["kind"] == "card"


def serve_again(database_url: str) -> Any:
    """The same database, another life of the house; its furniture is there already."""
    return serve(database_url, furnish=False)
