"""The live card in a browser: a machine reads its picture, and it is honest without a net (Chromium)."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.adapters.telegram.test_initdata import signed
from tests.fakes.telegram import TOKEN
from tests.journeys.test_browser import clean, phone_page
from tests.support.tills import Till, open_till
from tests.support.voices import open_stage


async def link_of(till: Till) -> str:
    """The card's page, from its button in the chat."""
    replies = await till.chat.says("картка")
    return str(next(one["value"] for one in replies[-1]["buttons"] if "/card/" in one["value"]))


async def codes_on(page: Page) -> set[str]:
    """What a scanner reads from the screen."""
    picture = Image.open(io.BytesIO(await page.screenshot()))
    return {one.text for one in zxingcpp.read_barcodes(picture.convert("L"))}


async def rotating_on(page: Page) -> str:
    return next(text for text in await codes_on(page) if len(text) > 13)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_code_on_the_screen_is_good_at_the_till(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    async with open_till(f"sqlite+aiosqlite:///{tmp_path}/k.db") as till:
        await till.gift(40)
        page = await phone_page(browser, color_scheme=scheme)
        await page.add_init_script(
            "window.woken = 0; Object.defineProperty(navigator, 'wakeLock', "
            "{ value: { request: async (what) => { window.woken += what === 'screen' ? 1 : 0; } } });"
        )
        await page.goto(await link_of(till))
        await expect(page.locator("#points")).to_have_text("40 бонусів")
        await clean(page)
        assert till.number in await codes_on(page)
        assert (await till.served.lookup(await rotating_on(page)))[1]["proof"] == "rotating"
        ground = await page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")
        assert (ground, await page.evaluate("window.woken > 0")) == ("rgb(255, 255, 255)", True)
        await page.get_by_role("button", name="Показати код цифрами").click()
        await expect(page.locator("#spoken")).to_be_visible()
        digits = (await page.locator("#spoken").inner_text()).replace(" ", "")
        assert (await till.served.lookup(digits))[1]["proof"] == "spoken"
        await page.get_by_role("button", name="На весь екран").click()
        await page.wait_for_function("document.fullscreenElement !== null")
        await expect(page.locator("#hint")).to_be_hidden()
        assert (await till.served.lookup(await rotating_on(page)))[1]["proof"] == "rotating"
        await clean(page)


async def test_a_lost_net_leaves_the_next_code_and_then_says_that_it_is_over(browser: Browser, tmp_path: Path) -> None:
    async with open_till(f"sqlite+aiosqlite:///{tmp_path}/k.db") as till:
        page = await phone_page(browser)
        await page.clock.install()
        await page.goto(await link_of(till))
        await expect(page.locator("#points")).to_have_text("0 бонусів")
        first = await page.locator("#qr").get_attribute("src")
        await page.context.set_offline(True)
        await expect(page.get_by_text("Немає зв’язку. Цей код діє до")).to_be_visible()
        await page.clock.run_for(61_000)
        await expect(page.locator("#qr")).to_be_visible()
        assert await page.locator("#qr").get_attribute("src") != first
        assert (await till.served.lookup(await rotating_on(page)))[1]["proof"] == "rotating"
        await clean(page)
        await page.clock.fast_forward(8 * 60_000)
        await expect(page.get_by_text("тому код застарів")).to_be_visible()
        await expect(page.locator("#qr")).to_be_hidden()
        await clean(page)
        await page.context.set_offline(False)
        await page.clock.run_for(5_000)
        await expect(page.locator("#qr")).to_be_visible()
        await expect(page.locator("#notice")).to_be_empty()


async def test_a_page_whose_card_is_gone_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    async with open_till(f"sqlite+aiosqlite:///{tmp_path}/k.db") as till:
        page = await phone_page(browser)
        await page.goto(f"{till.served.url}/card/{'0' * 72}")
        await expect(page.get_by_text("Ця сторінка більше не діє")).to_be_visible()
        await expect(page.locator("#qr")).to_be_hidden()
        await clean(page)


async def test_telegram_opens_the_card_without_a_secret_in_the_address(browser: Browser, tmp_path: Path) -> None:
    async with open_stage(f"sqlite+aiosqlite:///{tmp_path}/k.db") as stage:
        await stage.registered("telegram")
        page = await phone_page(browser)
        door = f"{stage.till.served.url}/card/telegram"
        await page.add_init_script(
            "window.told = []; window.TelegramWebviewProxy = { postEvent: (name) => window.told.push(name) };"
        )
        await page.goto(
            f"{door}#tgWebAppData={quote(signed(TOKEN, user=501, at=datetime.now(UTC)))}&tgWebAppVersion=9.0"
        )
        await expect(page.locator("#points")).to_have_text("0 бонусів")
        assert (await stage.till.served.lookup(await rotating_on(page)))[1]["proof"] == "rotating"
        assert await page.evaluate("window.told") == ["web_app_ready", "web_app_expand"]
        await clean(page)
        other = await phone_page(browser)
        await other.goto(f"{door}#tgWebAppData={quote(signed(TOKEN, user=777, at=datetime.now(UTC)))}")
        await expect(other.get_by_text("Ця сторінка більше не діє")).to_be_visible()
        alone = await phone_page(browser)
        await alone.goto(door)
        await expect(alone.get_by_text("Ця сторінка більше не діє")).to_be_visible()
