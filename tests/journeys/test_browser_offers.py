"""The week's offers in a real browser: cards side by side with picture, struck price, reason and their buttons."""

from pathlib import Path

from playwright.async_api import Browser, expect

from core.shared.values import Phone
from tests.journeys.test_browser import clean, phone_page
from tests.journeys.test_offers import on_offer
from tests.journeys.test_web import PHONE, Chat
from tests.support.served import serve
from tests.support.tills import Till
from tests.support.voices import Stage


async def test_offers_are_looked_through_and_activated_by_hand(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served:
        chat = Chat(served)
        await chat.registers()
        till = Till(served, chat)
        customer = await till.do(lambda work: work.customers.by_phone(Phone(PHONE)))
        till.customer = customer.id
        await on_offer(Stage(till, None, None), tmp_path)  # type: ignore[arg-type]  # no messenger takes part
        page = await phone_page(browser)
        await page.add_init_script(f"localStorage.setItem('kartka.chat', '{chat.token}')")
        await page.goto(f"{served.url}/chat")
        await page.get_by_role("button", name="Мої пропозиції").click()
        milk = page.locator(".item", has=page.get_by_role("heading", name="Молоко свіже"))
        await expect(milk.locator("s")).to_contain_text("50,00")
        await expect(milk.locator("b")).to_contain_text("39,90")
        await expect(milk).to_contain_text("Ви купуєте це приблизно раз на 3 тижні")
        wide = "image => image.decode().then(() => image.naturalWidth)"
        assert await milk.locator("img").evaluate(wide) == 1000
        await page.locator(".item").first.scroll_into_view_if_needed()
        await clean(page)
        await page.screenshot(path=tmp_path / "offers.png")
        await milk.get_by_role("button", name="Активувати").click()
        await expect(page.get_by_text("Активовано: Молоко свіже")).to_be_visible()
        await page.get_by_role("button", name="Мої пропозиції").last.click()
        await expect(page.locator(".items").last.locator(".item").first).to_contain_text("Активовано ✓")
        await clean(page)
        await page.screenshot(path=tmp_path / "activated.png")
