"""The formulas of effects beside statsmodels': the same intervals to the last digits, the same power."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.power import normal_power_het
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW
from statsmodels.tools.tools import add_constant

from adapters.analytics.effects import Foretold, mean_difference, share_difference
from core.campaigns.sizes import people_needed

COUNTS = [
    (120, 900, 104, 870), (120, 900, 80, 870), (35, 4_000, 31, 400), (3, 50, 1, 60), (0, 40, 5, 45),
    (999, 1_000, 960, 1_000),
]  # fmt: skip


@pytest.mark.parametrize(("hits", "size", "control_hits", "control_size"), COUNTS)
def test_the_difference_of_shares_is_theirs(hits: int, size: int, control_hits: int, control_size: int) -> None:
    rare = min(hits, size - hits, control_hits, control_size - control_hits) < 100
    method = "newcomb" if rare else "wald"
    low, high = confint_proportions_2indep(hits, size, control_hits, control_size, method=method, compare="diff")
    ours = share_difference(hits, size, control_hits, control_size)
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=1e-12)
    assert ours.value == pytest.approx(hits / size - control_hits / control_size, abs=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_the_difference_of_means_is_theirs(seed: int) -> None:
    chance = np.random.default_rng(seed)
    treated, control = chance.gamma(0.3, 900.0, 400 + seed), chance.gamma(0.3, 800.0, 55 + 7 * seed)
    peer = CompareMeans(DescrStatsW(treated), DescrStatsW(control))
    low, high = peer.tconfint_diff(usevar="unequal")
    ours = mean_difference(treated, control)
    assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-10)


def test_money_less_what_was_foretold_is_the_rest_of_their_regression() -> None:
    chance = np.random.default_rng(7)
    before = [chance.gamma(1.0, 50.0, 800), chance.poisson(3.0, 800).astype(float)]
    money = 3 * before[0] - 5 * before[1] + chance.normal(0, 40, 800)
    fitted = OLS(money, add_constant(np.column_stack(before))).fit()
    ours = Foretold(before).less(money)
    assert ours - ours.mean() == pytest.approx(fitted.resid, abs=1e-8)
    assert ours.mean() == pytest.approx(money.mean(), abs=1e-9)


@pytest.mark.parametrize(("base", "expected", "control"), [(0.1, 0.11, 0.5), (0.1, 0.12, 0.1), (0.02, 0.03, 0.2)])
def test_so_many_people_show_the_effect_four_times_in_five(base: float, expected: float, control: float) -> None:
    people = people_needed(base, expected, control)
    spread = (base * (1 - base) / control + expected * (1 - expected) / (1 - control)) ** 0.5
    power = normal_power_het(expected - base, people, alpha=0.05, std_null=spread)
    assert power == pytest.approx(0.8, abs=1e-4)
