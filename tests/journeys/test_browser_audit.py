"""The frame of the console in a browser: what is changed is in the audit log, which narrows while somebody types."""

import csv
import io
import re
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.journeys.test_browser import clean, log_in, phone_page
from tests.support.console import entered
from tests.support.served import serve


async def test_every_change_is_in_the_log_with_what_was_before(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served:
        page = await phone_page(browser)
        await log_in(page, served, "owner", "/console/staff")
        await page.get_by_label("Новий логін").fill("=anna")
        await page.get_by_label("Роль нового").select_option(label="Підтримка")
        await page.get_by_role("button", name="Додати працівника").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await page.get_by_label("Новий логін").fill("Anna")
        await page.get_by_role("button", name="Додати працівника").click()
        await page.get_by_role("link", name="anna").click()
        await page.locator("select[name=role]").select_option("analyst")
        await page.get_by_role("button", name="Змінити").click()
        await expect(page.locator("select[name=role]")).to_have_value("analyst")
        await page.goto(f"{served.url}/console/audit?verb=staff")
        await clean(page)
        await expect(page.get_by_role("row")).to_have_count(3)
        await expect(page.get_by_role("row").nth(1)).to_contain_text("Роль: Підтримка → Аналітик")
        await page.get_by_label("Дія").select_option(label="Додано працівника")
        await expect(page.get_by_role("row")).to_have_count(2)
        await expect(page.get_by_role("row").nth(1)).to_contain_text("Логін: anna; Роль: Підтримка")
        await expect(page).to_have_url(re.compile("verb=staff.add"))
        await page.get_by_label("Над чим").fill("nothing")
        await expect(page.locator("#list-told")).to_contain_text("Такого немає")
        await clean(page)
        async with entered(served) as program:
            _, told = await program.get("/console/audit?file=csv&verb=staff")
            rows = list(csv.reader(io.StringIO(told.removeprefix("\ufeff")), delimiter=";"))
            assert [row[2] for row in rows[1:]] == ["staff.role", "staff.add"]
            lines = (await program.get("/audit?page=1"))[1]["rows"]
            told = ["list.export", "login.in", "staff.role", "staff.add", "login.in"]
            assert [line["verb"] for line in lines] == told
            assert lines[2]["before"]["role"] != lines[2]["after"]["role"] == "analyst"
            document = (await program.get("/openapi.json"))[1]
            assert {"/console/api/v1/audit", "/console/api/v1/me"} <= document["paths"].keys()


async def test_only_an_owner_reads_the_log(tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served:
        async with served.http.get(f"{served.url}/console/api/v1/audit") as answer:
            assert answer.status == 401
        async with entered(served, "analyst") as program:
            assert (await program.get("/audit"))[0] == 403
