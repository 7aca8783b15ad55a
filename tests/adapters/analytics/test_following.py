"""What follows: of what people had, what they went on to buy; what came together or the other way round is none."""

import numpy as np
import numpy.typing as npt

from adapters.analytics.ease import FADING, SHARED
from adapters.analytics.following import RIDGE, following
from adapters.analytics.purchases import Purchases
from adapters.analytics.sold import Mornings
from tests.adapters.analytics.shopping import TODAY, Bought, crowd, shoppers

CUT = TODAY - 28


def places(bought: Purchases) -> npt.NDArray[np.int32]:
    return np.arange(len(bought.skus), dtype=np.int32)


def told(rows: list[Bought]) -> dict[tuple[str, str], float]:
    """What the first adds to the second, as of the newest four weeks."""
    bought = shoppers(rows)
    every, skus = places(bought), bought.skus.to_pylist()
    found = following(Mornings(bought, []), CUT, 28, 0, every, every, 100_000)
    return {(one, other): found[row, place] for row, one in enumerate(skus) for place, other in enumerate(skus)}


def led(people: int, had: str, went_on: str, *, before: int = 60, after: int = 9) -> list[Bought]:
    """So many have the one and went on to the other."""
    return [(f"{had}{one:03d}", sku, ago) for one in range(people) for sku, ago in ((had, before), (went_on, after))]


def test_the_weights_are_those_of_a_ridge_regression_of_what_was_new_on_what_was_had() -> None:
    bought = shoppers([*crowd(60, 40), ("late", "g001", 3)])
    found = following(Mornings(bought, []), CUT, 28, 0, places(bought), places(bought), 100_000)
    came = [rows for rows in bought.rows(np.arange(len(bought))) if {False, True} == set(bought.days[rows] >= CUT)]
    had, new = np.zeros((2, len(came), len(bought.skus)))
    for owner, rows in enumerate(came):
        for item, day in zip(bought.items[rows], bought.days[rows], strict=True):  # days ascend: the last one stays
            if day < CUT:
                had[owner, item] = 0.5 ** ((CUT - day) / FADING)
            else:
                new[owner, item] = had[owner, item] == 0
    gram, cross = had.T @ had, had.T @ new
    expected = np.linalg.solve(gram + np.eye(40) * RIDGE * len(came) * np.trace(gram) / (had > 0).sum(), cross)
    expected[(cross <= SHARED) & (expected > 0)] = 0
    assert np.allclose(found, expected, atol=1e-5)
    assert 0 < (expected > 0).sum() < expected.size


def test_a_path_is_followed_forward_alone_and_in_the_newest_window_alone() -> None:
    rows = [*crowd(60, 10), *led(30, "kettle", "filter"), *led(30, "cup", "spoon", before=90, after=60)]
    rows += [(f"cup{one:03d}", "g001", 5) for one in range(30)]
    adds = told([*rows, *led(30, "tea", "tray", before=9)])
    assert adds["kettle", "filter"] > 0.4
    assert adds["filter", "kettle"] <= 0
    assert adds["cup", "spoon"] <= 0
    assert adds["tea", "tray"] <= 0


def test_what_one_person_went_on_to_says_nothing_to_others() -> None:
    assert told([*crowd(60, 10), *led(1, "rare", "secret")])["rare", "secret"] <= 0
    assert told([*crowd(60, 10), *led(3, "rare", "secret")])["rare", "secret"] > 0


def test_a_week_of_few_goods_is_told_as_a_week_of_all_and_who_is_unknown_tells_nothing() -> None:
    bought = shoppers(crowd(60, 40))
    sold, every = Mornings(bought, []), places(bought)
    few, known = np.full(40, -1, np.int32), every.copy()
    few[[7, 30]] = [0, 1]
    known[3], known[4:] = -1, every[3:-1]
    whole = following(sold, CUT, 28, 0, every, every, 100_000)
    assert np.allclose(following(sold, CUT, 28, 0, every, few, 100_000), whole[:, [7, 30]], atol=1e-6)
    assert following(sold, CUT, 28, 0, known, few, 100_000).shape == (39, 2)
    assert not following(sold, TODAY - 400, 28, 0, every, every, 100_000).any(), "before the first purchase"
