"""Clusters by what is bought: planted tastes are found, named by their categories, and keep their labels."""

import random

import numpy as np
import pyarrow as pa

from adapters.analytics.clusters import Clusters, Taste, as_before, clusters, popular, told
from adapters.analytics.purchases import Purchases
from tests.adapters.analytics.shopping import Bought, shoppers

TASTES = ("baby", "beer", "garden", "pets")


def tasteful(people: int, *, seed: int = 1, prefix: str = "p") -> list[Bought]:
    """Each person buys bread, and twice as often of one of the tastes, some a lot and some a little."""
    chance = random.Random(seed)
    rows = []
    for one in range(people):
        taste = TASTES[one % len(TASTES)]
        for _ in range(chance.choice([4, 40])):
            kind = taste if chance.random() < 0.7 else "bread"
            rows.append((f"{prefix}{one:04d}", f"{kind}{chance.randrange(5)}", chance.randrange(1, 90)))
    return rows


def category(bought: Purchases) -> list[str]:
    return [sku[:-1] for sku in bought.skus.to_pylist()]


def found(rows: list[Bought], count: int = 4, before: Clusters | None = None, people: object = None) -> Clusters:
    bought = shoppers(rows)
    return clusters(bought, category(bought), count=count, before=as_before(before, people) if before else None)


def test_planted_tastes_are_the_clusters_whatever_the_amounts() -> None:
    made = found(tasteful(200))
    by_taste = {taste: {int(made.label[one]) for one in range(at, 200, 4)} for at, taste in enumerate(TASTES)}
    share = [max(np.bincount([int(made.label[one]) for one in range(at, 200, 4)])) / 50 for at in range(4)]
    assert min(share) > 0.9
    assert len(set().union(*by_taste.values())) == 4
    assert {tastes[0].category for tastes in made.tastes} == set(TASTES)
    assert all(tastes[0].lift > 2 for tastes in made.tastes)
    assert sum(made.sizes) == 200


def test_labels_stay_from_week_to_week_and_what_moved_is_told() -> None:
    first = found(tasteful(200))
    people = shoppers(tasteful(200)).owners
    again = found(tasteful(200, seed=2), before=first, people=people)
    stayed = float((again.label == first.label).mean())
    assert stayed > 0.9
    assert again.moved == 1 - stayed
    assert [one[0].category for one in again.tastes] == [one[0].category for one in first.tastes]


def test_few_owners_or_no_categories_make_few_or_no_clusters() -> None:
    assert len(found([("a", "tea1", 1), ("b", "rye1", 1)]).sizes) == 2
    bought = shoppers([("a", "tea1", 1)])
    none = clusters(bought, [""])
    assert none.sizes == ()
    assert none.label.tolist() == [-1]
    assert clusters(shoppers([]), []).sizes == ()


def test_popularity_is_the_share_of_the_labels_owners_who_buy_it() -> None:
    bought = shoppers([("a", "tea", 1), ("a", "tea", 9), ("b", "tea", 2), ("b", "rye", 2), ("c", "rye", 2)])
    told = popular(bought, np.array([0, 0, 1], np.int32), 2, np.array([0, 1], np.int32))
    assert told.tolist() == [[0.5, 1.0], [1.0, 0.0]]


def test_a_cluster_of_fewer_than_five_people_is_not_told() -> None:
    label = np.array([0] * 4 + [1] * 5, np.int32)
    found = Clusters(("tea",), np.zeros((2, 1), np.float32), label, (4, 5), ((), (Taste("tea", 2.5),)), 0.25)
    each = [{"number": 1, "size": 5, "tastes": [["tea", 2.5]]}]
    assert told(found, None) == {"moved": None, "each": each}
    assert told(found, as_before(found, pa.array([str(one) for one in range(9)]))) == {"moved": 0.25, "each": each}
