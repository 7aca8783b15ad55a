"""Situations in a real browser: a marketer switches a rule by hand and keyboard, an analyst looks, others may not."""

from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from adapters.console.passwords import hash_now
from core.offers.reading import offer_from
from core.offers.situations import Rule
from core.staff.actions import choose_password, take_on
from core.staff.model import Role
from tests.journeys.test_browser import clean, log_in, phone_page
from tests.support.served import PASSWORD, Served, serve
from tests.support.weekly import WEEK, plan

GIFT: dict[str, Any] = {
    "id": "gift", "audience": "voucher", "title": {"uk": "Подарунок"}, "benefit": {"kind": "amount_off", "amount": 700},
}  # fmt: skip
FIGURES = {
    "neighbour": {"on": True, "reach": 21, "given": 21, "control": 0, "why": ""},
    "birthday": {"on": True, "reach": 812, "given": 731, "control": 81, "why": ""},
    "big_tickets": {"on": False, "reach": 2, "given": 0, "control": 0, "why": "no-offer", "price": 24900},
    "leaving": {"on": False, "reach": 0, "given": 0, "control": 0, "why": "no-risk"},
}


def furnish(work: Any) -> None:
    work.offers.put(offer_from(GIFT), GIFT)
    member = take_on(work, login="marketer", role=Role.MARKETER, password_hash=hash_now(PASSWORD), store=None)
    choose_password(work, staff=member.id, password_hash=member.password)


async def opened(served: Served, browser: Browser, login: str, **options: Any) -> Page:
    page = await phone_page(browser, **options)
    await log_in(page, served, login, "/console/situations")
    return page


def card(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title)


async def test_a_marketer_switches_a_rule_and_is_told_beside_the_field_what_is_wrong(
    browser: Browser, tmp_path: Path
) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served:
        await served.house.lanes.do("x", furnish)
        page = await opened(served, browser, "marketer")
        birthday = card(page, "День народження")
        await expect(birthday).to_contain_text("після першого тижневого плану")
        await expect(card(page, "Сусідній розділ")).to_contain_text("Увімкнено")
        await clean(page)
        await birthday.get_by_role("button", name="Увімкнути").click()
        offer = birthday.get_by_label("Пропозиція ваучера")
        await expect(offer).to_have_attribute("aria-invalid", "true")
        await expect(offer).to_have_accessible_description("Оберіть пропозицію: правило дає її ваучер.")
        await clean(page)
        await offer.select_option("gift")
        await birthday.get_by_label("Контрольна група").fill("3")
        await birthday.get_by_role("button", name="Увімкнути").click()
        control = birthday.get_by_label("Контрольна група")
        await expect(control).to_have_value("3")
        await expect(control).to_have_accessible_description(
            "Щонайменше 5 %: без контрольної групи ніхто не дізнається, що дає ваучер."
        )
        await expect(birthday.get_by_label("Пропозиція ваучера")).to_have_value("gift")
        await control.fill("20")
        await birthday.get_by_role("button", name="Увімкнути").click()
        await expect(birthday.get_by_role("status")).to_contain_text("Збережено")
        await expect(birthday).to_contain_text("Увімкнено")
        await expect(birthday).to_contain_text("Змінено: marketer")
        await birthday.get_by_label("Ваучер діє після дня народження").fill("14")
        await page.keyboard.press("Enter")
        await expect(birthday.get_by_label("Ваучер діє після дня народження")).to_have_value("14")
        await clean(page)
        switches = await served.house.lanes.do("x", lambda work: work.situations.switches())
        one = switches[Rule.BIRTHDAY]
        assert (one.on, one.offer, one.control, one.value("after"), one.actor) == (True, "gift", 20, 14, "marketer")
        await birthday.get_by_role("button", name="Вимкнути").click()
        await expect(birthday).to_contain_text("Вимкнено")
        switches = await served.house.lanes.do("x", lambda work: work.situations.switches())
        assert not switches[Rule.BIRTHDAY].on


async def test_money_is_typed_as_money_and_nothing_is_the_house_s_own_price(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served:
        await served.house.lanes.do("x", furnish)
        page = await opened(served, browser, "owner")
        big = card(page, "Великі покупки")
        price = big.get_by_label("Дорога річ коштує від")
        await expect(price).to_have_value("")
        for typed, kept, shown in (("249,5", 24950, "249.50"), ("", 0, "")):
            await price.fill(typed)
            await big.get_by_role("button", name="Зберегти").click()
            await expect(big.get_by_role("status")).to_contain_text("Збережено")
            await expect(price).to_have_value(shown)
            switches = await served.house.lanes.do("x", lambda work: work.situations.switches())
            assert switches[Rule.BIG_TICKETS].value("price") == kept
        await price.fill("дорого")
        await big.get_by_role("button", name="Зберегти").click()
        await expect(price).to_have_accessible_description("Потрібна сума, наприклад 249,00, не більше 10 000 000.")


async def test_an_analyst_sees_whom_the_last_plan_met_and_changes_nothing(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served:
        await served.house.lanes.do("x", furnish)
        await served.house.lanes.do("x", lambda work: plan(work, WEEK, {}, situations=FIGURES))
        page = await opened(served, browser, "analyst")
        birthday = card(page, "День народження")
        await expect(birthday).to_contain_text("2026-W48: зустрічає 810 людей.")
        await expect(birthday).to_contain_text("80 з них лишаються без ваучера: контрольна група.")
        await expect(card(page, "Великі покупки")).to_contain_text(
            "зустріло б 0 людей. У цьому плані дорога річ коштує від 249,00"
        )
        await expect(card(page, "Ось-ось піде")).to_contain_text("Ризик піти ще ні для кого не пораховано.")
        await expect(page.locator("main")).to_contain_text("Числа людей тут округлено до п’яти")
        await expect(page.locator("main").get_by_role("button")).to_have_count(0)
        await expect(birthday.get_by_label("Контрольна група")).to_be_disabled()
        await clean(page)
        csrf = await page.locator("input[name=csrf]").first.get_attribute("value")
        answer = await page.request.post(
            f"{served.url}/console/situations/neighbour", form={"csrf": csrf or "", "do": "off"}
        )
        assert answer.status == 403
        dark = await opened(served, browser, "owner", color_scheme="dark")
        await clean(dark)
        await dark.get_by_role("button", name="Розділи").click()
        await expect(dark.get_by_role("link", name="Ситуації")).to_have_attribute("aria-current", "page")


async def test_a_rule_that_is_none_is_not_found_and_a_cashier_has_no_page(browser: Browser, tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served:
        page = await opened(served, browser, "owner")
        csrf = await page.locator("input[name=csrf]").first.get_attribute("value")
        answer = await page.request.post(
            f"{served.url}/console/situations/wedding", form={"csrf": csrf or "", "do": "on"}
        )
        assert answer.status == 404
        cashier = await opened(served, browser, "cashier")
        await expect(cashier.get_by_role("heading", name="Not allowed")).to_be_visible()
