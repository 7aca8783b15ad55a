"""A week planned on from what was kept of the lake is the week planned from nothing, on both databases."""

from pathlib import Path

from adapters.analytics.keeping import let_go, path_of
from adapters.lake.lake import Lake
from core.customers.model import Consent, Purpose
from core.shared.values import CustomerId, Language
from tests.contracts.test_planning import GOODS, HABIT, card_of, history, planned, rows
from tests.contracts.test_planning import house as house
from tests.contracts.test_planning import lake as lake
from tests.support.world import World


def everything(house: World) -> list[object]:
    """Whatever a plan has written of people."""
    offers = rows(house, "select owner, picks from plan_rows where plan = (select max(id) from plans) order by owner")
    return [offers, rows(house, "select * from customer_features order by owner")]


def says_no(house: World, who: CustomerId) -> None:
    line = Consent(who, Purpose.PROFILING, False, "1", Language.UK, "web", house.clock.now)
    house.do(lambda work: work.consents.add(line))


def test_what_came_and_who_said_no_since_is_planned_as_from_nothing(house: World, lake: Lake, tmp_path: Path) -> None:
    usual, shy = (card_of(house, lake, tmp_path, HABIT) for _ in range(2))
    planned(house, tmp_path)
    before, kept = everything(house), path_of(tmp_path / "lake").read_bytes()
    history(house, lake, tmp_path, [(f"06711100{one:02d}", GOODS[one % 24], one) for one in range(1, 60)], name="later")
    card_of(house, lake, tmp_path, [("g20", ago) for ago in range(7, 70, 7)])
    says_no(house, shy)
    figures = planned(house, tmp_path)
    found = everything(house)
    assert found != before
    again = path_of(tmp_path / "lake").read_bytes()
    assert again != kept
    assert shy.encode() not in again
    let_go(tmp_path / "lake")
    assert planned(house, tmp_path) == figures
    assert everything(house) == found
    assert path_of(tmp_path / "lake").read_bytes() == again
    assert usual in {owner for owner, *_ in rows(house, "select owner from customer_features")}
