"""Every page of the console, and the web chat: axe finds nothing, nothing is wider than a phone, no script complains.

The pages are those of the application's own router, so that a new one is walked to as well.
"""

import csv
import html
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.async_api import Browser, Page, expect

from adapters.console.door import RAIL
from tests.journeys.test_browser import log_in
from tests.support.console import Program, entered
from tests.support.demoshop import open_shop
from tests.support.served import Served
from tests.support.walk import paths, patterns

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
FILES = {"text/csv", "application/json", "text/event-stream"}
"""What a path of the console may give that is no page."""
PARTS = {
    "/console/campaigns/{campaign}/numbers": "on the campaign's page",
    "/console/campaigns/{campaign}/previews": "on the campaign's page",
    "/console/segments/{segment}/count": "in each line of the list",
}
"""Paths that give a part of a page, which is looked at where it stands."""
NOT_THERE = {
    "/console/imports/{id}/codes": "an import of goods makes no vouchers",
    "/console/week/report.csv": "the week's report is made once a day",
}
"""Paths that give nothing in this shop."""
NO_LISTS = {
    "/console": "figures and what needs attention",
    "/console/week": "one week at a time, chosen above",
    "/console/situations": "four rules, each with its form",
}
"""Nouns of the rail whose page is no list, and what it is."""
ELSEWHERE = ("/chat", "/factor", "/")
LOOKS = (("light", 1280), ("dark", 390), ("light", 390), ("dark", 1280))
UNHEARD = 'window.addEventListener("resize", happened => happened.stopImmediatePropagation(), true)'
"""A page's own scripts may hear late that its window has another width; it holds without them."""
CUT = """() => [...document.querySelectorAll("[data-chart] svg text")].filter(one => {
    const chart = one.closest("svg").getBoundingClientRect(), label = one.getBoundingClientRect();
    return label.left < chart.left + 1 || label.right > chart.right - 1;
}).map(one => one.textContent)"""
"""Labels of charts that touch the edge or go beyond it."""
ASIDE = """() => [...document.querySelectorAll(".scroll")]
    .filter(one => one.scrollWidth > one.clientWidth && !one.closest(".beside"))
    .map(one => `a table is ${one.scrollWidth} px wide in ${one.clientWidth}`)"""
"""Tables that go on to the right on a wide screen, but for those that stand beside something, in half of it."""
pytestmark = pytest.mark.timeout(600)


async def walked(served: Served, program: Program, ids: Mapping[str, Any]) -> dict[str, str]:
    """Every page that there is, once for everything that it can be about, as it comes from the house."""
    found: dict[str, str] = {}
    for pattern in patterns(served.app, "/console"):
        if pattern.startswith(("/console/api/", "/console/static")):
            continue
        there = []
        for path in paths(pattern, ids):
            async with program.http.get(served.url + path, headers={"Accept": "text/html"}) as answer:
                if answer.status == 404 or answer.content_type in FILES:
                    there += [path] if answer.status == 200 else []
                    continue
                assert answer.status == 200, path
                content = await answer.text()
                whole = "<html" in content
                assert whole is (pattern not in PARTS), path
                there.append(path)
                found |= {path: content} if whole else {}
        assert bool(there) is (pattern not in NOT_THERE), pattern
    return found


async def look(page: Page, path: str, width: int) -> list[str]:
    """What is wrong with the page that is open."""
    wrong = []
    if not re.search(r"\S · \S|^\S", await page.title()) or await page.locator("h1").count() != 1:
        wrong.append(f"{path}: a title and one heading")
    await page.evaluate(AXE)
    wrong += await page.evaluate(
        """path => axe.run({resultTypes: ["violations"]}).then(({violations}) => violations.map(
            ({id, nodes}) => `${path}: ${id} ${nodes.map(node => node.html).join(" ").slice(0, 300)}`))""",
        path,
    )
    await page.wait_for_function(
        "[...document.querySelectorAll('[data-chart]')].every(one => one.querySelector('svg'))"
    )
    wrong += [f"{path}: {label} is cut by its chart" for label in await page.evaluate(CUT)]
    await page.set_viewport_size({"width": 1280, "height": 844})
    wrong += [f"{path}: {told}" for told in await page.evaluate(ASIDE)]
    await page.set_viewport_size({"width": 390, "height": 844})
    if (wide := await page.evaluate("document.documentElement.scrollWidth")) > 390:
        wrong.append(f"{path}: {wide} px wide on a phone, opened at {width}")
    return wrong


async def must_list(served: Served, program: Program, every: Mapping[str, str]) -> None:
    """Each list narrows, sorts and is taken out as a file that holds what it shows."""
    lists = {path: content for path, content in every.items() if 'id="list"' in content}
    assert {path for path, _ in RAIL} - lists.keys() == NO_LISTS.keys()
    for path, content in lists.items():
        assert 'role="search"' in content, path
        sorts = [html.unescape(one) for one in re.findall(r'<th scope="col"[^>]*><a href="([^"]+)"', content)]
        assert sorts or 'class="empty"' in content, path
        for sort in sorts:
            async with program.http.get(served.url + sort, headers={"Accept": "text/html"}) as answer:
                assert 'aria-sort="ascending"' in await answer.text(), sort
        async with program.http.get(f"{served.url}{path}?file=csv") as answer:
            assert (answer.status, answer.content_type) == (200, "text/csv"), path
            lines = list(csv.reader(io.StringIO((await answer.text()).removeprefix("\ufeff")), delimiter=";"))
        assert len(lines) > 1 or 'class="empty"' in content, path
        assert len({len(line) for line in lines}) == 1, path


async def must_tell(page: Page, served: Served) -> None:
    """Whoever types keeps the field, and a region that was there before says what came of it."""
    await page.goto(f"{served.url}/console/segments")
    told = page.locator("#list-told")
    await expect(page.locator("#list-found")).to_have_text("19 рядків")
    before = await told.element_handle()
    await page.get_by_label("Назва або умова").focus()
    await page.keyboard.type("кошик")
    await expect(told).to_have_text("2 рядки")
    assert before is not None
    assert await before.evaluate("told => told.isConnected && told.textContent") == "2 рядки"
    await page.keyboard.type("-")
    await expect(page.locator("#list-body")).to_contain_text("Такого немає")
    await expect(told).to_contain_text("Такого немає")
    assert await page.evaluate("document.activeElement.value") == "кошик-"

    await page.goto(f"{served.url}/console/segments/new")
    picker = page.get_by_label("Що перевірити")
    await picker.focus()
    await picker.select_option("field:city")
    await expect(page.get_by_role("combobox", name="Значення")).to_be_visible()
    await expect(picker).to_be_focused()
    await page.keyboard.press("Tab")
    focused = page.locator(":focus-visible")
    await expect(focused).to_have_count(1)
    assert await focused.evaluate("one => getComputedStyle(one).outlineStyle") != "none"


async def test_axe_finds_nothing_on_any_page_in_light_and_dark_on_a_phone_and_wide(
    browser: Browser, tmp_path: Path
) -> None:
    async with open_shop(tmp_path) as (served, ids), entered(served) as program:
        every = await walked(served, program, ids)
        page = await (await browser.new_context(locale="uk-UA")).new_page()
        await page.add_init_script(UNHEARD)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda said: wrong.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        await log_in(page, served, "owner", "/console")
        await must_list(served, program, every)
        for at, path in enumerate([*every, *ELSEWHERE]):
            scheme, width = LOOKS[at % len(LOOKS)]
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            await page.set_viewport_size({"width": width, "height": 844})
            await page.goto(served.url + path)
            wrong += await look(page, path, width)
        await must_tell(page, served)
        assert wrong == []
