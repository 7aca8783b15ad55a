"""My offers of the week: list, activate, not for me and back, why, profiling off, the till; in every channel."""

from pathlib import Path
from typing import Any

import pytest

from core.offers.weekly import Because, Did, Pick, offer_id, week_at
from core.surveys.actions import publish
from core.surveys.data import questionnaire_data
from tests.support.served import until
from tests.support.tills import line, now
from tests.support.voices import CHANNELS, Stage, Voice, comes, hears, open_stage
from tests.support.weekly import PICKS, ROWS, load, plan, promo_file, shelve


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> str:
    """The story is told once in each."""
    return str(request.param)


async def on_offer(stage: Stage, tmp_path: Path, picks: tuple[Pick, ...] = PICKS, *rows: str) -> str:
    """The running week has goods on offer, and these are picked for the customer; the week."""
    till = stage.till

    def job(work: Any) -> str:
        week = week_at(work.now, work.programme.timezone)
        shelve(work)
        assert load(lambda some: some(work), promo_file(tmp_path, week, *ROWS, *rows)).rejected == []
        plan(work, week, {till.customer: picks})
        return week

    return str(await till.do(job))


def _names_categories(work: Any) -> None:
    """The shop calls dairy goods otherwise than the questionnaire does."""
    data = questionnaire_data(work.questionnaires.newest())
    [interests] = [one for one in data["questions"] if one["key"] == "interests"]
    next(one for one in interests["options"] if one["key"] == "dairy")["categories"] = ["Молоко", "Сири"]
    publish(work, data=data, actor="anna")


async def open_one(voice: Voice, channel: str, title: str) -> None:
    """Where a list has no buttons of each offer, the offer by itself."""
    if channel == "telegram":
        await hears(voice, voice.taps(title), title)


async def test_offers_are_listed_activated_and_bought_at_their_price(
    database_url: str, channel: str, tmp_path: Path
) -> None:
    async with open_stage(database_url) as stage:
        voice = await stage.registered(channel)
        await hears(voice, voice.says("пропозиції"), "особистих пропозицій ще немає")
        week = await on_offer(stage, tmp_path)
        await hears(voice, voice.says("картка"), "На картці")
        listed = await hears(voice, voice.taps("Мої пропозиції"), "У вас 3 пропозиції цього тижня")
        if channel == "telegram":
            for told in ("Молоко свіже\n39,90", "Ви купуєте це приблизно раз на 3 тижні", "Пасує до: Хліб житній"):
                assert told in listed
        await open_one(voice, channel, "Молоко свіже")
        await hears(voice, voice.presses("activate:milk"), "Активовано: Молоко свіже за 39,90")
        _, seen = await stage.till.served.lookup(stage.till.number)
        assert [(one["id"], one["title"], one["reason"]) for one in seen["offers"]] == [
            (offer_id(week, "milk"), "Молоко свіже", "Ви купуєте це приблизно раз на 3 тижні"),
            (offer_id(week, "coffee"), "Кава мелена", "Пасує до: Хліб житній"),
            (offer_id(week, "bread"), "Хліб житній", "Найулюбленіше цього тижня"),
        ]
        before = len(await voice.texts())
        status, sale = await stage.till.sell(line("milk", 5000), code=stage.till.number, sold_at=now())
        assert (status, sale["total"], sale["applied"][0]["offer"]) == (201, 3990, offer_id(week, "milk"))
        await comes(voice, before, "Сплачено 39,90")
        explained = await hears(voice, voice.taps("Чому стільки"), "50,00")
        assert "Молоко свіже" in explained
        await hears(voice, voice.says("пропозиції"), "У вас 2 пропозиції")
        events = await stage.till.do(lambda work: work.weeks.events([stage.till.customer]))
        assert {(one.sku, one.did) for one in events if one.sku != "bread"} == {
            ("milk", Did.SHOWN), ("milk", Did.ACTIVATED), ("milk", Did.REDEEMED), ("coffee", Did.SHOWN),
        }  # fmt: skip


async def test_what_is_not_for_me_goes_and_comes_back(database_url: str, channel: str, tmp_path: Path) -> None:
    async with open_stage(database_url) as stage:
        voice = await stage.registered(channel)
        await on_offer(stage, tmp_path)
        await hears(voice, voice.presses("refuse:coffee"), "Більше не пропонуватимемо: Кава мелена")
        await hears(voice, voice.says("пропозиції"), "У вас 2 пропозиції")
        await hears(voice, voice.presses("activate:coffee"), "вже немає у вашому списку")
        await hears(voice, voice.presses("allow:coffee"), "Повернули")
        await hears(voice, voice.presses("allow:coffee"), "вже немає у вашому списку")
        await hears(voice, voice.says("акції"), "У вас 3 пропозиції")


async def test_why_an_offer_is_shown_is_told_in_full(database_url: str, channel: str, tmp_path: Path) -> None:
    async with open_stage(database_url) as stage:
        voice = await stage.registered(channel)
        known = Pick("coffee", Because.NEIGHBOUR, "Львівська", 4)
        chosen = (PICKS[0], known, PICKS[2], Pick("cheese", Because.INTEREST, "Сири"))
        await stage.till.do(_names_categories)
        await on_offer(stage, tmp_path, chosen, "cheese,90,80,,,,")
        why = await hears(voice, voice.presses("why:milk"), "Чому ви бачите «Молоко свіже»")
        assert "лише на ваші покупки за карткою" in why
        assert "«Мої дані», потім «Не добирати для мене»" in why
        brand = await hears(voice, voice.presses("why:coffee"), "Ви знаєте марку «Львівська»: це теж вона")
        assert "Досі ви купували в одному розділі, зокрема марку «Львівська»" in brand
        assert "«Мої дані», потім «Не добирати для мене»" in brand
        assert "На ваші покупки ми не дивилися" in await hears(voice, voice.presses("why:bread"), "Хліб житній")
        interest = await hears(voice, voice.presses("why:cheese"), "Ви сказали, що вам цікаво: Молочне")
        assert "лише на ваші відповіді в анкеті" in interest


async def test_who_stops_personal_selection_sees_what_is_popular_at_once(
    database_url: str, channel: str, tmp_path: Path
) -> None:
    async with open_stage(database_url) as stage:
        voice = await stage.registered(channel)
        week = await on_offer(stage, tmp_path)
        await hears(voice, voice.says("мої дані"), "Тут усе")
        await hears(voice, voice.presses("impersonal"), "Більше не добираємо")
        await hears(voice, voice.taps("Мої пропозиції"), "У вас 1 пропозиція")
        _, seen = await stage.till.served.lookup(stage.till.number)
        assert [one["id"] for one in seen["offers"]] == [offer_id(week, "bread")]
        _, quoted = await stage.till.quote(line("milk", 5000), line("bread", 3000), code=stage.till.number)
        assert [one["offer"] for one in quoted["applied"]] == [offer_id(week, "bread")]
        await hears(voice, voice.presses("personal"), "Знову добираємо")
        await hears(voice, voice.says("пропозиції"), "У вас 3 пропозиції")


async def test_more_than_a_carousel_holds_comes_a_page_at_a_time(
    database_url: str, channel: str, tmp_path: Path
) -> None:
    async with open_stage(database_url) as stage:
        voice = await stage.registered(channel)
        await on_offer(stage, tmp_path)
        rows = [f"{sku},50,40,Товар {sku} & <довга> назва {'х' * 150},,," for sku in "abcdefgh"]

        def more(work: Any) -> None:
            from core.stores.model import Product

            work.shelves.put_products([Product(sku, sku) for sku in "abcdefgh"])
            week = week_at(work.now, work.programme.timezone)
            load(lambda some: some(work), promo_file(tmp_path, week, *rows))
            plan(work, week, {stage.till.customer: [Pick(sku, Because.ALIKE, "кава & чай") for sku in "abcdefgh"]})

        await stage.till.do(more)
        await hears(voice, voice.says("пропозиції"), "У вас 8 пропозицій")

        async def has(label: str) -> bool:
            return label in await voice.labels()

        await until(lambda: has("Показати ще"))
        await hears(voice, voice.taps("Показати ще"), "У вас 8 пропозицій")
        events = await stage.till.do(lambda work: work.weeks.events([stage.till.customer]))
        assert sorted(one.sku for one in events) == list("abcdefgh")
