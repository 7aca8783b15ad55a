"""Rankings beside each other: each has its own picks with true reasons, a challenge touches its own share alone."""

from dataclasses import replace
from typing import Any

import pytest

from adapters.analytics.counted import Counted
from adapters.analytics.ranking import Rules
from core.offers.rankings import Arm, Ranking, Switch
from tests.adapters.analytics.shopping import Bought, crowd
from tests.adapters.analytics.test_plan import GOODS, MANY, asked, habit, picks, plan


def challenged(challenger: Ranking, share: int = 30, salt: str = "a") -> Switch:
    return Switch(Ranking.KARTKA, challenger, share, salt)


def by_ranking(rows: list[Bought], skus: list[str], ranking: Ranking, **more: Any) -> dict[str, list[list[Any]]]:
    return picks(plan(rows, asked(skus, switch=Switch(ranking), **more)))


def kinds(told: dict[str, list[list[Any]]]) -> set[str]:
    return {kind for mine in told.values() for _, kind, *_ in mine}


def test_a_challenge_changes_the_picks_of_its_share_alone() -> None:
    rows = crowd(200, 80, days=120)
    before = picks(plan(rows, asked(MANY)))
    switch = challenged(Ranking.POPULAR)
    told = picks(plan(rows, asked(MANY, switch=switch)))
    theirs = by_ranking(rows, MANY, Ranking.POPULAR)
    arms = {owner: switch.arm(owner) for owner in told}
    assert 35 < [*arms.values()].count(Arm.CHALLENGER) < 85
    for owner, arm in arms.items():
        assert told[owner] == (theirs if arm is Arm.CHALLENGER else before)[owner]
    assert before != theirs


def test_blocks_and_going_on_are_the_same_bytes_in_the_midst_of_a_challenge() -> None:
    made = plan(crowd(120, 80, days=120), asked(MANY, switch=challenged(Ranking.EXPLORER, 50)))
    whole = picks(made)
    assert picks(made, size=7) == whole
    assert picks(made, after="p0059", size=11) == {owner: mine for owner, mine in whole.items() if owner > "p0059"}


def test_what_sells_now_is_the_same_for_everybody_and_says_so() -> None:
    told = by_ranking(crowd(100, 30) + habit("h", 14), [*GOODS, "bread"], Ranking.POPULAR)
    assert kinds(told) <= {"store", "chain"}
    assert len({str(mine) for mine in told.values()}) == 1


def test_an_explorer_has_five_new_ones_at_least_and_tries_more() -> None:
    rows = crowd(300, 80, days=120)
    told, usual = by_ranking(rows, MANY, Ranking.EXPLORER), by_ranking(rows, MANY, Ranking.KARTKA)
    for mine in told.values():
        assert sum(kind not in ("due", "usual") for _, kind, *_ in mine) >= 5

    def tried(some: dict[str, list[list[Any]]]) -> float:
        every = [kind for mine in some.values() for _, kind, *_ in mine]
        return every.count("new") / len(every)

    # The last place of ten can be tried once in an owner: 15 % of places are more than there are.
    assert tried(told) > 1.5 * tried(usual) > 0


def test_clusters_offer_what_their_people_buy_and_one_never_did_and_what_one_buys_most() -> None:
    """Two tastes: people of one never see the other's goods as those of their kind."""
    rows = []
    for taste, first in (("x", 0), ("y", 12)):
        for one in range(40):
            liked = [first + (one + at) % 12 for at in range(6)]
            rows += [(f"{taste}{one:02d}", f"g{good:03d}", 10 + at * 15) for good in liked for at in range(3)]
    what = asked(GOODS[:24], switch=Switch(Ranking.CLUSTERS), rules=Rules(group_most=12))
    shelves = {sku: "x" if at < 12 else "y" for at, sku in enumerate(GOODS[:24])}
    told = picks(plan(rows, replace(what, category=shelves)))
    assert kinds(told) <= {"due", "usual", "alike", "chain"}
    for owner, mine in told.items():
        own = {sku for who, sku, _ in rows if who == owner}
        alike = [sku for sku, kind, *_ in mine if kind == "alike"]
        assert len(alike) >= 5
        assert {shelves[sku] for sku in alike} == {owner[0]}
        assert not own.intersection(alike)
        assert {sku for sku, kind, *_ in mine if kind in ("due", "usual")} <= own
        assert sum(sku not in own for sku, *_ in mine) >= 5


def test_the_figures_tell_each_arm_and_what_the_week_was_planned_with() -> None:
    switch = challenged(Ranking.POPULAR)
    made = plan(crowd(100, 30), asked(switch=switch))
    counted = Counted(30, switch)
    told = picks(made, count=counted, size=9)
    figures = counted.figures()
    mine = [owner for owner in told if switch.arm(owner) is Arm.CHALLENGER]
    assert figures.arms["challenger"]["people"] == len(mine)
    assert figures.arms["challenger"]["offers"] == sum(len(told[owner]) for owner in mine)
    assert figures.arms["champion"]["people"] == 100 - len(mine)
    assert sum(one["expected"] for one in figures.arms.values()) == pytest.approx(figures.expected)
    assert figures.switch == {"champion": "kartka", "challenger": "popular", "share": 30, "salt": "a"}


def test_inputs_are_others_when_items_rankings_or_purchases_are() -> None:
    rows = crowd(40, 30)
    same = plan(rows, asked()).inputs
    assert plan([*reversed(rows)], asked(refused=[("p0003", "g001")])).inputs == same
    others = [
        plan(rows, asked(GOODS[:-1])), plan(rows, asked(switch=challenged(Ranking.POPULAR))),
        plan(rows, asked(switch=challenged(Ranking.POPULAR, salt="b"))), plan([*rows, ("p0001", "g003", 2)], asked()),
    ]  # fmt: skip
    assert len({same, *(one.inputs for one in others)}) == 5
