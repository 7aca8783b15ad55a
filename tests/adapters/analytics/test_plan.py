"""The week's plan: planted habits and tastes are offered with their reasons, rules are kept, bytes are the same."""

import json
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import numba
import pyarrow as pa
import pytest

from adapters.analytics.counted import Counted
from adapters.analytics.plan import Asked, Newcomer, NothingToOffer, Plan, PromoItem, prepare
from adapters.analytics.ranking import Rules
from tests.adapters.analytics.shopping import MONDAY, Bought, crowd, shoppers

WEEK = "2026-W48"
GOODS = [f"g{one:03d}" for one in range(30)]
MANY = [f"g{one:03d}" for one in range(80)]


def usual(stores: dict[str, str]) -> pa.Table:
    return pa.table({"owner": list(stores), "top_store": list(stores.values())})


def asked(skus: Iterable[str] = GOODS, **others: Any) -> Asked:
    every = [*MANY, "bread", "sauce", "pasta"]
    category = {sku: sku if sku in ("bread", "sauce", "pasta") else f"shelf{sku[-1]}" for sku in every}
    return Asked([PromoItem(sku, 2000, 1500) for sku in skus], category, **others)


def plan(rows: list[Bought], what: Asked) -> Plan:
    return prepare(shoppers(rows), WEEK, MONDAY, what)


def picks(made: Plan, **how: Any) -> dict[str, list[list[Any]]]:
    """Each owner's picks."""
    return {row["owner"]: json.loads(row["picks"]) for table in made.blocks(**how) for row in table.to_pylist()}


def habit(owner: str, gap: int) -> list[Bought]:
    """Bread every so many days, the last time as long ago: it is due on the day the week begins."""
    return [(owner, "bread", ago) for ago in range(gap, 200, gap)]


def test_a_planted_habit_is_due_and_says_how_often() -> None:
    rows = crowd(120, 30) + [row for one in range(30) for row in habit(f"h{one:02d}", 14)]
    told = picks(plan(rows, asked([*GOODS, "bread"])))
    assert [told[f"h{one:02d}"][0] for one in range(30)] == [["bread", "due", "", 14, 14]] * 30


def test_what_goes_with_a_persons_goods_is_offered_with_the_good_it_goes_with() -> None:
    rows = crowd(150, 30)
    rows += [(f"x{one:02d}", sku, ago) for one in range(40) for sku in ("pasta", "sauce") for ago in (20, 60, 100)]
    rows = [row for row in rows if row[:2] != ("x07", "sauce")]
    told = picks(plan(rows, asked([*GOODS, "sauce"])))
    assert ["sauce", "together", "pasta", 0, 0] in told["x07"]


def test_a_planted_taste_is_found_by_whoever_shares_it() -> None:
    """Two crowds with twenty goods each, none in common, and a good of either that one in three bought once."""
    chance, rows = Random(2), list[Bought]()
    for kind in ("garden", "kitchen"):
        for one in range(120):
            who = f"{kind}{one:03d}"
            days = [ago for ago in range(1 + one % 9, 200, 12) for _ in range(3)]
            rows += [(who, f"{kind}{chance.randrange(20):02d}", ago) for ago in days]
            rows += [(who, f"{kind} fair", 1 + one % 50)] if one % 3 == 0 else []
    category = {sku: sku.split()[0].rstrip("0123456789") for _, sku, _ in rows}
    fairs = [PromoItem(f"{kind} fair", 2000, 1500) for kind in ("garden", "kitchen")]
    told = picks(plan(rows, Asked(fairs, category)))
    for owner, (mine, other) in told.items():
        kind = owner[:-3]
        assert mine[0] == f"{kind} fair"
        assert other[1] == "chain"
        assert (mine[1] == "usual") == (int(owner[-3:]) % 3 == 0)
        assert mine[1] == "usual" or (mine[1] == "together" and mine[2].startswith(kind))


def test_a_planted_fashion_is_offered_before_what_sold_as_well_last_winter() -> None:
    """Sixty buyers each among the same people; whoever bought neither has the fashion, and higher."""
    rows = crowd(150, 30)
    for one in range(60):
        rows += [(f"p{one:04d}", "bread", 1 + one % 10), (f"p{one:04d}", "sauce", 150 + one % 10)]
    told = picks(plan(rows, asked(["bread", "sauce", *GOODS[:3]])))
    for one in range(60, 150):
        order = [sku for sku, *_ in told[f"p{one:04d}"]]
        assert order.index("bread") < order.index("sauce")


def test_ten_at_most_two_of_a_shelf_three_new_at_least() -> None:
    told = picks(plan(crowd(100, 80, days=120), asked(MANY)))
    for mine in told.values():
        shelves = [sku[-1] for sku, *_ in mine]
        assert len(mine) == len({sku for sku, *_ in mine}) == 10
        assert max(shelves.count(one) for one in shelves) <= 2
        assert sum(kind not in ("due", "usual") for _, kind, *_ in mine) >= 3


def test_rules_give_way_where_they_would_leave_places_empty() -> None:
    rows = [("a", sku, ago) for sku in GOODS[:12] for ago in (10, 40)] + crowd(20, 12)
    told = picks(plan(rows, replace(asked(GOODS[:12]), category={})))
    assert len(told["a"]) == 10
    same = replace(asked(GOODS[:12]), category=dict.fromkeys(GOODS, "all one"))
    assert len(picks(plan(rows, same))["a"]) == 10


def test_what_was_refused_or_is_sold_elsewhere_is_not_offered() -> None:
    rows = crowd(60, 12)
    what = asked(GOODS[:12], refused=[("p0003", sku) for sku in GOODS[:6]] + [("nobody", "g000"), ("p0003", "gone")])
    local = [replace(one, stores=frozenset({"north"})) if one.sku == "g007" else one for one in what.promo]
    told = picks(plan(rows, replace(what, promo=local, store=usual({"p0004": "north", "p0005": "south"}))))
    assert {sku for sku, *_ in told["p0003"]} == {*GOODS[6:12]} - {"g007"}
    assert "g007" in {sku for sku, *_ in told["p0004"]}
    for elsewhere in ("p0005", "p0006"):
        assert "g007" not in {sku for sku, *_ in told[elsewhere]}


def test_newcomers_have_their_interests_then_their_stores_best_then_the_chains() -> None:
    north = [(f"n{one:02d}", "sauce", ago) for one in range(30) for ago in (5, 15)]
    store = {f"n{one:02d}": "north" for one in range(30)}
    what = asked(
        [*GOODS, "bread", "sauce"], store=usual(store),
        newcomers=[Newcomer("new1", ("Bread", "yoga")), Newcomer("new2", (), "north"), Newcomer("new3")],
    )  # fmt: skip
    told = picks(plan(crowd(100, 30) + north + habit("h", 20), what))
    assert told["new1"][0] == ["bread", "interest", "bread", 0, 0]
    assert told["new2"][0] == ["sauce", "store", "", 0, 0]
    assert {kind for _, kind, *_ in told["new3"]} <= {"chain", "new"}
    assert all(len(told[one]) == 10 for one in ("new1", "new2", "new3"))


def test_whoever_is_not_profiled_has_the_stores_best_and_nothing_of_their_own() -> None:
    rows = crowd(100, 30) + habit("h", 14) + habit("k", 14)
    told = picks(plan(rows, asked([*GOODS, "bread"], unprofiled=frozenset({"h"}))))
    assert {kind for _, kind, *_ in told["h"]} <= {"store", "chain", "new"}
    assert told["k"][0][:2] == ["bread", "due"]


def test_taking_a_person_out_changes_nobody_elses_offers() -> None:
    """The week's models stand: whoever is forgotten within the week takes no reason of another along."""
    rows = crowd(80, 30)
    whole = plan(rows, asked())
    told = picks(whole)
    owners = whole.bought.owners.to_pylist()
    places = [at for at, owner in enumerate(owners) if owner != "p0042"]
    left = whole.without("p0042")
    assert picks(left) == {owners[at]: told[owners[at]] for at in places}


def test_a_plan_made_twice_is_the_same_bytes_in_any_blocks_on_any_threads() -> None:
    rows = crowd(120, 30)
    what = asked(newcomers=[Newcomer("z1", ("shelf3",))])
    once = [row for table in plan(rows, what).blocks() for row in table.to_pylist()]
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        again = [row for table in plan(list(reversed(rows)), what).blocks(size=7) for row in table.to_pylist()]
    finally:
        numba.set_num_threads(threads)
    assert again == once
    assert [row["owner"] for row in once] == sorted(row["owner"] for row in once)


def test_a_plan_goes_on_after_the_owner_that_was_written_last() -> None:
    made = plan(crowd(50, 30), asked())
    told = picks(made)
    rest = picks(made, after="p0029", size=9)
    assert rest == {owner: mine for owner, mine in told.items() if owner > "p0029"}


def test_some_places_try_something_further_down_and_say_so() -> None:
    rows = crowd(300, 80, days=120)
    told = picks(plan(rows, asked(MANY, rules=Rules(explore=0.05))))
    kinds = [kind for mine in told.values() for _, kind, *_ in mine]
    assert 0.03 < kinds.count("new") / len(kinds) < 0.07
    none = picks(plan(rows, asked(MANY, rules=Rules(explore=0.0))))
    assert "new" not in {kind for mine in none.values() for _, kind, *_ in mine}


def test_the_figures_are_those_of_the_plan() -> None:
    made = plan(crowd(60, 30), asked())
    counted = Counted(30)
    told = [
        pick for table in made.blocks(count=counted) for row in table["picks"].to_pylist() for pick in json.loads(row)
    ]
    figures = counted.figures()
    assert (figures.owners, figures.offers, figures.empty) == (60, len(told), 0)
    assert sum(figures.reasons.values()) == len(told)
    assert figures.coverage == len({sku for sku, *_ in told}) / 30
    assert figures.cost == pytest.approx(figures.expected * 500)
    most = sorted(([sku for sku, *_ in told].count(sku) for sku in GOODS), reverse=True)[:3]
    assert figures.concentration == sum(most) / len(told)


def test_a_week_without_promo_items_is_refused_and_says_what_to_do() -> None:
    with pytest.raises(NothingToOffer, match="kartka import promo"):
        plan(crowd(5, 5), asked([]))


def test_odd_houses_have_a_plan_too() -> None:
    assert picks(plan([], asked())) == {}
    assert picks(plan([("a", "tea", 3)], asked(["g001"]))) == {"a": [["g001", "chain", "", 0, 0]]}
    assert picks(plan([("a", "g001", 3)], asked(["g001"]))) == {"a": [["g001", "usual", "", 1, 0]]}
    greedy = [("a", f"g{one % 30:03d}", 1 + one % 900) for one in range(100_000)]
    assert len(picks(plan(greedy, asked()))["a"]) == 10
