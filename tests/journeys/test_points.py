"""Points in the chat: news of a sale, quiet, history, mistakes, explanations, vouchers (every channel and database)."""

import io
from datetime import datetime, timedelta

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import text

from adapters.app.scheduling import remind
from core.vouchers.codes import barcode_digits, printed
from tests.support.tills import line
from tests.support.voices import CHANNELS, Stage, comes, hears, open_stage

COFFEE = {"uk": "Знижка на каву в усіх магазинах міста, щодня до кінця року"}


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> str:
    """The story is told once in each."""
    return str(request.param)


async def test_a_sale_is_told_explained_and_can_be_kept_quiet(database_url: str, channel: str) -> None:
    async with open_stage(database_url) as stage:
        till, voice = stage.till, await stage.registered(channel)
        await till.gift(40)
        proof = (await hears(voice, voice.taps("Код для каси"), "Код для каси:")).split(":")[1].split(".")[0]
        basket = line("a", 10000, name="Кава & чай"), line("b", 2500, "2")
        before = len(await voice.texts())
        _, sale = await till.sell(*basket, code=proof.replace(" ", ""), spend_points=20)
        news = await comes(voice, before, "Дякуємо за покупку: Поділ")
        for told in ("Сплачено 130,00", "Нараховано 6 бонусів.", "Списано 20 бонусів.", "На картці 20 бонусів."):
            assert told in news
        explained = await hears(voice, voice.taps("Чому стільки"), "Кава & чай: 1 × 100,00")
        for told in ("Бонусами: 20 бонусів = −20,00", "Сплачено 130,00", "Нараховано 6 бонусів"):
            assert told in explained

        before = len(await voice.texts())
        await till.sell(line(), code=till.number)
        await comes(voice, before, "Дякуємо за покупку")
        await hears(voice, voice.taps("Не писати про це"), "Більше не пишемо")
        before = len(await voice.texts())
        await till.sell(line(), code=till.number)
        await hears(voice, voice.taps("Писати про покупки"), "Знову писатимемо")
        assert not any("Дякуємо за покупку" in said for said in (await voice.texts())[before:])
        before = len(await voice.texts())
        await till.cancel(sale["sale_id"])
        back = await comes(voice, before, "Повернення оформлено: 130,00")
        assert "Повернуто на картку 20 бонусів." in back


async def test_the_last_operations_are_listed_and_a_mistake_is_reported(database_url: str, channel: str) -> None:
    async with open_stage(database_url) as stage:
        till, voice = stage.till, await stage.registered(channel)
        await hears(voice, voice.says("операції"), "Операцій ще немає")
        await till.gift(40)
        for _ in range(11):
            _, sale = await till.sell(line(), code=till.number)
        listed = await hears(voice, voice.says("мої операції"), "Останні операції")
        assert listed.count("Поділ, 100,00") == 10
        label = next(one for one in await voice.labels() if "Чому так" in one)
        await hears(voice, voice.taps(label), "Сплачено 100,00")
        await hears(voice, voice.says("мої операції"), "Останні операції")
        await hears(voice, voice.taps("Тут помилка"), "магазин перевірить")
        assert reported(stage) == [sale["sale_id"]]


def reported(stage: Stage) -> list[str]:
    """The newest sale of everybody who says that something is wrong."""
    with stage.till.served.house.engine.connect() as connection:
        rows = connection.execute(text("select data from events where name = 'mistake.reported'")).scalars()
        return [str(row).split('"sale": "')[1].split('"')[0] if isinstance(row, str) else row["sale"] for row in rows]


async def test_the_longest_receipt_is_explained_to_its_last_line(database_url: str, channel: str) -> None:
    async with open_stage(database_url) as stage:
        till, voice = stage.till, await stage.registered(channel)
        goods = [
            line(
                f"s{at}",
                1000 + at,
                name=f"Шоколад чорний із лісовими горіхами, родзинками та солоною карамеллю «Ґанок & Їжак» № {at}",
            )
            for at in range(400)
        ]
        before = len(await voice.texts())
        await till.sell(*goods, code=till.number)
        await comes(voice, before, "Дякуємо за покупку")
        await hears(voice, voice.taps("Чому стільки"), "Нараховано 239 бонусів")
        told = "\n".join((await voice.texts())[before:])
        assert all(f"№ {at}:" in told for at in range(400))


async def test_somebody_else_s_receipt_voucher_or_question_stays_theirs(database_url: str, channel: str) -> None:
    async with open_stage(database_url) as stage:
        till, voice = stage.till, await stage.registered(channel)
        await till.offer(id="ten", audience="voucher", benefit={"kind": "percent_off", "percent": "10"})
        _, sale = await till.sell(line())
        code = await till.voucher("ten")
        for action in (f"explain:{sale['sale_id']}", f"voucher:{code}", f"number:{code}", "explain:none"):
            before = len(await voice.texts())
            await voice.presses(action)
            await comes(voice, before, "")
            assert not any(code in said or "100,00" in said for said in (await voice.texts())[before:])
        await hears(voice, voice.presses("confirm:none"), "вже закрите")


async def test_vouchers_are_shown_one_at_once_and_several_as_a_list(database_url: str, channel: str) -> None:
    async with open_stage(database_url) as stage:
        till, voice = stage.till, await stage.registered(channel)
        await hears(voice, voice.says("ваучери"), "Ваучерів зараз немає")
        benefit = {"kind": "percent_off", "percent": "10"}
        await till.offer(id="ten", audience="voucher", benefit=benefit, title=COFFEE)
        code = await till.voucher("ten", mine=True)
        await hears(voice, voice.says("ваучери"), printed(code))
        assert barcode_digits(code) in read((await voice.pictures())[-1])
        for _ in range(14):
            await till.voucher("ten", mine=True)
        await hears(voice, voice.says("ваучери"), "У вас 15 ваучерів")
        labels = [one for one in await voice.labels() if "Знижка на каву" in one]
        assert len(labels) == 10
        before = len(await voice.pictures())
        await hears(voice, voice.taps(labels[0]), "Код ваучера")
        assert len(await voice.pictures()) == before + 1


def read(picture: bytes) -> set[str]:
    """Every code in it."""
    return {one.text for one in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))}


async def test_a_voucher_that_ends_soon_is_reminded_of_once_with_its_picture(database_url: str, channel: str) -> None:
    async with open_stage(database_url) as stage:
        till, voice = stage.till, await stage.registered(channel)
        house = till.served.house
        await till.offer(id="ten", audience="voucher", benefit={"kind": "percent_off", "percent": "10"}, title=COFFEE)
        noon = datetime.now(house.programme.timezone).replace(hour=12)
        code = await till.voucher("ten", mine=True, valid_until=noon.date() + timedelta(days=2))
        assert await remind(house, noon.replace(hour=22)) == {"reminded": 0}
        before = len(await voice.texts())
        assert await remind(house, noon) == {"reminded": 1}
        assert printed(code) in await comes(voice, before, "Нагадуємо про ваш ваучер")
        assert barcode_digits(code) in read((await voice.pictures())[-1])
        assert await remind(house, noon) == {"reminded": 0}
