"""Stories in a real browser: the chat, the cashier's page with a camera, the console; axe finds nothing on any page."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from adapters.codes.pictures import CardFace, draw_card
from core.cards.actions import block_card
from core.cards.model import Plastic
from tests.journeys.test_web import PHONE, Chat
from tests.support.camera import film
from tests.support.machine import chromium
from tests.support.served import PASSWORD, Served, serve, until

CAMERA_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream")  # fmt: skip


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/kartka.db"


async def phone_page(browser: Browser, **options: Any) -> Page:
    """A page of a phone whose script errors fail the test."""
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="uk-UA", **options)
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    return page


async def clean(page: Page) -> None:
    """axe has nothing to say."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


async def log_in(page: Page, served: Served, login: str, path: str) -> None:
    await page.goto(served.url + path)
    await page.get_by_label("Логін").fill(login)
    await page.get_by_label("Пароль").fill(PASSWORD)
    await page.get_by_role("button", name="Увійти").click()


async def scan(page: Page, code: str) -> None:
    await page.get_by_label("Номер або код із чату").fill(code)
    await page.keyboard.press("Enter")


async def test_a_card_is_clicked_together_in_the_chat_and_stays_after_a_reload(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        page = await phone_page(browser)
        await page.goto(f"{served.url}/chat?ref=poster-17")
        await expect(page.get_by_text("потрібен ваш номер")).to_be_visible()
        await clean(page)
        text = page.get_by_role("textbox", name="Повідомлення")
        await text.fill("067 123 45 67")
        await text.press("Enter")
        await expect(page.get_by_text("надіслали код")).to_be_visible()
        await text.fill(await served.sms(PHONE))
        await text.press("Enter")
        await expect(page.get_by_text("Як до вас звертатися")).to_be_visible()
        await text.fill("Олена")
        await text.press("Enter")
        await expect(page.locator("#panel-name")).to_have_text("Олена")
        await page.get_by_role("button", name="Ні, дякую").click()
        await expect(page.get_by_text("пропозицій не надсилатимемо")).to_be_visible()
        await page.get_by_role("button", name="Магазини").click()
        await expect(page.get_by_role("heading", name="Поділ")).to_be_visible()
        await clean(page)
        await page.locator("#panel").click()
        await expect(page.locator("#full-image")).to_be_visible()
        await page.get_by_role("button", name="Закрити").click()
        await page.reload()
        await expect(page.locator("#panel-name")).to_have_text("Олена")


async def test_a_message_that_did_not_go_is_sent_again_once(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        page = await phone_page(browser)
        await page.goto(f"{served.url}/chat")
        await expect(page.get_by_text("потрібен ваш номер")).to_be_visible()
        await page.context.set_offline(True)
        text = page.get_by_role("textbox", name="Повідомлення")
        await text.fill("допомога")
        await text.press("Enter")
        retry = page.get_by_role("button", name="Не надіслано")
        await expect(retry).to_be_visible()
        await page.context.set_offline(False)
        await retry.click()
        await expect(page.get_by_text("Тут ваша картка")).to_be_visible()
        await expect(page.locator(".bubble.mine")).to_have_count(1)


async def test_a_kiosk_forgets_the_person_after_a_minute_of_silence(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        page = await phone_page(browser)
        await page.clock.install()
        await page.goto(f"{served.url}/chat?kiosk=1")
        await expect(page.get_by_text("потрібен ваш номер")).to_be_visible()
        text = page.get_by_role("textbox", name="Повідомлення")
        await text.fill("допомога")
        await text.press("Enter")
        await expect(page.get_by_text("Тут ваша картка")).to_be_visible()
        before = await page.evaluate("sessionStorage.getItem('kartka.chat')")
        await page.clock.run_for(50_000)
        await expect(page.get_by_text("Чат закриється")).to_be_visible()
        await page.clock.run_for(12_000)
        await expect(page.get_by_text("Тут ваша картка")).to_have_count(0)
        await expect(page.get_by_text("потрібен ваш номер")).to_be_visible()
        status, _ = await served.post("/chat/api/messages", {"id": "1", "kind": "text", "text": "x"}, before)
        assert status == 401


async def test_the_till_says_five_different_sentences(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        data = (await Chat(served).registers())["data"]
        number = data["number"]
        lanes = served.house.lanes
        await lanes.do("x", lambda work: work.shelves.put_plastics([Plastic("00012345678", "code128")]))
        page = await phone_page(browser)
        await log_in(page, served, "cashier", "/till")
        await scan(page, data["codes"]["rotating"])
        await expect(page.locator("#name")).to_have_text("Олена К.")
        await expect(page.locator("#verdict")).to_have_text("Можна")
        await clean(page)
        await scan(page, number)
        await expect(page.locator("#verdict")).to_have_text("Тільки нарахування")
        await expect(page.locator("#reason")).to_contain_text("Код для каси")
        await clean(page)
        for code, sentence in (
            ("2900000000018", "Такої картки немає"),
            ("4820000009997", "Це код іншої програми"),
            ("00012345678", "Пластик без власника"),
        ):
            await scan(page, code)
            await expect(page.locator("#reason")).to_contain_text(sentence)
            await expect(page.locator("#name")).to_have_text("")
        from tests.adapters.pos.test_till_api import _card

        await lanes.do("x", lambda work: block_card(work, card=_card(work, number)))
        await scan(page, number)
        await expect(page.locator("#reason")).to_contain_text("заблоковано")
        await clean(page)


async def test_a_wedge_scanner_works_with_no_field_focused_under_any_layout(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        number = (await Chat(served).registers())["data"]["number"]
        page = await phone_page(browser)
        await log_in(page, served, "cashier", "/till")
        await expect(page.get_by_label("Номер або код із чату")).to_be_enabled()
        await page.evaluate(
            """number => {
                document.activeElement.blur();
                const send = (code, key) =>
                    document.body.dispatchEvent(new KeyboardEvent("keydown", {code, key, bubbles: true}));
                for (const digit of number) send(`Digit${digit}`, '!"№;%:?*()'[digit]);
                send("Enter", "Enter");
            }""",
            number,
        )
        await expect(page.locator("#name")).to_have_text("Олена К.")


async def test_the_camera_reads_a_card_that_the_bot_drew(url: str, tmp_path: Path) -> None:
    async with serve(url) as served:
        number = (await Chat(served).registers())["data"]["number"]
        picture = draw_card(CardFace(number, "ean13", "Олена", "0", "бонусів", "Kartka"))
        flags = [*CAMERA_FLAGS, f"--use-file-for-fake-video-capture={film(picture, tmp_path / 'card.y4m')}"]
        async with async_playwright() as playwright:
            launched = await playwright.chromium.launch(executable_path=chromium(), args=flags)
            page = await phone_page(launched, permissions=["camera"])
            await log_in(page, served, "cashier", "/till")
            await page.get_by_role("button", name="Камера").click()
            await expect(page.locator("#name")).to_have_text("Олена К.")
            await launched.close()


async def test_the_till_without_a_net_says_so_and_opens_all_the_same(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        page = await phone_page(browser)
        await log_in(page, served, "cashier", "/till")
        await until(lambda: page.evaluate("() => caches.match('/till').then((found) => !!found)"))
        await page.context.set_offline(True)
        await expect(page.get_by_role("alert")).to_contain_text("Немає зв’язку")
        await page.reload()
        await expect(page.get_by_role("alert")).to_contain_text("Немає зв’язку")
        await scan(page, "2912345678906")
        await expect(page.locator("#result")).to_be_hidden()


async def test_the_owner_adds_a_till_and_a_member_and_others_may_not(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        await Chat(served).registers()
        page = await phone_page(browser)
        await log_in(page, served, "owner", "/console")
        await expect(page.get_by_role("heading", name="Огляд")).to_be_visible()
        await expect(page.get_by_role("row", name="Вебчат poster-17")).to_contain_text("1")
        await clean(page)
        page.on("dialog", lambda asked: asked.accept())
        await page.get_by_role("button", name="Розділи").click()
        await page.get_by_role("link", name="Магазини й каси").click()
        await page.get_by_label("Назва нової каси").fill("Каса 2")
        await page.get_by_role("button", name="Додати касу").click()
        key = await page.locator(".secret code").inner_text()
        assert (await served.post("/pos/v1/lookup", {"code": "2900000000018"}, key))[0] == 404
        await clean(page)
        await page.get_by_role("link", name="Каса 2").click()
        await page.get_by_role("button", name="Відкликати").click()
        await expect(page.get_by_role("button", name="Відкликати")).to_have_count(0)
        assert (await served.post("/pos/v1/lookup", {"code": "2900000000018"}, key))[0] == 401
        await page.get_by_role("button", name="Розділи").click()
        await page.get_by_role("link", name="Працівники").click()
        await page.get_by_label("Новий логін").fill("new.cashier")
        await page.get_by_label("Роль нового").select_option("cashier")
        await page.get_by_role("button", name="Додати працівника").click()
        password = await page.locator(".secret code").inner_text()
        await clean(page)
        fresh = await phone_page(browser)
        await fresh.goto(served.url + "/till")
        await fresh.get_by_label("Логін").fill("new.cashier")
        await fresh.get_by_label("Пароль").fill(password)
        await fresh.get_by_role("button", name="Увійти").click()
        await fresh.get_by_label("Новий пароль").fill("довгий-і-свій-7-слів")
        await fresh.get_by_role("button", name="Зберегти").click()
        await expect(fresh.locator("#step")).to_be_visible()
        await fresh.goto(served.url + "/console")
        await expect(fresh.get_by_role("heading", name="Not allowed")).to_be_visible()
