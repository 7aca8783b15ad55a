"""What closed windows choose: another trend or floor than the usual one if it is clearly better, sales if plainly."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from adapters.analytics.judging import (
    CLEARLY,
    ENOUGH,
    FLOORS,
    LATELY,
    ONLY_USUAL,
    SALES_DAYS,
    USUAL,
    WEIGHTS,
    Read,
    Reading,
    Readings,
    Selling,
    Window,
    choose,
    clearly,
    likely,
    ndcg,
    plainly,
    read,
    told,
    weighed,
)
from adapters.analytics.sold import LIVES

OWNERS, GOODS = 400, 120
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


def selling(share: npt.NDArray[Any], **trends: npt.NDArray[Any]) -> Selling:
    """That share by every half-life; trends by `d` and half-life, flat ones elsewhere."""
    flat = np.ones(len(share), np.float32)
    return Selling({days: trends.get(f"d{days:.0f}", flat) for days in LIVES}, dict.fromkeys(LIVES, share))


def chosen_by(found: npt.NDArray[Any], truth: npt.NDArray[np.bool_], sells: Selling) -> Readings:
    return choose([Window(found, truth, sells)])


def test_where_everybody_buys_what_is_popular_the_floor_stays_the_highest() -> None:
    assert chosen_by(*window(own=0.0), selling(POPULAR)) == ONLY_USUAL


def test_where_each_has_a_taste_of_their_own_popular_goods_do_not_take_its_places() -> None:
    (chosen,) = chosen_by(*window(own=0.9), selling(POPULAR))
    assert chosen.floor * POPULAR.max() < 0.2 < FLOORS[0] * POPULAR.max()
    assert chosen == USUAL._replace(floor=chosen.floor)


def test_a_floor_that_changes_nothing_is_the_usual_one() -> None:
    found, truth = window(own=1.0)
    assert chosen_by(found, truth, selling(np.zeros_like(POPULAR))) == ONLY_USUAL


def half_known(people: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_], npt.NDArray[Any]]:
    """Affinity names twelve goods of each one; the three of them that everybody buys a little, it names last, and these
    are bought: no floor lifts them alone."""
    chance = np.random.default_rng(4)
    found, truth = np.zeros((people, GOODS), np.float32), np.zeros((people, GOODS), bool)
    for owner in range(people):
        sold, rest = chance.choice(24, 3, replace=False), 24 + chance.choice(GOODS - 24, 9, replace=False)
        found[owner, sold], found[owner, rest], truth[owner, sold] = 0.05, 0.06, True
    return found, truth, np.r_[np.full(24, 0.02), np.full(GOODS - 24, 0.001)].astype(np.float32)


def test_where_affinity_and_sales_say_more_together_sales_are_added() -> None:
    found, truth, share = half_known(200)
    late = Selling(selling(share).trends, {**dict.fromkeys(LIVES, 0 * share), LATELY: share})
    chosen = chosen_by(found, truth, selling(share))
    assert chosen == dict.fromkeys(chosen, pytest.approx(1 / len(chosen))), "as good, as likely"
    assert {(one.sales_days, one.weight, one.floor) for one in chosen} == {
        (days, weight, 0.0) for days in SALES_DAYS for weight in WEIGHTS
    }
    assert {one.sales_days for one in chosen_by(found, truth, late)} == {LATELY}
    assert chosen_by(found[: ENOUGH - 1], truth[: ENOUGH - 1], selling(share)) == ONLY_USUAL, "few owners' luck"


def test_a_trend_of_days_is_believed_where_sales_are_added() -> None:
    found, truth, share = half_known(200)
    truth[:, :12] = False
    falls = np.where(np.arange(GOODS) < 12, 0.5, 1).astype(np.float32)
    assert {one.days for one in chosen_by(found, truth, selling(share, d3=falls))} == {3.0}
    assert chosen_by(found, truth, selling(0 * share, d3=falls)) == ONLY_USUAL


def test_what_fades_gives_way_where_sales_are_added_if_that_is_plainly_better() -> None:
    found, truth, share = half_known(200)
    found[:, -5:], share[-5:] = 0, 0.1
    fades = np.where(np.arange(GOODS) < GOODS - 5, 1, 0.25).astype(np.float32)
    lifted, flat = chosen_by(found, truth, selling(share, d14=fades)), chosen_by(found, truth, selling(share))
    assert {one.lift for one in lifted} == {1.0}
    assert {one._replace(lift=0.0) for one in lifted} >= set(flat), "only then, and for all of them"
    assert sum(lifted.values()) == pytest.approx(1)
    assert {one.lift for one in flat} == {0.0}


def test_what_no_window_says_alone_several_say_together() -> None:
    """Of forty people sales find what sixteen buy, and hide what the others do: on the whole a little is gained."""
    found, truth, share = half_known(40)
    truth[16:] = found[16:] == np.float32(0.06)
    one = Window(found, truth, selling(share))
    assert choose([one]) == ONLY_USUAL
    several = choose([one] * 4)
    assert USUAL in several, "which may be the best all the same"
    assert (
        0.5
        < sum(part for reading, part in several.items() if reading.weight)
        < 1
        == pytest.approx(sum(several.values()))
    )


def test_the_best_leads_plainly_where_it_does_so_owner_by_owner() -> None:
    chance = np.random.default_rng(5)
    usual = chance.random(400)
    luck, steady = usual + chance.normal(0.01, 1, 400), usual + chance.normal(0.01, 0.02, 400)
    assert luck.mean() > usual.mean()
    assert not plainly({"usual": usual, "luck": luck, "same": usual})
    assert plainly({"usual": usual, "steady": steady})


def test_those_that_cannot_be_told_from_the_best_are_taken_as_far_as_they_are_likely() -> None:
    chance = np.random.default_rng(6)
    usual = chance.random(400)
    best = usual + 0.1
    even = chance.permutation(np.repeat([-0.01, 0.01], 200))
    two_errors = even - 2 * even.std() / 20
    found = likely({"usual": usual, "best": best, "as good": best + even, "worse": best + two_errors})
    assert found == pytest.approx({"best": 1 / 2.1353, "as good": 1 / 2.1353, "worse": 0.1353 / 2.1353}, abs=1e-4)


def test_a_weight_is_the_mean_of_the_likely_ones_where_any_is_plainly_better_than_none() -> None:
    chance = np.random.default_rng(7)
    none = chance.random(400)
    steady, luck = none + chance.normal(0.01, 0.02, 400), none + chance.normal(0.01, 1, 400)
    assert weighed({0.0: none, 2.0: luck}) == 0
    assert weighed({0.0: none, 2.0: steady, 4.0: steady}) == pytest.approx(3)


def test_several_readings_are_read_as_their_mean() -> None:
    """Trends to their powers, floors and sales each: 2 and 4 ** .5 are 2; .5 x 2 x .1; .5 x 4 x .1."""
    sells = selling(np.full(3, 0.1), d7=np.full(3, 2, np.float32), d14=np.full(3, 4, np.float32))
    two = {Reading(7.0, 1.0, 2.0): 0.5, Reading(14.0, 0.5, 0.0, 7.0, 4.0): 0.5}
    assert [one.tolist() for one in read(two, sells)] == [[pytest.approx(value)] * 3 for value in (2.0, 0.1, 0.2)]
    lifted = {one._replace(lift=0.5): part for one, part in two.items()}
    assert [one.tolist() for one in read(lifted, sells)] == [[pytest.approx(value)] * 3 for value in (4.0, 0.2, 0.4)]


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
    rises = np.ones(40, np.float32)
    rises[20:23] = 3.0
    nothing = np.zeros(40, np.float32)
    assert chosen_by(found, truth, selling(nothing, d14=rises)) == {USUAL._replace(days=14.0): 1.0}
    nearly = rises * np.float32(CLEARLY - 0.01)
    assert chosen_by(found, truth, selling(nothing, d7=rises, d14=nearly)) == ONLY_USUAL


def test_ndcg_is_one_where_the_bought_goods_stand_first_and_leaves_out_who_bought_nothing() -> None:
    truth = np.array([[True, True, False], [False, False, False], [False, False, True]])
    found = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [3.0, 2.0, 1.0]], np.float32)
    nothing = np.zeros(3, np.float32)
    flat = Read(np.ones(3, np.float32), nothing, nothing)
    assert ndcg(found, truth, flat).tolist() == [1.0, np.float32(1 / np.log2(4))]
    assert ndcg(found, np.zeros_like(truth), flat).tolist() == [0.0]
    assert ndcg(np.full((1, 3), -1, np.float32), truth[:1], flat).tolist() == [1.0]
    assert ndcg(found[:1], truth[:1], flat._replace(raised=np.array([0, 1, 1], np.float32))).tolist() == [
        np.float32((1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3)))
    ]


def test_what_is_added_is_added_to_scores_and_floors_and_lifts_nothing_that_was_bought() -> None:
    by = Read(*(np.array(one, np.float32) for one in ([2, 2, 2], [1, 1, 1], [0.5, 0.25, 4])))
    found = np.array([[3.0, 0.1, -1.0]], np.float32)
    assert told(found, by).tolist() == [[6.5, 1.25, -1.0]]
    assert ndcg(found, np.array([[False, True, False]]), by).tolist() == [np.float32(1 / np.log2(3))]
