"""What is new to a person: planted companions and fashions are found, and nobody's purchase shows through alone."""

import numpy as np
import pytest

from adapters.analytics import affinity
from adapters.analytics.purchases import Purchases
from adapters.analytics.rhythm import bought_within
from tests.adapters.analytics.shopping import TODAY, Bought, crowd, shoppers

pytestmark = pytest.mark.timeout(300)  # compiled for the first time on a busy machine


def order(bought: Purchases, owner: str, *, seed: int = 0) -> list[str]:
    """All goods the owner never bought, the likeliest first."""
    model = affinity.fit(bought, TODAY, 28, seed=seed)
    place = bought.owners.to_pylist().index(owner)
    everything = np.arange(len(bought.skus), dtype=np.int32)
    score = affinity.scores(model, bought, np.array([place]), everything)[0]
    mine = {int(item) for rows in bought.rows(np.array([place])) for item in bought.items[rows]}
    skus = bought.skus.to_pylist()
    return [skus[item] for item in np.argsort(-score, kind="stable") if item not in mine]


def pasta_and_sauce(people: int) -> list[Bought]:
    """Those who buy pasta also buy sauce; the last one does not yet."""
    rows = [(f"x{one:03d}", sku, ago) for one in range(people) for sku in ("pasta", "sauce") for ago in (20, 60, 100)]
    return [row for row in rows if row[:2] != (f"x{people - 1:03d}", "sauce")]


def test_what_goes_with_a_persons_goods_comes_first() -> None:
    assert order(shoppers(crowd(150, 30) + pasta_and_sauce(40)), "x039")[0] == "sauce"


def test_what_sells_now_comes_before_what_sold_as_well_once() -> None:
    """Ninety buyers each, the same companions: one good is of this month, the other of last winter."""
    rows = crowd(150, 30)
    for one in range(90):
        rows += [(f"p{one:04d}", "hot", 1 + one % 10), (f"p{one:04d}", "cold", 150 + one % 10)]
    told = order(shoppers(rows), "p0120")
    assert told.index("hot") < 3
    assert told.index("hot") < told.index("cold")


def test_two_goods_that_one_person_alone_bought_say_nothing_to_others() -> None:
    rows = [*crowd(150, 30), ("x", "rare", 3), ("x", "secret", 3), ("y", "rare", 3), ("y", "g001", 3)]
    bought = shoppers(rows)
    model = affinity.fit(bought, TODAY, 28)
    skus = bought.skus.to_pylist()
    weight = model.weights[model.known[skus.index("rare")], model.known[skus.index("secret")]]
    assert weight <= 0


def test_the_same_purchases_make_the_same_model_to_the_bit() -> None:
    bought = shoppers(crowd(100, 20))
    one, two = affinity.fit(bought, TODAY, 28), affinity.fit(bought, TODAY, 28)
    assert one.weights.tobytes() == two.weights.tobytes()
    assert one.raised.tobytes() == two.raised.tobytes()


def test_a_good_without_buyers_and_a_house_without_purchases_have_a_score_of_nought() -> None:
    bought = shoppers(crowd(50, 10), skus=["never"])
    model = affinity.fit(bought, TODAY, 28)
    never = np.array([bought.skus.to_pylist().index("never")], np.int32)
    assert affinity.scores(model, bought, np.arange(3), never).max() == 0
    empty = shoppers([], skus=["never"])
    assert affinity.fit(empty, TODAY, 28).owners == 0


def test_the_odds_foretell_how_often_the_first_goods_are_then_bought() -> None:
    """Everybody buys one new good a fortnight out of thirty: the chance of any is that of chance."""
    bought = shoppers(crowd(300, 60, seed=5))
    cut = TODAY - 28
    before = bought.until(cut)
    model = affinity.fit(before, cut, 28)
    owners = np.flatnonzero(np.diff(before.starts))
    everything = np.arange(len(bought.skus), dtype=np.int32)
    score = affinity.scores(model, before, owners, everything)
    chance = affinity.probability(model, before, owners, score, cut)
    owner, item = np.repeat(owners, len(everything)).astype(np.int32), np.tile(everything, len(owners))
    happened = bought_within(bought, cut, TODAY, owner, item).reshape(score.shape)
    new = ~bought_within(before, 0, cut, owner, item).reshape(score.shape)
    assert abs(happened[new].mean() - chance[new].mean()) < 0.05
