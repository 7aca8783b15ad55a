"""What a closed window chooses: another trend or floor than the usual one if it is clearly better."""

from typing import Any

import numpy as np
import numpy.typing as npt

from adapters.analytics.judging import CLEARLY, FLOORS, TREND_DAYS, USUAL, choose, clearly, ndcg

OWNERS, GOODS = 400, 120
FLAT = np.ones(GOODS, np.float32)
POPULAR = np.r_[np.full(12, 0.3), np.full(GOODS - 12, 0.01)].astype(np.float32)


def window(*, own: float, seed: int = 3) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Affinity of .2 for three goods of each one's own, which that share of the owners then buys; the rest buys what is
    popular."""
    chance = np.random.default_rng(seed)
    found, truth = np.zeros((OWNERS, GOODS), np.float32), np.zeros((OWNERS, GOODS), bool)
    for owner in range(OWNERS):
        mine = 12 + chance.choice(GOODS - 12, 3, replace=False)
        found[owner, mine] = 0.2
        truth[owner, mine if chance.random() < own else chance.choice(12, 2, replace=False)] = True
    return found, truth


def same(trend: npt.NDArray[Any]) -> dict[float, npt.NDArray[Any]]:
    return dict.fromkeys(TREND_DAYS, trend)


def test_where_everybody_buys_what_is_popular_the_floor_stays_the_highest() -> None:
    assert choose(*window(own=0.0), same(FLAT), POPULAR) == USUAL


def test_where_each_has_a_taste_of_their_own_popular_goods_do_not_take_its_places() -> None:
    *_, floor = choose(*window(own=0.9), same(FLAT), POPULAR)
    assert floor * POPULAR.max() < 0.2 < FLOORS[0] * POPULAR.max()


def test_a_floor_that_changes_nothing_is_the_usual_one() -> None:
    found, truth = window(own=1.0)
    assert choose(found, truth, same(FLAT), np.zeros_like(POPULAR)) == USUAL


def test_a_difference_that_one_window_may_show_by_luck_is_none() -> None:
    tried = {"usual": 0.1, "other": 0.1 * CLEARLY, "third": 0.09}
    assert clearly(tried) == "usual"
    assert clearly({**tried, "other": 0.1 * CLEARLY + 0.001, "third": 0.2}) == "third"
    assert clearly({"usual": 0.0, "other": 0.0}) == "usual"


def test_a_trend_is_taken_when_it_is_clearly_better_and_else_the_usual_one() -> None:
    """Goods that one half-life alone shows to sell now are what is bought; then the same a little less often."""
    truth = np.zeros((100, 40), bool)
    truth[:, 20:23] = True
    found = np.full((100, 40), 0.1, np.float32)
    rises, flat = np.ones(40, np.float32), np.ones(40, np.float32)
    rises[20:23] = 3.0
    trends = {TREND_DAYS[0]: flat, TREND_DAYS[1]: rises, TREND_DAYS[2]: flat}
    nothing = np.zeros(40, np.float32)
    assert choose(found, truth, trends, nothing)[0] == TREND_DAYS[1]
    some = {TREND_DAYS[0]: rises, TREND_DAYS[1]: rises * np.float32(CLEARLY - 0.01), TREND_DAYS[2]: flat}
    assert choose(found, truth, some, nothing) == USUAL


def test_ndcg_is_one_where_the_bought_goods_stand_first_and_leaves_out_who_bought_nothing() -> None:
    truth = np.array([[True, True, False], [False, False, False], [False, False, True]])
    found = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [3.0, 2.0, 1.0]], np.float32)
    assert ndcg(found, truth).tolist() == [1.0, np.float32(1 / np.log2(4))]
    assert ndcg(found, np.zeros_like(truth)).tolist() == [0.0]
