"""What is due: the own rhythm is learned, told as a probability, and one purchase more never counts against a good."""

from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapters.analytics import rhythm
from adapters.analytics.purchases import Purchases
from adapters.analytics.rhythm import FEATURES, Goods, Rhythm
from adapters.analytics.sold import Mornings
from tests.adapters.analytics.shopping import TODAY, Bought, crowd, shoppers


def habits(people: int, gap: int, last: int) -> list[Bought]:
    """Each buys `bread` every so many days, the last time so many days ago."""
    return [(f"h{one:03d}", "bread", ago) for one in range(people) for ago in range(last, 200, gap)]


def chances(bought: Purchases, model: Rhythm, day: int = TODAY) -> dict[tuple[str, str], float]:
    owner, item, features = rhythm.pairs(bought, day, rhythm.goods_of(Mornings(bought, [])[day]))
    told = rhythm.probability(model, features)
    owners, skus = bought.owners.to_pylist(), bought.skus.to_pylist()
    return {(owners[o], skus[i]): float(p) for o, i, p in zip(owner, item, told, strict=True)}


def test_a_planted_habit_is_the_most_probable_purchase_of_those_who_have_it() -> None:
    rows = crowd(80, 30) + habits(40, 14, 13) + [(f"h{one:03d}", f"g{one % 30:03d}", 40) for one in range(40)]
    bought = shoppers(rows)
    model = rhythm.fit(Mornings(bought, []), TODAY, 14)
    assert model is not None
    told = chances(bought, model)
    for one in range(40):
        mine = {sku: chance for (owner, sku), chance in told.items() if owner == f"h{one:03d}"}
        assert max(mine, key=mine.__getitem__) == "bread"
        assert mine["bread"] > 0.5


def test_the_probabilities_are_those_of_what_is_then_bought() -> None:
    bought = shoppers(crowd(400, 20) + habits(100, 10, 4))
    cut = TODAY - 14
    before = bought.until(cut)
    model = rhythm.fit(Mornings(before, []), cut, 14)
    assert model is not None
    owner, item, features = rhythm.pairs(before, cut, rhythm.goods_of(Mornings(before, [])[cut]))
    chance = rhythm.probability(model, features)
    happened = rhythm.bought_within(bought, cut, TODAY, owner, item)
    order = np.argsort(chance)
    for some in (order, order[: len(order) // 4], order[-100:]):
        assert happened[some].mean() == pytest.approx(chance[some].mean(), abs=0.05)


def test_without_a_closed_window_nothing_is_learned() -> None:
    assert rhythm.fit(Mornings(shoppers([]), []), TODAY, 28) is None
    assert rhythm.fit(Mornings(shoppers([("a", "tea", 1)]), []), TODAY, 28) is None


def test_no_weight_but_the_free_one_is_below_nought() -> None:
    model = rhythm.fit(Mornings(shoppers(crowd(200, 25, seed=3)), []), TODAY, 14)
    assert model is not None
    assert {name for name, weight in zip(FEATURES, model.weights, strict=True) if weight < 0} <= {"sells at all"}


def test_what_is_left_of_a_goods_buyers_is_drawn_towards_that_of_all_goods() -> None:
    """Each counts half after a week from the last purchase on: .75 are left of two, .5 of one, 1.25 of all three."""
    bought = shoppers([("a", "bread", 60), ("a", "bread", 7), ("b", "bread", 14), ("c", "tea", 7)], skus=["never"])
    usual = 1.25 / 3
    expected = [(0.75 + 5 * usual) / 7, usual, (0.5 + 5 * usual) / 6]
    assert rhythm.goods_of(Mornings(bought, [])[TODAY]).fresh == pytest.approx(expected)


def test_of_two_goods_had_alike_the_one_that_its_other_buyers_want_now_is_likelier() -> None:
    """Each good is bought by twenty people for ten weeks of its own and then by nobody."""
    chance, rows = Random(3), list[Bought]()
    for good in range(60):
        begun = chance.randrange(1, 330)
        for one in chance.sample(range(150), 20):
            rows += [(f"s{one:03d}", f"s{good:02d}", begun + ago) for ago in chance.sample(range(70), 3)]
    rows += [("x", sku, ago) for sku in ("hot", "cold") for ago in (40, 60, 80)]
    rows += [(f"s{one:03d}", sku, ago) for one in range(60) for sku, ago in (("hot", 3), ("cold", 70))]
    bought = shoppers(rows)
    model = rhythm.fit(Mornings(bought, []), TODAY, 14)
    assert model is not None
    assert model.weights[FEATURES.index("its buyers lately")] > 0
    told = chances(bought, model)
    assert told["x", "hot"] > 2 * told["x", "cold"]


@given(
    ago=st.lists(st.integers(1, 300), min_size=1, max_size=11, unique=True),
    extra=st.integers(1, 300),
    weights=st.lists(st.floats(0, 2), min_size=len(FEATURES), max_size=len(FEATURES)),
    others=st.lists(st.integers(1, 300), max_size=6),
    typical=st.integers(1, 60),
)
@settings(max_examples=300, deadline=None)
def test_one_purchase_more_never_lowers_the_score_of_its_good_on_the_day_it_is_due(
    ago: list[int], extra: int, weights: list[float], others: list[int], typical: int
) -> None:
    """On the due day of the longer history, whatever sign-keeping weights were learned."""
    days = sorted({*ago, extra}, reverse=True)
    gap = (days[0] - days[-1]) / (len(days) - 1) if len(days) > 1 else typical
    due = TODAY - days[-1] + round(gap)
    assume(extra not in ago and gap == round(gap) and TODAY - min(others, default=300) < due)
    model = Rhythm(0.0, np.array(weights, np.float32), 28)
    goods = Goods(*(np.full(2, value, np.float32) for value in (3, 9, 0.3, typical, 0.2)))

    def score(bought: list[int]) -> float:
        rows = [("a", "bread", one) for one in bought] + [("a", "other", one) for one in others] + [("b", "other", 200)]
        owner, item, features = rhythm.pairs(shoppers(rows), due, goods)
        return float(features[np.flatnonzero((owner == 0) & (item == 0))[0]] @ model.weights)

    assert score(days) >= score(ago) - 1e-4
