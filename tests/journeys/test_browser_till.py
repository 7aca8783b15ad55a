"""The cashier's page with a basket: quote, points, vouchers, receipt, returns, and days without a net (Chromium)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from adapters.db import keep
from core.ledger.actions import give
from core.ledger.model import Kind
from core.offers.reading import offer_from
from core.shared.values import CustomerId
from core.stores.model import Product
from core.vouchers.actions import issue
from tests.journeys.test_browser import clean, log_in, phone_page, scan
from tests.journeys.test_web import Chat
from tests.support.served import Served, serve, until

TEN: dict[str, Any] = {"id": "ten", "audience": "voucher", "benefit": {"kind": "amount_off", "amount": 1000}}


@pytest.fixture
def url(tmp_path: Any) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/k.db"


async def shop(served: Served, points: int = 0) -> tuple[Chat, str]:
    """Two products, a voucher offer, and a customer with points: their chat and card number."""
    chat = Chat(served)
    number = str((await chat.registers())["data"]["number"])
    customer = CustomerId((await served.lookup(number))[1]["customer"]["id"])

    def job(work: Any) -> None:
        work.shelves.put_products(
            [Product("4820000000017", "Кава мелена", price=12550), Product("222", "Хліб", price=3000)]
        )
        work.offers.put(offer_from(TEN), TEN)
        if points:
            give(work, Kind.ADJUST, customer=customer, points=points, source="s", key="g")

    await served.house.lanes.do("x", job)
    return chat, number


async def spoken(chat: Chat) -> str:
    replies = await chat.says("код")
    return "".join(letter for letter in str(replies[-1]["data"]["spoken"]) if letter.isdigit())


async def sales(served: Served) -> list[Any]:
    from sqlalchemy import text

    statement = "select total, offline, points_spent, customer, returned from sales order by received_at"

    def job(work: Any) -> list[Any]:
        return [tuple(row) for row in work.connection.execute(text(statement))]

    return await served.house.lanes.do("x", job)


def late_at_first() -> Callable[[Route], Awaitable[None]]:
    """A net whose first answers are slower than those after them."""
    waits = iter((0.3, 0.3))

    async def passed(route: Route) -> None:
        await asyncio.sleep(next(waits, 0.0))
        await route.continue_()

    return passed


async def test_a_basket_is_scanned_quoted_paid_partly_with_points_and_brought_back(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        chat, _ = await shop(served, points=30)
        voucher = (await served.house.lanes.do("x", lambda work: issue(work, offer="ten"))).code
        page = await phone_page(browser)
        await log_in(page, served, "cashier", "/till")
        await expect(page.locator("#shift")).to_contain_text("Моя зміна")
        await page.route("**/till/api/products", late_at_first())
        for code in ("4820000000017", "4820000000017", "222"):
            await scan(page, code)
        await expect(page.locator("#total")).to_have_text("281,00 ₴")
        await page.get_by_role("button", name="Більше").first.click()
        for _ in range(2):
            await page.get_by_role("button", name="Менше").first.click(delay=300)
        await expect(page.locator("#total")).to_have_text("155,50 ₴")
        await scan(page, voucher)
        await expect(page.locator("#total")).to_have_text("145,50 ₴")
        await scan(page, await spoken(chat))
        await expect(page.locator("#verdict")).to_have_text("Можна")
        await expect(page.locator("#spend-label")).to_have_text("Списати 0 із 30")
        await page.locator("#spend").fill("30")
        await expect(page.locator("#total")).to_have_text("115,50 ₴")
        await expect(page.locator("#earned")).to_have_text("Нараховується: +5")
        await clean(page)
        await page.get_by_role("button", name="Провести", exact=True).click()
        await expect(page.locator("#receipt-total")).to_have_text("115,50 ₴")
        await expect(page.locator("#receipt-told")).to_contain_text("Списано бонусів: 30")
        await expect(page.locator("#shift")).to_have_text("Моя зміна: 115,50 ₴, чеків: 1")
        await clean(page)
        await page.get_by_role("button", name="Скасувати чек").click()
        await expect(page.locator("#undone")).to_have_text("Напишіть причину повернення.")
        await page.get_by_label("Причина повернення").fill("Помилка касира")
        await page.get_by_role("button", name="Повернути 1").first.click()
        await expect(page.locator("#undone")).to_contain_text("Поверніть покупцеві")
        await page.get_by_role("button", name="Скасувати чек").click()
        await expect(page.get_by_role("button", name="Скасувати чек")).to_be_disabled()
        assert [row[4] for row in await sales(served)] == [1]
        assert keep.check(served.house.settings.database_url) == []


async def test_spending_without_proof_asks_and_the_customer_s_tap_lets_it_through(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        chat, number = await shop(served, points=30)
        page = await phone_page(browser)
        await log_in(page, served, "cashier", "/till")
        await expect(page.locator("#shift")).to_contain_text("Моя зміна")
        await scan(page, "222")
        await scan(page, number)
        await expect(page.locator("#spend-label")).to_have_text("Списати 0 із 15")
        await page.locator("#spend").fill("15")
        await expect(page.locator("#total")).to_have_text("15,00 ₴")
        await page.get_by_role("button", name="Провести", exact=True).click()
        await page.get_by_role("button", name="Запитати в чаті").click()
        await expect(page.get_by_text("Запитали покупця в чаті")).to_be_visible()
        await until(lambda: _confirm(chat))
        await expect(page.locator("#receipt-total")).to_have_text("15,00 ₴")


async def _confirm(chat: Chat) -> bool:
    headers = {"Authorization": f"Bearer {chat.token}"}
    async with chat.served.http.get(f"{chat.served.url}/chat/api/messages?after=0", headers=headers) as answer:
        last = (await answer.json())["replies"][-1]
    if "confirmation" not in last["data"]:
        return False
    await chat.sends(kind="action", action=last["buttons"][0]["action"])
    return True


async def test_sales_made_without_a_net_are_kept_over_a_reload_and_sent_once(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        _, number = await shop(served)
        page = await phone_page(browser)
        await log_in(page, served, "cashier", "/till")
        await expect(page.locator("#shift")).to_contain_text("Моя зміна")
        await page.evaluate("navigator.serviceWorker.ready")
        await page.reload()
        await scan(page, "222")
        await expect(page.locator("#total")).to_have_text("30,00 ₴")
        await page.context.set_offline(True)
        await expect(page.locator("#offline")).to_be_visible()
        await page.get_by_role("button", name="Провести", exact=True).click()
        await expect(page.locator("#waiting")).to_have_text("Чекають на мережу: 1.")
        await page.reload()
        await expect(page.locator("#waiting")).to_have_text("Чекають на мережу: 1.")
        await expect(page.locator("#offline")).to_be_visible()
        for _ in range(2):
            await page.get_by_label("Сума без сканування").fill("12,50")
            await page.get_by_role("button", name="Додати").click()
            await scan(page, number)
            await page.get_by_role("button", name="Провести", exact=True).click()
            await expect(page.locator("#basket")).to_be_hidden()
        await expect(page.locator("#waiting")).to_have_text("Чекають на мережу: 3.")
        other = await page.context.new_page()
        await page.context.set_offline(False)
        await other.goto(f"{served.url}/till")
        await expect(page.locator("#waiting")).to_be_hidden()
        await expect(other.locator("#waiting")).to_be_hidden()
        await asyncio.sleep(0)
        found = await sales(served)
        assert sorted((row[0], bool(row[1]), row[3] is not None) for row in found) == [
            (1250, True, True), (1250, True, True), (3000, True, False),
        ]  # fmt: skip
        assert keep.check(served.house.settings.database_url) == []


async def test_a_kept_sale_with_a_card_that_is_unknown_is_shown_and_goes_through_without_it(
    browser: Browser, url: str
) -> None:
    async with serve(url) as served:
        await shop(served)
        page = await phone_page(browser)
        await log_in(page, served, "cashier", "/till")
        await expect(page.locator("#shift")).to_contain_text("Моя зміна")
        await _offline_sale(page, "2900000000018")
        await page.context.set_offline(False)
        await expect(page.locator("#waiting")).to_have_text("Відхилено: 1.")
        await expect(page.locator("#offline")).to_be_hidden()
        await page.get_by_role("button", name="Провести відхилені без картки").click()
        await expect(page.locator("#waiting")).to_be_hidden()
        assert [(row[0], row[3]) for row in await sales(served)] == [(1250, None)]


async def _offline_sale(page: Page, code: str) -> None:
    await page.context.set_offline(True)
    await expect(page.locator("#offline")).to_be_visible()
    await page.get_by_label("Сума без сканування").fill("12,50")
    await page.get_by_role("button", name="Додати").click()
    await scan(page, code)
    await page.get_by_role("button", name="Провести", exact=True).click()
    await expect(page.locator("#waiting")).to_have_text("Чекають на мережу: 1.")


async def test_a_kept_sale_outlives_the_session_and_is_sent_by_whoever_logs_in_next(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        _, number = await shop(served)
        page = await phone_page(browser)
        await log_in(page, served, "cashier", "/till")
        await expect(page.locator("#shift")).to_contain_text("Моя зміна")
        await _offline_sale(page, number)
        await page.context.clear_cookies()
        await page.context.set_offline(False)
        await expect(page.locator("#reason")).to_contain_text("Вхід завершено")
        await expect(page.locator("#waiting")).to_have_text("Чекають на мережу: 1.")
        await log_in(page, served, "cashier", "/till")
        await until(lambda: sales(served))
        await expect(page.locator("#waiting")).to_be_hidden()
        assert [(row[0], row[3] is not None) for row in await sales(served)] == [(1250, True)]
