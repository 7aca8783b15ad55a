"""Promo files and plans of weeks on both databases: read, resumed, purged, forgotten; what a planner reads."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.db.planrows import CHUNK
from adapters.db.purging import purge
from adapters.imports.rights import import_offers
from core.cards.actions import forget
from core.imports.reasons import reason
from core.offers.weekly import Because, Newcomer, Pick, monday_of, picks_text
from core.sales.export import export
from core.shared.refusals import Invalid
from core.shared.values import CustomerId, Phone
from core.surveys.actions import publish
from core.surveys.data import questionnaire_data
from core.surveys.model import Given, Kind
from tests.support.engine import alter, newcomer
from tests.support.weekly import NEXT, PICKS, ROWS, WEEK, load, plan, promo_file, sell, shelve
from tests.support.world import HOUSE_QUESTIONNAIRE, World, open_lanes


@pytest.fixture
def house(world: World, tmp_path: Path) -> World:
    """A house with goods and the week's promo items."""
    world.do(shelve)
    assert load(world.do, promo_file(tmp_path, WEEK, *ROWS)).rejected == []
    return world


@pytest.fixture
def olena(house: World) -> tuple[CustomerId, str]:
    """Somebody with a card, for whom three items are picked."""
    who, number = house.do(newcomer)
    house.do(lambda work: plan(work, WEEK, {who: PICKS}))
    return who, number


def test_a_file_is_read_again_and_only_what_changed_is_a_new_version(house: World, tmp_path: Path) -> None:
    items = {one.sku: one for one in house.do(lambda work: work.planning.promo(WEEK))}
    assert {sku: (one.price_was, one.price, one.limit, one.version) for sku, one in items.items()} == {
        "milk": (5000, 3990, 1, 1), "coffee": (20000, 14990, None, 1), "bread": (3000, 2500, None, 1),
    }  # fmt: skip
    assert items["milk"].title == {"uk": "Молоко свіже", "en": "Fresh milk"}
    assert items["coffee"].title == {"uk": "Кава мелена", "en": "Кава мелена"}
    assert [items[sku].stores for sku in ("milk", "coffee", "bread")] == [set(), {"s1"}, {"s1", "s2"}]
    load(house.do, promo_file(tmp_path, WEEK, ROWS[0].replace("39.90", "38.90"), ROWS[1]))
    again = {one.sku: (one.price, one.version) for one in house.do(lambda work: work.planning.promo(WEEK))}
    assert again == {"milk": (3890, 2), "coffee": (14990, 1), "bread": (2500, 1)}


def test_the_ids_of_the_week_s_offers_are_nobody_else_s(house: World, tmp_path: Path) -> None:
    path = tmp_path / "offers.json"
    path.write_text('{"offers":[{"id":"week-2026-W48-milk","benefit":{"kind":"bonus_points","points":1}}]}')
    report = house.do(import_offers(path, phones=house.outside.phones.read))
    assert (report.good, report.rejected[0][1].column) == (0, "id")


def test_rows_that_cannot_be_are_rejected_with_line_and_column(house: World, tmp_path: Path) -> None:
    rows = (
        "milk,50,50,,,,", "milk,0,0,,,,", "tea,50,40,,,,", "cheese,50,40,,,s9,", "milk,50,40,,,s1|centre,0",
        "milk,,40,,,,", "milk,50,40.005,,,,", f"{'я' * 26},50,40,,,,", "milk,50,40,,,s1 s3,2", "milk,50,30,,,,",
    )  # fmt: skip
    report = load(house.do, promo_file(tmp_path, WEEK, *rows))
    assert {line: reason.column for line, reason in report.rejected} == {
        2: "price", 3: "price", 4: "sku", 5: "stores", 6: "limit", 7: "price_was", 8: "price", 9: "sku", 11: "week",
    }  # fmt: skip
    assert report.good == 1
    bad = load(house.do, promo_file(tmp_path, "2025-W53", "milk,50,40,,,,"))
    assert bad.rejected == [(2, reason("week", "bad-week"))]
    milk = next(one for one in house.do(lambda work: work.planning.promo(WEEK)) if one.sku == "milk")
    assert (set(milk.stores), milk.limit) == ({"s1", "s3"}, 2)


def test_an_unfinished_plan_goes_on_after_its_last_owner_and_a_row_again_is_renewed(house: World) -> None:
    first = house.do(lambda work: work.plans.begin(WEEK, work.now))
    rows = [(owner, picks_text([Pick("milk", Because.NEW)])) for owner in ("0a-1", "0b-1", "phone:0a")]
    house.do(lambda work: work.plans.add(first.id, rows[:2]))
    again = house.do(lambda work: work.plans.begin(WEEK, work.now))
    assert (again.id, again.after) == (first.id, "0b-1")
    house.do(lambda work: work.plans.add(first.id, rows[1:]))
    house.do(lambda work: work.plans.add(first.id, [(rows[0][0], "[]")]))
    with house.engine.connect() as connection:
        kept = connection.execute(text("select owner, picks from plan_rows order by owner")).all()
    assert [tuple(row) for row in kept] == [("0a-1", "[]"), *rows[1:]]
    assert house.do(lambda work: work.plans.begin(NEXT, work.now)).id != first.id


def test_a_row_that_is_no_picks_stops_its_chunk_and_a_chunk_is_small(house: World) -> None:
    begun = house.do(lambda work: work.plans.begin(WEEK, work.now))
    with pytest.raises(Invalid):
        house.do(lambda work: work.plans.add(begun.id, [("a", "[]"), ("b", '[["x","because","",0,0]]')]))
    with pytest.raises(ValueError, match="at most"):
        house.do(lambda work: work.plans.add(begun.id, [(str(at), "[]") for at in range(CHUNK + 1)]))
    with pytest.raises(Invalid):
        house.do(lambda work: work.plans.begin("2026-48", work.now))
    assert house.do(lambda work: work.plans.begin(WEEK, work.now)).after == ""


async def test_replaced_plans_and_weeks_long_past_leave_in_chunks(house: World) -> None:
    owners = {f"{at:036d}": [PICKS[0]] for at in range(CHUNK)}
    for week in (WEEK, WEEK, NEXT):
        house.do(lambda work, week=week: plan(work, week, owners))
    async with open_lanes(house) as (lanes, _):
        assert (await purge(lanes, house.clock.now))["plan_rows"] == CHUNK
        assert "plan_rows" not in await purge(lanes, house.clock.now)
        house.clock.now = datetime.combine(monday_of(WEEK), datetime.min.time(), UTC) + timedelta(weeks=8, days=7)
        assert (await purge(lanes, house.clock.now))["plan_rows"] == CHUNK
    with house.engine.connect() as connection:
        assert connection.execute(text("select count(*) from plan_rows")).scalar() == CHUNK
        assert connection.execute(text("select count(*) from plans")).scalar() == 3


def test_who_is_forgotten_is_in_no_plan_and_comes_into_none(house: World, olena: tuple[CustomerId, str]) -> None:
    who, _ = olena
    phone = Phone("+380671234567")
    house.do(lambda work: alter(work, who, phone=phone, phone_verified_at=work.now))
    owner = f"phone:{house.outside.hashed(phone)}"
    begun = house.do(lambda work: work.plans.begin(WEEK, work.now))
    house.do(lambda work: work.plans.add(begun.id, [(who, "[]"), (owner, "[]"), ("somebody", "[]")]))
    house.do(lambda work: work.weeks.refuse(who, "milk", work.now))
    person = house.do(lambda work: work.customers.get(who))
    assert person is not None
    told = house.do(lambda work: export(work, customer=person))
    assert [one["week"] for one in told["weeks"]] == [WEEK]
    assert [one["sku"] for one in told["refused_goods"]] == ["milk"]
    house.do(lambda work: forget(work, customer=person, channel="web"))
    house.do(lambda work: work.plans.add(begun.id, [(who, "[]"), (owner, "[]")]))
    with house.engine.connect() as connection:
        assert connection.execute(text("select owner from plan_rows")).scalars().all() == ["somebody"]
        assert connection.execute(text("select count(*) from refused_goods")).scalar() == 0


def test_a_planner_reads_holders_who_never_bought_with_what_they_said(house: World) -> None:
    people = sorted(house.do(newcomer) for _ in range(4))
    (_, number), (two, _), (three, _), (four, _) = people
    sell(house, number, "bread")
    house.do(lambda work: work.history.bought({two: (work.now, work.now)}))
    house.do(lambda work: work.answers.put(three, "interests", Given("coffee,pets", Kind.CHOICES, 1, work.now)))
    house.do(lambda work: alter(work, four, city="Київ"))
    assert house.do(lambda work: work.planning.newcomers("", 9)) == (
        [Newcomer(three, ("coffee", "pets")), Newcomer(four)], None,
    )  # fmt: skip
    data = questionnaire_data(HOUSE_QUESTIONNAIRE)
    [interests] = [one for one in data["questions"] if one["key"] == "interests"]
    interests["options"][0]["categories"] = ["Кава", "Чай"]
    house.do(lambda work: publish(work, data=data, actor="anna"))
    [named, _] = house.do(lambda work: work.planning.newcomers("", 9))[0]
    assert named == Newcomer(three, ("Кава", "Чай", "pets")), "by the shop's own names of its categories"
    interests["options"][0].pop("categories")
    house.do(lambda work: publish(work, data=data, actor="anna"))
    first, after = house.do(lambda work: work.planning.newcomers("", 3))
    assert (first, after) == ([Newcomer(three, ("coffee", "pets"))], three)
    assert house.do(lambda work: work.planning.newcomers(three, 3)) == ([Newcomer(four)], None)
    hashed = f"phone:{house.outside.hashed(Phone('+380671234567'))}"
    house.do(lambda work: work.history.bought({hashed: (work.now, work.now)}))
    house.do(lambda work: alter(work, four, phone=Phone("+380671234567"), phone_verified_at=work.now))
    assert house.do(lambda work: work.planning.newcomers(three, 3)) == ([], None)


def test_a_planner_reads_the_catalogue_by_chunks(house: World) -> None:
    assert house.do(lambda work: work.planning.products("", 2)) == [
        ("bread", "", "", 5000, ""), ("cheese", "", "", 5000, ""),
    ]  # fmt: skip
    assert [row[0] for row in house.do(lambda work: work.planning.products("cheese", 9))] == ["coffee", "milk"]
