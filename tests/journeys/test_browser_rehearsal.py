"""A rehearsal from the campaign's page and by a program: told in words, and nobody is written to."""

import asyncio
from pathlib import Path

from playwright.async_api import Browser, expect
from sqlalchemy import text

from core.campaigns.model import Plan
from tests.journeys.test_browser import clean, log_in, phone_page
from tests.support.campaigns import approved, content, crowd
from tests.support.console import entered
from tests.support.served import serve
from tests.support.world import World


def ready(url: str) -> str:
    """An approved campaign for sixty people; its id."""
    world = World(url)
    crowd(world, 60)
    made = approved(world, Plan("Кава", contents={"A": content()}))
    world.close()
    return made.id


async def test_a_marketer_rehearses_a_campaign_before_it_starts(browser: Browser, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/kartka.db"
    campaign = await asyncio.to_thread(ready, url)
    async with serve(url, lake=str(tmp_path / "lake")) as served:
        page = await phone_page(browser)
        await log_in(page, served, "owner", f"/console/campaigns/{campaign}")
        await page.get_by_role("button", name="Провести репетицію").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Репетиція")
        told = page.locator("#rehearsed")
        await expect(told).to_contain_text("з 60 у сегменті")
        await expect(told).not_to_contain_text("Триває репетиція")
        await expect(page.get_by_role("cell", name="60")).to_have_count(0)
        await clean(page)
        await page.get_by_role("button", name="Ще раз").click()
        await expect(told).to_contain_text("Триває репетиція")
        await expect(told).to_contain_text("з 60 у сегменті")
        async with entered(served) as program:
            status, told = await program.send("POST", f"/campaigns/{campaign}/rehearsal")
            assert status == 200
            people = {one["outcome"]: 0 for one in told["endings"]}
            for one in told["endings"]:
                people[one["outcome"]] += one["people"]
            assert sum(people.values()) == told["numbers"]["matching"] == 60
            assert people["sent"] == sum(one["people"] for one in told["numbers"]["receives"])
            assert (told["cost"], told["halted"]) == (0, "")
            assert (await program.send("POST", "/campaigns/nobody/rehearsal"))[0] == 404
        async with entered(served, "analyst") as program:
            assert (await program.send("POST", f"/campaigns/{campaign}/rehearsal"))[0] == 403
        with served.house.engine.connect() as connection:
            assert connection.execute(text("select count(*) from campaign_people")).scalar() == 0
