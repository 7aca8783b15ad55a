"""The live card in a browser: its picture is read by a machine, and it is honest without a net (Chromium)."""

import io
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.async_api import Browser, expect

from tests.journeys.test_browser import clean, phone_page
from tests.support.tills import open_till


async def test_the_code_on_the_screen_is_good_at_the_till(browser: Browser, tmp_path: Path) -> None:
    async with open_till(f"sqlite+aiosqlite:///{tmp_path}/k.db") as till:
        await till.gift(40)
        replies = await till.chat.says("картка")
        link = next(one["value"] for one in replies[-1]["buttons"] if "/card/" in one["value"])
        page = await phone_page(browser, color_scheme="dark")
        await page.goto(link)
        await expect(page.locator("#points")).to_have_text("40 бонусів")
        await clean(page)
        picture = Image.open(io.BytesIO(await page.screenshot()))
        read = {one.text for one in zxingcpp.read_barcodes(picture.convert("L"))}
        rotating = next(text for text in read if len(text) > 13)
        assert till.number in read
        assert (await till.served.lookup(rotating))[1]["proof"] == "rotating"
        await page.get_by_role("button", name="Показати код цифрами").click()
        await expect(page.locator("#spoken")).to_be_visible()
        digits = (await page.locator("#spoken").inner_text()).replace(" ", "")
        assert (await till.served.lookup(digits))[1]["proof"] == "spoken"


async def test_a_page_whose_card_is_gone_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    async with open_till(f"sqlite+aiosqlite:///{tmp_path}/k.db") as till:
        page = await phone_page(browser)
        await page.goto(f"{till.served.url}/card/{'0' * 72}")
        await expect(page.get_by_text("Ця сторінка більше не діє")).to_be_visible()
        await expect(page.locator("#qr")).to_be_hidden()
