"""What a purchase is worth: found again on simulated customers, refused where nothing tells it."""

import numpy as np
import pytest

from adapters.analytics.btyd import GammaGamma
from adapters.analytics.btydmath import Unfit


def test_the_spend_of_simulated_customers_is_found_again() -> None:
    chance = np.random.default_rng(5)
    x = chance.integers(1, 9, 20_000).astype(float)
    scale = chance.gamma(4.0, 1 / 15.0, len(x))
    mean = chance.gamma(6.0 * x) / scale / x
    fit = GammaGamma.fit(x, mean)
    assert [fit.p, fit.q, fit.gamma] == pytest.approx([6.0, 4.0, 15.0], rel=0.15)
    assert fit.expected(np.zeros(1), np.zeros(1))[0] == pytest.approx(6 * 15 / 3, rel=0.03)
    near = fit.expected(np.array([1.0, 100]), np.array([90.0, 90]))
    assert 30 < near[0] < near[1] < 90


def test_spend_without_differences_is_refused() -> None:
    with pytest.raises(Unfit, match="use the mean receipt"):
        GammaGamma.fit([0, 2, 1], [9.0, 5.0, 5.0])


def test_spend_has_no_mean_where_its_tail_is_too_heavy() -> None:
    assert GammaGamma(1.0, 0.8, 10.0, 0.0).expected(np.array([0.0, 1]), np.array([0.0, 5])).tolist() == [np.inf, 18.75]
