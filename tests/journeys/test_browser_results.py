"""Results in a browser and for programs: the list, the verdict, intervals drawn and told, the file."""

import asyncio
import csv
import io
import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from core.campaigns.arms import CONTROL, Arm
from core.campaigns.model import Plan
from core.campaigns.results import Result
from core.shared.values import CustomerId
from core.vouchers.actions import issue
from tests.journeys.test_browser import clean, log_in, phone_page
from tests.support.campaigns import content, launched, name_of
from tests.support.console import entered
from tests.support.results import counted, furnish, into_lake, rows_of, settle_messages
from tests.support.served import serve
from tests.support.world import NOON, World

NAME = "<b>Кава</b> {name} =1+1"


def ran(url: str, folder: Path, name: str = NAME) -> Sequence[Result]:
    """A campaign of two arms whose window is over: those of A bought more; its results are counted."""
    world, chance = World(url), random.Random(3)
    furnish(world, 800)
    arms = (Arm(CONTROL, 3_000), Arm("A", 6_500), Arm("B", 500))
    contents = {"A": content(), "B": content("Чай")}
    _, run = launched(world, Plan(name, arms=arms, contents=contents, voucher_offer="fifty", window_days=14))
    settle_messages(world, run)
    lines = []
    for who, row in rows_of(world, run).items():
        lines += [(who, NOON - timedelta(days=chance.uniform(1, 80)), 4_000, 0) for _ in range(chance.randrange(4))]
        if chance.random() < (0.8 if row.arm == "A" else 0.4):
            lines.append((who, NOON + timedelta(days=chance.uniform(0.1, 13)), chance.randrange(6_000, 9_000), 100))
    into_lake(folder, lines)
    for number in range(10, 30):
        world.do(lambda work, n=number: issue(work, offer="fifty", customer=CustomerId(name_of(n))))
    world.clock.forward(days=16)
    found = counted(world, folder)
    world.close()
    return found


async def test_a_marketer_reads_what_a_campaign_did(browser: Browser, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/kartka.db"
    results = await asyncio.to_thread(ran, url, tmp_path)
    whole = next(one for one in results if one.campaign != "holdout")
    async with serve(url, lake=str(tmp_path / "lake")) as served:
        page = await phone_page(browser)
        await log_in(page, served, "owner", "/console/results")
        row = page.get_by_role("row").filter(has_text="Кава")
        await expect(row).to_contain_text("✓ працює")
        await page.get_by_label("Кампанія").fill("кава")
        await expect(page.get_by_role("row")).to_have_count(2)
        await row.get_by_role("link").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
        await expect(page.get_by_role("status")).to_contain_text("Кампанія працює")
        await expect(page.get_by_role("img", name="Чистий внесок на людину")).to_be_visible()
        await expect(page.locator("[data-chart] svg").first).to_be_visible()
        await clean(page)
        await check_program(served, whole)
        await page.goto(f"{served.url}/console/results/holdout")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Усі акції разом")
        await expect(page.get_by_role("status")).to_contain_text("Даних замало")


async def check_program(served: Any, whole: Result) -> None:
    """What a program reads, and a spreadsheet; what was taken out is noted, and who may not see it does not."""
    path, truth = f"/console/results/{whole.campaign}", whole.whole.net
    assert truth is not None
    async with entered(served, "analyst") as program:
        status, listed = await program.get("/results?name=КАВА")
        assert (status, listed["total"], listed["rows"][0]["verdict"]) == (200, 1, "works")
        status, one = await program.get(f"/results/{whole.campaign}")
        assert status == 200
        assert one["effects"][0]["net"] == pytest.approx(asdict(truth))
        assert {group["kind"] for group in one["groups"]} == {"segment", "store", "channel"}
        assert all(min(group["people"], group["control"]) >= 5 for group in one["groups"])
        few = next(group for group in one["groups"] if min(group["people"], group["control"]) < 30)
        assert few["response"] is few["money"] is None
        assert (await program.get("/results/nobody"))[0] == 404
        assert (await program.get("/console/results/nobody"))[0] == 404
        assert (await program.get(f"{path}?run=77"))[0] == 404
        _, told = await program.get(f"{path}/result.csv?run=0")
        rows = list(csv.DictReader(io.StringIO(told.removeprefix("\ufeff")), delimiter=";"))
        [net] = [row for row in rows if row["part"] == "effect" and row["measure"] == "net" and row["name"] == ""]
        assert float(net["value"]) == pytest.approx(truth.value, abs=1e-5)
        assert sum(row["part"] == "day" for row in rows) == 14
    async with entered(served) as program:
        assert (await program.get("/audit?verb=result.export"))[1]["rows"][0]["subject"] == whole.campaign
    async with entered(served, "cashier") as program:
        assert (await program.get("/results"))[0] == 403
