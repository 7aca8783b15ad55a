"""The closed form: solved column by column it is the inverse that the paper writes, for few columns as for all."""

import numpy as np

from adapters.analytics import affinity
from adapters.analytics.ease import FADING, RIDGE, SHARED, ease
from adapters.analytics.sold import Mornings
from tests.adapters.analytics.shopping import TODAY, crowd, shoppers


def test_the_weights_are_minus_the_inverse_over_its_diagonal() -> None:
    bought = shoppers(crowd(60, 12))
    known, column, weights, owners = ease(Mornings(bought, []), TODAY, 0)
    held = np.zeros((len(bought), len(bought.skus)))
    for owner, rows in enumerate(bought.rows(np.arange(len(bought)))):  # days ascend: the last purchase stays
        held[owner, bought.items[rows]] = 0.5 ** ((TODAY - bought.days[rows]) / FADING)
    gram = held.T @ held
    inverse = np.linalg.inv(gram + np.eye(len(gram)) * RIDGE * owners * np.trace(gram) / (held > 0).sum())
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    expected[(gram <= SHARED) & (expected > 0)] = 0
    assert known.tolist() == column.tolist() == list(range(12))
    assert np.allclose(weights, expected, atol=1e-5)
    assert abs(expected).max() > 0.01


def test_a_week_of_few_goods_scores_them_as_a_week_of_all_goods_does() -> None:
    bought = shoppers(crowd(150, 30), skus=["never"])
    few = np.array([25, 3, bought.skus.to_pylist().index("never")], np.int32)
    whole, some = (
        affinity.fit(Mornings(bought, []), TODAY, 28),
        affinity.fit(Mornings(bought, []), TODAY, 28, wanted=few),
    )
    assert some.weights.shape == (30, 2)
    everybody = np.arange(len(bought))
    expected = affinity.scores(whole, bought, everybody, few)
    found = affinity.scores(some, bought, everybody, few)
    assert np.allclose(found, expected, atol=1e-6)
    assert expected[:, :2].max() > 0


def test_as_of_a_morning_nothing_later_counts_and_no_copy_is_needed_for_it() -> None:
    bought = shoppers(crowd(60, 12))
    cut = TODAY - 40
    before = bought.until(cut)
    assert 0 < len(before.days) < len(bought.days)
    known, column, weights, owners = ease(Mornings(bought, []), cut, 0)
    expected = ease(Mornings(before, []), cut, 0)
    assert (known.tolist(), column.tolist(), owners) == (expected[0].tolist(), expected[1].tolist(), expected[3])
    assert np.array_equal(weights, expected[2])
