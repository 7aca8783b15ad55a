"""Offers, vouchers and questionnaires by hand on a phone: composed in words, tried, saved, told what is wrong."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, FilePayload, Locator, Page, expect

from core.customers.model import Customer
from core.shared.values import CustomerId
from core.stores.model import Product
from core.surveys.model import Given, Kind
from tests.journeys.test_browser import clean, log_in, phone_page
from tests.support.console import entered
from tests.support.served import serve

HOSTILE = '<img src=x onerror="window.hacked=1">{{7*7}} =1+1 «Ї»'
GIFT: dict[str, Any] = {"id": "gift", "audience": "voucher", "title": {"uk": "Подарунок"},
                        "benefit": {"kind": "amount_off", "amount": 700}}  # fmt: skip


def shop(work: Any) -> None:
    work.shelves.put_products([Product("1", "Кава", "coffee", "Ранок", 10_000)])


async def press_slowly(page: Page, button: Locator, answer: str) -> None:
    """The finger is down until the answer has come that redraws the page; the button has not moved meanwhile."""
    await button.scroll_into_view_if_needed()
    before = await button.bounding_box()
    await page.evaluate("document.getElementById('live').dataset.seen = 'before'")
    await button.hover()
    async with page.expect_response(answer):
        await page.mouse.down()
    drawn = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
    await page.evaluate(drawn)
    assert await button.bounding_box() == before
    assert await page.evaluate("document.getElementById('live').dataset.seen") == "before"
    await page.mouse.up()


async def test_an_offer_is_composed_in_words_tried_on_a_basket_and_ended(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served, entered(served) as program:
        await served.house.lanes.do("x", shop)
        page = await phone_page(browser)
        page.on("dialog", lambda dialog: dialog.accept())
        await log_in(page, served, "owner", "/console/offers")
        await expect(page.get_by_text("Пропозицій ще немає")).to_be_visible()
        await page.get_by_role("link", name="Нова пропозиція").click()
        await page.wait_for_load_state()
        live = page.get_by_role("region", name="Як це читається")
        await page.get_by_label("Відсотків").fill("12,5")
        await page.get_by_label("Категорії, через кому").fill("coffee")
        await expect(live).to_contain_text("Знижка 12,5 % на товари (категорії: coffee).")
        await expect(live).to_contain_text("12.5 % off goods (categories: coffee).")
        await expect(live).to_contain_text("Ця пропозиція знімає 12,50")
        await page.get_by_role("button", name="Додати умову").click()
        await page.wait_for_load_state()
        await page.get_by_label("Умова").select_option("items")
        await page.get_by_label("Скільки щонайменше").fill("2")
        await expect(live).to_contain_text("якщо у кошику щонайменше 2")
        await expect(live).to_contain_text("не діє: умову не виконано")
        await page.get_by_label("Кількість 1").fill("2")
        await expect(live).to_contain_text("Ця пропозиція знімає 25,00")
        await clean(page)
        await page.get_by_label("Щонайбільше, грошей").fill("сто")
        await page.get_by_label("Українська").fill(HOSTILE)
        await page.get_by_label("Позначка").fill("Кава/20 %")
        await page.get_by_role("button", name="Зберегти").click()
        wrong = page.get_by_label("Щонайбільше, грошей")
        await expect(wrong).to_have_accessible_description("Гроші числом, наприклад 12,50.")
        await expect(wrong).to_have_value("сто")
        await clean(page)
        await wrong.fill("20")
        await wrong.press("Tab")
        await page.get_by_role("button", name="Зберегти").press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("Збережено, версія 1")
        await expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
        assert await page.evaluate("window.hacked") is None
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        kept = (await program.get("/offers"))[1]["rows"][0]
        assert kept["offer"]["benefit"] == {"kind": "percent_off", "percent": "12.5", "max": 2000,
                                            "match": {"category": ["coffee"]}}  # fmt: skip
        assert (kept["version"], kept["state"]) == (1, "running")
        changed = {"version": 1, "offer": {**kept["offer"], "priority": 3}}
        assert (await program.send("POST", "/offers", changed))[1]["version"] == 2
        await page.get_by_label("Черговість").fill("9")
        await page.get_by_role("button", name="Зберегти").click()
        await expect(page.get_by_role("alert")).to_contain_text("Тим часом хтось зберіг іншу версію")
        await expect(page.get_by_label("Черговість")).to_have_value("9")
        await page.get_by_role("button", name="Зберегти").click()
        await expect(page.get_by_role("status")).to_contain_text("версія 3")
        await page.get_by_role("button", name="Завершити зараз").click()
        await expect(page.get_by_text("Завершена")).to_be_visible()
        async with page.expect_download() as taken:
            await page.get_by_role("link", name="Завантажити файл").click()
        told = json.loads((await (await taken.value).path()).read_text(encoding="utf-8"))
        told["offers"][0] |= {"id": "again", "until": None}
        await page.goto(f"{served.url}/console/offers")
        for content, next_page in ((b'{"offers": [', "alert"), (json.dumps(told).encode(), "form")):
            file: FilePayload = {"name": "offer.json", "mimeType": "application/json", "buffer": content}
            await page.get_by_label("Файл однієї пропозиції").set_input_files(files=[file])
            await page.get_by_role("button", name="Відкрити файл").click()
            if next_page == "alert":
                await expect(page.get_by_role("alert")).to_contain_text("Файл не підходить")
        await expect(page.get_by_label("Позначка")).to_have_value("again")
        await expect(page.get_by_label("Відсотків")).to_have_value("12.5")
        await page.goto(f"{served.url}/console/offers?state=over")
        await expect(page.get_by_role("row")).to_have_count(2)
        await clean(page)
        lines: list[dict[str, Any]] = [{"sku": "1", "unit_price": 100}]
        for body, field in (
            ({"offer": {"benefit": {"kind": "steal"}}, "lines": lines}, "benefit.kind"),
            ({"offer": GIFT, "lines": []}, "lines"),
            ({"offer": GIFT, "lines": lines, "at": "0001-01-01T00:00:00Z"}, "at"),
            ({"offer": GIFT, "lines": [{"sku": "\0", "unit_price": 1}]}, "lines.0.sku"),
            ({"offer": {**GIFT, "stores": ["\ud800"]}, "lines": lines}, "stores"),
        ):  # fmt: skip
            status, told = await program.send("POST", "/offers/quote", body)
            assert (status, told["field"]) == (422, field)
        quoted = (
            await program.send("POST", "/offers/quote", {"offer": GIFT, "lines": [{"sku": "1", "unit_price": 900}]})
        )[1]
        assert (quoted["subtotal"], quoted["discount"], quoted["total"]) == (900, 700, 200)
        assert (await program.get("/console/offers/%00"))[0] == 404
        async with entered(served, "analyst") as analyst:
            assert (await analyst.get("/offers"))[1]["total"] == 1
            assert (await analyst.send("POST", "/offers", changed))[0] == 403
        verbs = [line["verb"] for line in (await program.get("/audit?verb=offer"))[1]["rows"]]
        assert verbs == ["offer.export", "offer.end", "offer.save", "offer.save", "offer.save"]


async def test_codes_are_made_in_a_batch_taken_out_and_voided(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served, entered(served) as program:
        assert (await program.send("POST", "/offers", {"version": 0, "offer": GIFT}))[0] == 200
        page = await phone_page(browser)
        page.on("dialog", lambda dialog: dialog.accept())
        await log_in(page, served, "owner", "/console/vouchers")
        await expect(page.get_by_text("Ваучерів ще немає")).to_be_visible()
        await page.get_by_label("Скільки кодів").fill("багато")
        await page.get_by_role("button", name="Зробити коди").click()
        count = page.get_by_label("Скільки кодів")
        await expect(count).to_have_accessible_description("Ціле число від 1 до 100 000.")
        await clean(page)
        await count.fill("60")
        await page.get_by_role("button", name="Зробити коди").click()
        await expect(page.get_by_text("На руках", exact=True).locator("xpath=..")).to_contain_text("60")
        await clean(page)
        async with page.expect_download() as taken:
            await page.get_by_role("link", name="Завантажити коди").click()
        told = (await (await taken.value).path()).read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(told), delimiter=";"))
        assert len({row["code"] for row in rows}) == 60
        one = rows[7]["printed"]
        await page.goto(f"{served.url}/console/vouchers")
        await page.get_by_label("Код", exact=True).fill(one.replace("-", " ").lower())
        await expect(page.locator("#list-body tbody tr")).to_have_count(1)
        await page.get_by_role("link", name=one).click(delay=200)
        await page.get_by_label("Чому").fill(HOSTILE)
        await page.get_by_role("button", name="Скасувати").click()
        await expect(page.locator("main")).to_contain_text("owner")
        await clean(page)
        batch = (await program.get("/vouchers/batches"))[1]["rows"][0]
        assert (batch["states"], batch["made"]) == ({"issued": 59, "void": 1}, 60)
        await page.goto(f"{served.url}/console/vouchers/batches/{batch['id']}")
        await page.get_by_label("Чому").fill("надруковано з помилкою")
        await page.get_by_role("button", name="Скасувати").click()
        await expect(page.get_by_text("Скасовано").first).to_be_visible()
        assert (await program.get(f"/vouchers/batches/{batch['id']}"))[1]["states"] == {"void": 60}
        lines = (await program.get("/audit?verb=voucher"))[1]["rows"]
        assert [(line["verb"], line["why"]) for line in lines] == [
            ("voucher.void-batch", "надруковано з помилкою"), ("voucher.void", HOSTILE), ("voucher.codes", ""),
            ("voucher.batch", "gift × 60"),
        ]  # fmt: skip
        async with entered(served, "analyst") as analyst:
            shown = (await analyst.get("/vouchers"))[1]["rows"][0]["code"]
            assert shown.endswith("…")
            assert len(shown) == 5
            assert (await analyst.get(f"/vouchers/batches/{batch['id']}/codes"))[0] == 403
            assert (await analyst.send("POST", "/vouchers/batches", {"offer": "gift", "count": 1}))[0] == 403
        for body, status in (({"offer": "gift", "count": 100_001}, 422), ({"offer": "nothing", "count": 1}, 404),
                             ({"offer": "gift", "count": 1, "valid_until": "soon"}, 422)):  # fmt: skip
            assert (await program.send("POST", "/vouchers/batches", body))[0] == status


async def test_a_questionnaire_is_edited_seen_in_the_messengers_and_published(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served, entered(served) as program:
        page = await phone_page(browser)
        await log_in(page, served, "owner", "/console/questionnaires")
        await page.get_by_role("link", name="Змінити анкету").click()
        await page.wait_for_load_state()
        live = page.get_by_role("region", name="Як це побачать")
        await expect(live.locator(".phone")).to_have_count(27)
        await page.get_by_role("button", name="Додати питання").click()
        await page.wait_for_load_state()
        added = page.locator("#question-9")
        await added.get_by_label("Що це за відповідь").select_option("choice")
        await added.get_by_role("button", name="Додати варіант").click()
        await added.get_by_role("button", name="Додати варіант").click()
        for language in ("uk", "en", "ru"):
            await page.locator(f'[id="f-questions.9.name.{language}"]').fill("Тварини")
            await page.locator(f'[id="f-questions.9.title.{language}"]').fill(HOSTILE)
            for option, word in enumerate(("Кіт", "Пес")):
                await page.locator(f'[id="f-questions.9.options.{option}.label.{language}"]').fill(word)
        viber = live.locator(".phone.viber").last
        await expect(viber).to_contain_text(HOSTILE)
        await expect(viber.locator(".keys").first).to_have_text("Кіт")
        await expect(live).to_contain_text("«Тварини»: нове питання")
        await clean(page)
        await page.locator('[id="f-questions.9.options.1.label.en"]').fill("")
        await press_slowly(page, page.get_by_role("button", name="Опублікувати"), "**/draft/live")
        label = page.locator('[id="f-questions.9.options.1.label.en"]')
        await expect(label).to_have_attribute("aria-invalid", "true")
        await expect(label).to_be_visible()
        await expect(live.locator(".phone")).to_have_count(27)
        await clean(page)
        await label.fill("Dog")
        await page.get_by_role("button", name="Вище питання 10").click()
        await page.get_by_role("button", name="Опублікувати").click()
        await expect(page.get_by_role("status")).to_contain_text("Версію 1 опубліковано")
        newest = (await program.get("/questionnaires/newest"))[1]
        assert [one["key"] for one in newest["questionnaire"]["questions"]][-2:] == ["question-1", "email"]
        body = {"version": 0, "questionnaire": newest["questionnaire"]}
        assert (await program.send("POST", "/questionnaires", body))[1]["type"] == "about:kartka/questionnaire-changed"
        broken = {"version": 1, "questionnaire": {"questions": [{"key": HOSTILE}]}}
        assert (await program.send("POST", "/questionnaires", broken))[0] == 422
        assert await page.evaluate("window.hacked") is None
        await page.goto(f"{served.url}/console/questionnaires/1?spoken=en")
        await expect(page.locator(".phone.telegram").nth(1)).to_contain_text("Your sex?")
        await clean(page)
        await answer_some(served.house)
        async with entered(served, "analyst") as analyst:
            told = (await analyst.get("/questionnaires/answers"))[1]
            assert {(one["answer"], one["people"]) for one in told["answers"]} == {("Жінка", 5), ("Чоловік", None)}
            assert (await analyst.send("POST", "/questionnaires", body))[0] == 403
        exact = (await program.get("/questionnaires/answers"))[1]["answers"]
        assert {(one["answer"], one["people"]) for one in exact} == {("Жінка", 6), ("Чоловік", 2)}
        await page.goto(f"{served.url}/console/questionnaires/draft/answers")
        await expect(page.locator("svg").first).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def answer_some(house: Any) -> None:
    """Six women and two men have said so."""

    def job(work: Any) -> None:
        for number in range(8):
            customer = Customer(CustomerId(work.new_id()), work.now)
            work.customers.add(customer)
            work.answers.put(customer.id, "sex", Given("f" if number < 6 else "m", Kind.CHOICE, 1, work.now))

    await house.lanes.do("x", job)
