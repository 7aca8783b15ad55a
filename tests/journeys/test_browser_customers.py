"""Support at work in a browser: finds a person, reads why no offer came, blocks and reissues, merges and undoes it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from adapters.console.passwords import hash_now
from adapters.db.sql import put
from adapters.db.tables import campaign_people, campaign_runs, campaigns, stores
from core.ledger.seeing import points_of
from core.shared.values import CustomerId, Phone
from core.staff.actions import choose_password, take_on
from core.staff.model import Role
from tests.journeys.test_browser import clean, log_in, phone_page
from tests.journeys.test_web import Chat
from tests.support.console import entered
from tests.support.served import PASSWORD, Served, serve

OLENA, OTHER = "+380671234567", "+380672222222"
HOSTILE = "Яна <img src=x onerror=document.title='x'>"


def hire(work: Any) -> None:
    for role in (Role.SUPPORT, Role.MARKETER):
        member = take_on(work, login=role.value, role=role, password_hash=hash_now(PASSWORD), store=None)
        choose_password(work, staff=member.id, password_hash=member.password)


def campaign(customer: CustomerId, name: str, outcome: str) -> Any:
    """A job: a campaign went out, and so it ended for this customer."""

    def job(work: Any) -> None:
        by = {"created_by": "a", "created_at": work.now, "changed_by": "a", "changed_at": work.now}
        row = {
            "id": "c1",
            "version": 1,
            "state": "finished",
            "name": name,
            "kind": "promotion",
            "plan": {},
            "salt": "s",
        }
        put(work.connection, campaigns, [{**row, **by}])
        until = work.now + timedelta(days=1)
        run = {"id": 1, "campaign": "c1", "number": 1, "due_at": work.now, "deliver_by": until, "window_until": until}
        put(work.connection, campaign_runs, [{**run, "figures": {}}])
        one = {
            "run": 1,
            "serial": 1,
            "customer": customer,
            "arm": "A",
            "trial": False,
            "outcome": outcome,
            "at": work.now,
        }
        put(work.connection, campaign_people, [one])

    return job


async def known(served: Served, phone: str) -> CustomerId:
    found = await served.house.lanes.do("x", lambda work: work.customers.by_phone(Phone(phone)))
    assert found is not None
    return found.id


async def points(served: Served, customer: CustomerId) -> int:
    return (await served.house.lanes.do("x", lambda work: points_of(work, customer, blocked=False))).active


async def act(page: Page, name: str, **fields: str) -> None:
    """The action is opened, filled in and looked at before anything is done."""
    part = page.locator("details").filter(has=page.get_by_text(name, exact=True))
    await part.locator("summary").click()
    for label, value in fields.items():
        await part.get_by_label(label.replace("_", " ")).fill(value)
    await part.get_by_label("Причина").fill("просить клієнтка")
    await part.get_by_role("button", name="Показати, що зміниться").click()


async def find(page: Page, served: Served, typed: str) -> None:
    await page.goto(f"{served.url}/console/customers")
    await page.get_by_role("searchbox").fill(typed)
    await page.get_by_role("button", name="Знайти").click()


async def test_support_serves_a_person_from_the_phone_to_the_undone_merge(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served:
        card = (await Chat(served).registers(OLENA))["data"]["number"]
        other_card = (await Chat(served).registers(OTHER, HOSTILE))["data"]["number"]
        await served.house.lanes.do("x", hire)
        olena, other = await known(served, OLENA), await known(served, OTHER)
        await served.house.lanes.do("x", campaign(olena, "Осінь <b>", "no_consent"))
        why = "+silence> +visits< -goods>"
        table: dict[str, list[Any]] = {"owner": [olena], "week": ["2026-W48"], "leaving": [0.625], "leaving_why": [why],
                                       "top_store": ["s1"]}  # fmt: skip
        await served.house.lanes.do("x", lambda work: put(work.connection, stores, [{"id": "s1", "name": "На розі"}]))
        await served.house.lanes.do("x", lambda work: work.profiles.put(table, ""))
        page = await phone_page(browser)
        await log_in(page, served, "support", "/console")
        await expect(page.get_by_text("карток сьогодні").locator("..")).to_contain_text("2")
        await find(page, served, "067 123-45-67")
        await expect(page).to_have_url(f"{served.url}/console/customers/{olena}")
        await expect(page.get_by_role("heading", name="Олена Коваль")).to_be_visible()
        await expect(page.get_by_text("згоди на новини немає")).to_be_visible()
        features = page.locator("section").filter(has=page.get_by_role("heading", name="Що кажуть покупки"))
        await expect(features.locator("dl")).to_have_text(
            "Улюблений магазин На розі Ризик піти 62,5 % Ризик вищий, бо давно без покупок; мало візитів за весь час "
            "Ризик нижчий, бо звичні товари зараз добре купують".replace(" %", "\u00a0%"),
            use_inner_text=True,
        )
        await clean(page)

        await page.get_by_role("link", name="Повідомлення").click()
        row = page.get_by_role("row").filter(has_text="Осінь <b>")
        await expect(row).to_contain_text("Без згоди")
        await expect(row).to_contain_text("Людина не погоджувалася на новини або відкликала згоду.")
        await clean(page)

        await page.goto(f"{served.url}/console/customers/{olena}")
        await act(page, "Змінити бонуси", Скільки_бонусів="+70")
        await expect(page.get_by_role("row").filter(has_text="Діють")).to_contain_text("70")
        await clean(page)
        assert await points(served, olena) == 0
        await page.get_by_role("button", name="Зробити").click()
        await expect(page.get_by_role("status")).to_contain_text("Змінено бонуси вручну")
        assert await points(served, olena) == 70
        await act(page, "Змінити бонуси", Скільки_бонусів="1001")
        await expect(page.get_by_role("alert")).to_contain_text("не більше ніж на 1 000")
        await page.get_by_role("link", name="Повернутися до клієнта").click()

        await act(page, "Заблокувати картку")
        await expect(page.get_by_role("row").filter(has_text="Картка")).to_contain_text("Заблокована")
        await page.get_by_role("button", name="Зробити").click()
        await expect(page.get_by_text("Картку заблоковано")).to_be_visible()
        assert (await served.lookup(card))[1]["type"] == "about:kartka/card-blocked"
        await act(page, "Видати новий номер")
        await page.get_by_role("button", name="Зробити").click()
        newest = await served.house.lanes.do("x", lambda work: work.cards.of(olena))
        assert newest is not None
        new = newest.number
        assert new != card
        assert (await served.lookup(new))[1]["points"]["active"] == 70
        await expect(page.get_by_text("старий номер, каса відповість")).to_be_visible()

        await act(page, "Об’єднати з іншою карткою", Номер_картки_або_телефон="067 222 22 22")
        await expect(page.get_by_text("Бонусів разом: зараз 70, стане 70.")).to_be_visible()
        await expect(page.get_by_text("Цієї картки окремо більше не буде")).to_be_visible()
        await clean(page)
        assert (await served.lookup(other_card))[1]["customer"]["id"] == other
        await page.get_by_role("button", name="Зробити").click()
        await expect(page.get_by_text(HOSTILE)).to_be_visible()
        assert (await served.lookup(other_card))[1]["customer"]["id"] == olena
        await page.goto(f"{served.url}/console/customers/{other}")
        await expect(page).to_have_url(f"{served.url}/console/customers/{olena}")
        await act(page, f"Роз’єднати: {HOSTILE}")
        await expect(page.get_by_text("Знову окрема людина")).to_be_visible()
        await page.get_by_role("button", name="Зробити").click()
        await expect(page.get_by_role("listitem").get_by_text("Роз’єднано")).to_be_visible()
        assert (await served.lookup(other_card))[1]["customer"]["id"] == other

        await find(page, served, "ЯНА <")
        await expect(page).to_have_url(f"{served.url}/console/customers/{other}")
        await expect(page).to_have_title(f"Kartka · {HOSTILE}")
        await page.get_by_role("link", name="Рух бонусів").click()
        await expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
        async with entered(served) as program:
            lines = (await program.get("/audit?login=support&subject=" + olena))[1]["rows"]
            done = [line["verb"] for line in reversed(lines) if line["verb"] != "customer.see"]
            assert done == [f"customer.{verb}" for verb in ("adjust", "block", "reissue", "merge", "unmerge")]
            assert {line["why"] for line in lines if line["verb"] in done} == {"просить клієнтка"}
            told = str((await program.get("/audit"))[1])
            assert not any(secret in told for secret in ("Олена", OLENA, card, new, "img"))


async def test_an_analyst_sees_how_many_and_nobody_in_the_dark_and_wide(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served:
        await Chat(served).registers(OLENA)
        page = await phone_page(browser, color_scheme="dark")
        await page.set_viewport_size({"width": 1280, "height": 900})
        await log_in(page, served, "analyst", "/console")
        await expect(page.get_by_text("карток сьогодні").locator("..")).to_contain_text("<5")
        await expect(page.locator("[data-chart] svg")).to_be_visible()
        await page.get_by_role("link", name="Клієнти").click()
        await expect(page).to_have_url(f"{served.url}/console/customers/numbers")
        await expect(page.get_by_role("row").filter(has_text="Українська")).to_contain_text("<5")
        await clean(page)
        await page.goto(f"{served.url}/console/customers/{await known(served, OLENA)}")
        await expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
