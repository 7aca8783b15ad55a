"""What is new to a person: planted companions and fashions are found, and nobody's purchase shows through alone."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from adapters.analytics import affinity
from adapters.analytics.judging import ONLY_USUAL, USUAL, Reading
from adapters.analytics.purchases import Purchases
from adapters.analytics.rhythm import bought_within
from adapters.analytics.sold import Mornings
from tests.adapters.analytics.shopping import TODAY, Bought, crowd, shoppers


def order(bought: Purchases, owner: str, *, seed: int = 0) -> list[str]:
    """All goods the owner never bought, the likeliest first."""
    model = affinity.fit(Mornings(bought, []), TODAY, 28, seed=seed)
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
    model = affinity.fit(Mornings(bought, []), TODAY, 28)
    skus = bought.skus.to_pylist()
    weight = model.weights[model.known[skus.index("rare")], model.known[skus.index("secret")]]
    assert weight <= 0


def test_the_same_purchases_make_the_same_model_to_the_bit() -> None:
    bought = shoppers(crowd(100, 20))
    one, two = affinity.fit(Mornings(bought, []), TODAY, 28), affinity.fit(Mornings(bought, []), TODAY, 28)
    assert one.weights.tobytes() == two.weights.tobytes()
    assert one.raised.tobytes() == two.raised.tobytes()


def test_what_sells_is_added_to_every_score_and_a_score_below_the_floor_is_the_floor() -> None:
    bought = shoppers(crowd(60, 10))
    model = affinity.fit(Mornings(bought, []), TODAY, 28)
    everything = np.arange(len(bought.skus), dtype=np.int32)
    nothing, owners = np.zeros(len(everything), np.float32), np.arange(5)
    plain = affinity.scores(replace(model, least=nothing, sales=nothing), bought, owners, everything)
    most = affinity.scores(replace(model, least=nothing + 1, sales=nothing + 1), bought, owners, everything)
    assert 0 <= plain.min() < 1 < plain.max()
    assert np.array_equal(most, np.maximum(plain, np.float32(1)) + 1)


def misled(windows_ago: int) -> list[Bought]:
    """A window, so many windows ago, in which those who buy pasta go on to sauce, as others did before; in the week
    before it ten other goods had their day with ninety people. Nothing was bought since."""
    rows = crowd(60, 10) + pasta_and_sauce(40)
    rows += [(f"h{one:03d}", f"hype{one % 10}", 1 + one % 7) for one in range(90)]
    rows = [(owner, sku, ago + 28) for owner, sku, ago in rows] + [(f"n{one:03d}", "pasta", 40) for one in range(60)]
    rows += [(f"n{one:03d}", "sauce", 1 + one % 28) for one in range(60)]
    return [(owner, sku, ago + 28 * windows_ago) for owner, sku, ago in rows]


def test_four_windows_tell_how_to_read_scores_and_one_where_very_many_came_tells_it_alone() -> None:
    """Thousands who come for bread alone, at last, say nothing about what is new: too many to ask what was before."""

    def readings(rows: list[Bought]) -> dict[Reading, float]:
        return dict(affinity.fit(Mornings(shoppers(rows), []), TODAY, 28).readings)

    told = readings(misled(0))
    assert [one.floor < USUAL.floor for one in told] == [True]
    assert readings(misled(3)) == told
    assert readings(misled(4)) == ONLY_USUAL
    many = [(f"b{one:04d}", "bread", ago) for one in range(4_000) for ago in (30, 10)]
    assert readings(misled(3) + many[2:]) == told
    assert readings(misled(3) + many) == ONLY_USUAL


def tasters() -> list[Bought]:
    """Eight circles with goods of their own, of which each buys half, again and again; of four windows in one each
    tries a novelty, which half of the circle tries and half of the next one."""
    chance, rows = Random(8), list[Bought]()
    for circle in range(8):
        for one in range(40):
            name, own = f"t{circle}{one:02d}", [f"b{circle}{good:02d}" for good in chance.sample(range(16), 8)]
            for window in range(6):
                ago = 28 * window + 1 + chance.randrange(28)
                rows += [(name, sku, ago) for sku in chance.sample(own, 3)]
                if window == one // 2 % 4:
                    rows.append((name, f"n{(circle + one % 2) % 8}", ago))
    return rows


def test_what_others_went_on_to_leads_where_closed_windows_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Affinity alone puts the circle's own goods first, and sales a good that all circles try."""
    bought = shoppers(tasters())
    owner = np.arange(len(bought))
    novelties = np.array([sku.startswith("n") for sku in bought.skus.to_pylist()])

    def right() -> float:
        """How often the first good told that was not bought is a novelty of the own circle."""
        model = affinity.fit(Mornings(bought, []), TODAY, 28)
        score = affinity.scores(model, bought, owner, np.arange(len(bought.skus), dtype=np.int32))
        score[bought.owner_of_row, bought.items] = -1
        circle = np.array([int(name[1]) for name in bought.owners.to_pylist()])
        first = score.argmax(1)
        place = first - np.flatnonzero(novelties)[0]
        return float((novelties[first] & np.isin((place - circle) % 8, (0, 1))).mean())

    assert right() > 0.6
    monkeypatch.setattr(affinity, "FOLLOWS", (0.0,))
    assert right() < 0.2


def test_a_good_without_buyers_and_a_house_without_purchases_have_a_score_of_nought() -> None:
    bought = shoppers(crowd(50, 10), skus=["never"])
    model = affinity.fit(Mornings(bought, []), TODAY, 28)
    never = np.array([bought.skus.to_pylist().index("never")], np.int32)
    assert affinity.scores(model, bought, np.arange(3), never).max() == 0
    empty = shoppers([], skus=["never"])
    assert affinity.fit(Mornings(empty, []), TODAY, 28).owners == 0


def test_the_odds_foretell_how_often_the_first_goods_are_then_bought() -> None:
    """Everybody buys one new good a fortnight out of thirty: the chance of any is that of chance."""
    bought = shoppers(crowd(300, 60, seed=5))
    cut = TODAY - 28
    before = bought.until(cut)
    model = affinity.fit(Mornings(before, []), cut, 28)
    owners = np.flatnonzero(np.diff(before.starts))
    everything = np.arange(len(bought.skus), dtype=np.int32)
    score = affinity.scores(model, before, owners, everything)
    chance = affinity.probability(model, before, owners, score, cut)
    owner, item = np.repeat(owners, len(everything)).astype(np.int32), np.tile(everything, len(owners))
    happened = bought_within(bought, cut, TODAY, owner, item).reshape(score.shape)
    new = ~bought_within(before, 0, cut, owner, item).reshape(score.shape)
    assert abs(happened[new].mean() - chance[new].mean()) < 0.05
