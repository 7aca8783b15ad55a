"""The category next door: whoever buys of one alone sees a known brand in the one that its buyers also take."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from adapters.analytics.neighbours import Door, Neighbours, nearest, numbered, placed
from adapters.analytics.plan import Asked, Newcomer, Plan, PromoItem, prepare
from adapters.analytics.purchases import purchases
from adapters.analytics.ranking import Ranked, Why
from tests.adapters.analytics.shopping import MONDAY, Bought, batch_of, crowd, shoppers

CATEGORY = {
    "coffee-l": "coffee", "coffee-m": "coffee", "cups-l": "cups", "cups-m": "cups", "cups-x": "cups",
    "rye": "bread", "soap-l": "soap", **{f"g{one:03d}": f"shelf{one % 7}" for one in range(30)},
}  # fmt: skip
BRAND = {
    "coffee-l": "Lavazza", "coffee-m": "Melitta", "cups-l": "Lavazza", "cups-m": "Melitta", "cups-x": "Xenia",
    "soap-l": "Lavazza",
}  # fmt: skip
PROMO = ["cups-l", "cups-m", "cups-x", "soap-l", *(f"g{one:03d}" for one in range(20))]
DOOR = Door(days=2, on=True)


def shop() -> list[Bought]:
    """A crowd; sixty who take cups with their coffee, twenty who take soap with it; Oles buys coffee alone."""
    rows = crowd(150, 30)
    for one in range(60):
        rows += [(f"c{one:02d}", sku, 10 + one % 9) for sku in ("coffee-m", "cups-m" if one % 3 else "cups-x")]
    rows += [(f"s{one:02d}", sku, 20) for one in range(20) for sku in ("coffee-l", "soap-l", "rye")]
    rows += [(f"p{one:04d}", "soap-l", 30) for one in range(100)]
    return rows + oles()


def oles(name: str = "oles") -> list[Bought]:
    return [(name, "coffee-l", 30), (name, "coffee-l", 10), (name, "coffee-m", 10)]


def asked(**others: Any) -> Asked:
    return Asked([PromoItem(sku, 2000, 1500) for sku in PROMO], CATEGORY, brand=BRAND, **{"door": DOOR, **others})


def plan(what: Asked, rows: list[Bought] | None = None) -> Plan:
    return prepare(shoppers(shop() if rows is None else rows), "2026-W48", MONDAY, what)


def picks(made: Plan) -> dict[str, list[list[Any]]]:
    return {row["owner"]: json.loads(row["picks"]) for table in made.blocks(size=37) for row in table.to_pylist()}


def test_a_buyer_of_one_category_sees_their_brand_next_door_on_the_second_place_with_its_evidence() -> None:
    made = plan(asked())
    told = picks(made)
    assert told["oles"][1] == ["cups-l", "neighbour", "Lavazza", 2, 0]
    assert len(told["oles"]) == len({sku for sku, *_ in told["oles"]}) == 10
    met = {owner for owner, mine in told.items() if any(kind == "neighbour" for _, kind, *_ in mine)}
    assert met == {"oles"}
    assert made.next_door == 1


def test_everybody_else_s_offers_and_the_order_of_the_rest_stay_as_they_were() -> None:
    on, off = picks(plan(asked())), picks(plan(asked(door=replace(DOOR, on=False))))
    assert {owner for owner in on if on[owner] != off[owner]} == {"oles"}
    assert plan(asked(door=replace(DOOR, on=False))).next_door == 1
    rest = [one for one in on["oles"] if one[1] != "neighbour"]
    assert rest == [one for one in off["oles"] if one in rest]
    assert rest[0] == next(one for one in off["oles"] if one[0] != "cups-l")


def test_what_the_plan_tries_to_learn_from_keeps_its_place() -> None:
    rows = shop() + [row for one in range(200) for row in oles(f"o{one:03d}")]
    on, off = picks(plan(asked(), rows)), picks(plan(asked(door=replace(DOOR, on=False)), rows))
    tried = [owner for owner, mine in off.items() if owner.startswith("o") and mine[-1][1] == "new"]
    assert tried
    for owner in tried:
        if off[owner][-1][0] != "cups-l":
            assert on[owner][-1] == off[owner][-1]


@pytest.mark.parametrize(
    "others",
    [
        {"refused": [("oles", "cups-l")]}, {"unprofiled": frozenset({"oles"})},
        {"door": replace(DOOR, gone=frozenset({"oles"}))}, {"door": replace(DOOR, days=3)},
        {"brand": {**BRAND, "cups-l": "Xenia"}}, {"brand": {}}, {"category": {}},
    ],
    ids=["refused", "unprofiled", "gone", "too few days", "brand elsewhere", "no brands", "no categories"],
)  # fmt: skip
def test_whom_the_rule_must_not_meet_or_has_nothing_for_it_does_not_meet(others: dict[str, Any]) -> None:
    what = replace(asked(), **others)
    told = picks(plan(what))
    found = {sku for sku, kind, *_ in told["oles"] if kind == "neighbour"}
    # Of two brands that they buy the second is as good when the first has nothing for them.
    assert found <= {"cups-m"}
    assert bool(found) is ("refused" in others or others.get("brand", {}).get("cups-l") == "Xenia")


def test_what_is_sold_in_other_stores_only_is_not_next_door() -> None:
    what = asked(store=pa.table({"owner": ["oles"], "top_store": ["north"]}))
    far = [replace(one, stores=frozenset({"south"})) if one.sku == "cups-l" else one for one in what.promo]
    assert [one for one in picks(plan(replace(what, promo=far)))["oles"] if one[1] == "neighbour"] == [
        ["cups-m", "neighbour", "Melitta", 1, 0]
    ]


def test_further_neighbours_are_looked_at_when_a_marketer_says_so() -> None:
    only_soap = [one for one in asked().promo if not one.sku.startswith("cups")]
    assert plan(replace(asked(), promo=only_soap)).next_door == 0
    near = replace(asked(door=replace(DOOR, nearest=3)), promo=only_soap)
    rows = [row for row in shop() if row[0] < "p0000" or row[0] > "p9999" or row[1] != "soap-l"]
    assert [one[:3] for one in picks(plan(near, rows))["oles"] if one[1] == "neighbour"] == [
        ["soap-l", "neighbour", "Lavazza"]
    ]


def test_whoever_has_nothing_else_is_left_alone_and_newcomers_too() -> None:
    one = replace(asked(), promo=[PromoItem("cups-l", 2000, 1500)], newcomers=[Newcomer("fresh", ("cups",))])
    told = picks(plan(one))
    assert told["oles"][0][1] != "neighbour"
    assert told["fresh"][0][:2] == ["cups-l", "interest"]


def test_a_neighbour_is_what_buyers_take_over_proportionally_and_pairs_seen_rarely_do_not_count() -> None:
    bought = purchases([batch_of(shop())])
    names, groups = numbered([CATEGORY[sku] for sku in bought.skus.to_pylist()])
    near = nearest(bought, groups, len(names), 2)
    coffee = [names[at] for at in near[names.index("coffee")] if at >= 0]
    assert coffee == ["cups", "bread"]  # all who take either buy coffee, but three times as many take cups
    rare = purchases([batch_of([*shop(), ("one", "coffee-l", 3), ("one", "tea", 3)])])
    names, groups = numbered([{**CATEGORY, "tea": "a tea"}[sku] for sku in rare.skus.to_pylist()])
    assert names[nearest(rare, groups, len(names), 1)[names.index("coffee"), 0]] == "cups"
    everybody = purchases([batch_of([(f"a{at}", sku, 3) for at in range(50) for sku in ("rye", "cups-l")])])
    same = nearest(everybody, np.array([0, 1], np.int32), 2, 3)
    assert same.tolist() == [[-1, -1, -1], [-1, -1, -1]]
    assert nearest(purchases([]), np.zeros(0, np.int32), 0, 2).shape == (0, 2)


def test_names_are_numbered_in_their_order_and_nothing_has_no_number() -> None:
    names, places = numbered(["b", "", "a", "b"])
    assert (names, places.tolist()) == (["a", "b"], [1, -1, 0, 1])


def test_the_brand_that_they_buy_most_comes_before_a_more_liked_good() -> None:
    ivan = [("ivan", "coffee-m", 30), ("ivan", "coffee-m", 10), ("ivan", "coffee-l", 10)]
    told = picks(plan(asked(), shop() + ivan))
    assert [told[one][1][:4] for one in ("oles", "ivan")] == [
        ["cups-l", "neighbour", "Lavazza", 2], ["cups-m", "neighbour", "Melitta", 2],
    ]  # fmt: skip


def ten(*candidates: int, why: int = Why.USUAL, last: int = Why.USUAL) -> Ranked:
    """One owner's places, the last filled one for another reason."""
    row = np.array([[*candidates, *[-1] * (4 - len(candidates))]], np.int32)
    reasons = np.where(row >= 0, why, Why.NONE).astype(np.int8)
    reasons[0, len(candidates) - 1] = last
    chance = np.where(row >= 0, 0.5, 0).astype(np.float32)
    return Ranked(row, reasons, row * 0 - 1, row * 0 + 3, row * 0 + 7, chance)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ten(1, 2, 3, 4), [1, 9, 2, 3]), (ten(1, 2, 3, 4, last=Why.NEW), [1, 9, 2, 4]), (ten(1, 2), [1, 9, 2, -1]),
        (ten(1, 2, 9, 4), [1, 9, 2, 4]), (ten(9, 2, 3, 4), [2, 9, 3, 4]), (ten(1, 9), [1, 9, -1, -1]),
    ],
)  # fmt: skip
def test_it_takes_the_second_place_and_what_stands_last_gives_way_unless_the_plan_learns_from_it(
    before: Ranked, after: list[int]
) -> None:
    one = np.array([9], np.int32)
    liked = np.full(10, 0.25, np.float32)
    was = before.candidate[0].tolist()
    made = placed(before, Neighbours(one, np.array([4], np.int32), np.array([6], np.int32)), liked)
    assert made.candidate[0].tolist() == after
    assert (made.why[0, 1], made.about[0, 1], made.times[0, 1], made.gap[0, 1]) == (Why.NEIGHBOUR, 4, 6, 0)
    assert made.chance[0, 1] == (0.5 if 9 in was else 0.25)
    assert (made.why[0] == Why.NEIGHBOUR).sum() == 1
    assert made.gap[0, 0] == 7


@pytest.mark.parametrize("alone", [ten(9), ten(), ten(9, why=Why.ALIKE)])
def test_nothing_from_next_door_is_ever_the_only_offer(alone: Ranked) -> None:
    was = [np.array(column).tolist() for column in alone]
    one = np.array([9], np.int32)
    made = placed(alone, Neighbours(one, one, one), np.full(10, 0.25, np.float32))
    assert [np.array(column).tolist() for column in made] == was
