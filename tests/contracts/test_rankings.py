"""Rankings on both databases: the switch is on record for good, a plan is made by it, begins afresh when it changed."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.app.planning import plan_week
from adapters.app.reporting import report_week
from adapters.app.settings import Settings
from adapters.lake.lake import Lake
from core.offers import challenging
from core.offers.rankings import Arm, Ranking, Switch
from core.offers.weekly import Pick, monday_of, picks_from, picks_text
from core.stores.model import Product
from tests.adapters.app.test_histories import bring, put
from tests.support.weekly import WEEK, load, promo_file, shelve
from tests.support.world import NOON, World

GOODS = [f"g{one:02d}" for one in range(24)]


@pytest.fixture
def house(world: World, tmp_path: Path) -> World:
    """A shop with thirty people in its history and every second product on promo."""
    world.do(shelve)
    world.do(lambda work: work.shelves.put_products([Product(sku, sku, f"shelf {sku[-1]}") for sku in GOODS]))
    assert load(world.do, promo_file(tmp_path, WEEK, *(f"{sku},20,15,,,," for sku in GOODS[::2]))).rejected == []
    lines = []
    for one in range(30):
        for visit in range(10):
            at = datetime.combine(monday_of(WEEK), NOON.time()) - timedelta(days=3 + visit * 10 + one % 7)
            skus = [GOODS[(one * 5 + visit * 7 + good * 3) % 24] for good in range(3)]
            lines += [f"{one}-{visit}-{sku};s1;1;{at};06711100{one:02d};{sku};1;10;0;0" for sku in skus]
    assert bring(world, Lake(tmp_path / "lake"), put(tmp_path, *lines)).rejected == []
    return world


def settings(folder: Path) -> Settings:
    return Settings(lake=str(folder / "lake"), secret_key="0123456789abcdef0123456789abcdef")


def planned(world: World, folder: Path, do: Any = None) -> Any:
    return plan_week(settings(folder), do or world.do, WEEK, NOON, dry_run=False, progress=lambda stage, done: None)


def challenged(world: World, ranking: Ranking = Ranking.POPULAR) -> Switch:
    made: Switch = world.do(lambda work: challenging.challenge(work, ranking=ranking, share=50, by="ann"))
    return made


def picks(world: World, state: str = "current") -> dict[str, tuple[Pick, ...]]:
    """By owner, of the plan in that state."""
    said = "select owner, picks from plan_rows join plans on id = plan where state = :state order by owner"
    found = world.do(lambda work: work.connection.execute(text(said), {"state": state}).all())
    return {row.owner: picks_from(row.picks) for row in found}


def test_the_newest_switch_holds_and_none_before_it_can_be_changed(house: World) -> None:
    assert house.do(lambda work: work.rankings.current()) == Switch()
    begun = challenged(house)
    assert house.do(lambda work: work.rankings.current()) == begun
    house.do(lambda work: challenging.promote(work, by="bob"))
    won = house.do(lambda work: work.rankings.current())
    assert (won.champion, won.challenger, won.by, won.since) == (Ranking.POPULAR, None, "bob", house.clock.now)
    for verb in ("update rankings set share = 1", "delete from rankings"):
        with pytest.raises(DBAPIError):
            house.do(lambda work, verb=verb: work.connection.execute(text(verb)))


def test_a_challenge_plans_its_people_by_its_ranking_and_the_report_tells_the_arms(
    house: World, tmp_path: Path
) -> None:
    planned(house, tmp_path)
    before = picks(house)
    switch = challenged(house)
    figures = planned(house, tmp_path)
    after = picks(house)
    arms = {owner: switch.arm(owner) for owner in before}
    assert {*arms.values()} == {*Arm}
    for owner, arm in arms.items():
        if arm is Arm.CHAMPION:
            assert after[owner] == before[owner]
        else:
            assert {one.because.value for one in after[owner]} <= {"store", "chain"}
    house.do(lambda work: challenging.stop(work, by="ann"))
    report = report_week(settings(tmp_path), house.do, WEEK, NOON)
    assert report.switch.salt == switch.salt
    for arm in Arm:
        people = [*arms.values()].count(arm)
        assert report.arms[arm].funnel.made.people == figures.arms[arm.value]["people"] == people


def stops_after(world: World, works: int) -> Any:
    """A house whose machine goes away after so many chunks of the plan were written."""
    left = [works]

    def do(job: Any) -> Any:
        if getattr(getattr(job, "func", None), "__name__", "") == "_add":
            if not left[0]:
                raise ConnectionError("the machine went away")
            left[0] -= 1
        return world.do(job)

    return do


def half(world: World, folder: Path) -> None:
    """The plan of the week is begun and its rows are marked, so that one that goes on can be told."""
    with pytest.raises(ConnectionError):
        planned(world, folder, stops_after(world, 0))
    unfinished = text("select id from plans where state = 'building'")
    begun = world.do(lambda work: int(work.connection.execute(unfinished).scalar_one()))
    world.do(lambda work: work.plans.add(begun, [("00000000", picks_text([]))]))


def test_an_interrupted_plan_goes_on_while_its_inputs_are_the_same(house: World, tmp_path: Path) -> None:
    half(house, tmp_path)
    house.do(lambda work: work.connection.execute(text("update customers set city = 'Київ'")))
    planned(house, tmp_path)
    assert "00000000" in picks(house)


@pytest.mark.parametrize("change", ["ranking", "promo", "lake"])
def test_an_interrupted_plan_of_other_inputs_begins_afresh(house: World, tmp_path: Path, change: str) -> None:
    half(house, tmp_path)
    match change:
        case "ranking":
            challenged(house, Ranking.EXPLORER)
        case "promo":
            load(house.do, promo_file(tmp_path, WEEK, "g00,20,14,,,,"))
        case _:
            late = datetime.combine(monday_of(WEEK), NOON.time()) - timedelta(days=2)
            bring(house, Lake(tmp_path / "lake"), put(tmp_path, f"late;s1;1;{late};0671110000;g03;1;10;0;0", name="l"))
    planned(house, tmp_path)
    assert "00000000" not in picks(house)
    assert [*picks(house, "replaced")] == ["00000000"]
