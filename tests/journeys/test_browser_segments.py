"""A marketer's way with segments, in a browser and as a program: made in words, counted, explained, exported."""

import csv
import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from playwright.async_api import Browser, expect
from sqlalchemy import insert, update

from adapters.db.campaigntables import segments
from adapters.db.tables import addresses, consents, customers, products
from adapters.lake.columns import SCHEMA
from tests.journeys.test_browser import clean, log_in, phone_page
from tests.support.console import entered
from tests.support.served import Served, serve

NOW = datetime.now(UTC)
PEOPLE = 12
COFFEE = {"bought": {"category": ["coffee"]}, "days": 90, "times": {"at_least": 2}}


def _id(at: int) -> str:
    return f"00000000-0000-7000-8000-{at:012x}"


async def furnish(served: Served, lake: Path) -> None:
    """Twelve customers; the first eight have bought coffee twice, the first seven agreed to marketing."""

    def job(work: Any) -> None:
        run = work.connection.execute
        run(insert(products), [{"sku": "p1", "name": "Кава", "category": "coffee", "brand": "acme", "price": 100}])
        run(insert(customers), [
            {"id": _id(at), "created_at": NOW, "language": "uk", "name": f"Олена{at} Коваль", "city": "Київ",
             "phone": f"+38067000{at:04d}", "phone_verified_at": NOW} for at in range(PEOPLE)
        ])  # fmt: skip
        run(insert(consents), [
            {"customer": _id(at), "purpose": "marketing", "given": True, "version": "1", "language": "uk",
             "channel": "web", "at": NOW} for at in range(7)
        ])  # fmt: skip
        run(insert(addresses), [
            {"channel": "telegram", "bot": "b", "user_key": str(at), "first_seen_at": NOW, "language": "uk",
             "chosen_language": False, "customer": _id(at), "subscribed": True} for at in range(6)
        ])  # fmt: skip

    await served.house.lanes.do("test", job)
    day = date.today() - timedelta(days=9)
    rows = [
        {"store": "s1", "till": "t", "receipt": f"{at}-{time}", "business_date": day, "sold_at": NOW, "sku": "p1",
         "owner": _id(at), "milli": 1000, "unit_price": 100, "discount": 0, "points_spent": 0, "line": 0,
         "source": "import"} for at in range(8) for time in range(2)
    ]  # fmt: skip
    folder = lake / "sales" / f"month={day:%Y-%m}"
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), folder / "import-1.parquet")


async def test_a_segment_is_made_in_words_and_lives(browser: Browser, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db", lake=str(lake)) as served:
        await furnish(served, lake)
        page = await phone_page(browser)
        await log_in(page, served, "owner", "/console/segments")
        await expect(page.get_by_text("Тут з’являться ваші сегменти")).to_be_visible()
        await expect(page.get_by_role("row", name="Зареєструвалися, але не купували")).to_contain_text("12 людей")
        await page.get_by_role("link", name="Зареєструвалися, але не купували").click()
        await expect(page.locator("#outcome")).to_contain_text("12 людей з 12")
        await page.get_by_label("Номер картки або телефон").fill("067 000 00 09")
        await page.get_by_role("button", name="Пояснити").click()
        await expect(page.get_by_text("Олена9 К. — у сегменті.")).to_be_visible()
        await page.goto(f"{served.url}/console/segments")
        await page.get_by_role("link", name="Новий сегмент").click()
        await page.get_by_label("Назва").fill("Кавомани")
        await page.get_by_label("Що перевірити").select_option("bought:category")
        await page.get_by_role("combobox", name="Значення", exact=True).fill("coffee")
        await page.get_by_role("textbox", name="Щонайменше").fill("2")
        await page.get_by_role("textbox", name="За скільки останніх днів").fill("90")
        await expect(page.get_by_text("8 людей з 12")).to_be_visible()
        await expect(page.get_by_text("Ця умова ще не повна")).to_be_hidden()
        await page.get_by_role("button", name="Додати умову").click()
        second = page.get_by_role("group", name="Умова 2")
        await second.get_by_label("Що перевірити").select_option("field:city")
        await second.get_by_role("combobox", name="Значення", exact=True).fill("Львів")
        await second.get_by_label("не", exact=True).check()
        sentence = "купували товари категорії «coffee» щонайменше 2 рази за 90 днів і не (місто: «Львів»)"
        await expect(page.get_by_text(sentence)).to_be_visible()
        await clean(page)
        await page.get_by_role("button", name="Зберегти").click()
        await expect(page.get_by_text("Збережено.")).to_be_visible()
        await page.get_by_label("Номер картки або телефон").fill("067 000 00 09")
        await page.get_by_role("button", name="Пояснити").click()
        await expect(page.get_by_text("Олена9 К. — не в сегменті.")).to_be_visible()
        await expect(page.get_by_role("row", name="купували товари")).to_contain_text("0 чеків")
        await clean(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        made = page.url.rsplit("/", 1)[1].split("?")[0]
        async with entered(served, "analyst") as program:
            form = {"csrf": program.csrf, "shape": "[]"}
            async with program.http.post(f"{served.url}/console/segments/{made}/preview", data=form) as answer:
                assert sentence in await answer.text(), "whoever may not change it sees it counted"
        async with entered(served) as program:
            await _as_a_program(program, served, made)
        async with entered(served, "analyst") as program:
            status, seen = await program.send("POST", "/segments/preview", {"tree": COFFEE})
            assert (status, seen["total"], seen["everybody"]) == (200, None, 10), (
                "four are left out, twelve are told in fives"
            )
            assert (await program.get("/segments/ready:active/members"))[0] == 403
            assert (await program.send("POST", "/segments/ready:active/export"))[0] == 403
            assert (await program.send("POST", "/segments", {"name": "x", "tree": COFFEE}))[0] == 403


async def _as_a_program(program: Any, served: Served, made: str) -> None:
    _, one = await program.get(f"/segments/{made}")
    assert (one["name"], one["version"]) == ("Кавомани", 1)
    edit = {"version": 1, "tree": COFFEE, "name": "Кава"}
    assert (await program.send("PATCH", f"/segments/{made}", edit))[1]["version"] == 2
    status, problem = await program.send("PATCH", f"/segments/{made}", edit)
    assert (status, problem["type"], problem["who"]) == (409, "about:kartka/edited-meanwhile", "owner")
    _, reach = await program.get(f"/segments/{made}/count")
    assert [reach[name] for name in ("everybody", "total", "consented", "reachable")] == [12, 8, 7, 6]
    assert reach["channels"] == {"telegram": 6}
    _, page = await program.get(f"/segments/{made}/members")
    assert [one["customer"] for one in page["rows"]] == [_id(at) for at in range(8)]
    assert page["rows"][0]["phone"] == "0000"
    _, why = await program.send("POST", f"/segments/{made}/why", {"who": _id(3)})
    assert (why["inside"], why["reasons"][0]["holds"], why["reasons"][0]["test"]) == (True, True, COFFEE)
    assert (await program.send("POST", f"/segments/{made}/why", {"who": "' or 1=1"}))[0] == 404
    status, problem = await program.send("POST", "/segments/preview", {"tree": {"field": "club", "one_of": ["chess"]}})
    assert (status, problem["type"], problem["name"]) == (409, "about:kartka/gone-club", "chess")
    status, problem = await program.send("POST", "/segments/preview", {"tree": {"all": [{"field": "password"}]}})
    assert (status, problem["field"]) == (422, "all.0.field")
    headers = {"X-CSRF-Token": program.csrf}
    async with program.http.post(f"{served.url}/console/api/v1/segments/{made}/export", headers=headers) as answer:
        rows = list(csv.reader(io.StringIO(await answer.text())))
    agreed = [f"+38067000{at:04d}" for at in range(7)]
    hashes = {hashlib.sha256(phone.encode()).hexdigest(): phone for phone in agreed}
    assert rows[0] == ["phone_e164_sha256", "phone_digits_sha256"]
    assert {row[0] for row in rows[1:]} <= set(hashes)
    assert all(row[1] == hashlib.sha256(hashes[row[0]][1:].encode()).hexdigest() for row in rows[1:])
    assert (await program.send("POST", f"/segments/{made}/archive"))[1]["archived"]
    assert made not in {row["id"] for row in (await program.get("/segments"))[1]["rows"]}
    assert not (await program.send("POST", f"/segments/{made}/restore"))[1]["archived"]
    lines = (await program.get("/audit?verb=segment"))[1]["rows"]
    verbs = [line["verb"] for line in lines]
    assert verbs == ["segment.bring-back", "segment.put-away", "segment.export", "segment.edit", "segment.make"]
    assert lines[2]["after"] == {"people": len(rows) - 1}
    assert (lines[3]["before"]["name"], lines[3]["after"]["name"]) == ("Кавомани", "Кава")
    await served.house.lanes.do(
        "test", lambda work: work.connection.execute(update(segments).values(tree={"field": "shoe", "yes": True}))
    )
    assert (await program.get(f"/segments/{made}/count"))[0] == 404
    status, told = await program.get(f"/console/segments/{made}")
    assert status == 200
    assert "чого вже немає" in told or "not there any more" in told
