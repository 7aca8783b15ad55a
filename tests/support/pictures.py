"""Pictures of the screens for the README, made from the running product: `make pictures`."""

import asyncio
import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from tests.journeys.test_browser import log_in, phone_page, scan
from tests.journeys.test_browser_results import ran
from tests.journeys.test_browser_segments import furnish as furnish_segments
from tests.journeys.test_browser_till import shop, spoken
from tests.journeys.test_web import PHONE
from tests.support.demoshop import open_shop
from tests.support.deskshop import furnish
from tests.support.machine import chromium
from tests.support.served import Served, serve

FOLDER = Path(__file__).resolve().parents[2] / ".pictures"


async def chat(browser: Browser, served: Served) -> tuple[Image.Image, str]:
    """A customer gets a card; the picture, and the card's number."""
    page = await phone_page(browser)
    await page.goto(f"{served.url}/chat?ref=poster-17")
    text = page.get_by_role("textbox", name="Повідомлення")
    await page.get_by_text("потрібен ваш номер").wait_for()
    await text.fill("067 123 45 67")
    await text.press("Enter")
    await page.get_by_text("надіслали код").wait_for()
    await text.fill(await served.sms(PHONE))
    await text.press("Enter")
    await page.get_by_text("Як до вас звертатися").wait_for()
    await text.fill("Олена Коваль")
    await text.press("Enter")
    await page.get_by_role("button", name="Ні, дякую").click()
    await page.get_by_text("пропозицій не надсилатимемо").wait_for()
    await page.get_by_role("button", name="Моя картка").click()
    await page.locator(".bubble.theirs img").last.wait_for()
    await page.wait_for_timeout(600)
    number = (await page.inner_text("#panel-number")).replace(" ", "")
    picture = await shot(page)
    await page.get_by_role("navigation").get_by_role("button", name="Код для каси").click()
    spoken = page.get_by_text("Код для каси:").last
    await spoken.wait_for()
    code = "".join(ch for ch in (await spoken.inner_text()).split(".")[0] if ch.isdigit())
    return picture, code or number


async def till(browser: Browser, served: Served, code: str) -> Image.Image:
    """The cashier's page with this code scanned."""
    page = await phone_page(browser)
    await log_in(page, served, "cashier", "/till")
    await scan(page, code)
    await page.locator("#result").wait_for()
    return await shot(page)


async def sale(browser: Browser, served: Served) -> list[Image.Image]:
    """A basket paid partly with points, and its receipt."""
    chat, number = await shop(served, points=340)
    page = await phone_page(browser)
    await log_in(page, served, "cashier", "/till")
    for one in ("4820000000017", "4820000000017", "222", number):
        await scan(page, one)
        await page.wait_for_timeout(500)
    await scan(page, await spoken(chat))
    await page.locator("#verdict").get_by_text("Можна").wait_for()
    await page.locator("#spend").fill("60")
    await page.wait_for_timeout(800)
    await page.evaluate("document.querySelector('#settle').scrollIntoView({block: 'center'})")
    basket = await shot(page)
    await page.get_by_role("button", name="Провести", exact=True).click()
    await page.locator("#receipt").wait_for()
    await page.evaluate("scrollTo(0, 0)")
    await page.wait_for_timeout(300)
    return [basket, await shot(page)]


async def console(browser: Browser, served: Served) -> Image.Image:
    """The home of the demo's shop."""
    context = await browser.new_context(viewport={"width": 1280, "height": 1480}, locale="uk-UA")
    page = await context.new_page()
    await log_in(page, served, "owner", "/console")
    await page.locator("[data-chart] svg").first.wait_for()
    await page.wait_for_timeout(1500)
    return await shot(page)


async def campaign(browser: Browser, served: Served) -> Image.Image:
    """A message of a campaign while it is written, as people will see it."""
    await served.house.lanes.do("x", furnish)
    context = await browser.new_context(viewport={"width": 1280, "height": 860}, locale="uk-UA")
    page = await context.new_page()
    await log_in(page, served, "owner", "/console/campaigns/new")
    await page.get_by_label("Назва").fill("Кава для своїх")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Зберегти й далі").click()
    await page.get_by_label("Текст, Українська").fill("{name|Друже}, для вас кава з пекарні. У вас {points}.")
    await page.get_by_label("Особистий ваучер").select_option("gift")
    await page.get_by_role("region", name="Viber").get_by_text("У вас").first.wait_for()
    await page.wait_for_timeout(800)
    return await shot(page)


async def segment(browser: Browser, served: Served, lake: Path) -> Image.Image:
    """A segment while it is put into words and counted."""
    await furnish_segments(served, lake)
    context = await browser.new_context(viewport={"width": 1280, "height": 860}, locale="uk-UA")
    page = await context.new_page()
    await log_in(page, served, "owner", "/console/segments/new")
    await page.get_by_label("Назва").fill("Кавомани")
    await page.get_by_label("Що перевірити").select_option("bought:category")
    await page.get_by_role("combobox", name="Значення", exact=True).fill("coffee")
    await page.get_by_role("textbox", name="Щонайменше").fill("2")
    await page.get_by_role("textbox", name="За скільки останніх днів").fill("90")
    await page.wait_for_timeout(4000)
    return await shot(page)


async def result(browser: Browser, served: Served) -> Image.Image:
    """What a campaign did: the verdict, the numbers, the intervals."""
    context = await browser.new_context(viewport={"width": 1280, "height": 1200}, locale="uk-UA")
    page = await context.new_page()
    await log_in(page, served, "owner", "/console/results")
    await page.get_by_role("link", name="Кава для своїх").click()
    await page.locator("[data-chart] svg").first.wait_for()
    await page.wait_for_timeout(1500)
    return await shot(page)


async def shot(page: Page) -> Image.Image:
    """What the page shows."""
    return Image.open(io.BytesIO(await page.screenshot())).convert("RGB")


def row(images: list[Image.Image]) -> Image.Image:
    """Side by side."""
    whole = Image.new("RGB", (len(images) * 410 - 20, 844), "white")
    for place, image in enumerate(images):
        whole.paste(image, (place * 410, 0))
    return whole


def save(image: Image.Image, name: str) -> None:
    """In few colours: small enough for a repository."""
    FOLDER.mkdir(exist_ok=True)
    image.quantize(96).save(FOLDER / name, optimize=True)


async def main() -> None:
    """All pictures anew."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "demo").mkdir()
        async with serve(f"sqlite+aiosqlite:///{folder}/kartka.db") as served, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
            )
            talk, number = await chat(browser, served)
            good, bad = await till(browser, served, number), await till(browser, served, "4820000009997")
            save(row([talk, good, bad]), "card-and-till.png")
            async with serve(f"sqlite+aiosqlite:///{folder}/another.db") as another:
                save(row(await sale(browser, another)), "sale.png")
            async with open_shop(Path(folder) / "demo") as (shown, _):
                save(await console(browser, shown), "console.png")
            async with serve(f"sqlite+aiosqlite:///{folder}/third.db", roles=frozenset({"web"})) as third:
                save(await campaign(browser, third), "campaign.png")
            async with serve(f"sqlite+aiosqlite:///{folder}/fourth.db", lake=f"{folder}/lake") as fourth:
                save(await segment(browser, fourth, Path(folder) / "lake"), "segment.png")
            past = Path(folder) / "past"
            past.mkdir()
            url = f"sqlite+aiosqlite:///{past}/kartka.db"
            await asyncio.to_thread(ran, url, past, "Кава для своїх")
            async with serve(url, lake=str(past / "lake")) as fifth:
                save(await result(browser, fifth), "result.png")
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
