"""The week's offers on the console in a real browser: what was planned, what came of it, and the switch of rankings."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from adapters.db.lanes import do_now
from core.offers.reporting import Report
from core.offers.weekly import week_at
from core.programme.model import Programme
from tests.core.offers.test_verdicts import arm, report
from tests.journeys.test_browser import clean, log_in, phone_page
from tests.support.served import Served, serve
from tests.support.weekly import PICKS, ROWS, load, plan, promo_file, shelve

LAST = week_at(datetime.now(UTC) - timedelta(weeks=1), Programme().timezone)
FIGURES: dict[str, Any] = {
    "owners": 1250, "offers": 12500, "empty": 50, "reasons": {"due": 7500, "new": 5000}, "coverage": 0.9,
    "concentration": 0.25, "expected": 312.4, "cost": 0,
    "clusters": {"moved": 0.031, "each": [
        {"number": 0, "size": 900, "tastes": [["coffee", 2.4]]}, {"number": 1, "size": 3, "tastes": [["rare", 9.0]]},
    ]},
    "churn": {"chosen": "logit", "key": "", "customers": 400, "away": 0.4, "auc": 0.747, "lift": 1.8, "brier": 0.2,
              "calibration_error": 0.021, "bins": [[200, 0.2, 0.25], [200, 0.6, 0.55]]},
}  # fmt: skip
"""What a plan comes to, as it is kept."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/kartka.db"


async def furnish(served: Served, tmp_path: Path, kept: Report | None = None, **told: Any) -> None:
    """Last week has promo items and a plan, and this report."""
    house = served.house
    await house.lanes.do("t", shelve)
    do = partial(do_now, house.engine, house.outside)
    await asyncio.to_thread(load, do, promo_file(tmp_path, LAST, *ROWS))

    def job(work: Any) -> None:
        plan(work, LAST, {"somebody": PICKS}, **{**FIGURES, **told})
        if kept is not None:
            work.reports.put(kept)

    await house.lanes.do("t", job)


async def at_the_week(browser: Browser, served: Served, login: str = "owner") -> Page:
    page = await phone_page(browser)
    await log_in(page, served, login, "/console/week")
    await expect(page.get_by_role("heading", name="Пропозиції тижня")).to_be_visible()
    return page


async def test_a_first_week_says_nothing_of_who_has_moved(browser: Browser, url: str, tmp_path: Path) -> None:
    async with serve(url) as served:
        await furnish(served, tmp_path, clusters={**FIGURES["clusters"], "moved": None})
        page = await at_the_week(browser, served)
        await expect(page.get_by_text("Група 0: 900 людей")).to_be_visible()
        await expect(page.get_by_text("Порівняно з минулим тижнем")).to_have_count(0)


async def test_an_empty_house_says_how_to_begin(browser: Browser, url: str) -> None:
    async with serve(url) as served:
        page = await at_the_week(browser, served)
        await expect(
            page.locator("main").get_by_text("Завантажте товари зі знижкою на сторінці «Імпорт»")
        ).to_be_visible()
        await clean(page)


async def test_a_week_tells_its_plan_its_report_and_the_verdict(browser: Browser, url: str, tmp_path: Path) -> None:
    async with serve(url) as served:
        kept = replace(report(arm(300, 1000, 90), arm(900, 4000, 320)), week=LAST)
        await furnish(served, tmp_path, kept)
        page = await at_the_week(browser, served)
        await expect(page.get_by_role("listitem").filter(has_text="12 500")).to_contain_text("пропозицій")
        await expect(page.get_by_role("row", name="Час купити знову").first).to_contain_text("60,0\u00a0%")
        arms = page.get_by_role("region", name="Чемпіон і претендент")
        await expect(arms.get_by_role("row", name="Претендент")).to_contain_text("30,0\u00a0%")
        await expect(page.get_by_text("Претендент «Популярне» кращий за чемпіона «Картка»")).to_be_visible()
        hit = page.get_by_role("img", name="Частка людей, які купили запропоноване")
        await expect(hit).to_have_accessible_name("Частка людей, які купили запропоноване: претендент мінус чемпіон: "
                                                  "+7,5 п. п. (від +4,4 п. п. до +10,7 п. п.)")  # fmt: skip
        await expect(page.get_by_text("Група 0: 900 людей")).to_contain_text("coffee (×2,4)")
        await expect(page.get_by_text("rare")).to_have_count(0)
        await expect(page.get_by_text("Показані пропозиції куплено")).to_have_count(0)  # nobody was shown any
        await expect(page.get_by_text("Перевірено на 400 людях")).to_contain_text("правильно у 75\u00a0%")
        await expect(page.get_by_role("img", name="Передбачено і сталося").locator("circle")).to_have_count(2)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await clean(page)
        await page.emulate_media(color_scheme="dark")
        await clean(page)
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Завантажити CSV").click()
        file = await page.request.get((await download.value).url)
        assert f"{LAST};challenger;popular;10000;1000;" in await file.text()
        assert (await download.value).suggested_filename == f"kartka-{LAST}.csv"


async def test_a_challenge_is_begun_and_won_by_the_keyboard_and_a_wrong_one_is_told(
    browser: Browser, url: str, tmp_path: Path
) -> None:
    async with serve(url) as served:
        await furnish(served, tmp_path)
        page = await at_the_week(browser, served)
        await expect(page.get_by_text("kartka week-report")).to_be_visible()
        share = page.get_by_label("Частка людей, %")
        await page.locator("form").filter(has=share).evaluate("form => { form.noValidate = true; }")
        await share.fill("60")
        await share.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("Частка людей: ціле число від 1 до 50 відсотків.")
        await expect(share).to_have_value("60")
        await clean(page)
        await page.get_by_label("Претендент").select_option("explorer")
        await share.fill("10")
        await share.press("Enter")
        await expect(page.get_by_text("претендент «Дослідник» добирає пропозиції для 10 % людей")).to_be_visible()
        switch = await served.house.week_views.switch()
        assert (switch.challenger, switch.share, switch.by) == ("explorer", 10, "owner")
        await clean(page)
        await page.get_by_role("button", name="Зробити чемпіоном").press("Enter")
        await expect(page.get_by_text("Пропозиції для всіх добирає «Дослідник».")).to_be_visible()


async def test_an_analyst_sees_the_week_and_switches_nothing_and_a_cashier_sees_nothing(
    browser: Browser, url: str, tmp_path: Path
) -> None:
    async with serve(url) as served:
        await furnish(served, tmp_path)
        page = await at_the_week(browser, served, "analyst")
        await expect(page.get_by_text("Пропозиції для всіх добирає «Картка».")).to_be_visible()
        await expect(page.get_by_role("button", name="Почати порівняння")).to_have_count(0)
        token = await page.locator("input[name=csrf]").first.input_value()
        form: dict[str, str | float | bool] = {"csrf": token, "do": "challenge", "ranking": "popular", "share": "20"}
        refused = await page.request.post(f"{served.url}/console/week/ranking", form=form)
        assert refused.status == 403
        assert (await served.house.week_views.switch()).challenger is None
        missing = await page.request.get(f"{served.url}/console/week/report.csv?week={LAST}")
        assert missing.status == 404
        other = await phone_page(browser)
        await log_in(other, served, "cashier", "/console/week")
        await expect(other.get_by_role("heading", name="Not allowed")).to_be_visible()
