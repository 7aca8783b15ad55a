"""Campaigns in a browser: made step by step on a phone, seen as people will see it, counted, approved, and gone out."""

from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.journeys.test_browser import clean, log_in, phone_page
from tests.journeys.test_campaign_desk import photo
from tests.support.deskshop import NAMES, furnish, goes_out, noon_zone
from tests.support.served import serve


async def made(page: Page, picture: Path) -> None:
    """The wizard from its beginning to its end, each of its pages clean, each mistake told where it was made."""
    await clean(page)
    await page.get_by_role("link", name="Нова кампанія").click()
    await page.get_by_label("Назва").fill("Кава для своїх")
    await clean(page)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Кому")).to_be_visible()
    await page.get_by_label("Сегмент").select_option("ready:lifecycle-registered")
    await expect(page.get_by_role("status")).to_contain_text(f"У сегменті {len(NAMES) + 1} людей")
    await clean(page)
    await page.get_by_role("button", name="Зберегти й далі").click()
    text = page.get_by_label("Текст, Українська")
    await text.fill("Доброго дня, ")
    await page.get_by_role("button", name="Ім’я").click()
    await expect(text).to_have_value("Доброго дня, {name|друже}")
    await expect(page.get_by_role("region", name="Telegram")).to_contain_text("Доброго дня, друже")
    await text.fill("Доброго дня, {name}! Кава")
    await expect(page.get_by_role("status").filter(has_text="знає не кожен")).to_be_visible()
    await page.get_by_role("button", name="Зберегти", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("знає не кожен")
    await expect(text).to_have_value("Доброго дня, {name}! Кава")
    await text.fill("Доброго дня, {name|друже}! Кава " + "я" * 600)
    page_of_picture = page.get_by_label("Зображення")
    await page_of_picture.set_input_files({"name": "a.svg", "mimeType": "image/png", "buffer": b"<svg/>"})
    await expect(page.get_by_text("не зображення")).to_be_visible()
    await page_of_picture.set_input_files(picture)
    await expect(page.get_by_text("Viber, Українська: до 804 з 512, не вміщується")).to_be_visible()
    await text.fill("Доброго дня, {name|друже}! Кава")
    await expect(page.get_by_text("не вміщується")).to_have_count(0)
    await page.get_by_text("Кнопка 1").click()
    button = page.get_by_role("group").filter(has=page.get_by_text("Кнопка 1")).last
    await button.get_by_label("Куди веде").select_option("card")
    await button.get_by_label("Напис, Українська").fill("Показати картку")
    for name in ("Telegram", "Viber", "Вебчат"):
        phone = page.get_by_role("region", name=name)
        await expect(phone).to_contain_text("Доброго дня, друже! Кава")
        await expect(phone).to_contain_text(f"Найдовше ім’я: {NAMES[2]}")
        await expect(phone).to_contain_text("Показати картку")
        await expect(phone.get_by_role("img")).to_have_count(3)
    await clean(page)
    await page.get_by_role("button", name="Зберегти й далі").click()
    control = page.get_by_label("Контрольна група, %")
    await control.fill("3")
    await page.get_by_label("Група A, %").fill("97")
    await page.keyboard.press("Enter")
    await expect(control).to_have_accessible_description(
        "Контрольна група потрібна, щонайменше 5 %: без неї ніхто не дізнається, що дала кампанія."
    )
    await clean(page)
    await control.fill("30")
    await page.get_by_label("Група A, %").fill("70")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Коли")).to_be_visible()
    await clean(page)
    await page.get_by_role("button", name="Зберегти й далі").click()
    await page.get_by_label("Бюджет, UAH").fill("99,50")
    await clean(page)
    await page.get_by_role("button", name="Зберегти").click()


async def test_a_small_campaign_is_made_approved_and_goes_out_before_the_marketer_s_eyes(
    browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "kava.png").write_bytes(photo(600, 400))
    rules = tmp_path / "programme.toml"
    rules.write_text(f'zone = "{noon_zone(datetime.now(UTC))}"\nglobal_holdout_percent = 0\n')
    url = f"sqlite+aiosqlite:///{tmp_path}/kartka.db"
    async with serve(url, programme=str(rules), roles=frozenset({"web"})) as served:
        await served.house.lanes.do("x", furnish)
        page = await phone_page(browser)
        await log_in(page, served, "owner", "/console/campaigns")
        await made(page, tmp_path / "kava.png")
        row = page.get_by_role("row").filter(has_text="Отримають повідомлення")
        recipients = (await row.get_by_role("cell").first.inner_text()).strip()
        await expect(page.get_by_text("Не дорожче ніж 99,50")).to_be_visible()
        await page.get_by_text("Показати в месенджерах").click()
        await expect(page.get_by_role("region", name="Viber")).to_contain_text("Доброго дня, друже! Кава")
        await clean(page)
        await page.get_by_label("Скільки людей отримають").fill("77")
        await page.get_by_role("button", name="Погодити").click()
        await expect(page.get_by_role("alert")).to_contain_text(f"повідомлення отримають {recipients}.")
        await page.get_by_label("Скільки людей отримають").fill(recipients)
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Запустити").click()
        await expect(page.get_by_text("чекаємо на час виходу")).to_be_visible()
        await page.get_by_role("button", name="Призупинити").click()
        await expect(page.get_by_text("Призупинено: на прохання")).to_be_visible()
        await page.get_by_role("button", name="Продовжити").click()
        await expect(page.get_by_role("button", name="Призупинити")).to_be_visible()
        await expect(page.get_by_text("Збираємо людей цього виходу")).to_be_visible()
        await served.house.launches.open()
        sent = page.get_by_role("listitem").filter(has_text="Надіслано")
        await expect(page.get_by_text("зараз нікому не пишемо")).to_be_visible()
        await expect(sent).to_contain_text("0")
        await clean(page)
        await page.reload()
        await expect(page.get_by_role("listitem").filter(has_text="Чекають")).to_contain_text(recipients)
        await goes_out(served.house)
        await expect(page.get_by_text("Завершено").first).to_be_visible()
        await expect(sent.locator("b")).to_have_text(recipients)
        await expect(page.get_by_role("row").filter(has_text="Контрольна група")).to_be_visible()
        await clean(page)
        await page.goto(f"{served.url}/console/campaigns")
        await expect(page.get_by_role("row").filter(has_text="Кава для своїх")).to_contain_text("Завершено")


async def test_of_two_who_edit_one_draft_the_slower_one_loses_nothing(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db", roles=frozenset({"web"})) as served:
        await served.house.lanes.do("x", furnish)
        page = await phone_page(browser)
        await log_in(page, served, "marketer", "/console/campaigns")
        await page.get_by_role("button", name="Пропозиції тижня").click()
        await expect(page.get_by_text("власні пропозиції тижня кожного")).to_be_visible()
        await page.get_by_role("link", name="Змінити: Що").click()
        text = page.get_by_label("Текст, Українська")
        await expect(text).to_have_value("{name|Вітаємо}, ваші пропозиції цього тижня:")
        other = await phone_page(browser)
        await log_in(other, served, "owner", page.url.removeprefix(served.url).replace("/what", "/who"))
        await other.get_by_label("Назва").fill("Тиждень власника")
        await other.get_by_role("button", name="Зберегти", exact=True).click()
        await expect(other.get_by_role("heading", name="Тиждень власника")).to_be_visible()
        await text.fill("{name|Вітаємо}, ось що ми вибрали для вас:")
        await page.get_by_role("button", name="Зберегти", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text("owner щойно зберіг іншу версію")
        await expect(text).to_have_value("{name|Вітаємо}, ось що ми вибрали для вас:")
        await clean(page)
        await page.get_by_role("button", name="Зберегти", exact=True).click()
        await expect(page.get_by_role("heading", name="Тиждень власника")).to_be_visible()
        await expect(page.get_by_text("ось що ми вибрали для вас")).to_be_visible()
        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="Видалити чернетку").click()
        await expect(page.get_by_text("Тут з’являться кампанії")).to_be_visible()
        await clean(page)
