"""What is due: the own rhythm is learned, told as a probability, and one purchase more never counts against a good."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapters.analytics import rhythm
from adapters.analytics.purchases import Purchases
from adapters.analytics.rhythm import FEATURES, Goods, Rhythm
from tests.adapters.analytics.shopping import TODAY, Bought, crowd, shoppers

pytestmark = pytest.mark.timeout(300)  # compiled for the first time on a busy machine


def habits(people: int, gap: int, last: int) -> list[Bought]:
    """Each buys `bread` every so many days, the last time so many days ago."""
    return [(f"h{one:03d}", "bread", ago) for one in range(people) for ago in range(last, 200, gap)]


def chances(bought: Purchases, model: Rhythm, day: int = TODAY) -> dict[tuple[str, str], float]:
    owner, item, features = rhythm.pairs(bought, day, rhythm.goods_of(bought, day))
    told = rhythm.probability(model, features)
    owners, skus = bought.owners.to_pylist(), bought.skus.to_pylist()
    return {(owners[o], skus[i]): float(p) for o, i, p in zip(owner, item, told, strict=True)}


def test_a_planted_habit_is_the_most_probable_purchase_of_those_who_have_it() -> None:
    rows = crowd(80, 30) + habits(40, 14, 13) + [(f"h{one:03d}", f"g{one % 30:03d}", 40) for one in range(40)]
    bought = shoppers(rows)
    model = rhythm.fit(bought, TODAY, 14)
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
    model = rhythm.fit(before, cut, 14)
    assert model is not None
    owner, item, features = rhythm.pairs(before, cut, rhythm.goods_of(before, cut))
    chance = rhythm.probability(model, features)
    happened = rhythm.bought_within(bought, cut, TODAY, owner, item)
    order = np.argsort(chance)
    for some in (order, order[: len(order) // 4], order[-100:]):
        assert happened[some].mean() == pytest.approx(chance[some].mean(), abs=0.05)


def test_without_a_closed_window_nothing_is_learned() -> None:
    assert rhythm.fit(shoppers([]), TODAY, 28) is None
    assert rhythm.fit(shoppers([("a", "tea", 1)]), TODAY, 28) is None


def test_no_weight_but_the_free_one_is_below_nought() -> None:
    model = rhythm.fit(shoppers(crowd(200, 25, seed=3)), TODAY, 14)
    assert model is not None
    assert {name for name, weight in zip(FEATURES, model.weights, strict=True) if weight < 0} <= {"sells at all"}


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
    goods = Goods(*(np.full(2, value, np.float32) for value in (3, 9, 0.3, typical)))

    def score(bought: list[int]) -> float:
        rows = [("a", "bread", one) for one in bought] + [("a", "other", one) for one in others] + [("b", "other", 200)]
        owner, item, features = rhythm.pairs(shoppers(rows), due, goods)
        return float(features[np.flatnonzero((owner == 0) & (item == 0))[0]] @ model.weights)

    assert score(days) >= score(ago) - 1e-4
