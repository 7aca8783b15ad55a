"""My data, asked for in the chat: the file tells of both selves of a merged person, their purchases and points."""

import json
from typing import Any

import pytest

from core.customers.model import Purpose, agreed
from core.surveys.joining import merge
from tests.support.served import until
from tests.support.tills import line
from tests.support.voices import Stage, hears, open_stage

OTHER = "+380671112233"


async def file_of(stage: Stage, name: str) -> Any:
    """What the messenger was given."""
    if name == "telegram":
        sent = [one.document for one in stage.telegram.chats[501].messages if one.document is not None]
        return json.loads(sent[-1])
    body = await until(lambda: next((one for one in stage.viber.bodies if one.get("type") == "file"), None))
    async with stage.till.served.http.get(body["media"]) as answer:
        return await answer.json(content_type=None)


@pytest.mark.parametrize("channel", ["telegram", "viber"])
async def test_the_file_has_everything_under_every_id_the_person_had(database_url: str, channel: str) -> None:
    async with open_stage(database_url) as stage:
        till = stage.till
        await stage.registered("web", OTHER)
        absorbed, number = till.customer, till.number
        _, earlier = await till.sell(line("old", 20000, name="Чай"), code=till.number)
        voice = await stage.registered(channel)
        await till.gift(40)
        await till.offer(id="ten", audience="voucher", benefit={"kind": "percent_off", "percent": "10"})
        code, used = await till.voucher("ten", mine=True), await till.voucher("ten", mine=True)
        _, sale = await till.sell(line("a", 10000, name="Кава"), code=till.number, vouchers=[used])
        await till.take_back(sale["sale_id"], (0, "0.5"))
        await till.do(lambda work: merge(work, survivor=till.customer, absorbed=absorbed, actor="owner"))

        await hears(voice, voice.says("мої дані"), "Тут усе")
        data = await file_of(stage, channel)
        assert [one["phone"] for one in (data["customer"], *data["merged"])] == ["+380671234567", OTHER]
        assert {one["number"] for one in data["cards"]} == {till.number, number}
        assert {one["id"] for one in data["purchases"]} == {sale["sale_id"], earlier["sale_id"]}
        coffee = next(one for one in data["purchases"] if one["id"] == sale["sale_id"])
        assert (coffee["total"], coffee["lines"][0]["name"], coffee["offers"][0]["voucher"]) == (9000, "Кава", used)
        assert [one["money"] for one in coffee["returns"]] == [4500]
        assert [one["code"] for one in data["vouchers"]] == [code]
        points = data["points"]
        assert (points["active"], points["pending"]) == (40, 4 - 2 + 10)
        assert sum(one["change"] for one in points["operations"]) == points["active"] + points["pending"]
        assert data["quiet_about_sales"] is False
        assert {one["customer"] for one in data["consents"]} == {till.customer, absorbed}


@pytest.mark.parametrize("channel", ["telegram", "viber"])
async def test_who_said_no_to_offers_may_say_yes_later_and_stop_again(database_url: str, channel: str) -> None:
    async with open_stage(database_url) as stage:
        voice = await stage.registered(channel)

        async def agreed_to() -> bool:
            return bool(
                await stage.till.do(lambda work: agreed(work.consents.of(stage.till.customer))[Purpose.MARKETING])
            )

        await hears(voice, voice.says("мої дані"), "Тут усе")
        await hears(voice, voice.taps("Надсилати пропозиції"), "Не частіше двох разів")
        await hears(voice, voice.taps("Так, надсилайте"), "Дякуємо")
        assert await agreed_to()
        await hears(voice, voice.says("мої дані"), "Тут усе")
        await hears(voice, voice.taps("Не надсилати"), "більше не буде")
        assert not await agreed_to()
        await hears(voice, voice.taps("Надсилати пропозиції"), "Не частіше двох разів")
        await hears(voice, voice.taps("Ні, дякую"), "не надсилатимемо")
        assert not await agreed_to()
