"""Imports, the second factor, staff, tills and settings in a browser, at the width of a phone; axe finds nothing."""

from base64 import b32decode
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from core.staff.factor import code_at, step_of
from tests.journeys.test_browser import clean, log_in, phone_page
from tests.support.console import entered
from tests.support.served import PASSWORD, SECRET, serve, until

GOODS = "Артикул;Назва;Ціна;Відділ\n1;Кава;99,90;coffee\n2;Чай;багато;tea\n3;;10;tea\n4;Хліб;20;bread\n"


async def test_a_file_is_dragged_in_tried_imported_and_taken_back(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "товари.csv"
    file.write_bytes(GOODS.encode("cp1251"))
    lake, uploads = f"{tmp_path}/lake", f"{tmp_path}/up"
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db", lake=lake, uploads=uploads) as served:
        page = await phone_page(browser)
        page.on("dialog", lambda dialog: dialog.accept())
        await log_in(page, served, "owner", "/console/imports")
        await expect(page.get_by_text("Тут з’явиться кожен файл")).to_be_visible()
        empty = tmp_path / "empty.csv"
        empty.write_bytes(b"")
        await page.locator("#file").set_input_files(empty)
        await expect(page.get_by_role("status").first).to_contain_text("Файл порожній")
        await page.locator("#file").set_input_files(file)
        await expect(page.get_by_role("heading", name="товари.csv")).to_be_visible()
        await expect(page.locator("select[name=kind]")).to_have_value("products")
        await expect(page.get_by_label("відділ")).to_have_value("category")
        await clean(page)
        await page.get_by_label("відділ").select_option("")
        await page.get_by_role("button", name="Перевірити").click()
        state = page.get_by_role("status")
        await expect(state).to_contain_text("Добре: 2 рядки. З помилкою: 2. Нічого ще не змінено.")
        lines = page.get_by_role("region", name="Перші відхилені рядки").get_by_role("row")
        await expect(lines.nth(1)).to_contain_text("3")
        await expect(lines.nth(2)).to_contain_text("назва або ім’я: порожньо")
        await expect(page.get_by_label("відділ")).to_have_value("")
        await page.get_by_role("button", name="Завантажити", exact=True).click()
        await expect(state).to_contain_text("Завантажено 2 рядки. Відхилено: 2.")
        await page.reload()
        await clean(page)
        async with page.expect_download() as saved:
            await page.get_by_role("link", name="Усі відхилені").click()
        await (await saved.value).save_as(tmp_path / "rejects.csv")
        await page.get_by_role("button", name="Повернути як було").click()
        await expect(state).to_contain_text("Повернуто як було: 2.")
        async with entered(served) as program:
            rows = (await program.get("/imports"))[1]["rows"]
            assert "назва або ім’я: порожньо" in (await program.get(f"/imports/{rows[0]['id']}/rejects"))[1]
            assert "name: empty" in (await program.get(f"/imports/{rows[0]['id']}/rejects?lang=en"))[1]
            assert [(row["name"], row["state"], row["by"]) for row in rows] == [("товари.csv", "undone", "owner")]
            assert (await program.get("/imports/none"))[0] == 404
            verbs = [line["verb"] for line in (await program.get("/audit?verb=import."))[1]["rows"]]
            assert {"import.upload", "import.check", "import.run", "import.done", "import.undone",
                    "import.rejects"} <= set(verbs)  # fmt: skip
        async with entered(served, "analyst") as program:
            assert (await program.get("/imports"))[0] == 403


async def typed_code(page: Page, ahead: int = 0) -> str:
    """The code that the authenticator shows for the key on the page, now or some steps later."""
    seed = b32decode(await page.locator("#seed").inner_text())
    return code_at(seed, step_of(datetime.now(UTC)) + ahead)


async def test_an_owner_sets_up_the_second_step_and_comes_in_by_it(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db", demo=False) as served:
        async with entered(served) as program:
            status, told = await program.get("/audit")
            assert (status, told["type"]) == (403, "about:kartka/factor-due")
        page = await phone_page(browser)
        await log_in(page, served, "owner", "/console/staff")
        await expect(page.get_by_role("heading", name="Другий крок входу")).to_be_visible()
        await clean(page)
        code = page.get_by_label("Код із телефону або запасний код")
        seed = b32decode(await page.locator("#seed").inner_text())
        await code.fill("000000")
        await page.get_by_role("button", name="Підтвердити").click()
        await expect(page.get_by_role("alert")).to_contain_text("Код не підійшов")
        await code.fill(await typed_code(page))
        await page.get_by_role("button", name="Підтвердити").click()
        spare = await page.locator(".codes code").all_inner_texts()
        assert len(spare) == 10
        await clean(page)
        await page.get_by_role("link", name="Коди записано").click()
        await expect(page.get_by_role("heading", name="Працівники")).to_be_visible()
        await page.goto(f"{served.url}/factor")
        await expect(page.get_by_text("Запасних кодів лишилося: 10")).to_be_visible()
        await expect(page.locator("#seed")).to_have_count(0)
        await page.get_by_role("button", name="Вийти").click()
        await page.get_by_label("Логін").fill("owner")
        await page.get_by_label("Пароль").fill(PASSWORD)
        await page.get_by_role("button", name="Увійти").click()
        await page.goto(f"{served.url}/password")
        await expect(page).to_have_url(f"{served.url}/factor?next=/password")
        await page.goto(f"{served.url}/console")
        await code.fill(code_at(seed, step_of(datetime.now(UTC)) + 1))
        await page.get_by_role("button", name="Підтвердити").click()
        await expect(page).to_have_url(f"{served.url}/console")
        await page.goto(f"{served.url}/console/audit?verb=factor.")
        await expect(page.get_by_role("cell", name="Підтверджено вхід кодом")).to_have_count(1)
        await expect(page.get_by_role("cell", name="Код входу не підійшов")).to_have_count(1)
        await clean(page)
        other = await phone_page(browser)
        await log_in(other, served, "owner", "/console/audit")
        await other.get_by_label("Код із телефону або запасний код").fill(spare[0].lower())
        await other.get_by_role("button", name="Підтвердити").click()
        await expect(other.get_by_text("Запасних кодів лишилося: 9")).to_be_visible()


async def test_staff_tills_stores_and_settings_are_kept_by_an_owner(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db", telegram_token="1:abc-secret-token") as served:
        page = await phone_page(browser)
        page.on("dialog", lambda dialog: dialog.accept())
        await log_in(page, served, "owner", "/console/staff")
        await page.get_by_label("Новий логін").fill("anna")
        await page.get_by_label("Роль нового").select_option("marketer")
        await page.get_by_role("button", name="Додати працівника").click()
        await clean(page)
        await page.get_by_role("link", name="anna").click()
        sends = page.get_by_role("region", name="Право надсилати")
        await expect(sends.locator(".state")).to_have_text("Ні")
        await clean(page)
        await sends.get_by_role("button", name="Дати право").click()
        await expect(sends.locator(".state")).to_have_text("Так")
        await page.get_by_role("button", name="Новий одноразовий пароль").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await page.goto(f"{served.url}/console/tills")
        await page.get_by_role("link", name="Каса 1").click()
        await page.get_by_role("button", name="Створити другий ключ").click()
        second = await page.get_by_role("alert").locator("code").inner_text()
        await expect(page.get_by_text("Другим каса ще не працювала.")).to_be_visible()
        assert (await served.post("/pos/v1/lookup", {"code": "2912345678906"}, second))[0] == 404
        assert (await served.lookup("2912345678906"))[0] == 404
        till = page.url

        async def heard() -> bool:
            await page.goto(till)
            return await page.get_by_text("Другим каса востаннє працювала").is_visible()

        await until(heard)
        await clean(page)
        await page.get_by_role("button", name="Залишити тільки другий").click()
        await expect(page.get_by_role("button", name="Створити другий ключ")).to_be_visible()
        assert (await served.lookup("2912345678906"))[0] == 401
        assert (await served.post("/pos/v1/lookup", {"code": "2912345678906"}, second))[0] == 404
        await page.goto(f"{served.url}/console/tills/stores/s1")
        await page.get_by_label("Години роботи").fill("9:00–21:00")
        await page.get_by_label("Широта").fill("500")
        await page.get_by_role("button", name="Зберегти").click()
        await expect(page.get_by_role("alert")).to_contain_text("Широта від −90 до 90")
        await page.get_by_label("Широта").fill("")
        await page.get_by_role("button", name="Зберегти").click()
        await expect(page.get_by_role("status")).to_have_text("Збережено.")
        await clean(page)
        await page.goto(f"{served.url}/console/settings?name=KARTKA_TELEGRAM")
        await expect(page.locator("#doctor").get_by_role("row", name="Viber")).to_contain_text(
            "вимкнено; відкриває його"
        )
        await clean(page)
        content = await page.content()
        assert "задано, не показується" in content
        assert "abc-secret-token" not in content
        assert SECRET not in content
        async with entered(served) as program:
            told = (await program.get("/settings"))[1]
            assert "abc-secret-token" not in str(told)
            assert SECRET not in str(told)
            assert {one["name"] for one in told["policies"]} >= {"earn_percent", "second_factor"}
            lines = (await program.get("/audit?since=2020-01-01&until=2020-01-02"))[1]
            assert lines["total"] == 0
            lines = (await program.get("/audit"))[1]
            assert lines["head"] == lines["rows"][0]["hash"]
            verbs = {line["verb"] for line in lines["rows"]}
            assert {"staff.add", "staff.sends", "staff.password", "till.second-key", "till.leave-key", "store.edit",
                    "login.in"} <= verbs  # fmt: skip
            session = (await program.get("/staff/sessions"))[1]["rows"][0]["id"]
            assert (await program.send("DELETE", f"/staff/sessions/{session}"))[0] in {204, 404}
        async with entered(served, "analyst") as program:
            assert (await program.get("/staff"))[0] == 403
            assert (await program.get("/staff"))[0] == 403
        async with entered(served) as program:
            denied = (await program.get("/audit?verb=access.denied"))[1]["rows"]
            assert [(line["login"], line["subject"]) for line in denied] == [("analyst", "GET /console/api/v1/staff")]
