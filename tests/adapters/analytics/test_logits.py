"""A logistic model whose weights keep their signs; two numbers that calibrate."""

import numpy as np
import pytest

from adapters.analytics.logits import fit_logit, fit_platt


def test_the_weights_keep_their_signs_even_where_the_data_ask_for_the_other() -> None:
    chance = np.random.default_rng(2)
    values = chance.normal(size=(500, 2))
    outcome = chance.random(500) < 1 / (1 + np.exp(-2 * values[:, 0]))
    assert fit_logit(values, outcome, (1, 0)).weights[0] > 1
    assert fit_logit(values, outcome, (-1, 0)).weights[0] == 0


def test_a_weight_is_the_one_that_made_the_data() -> None:
    chance = np.random.default_rng(3)
    values = chance.normal(5, 3, size=(40_000, 1))
    outcome = chance.random(40_000) < 1 / (1 + np.exp(-(0.4 * values[:, 0] - 1)))
    fit = fit_logit(values, outcome, (0,), penalty=0.0)
    assert fit.weights[0] / fit.sd[0] == pytest.approx(0.4, abs=0.02)
    assert fit.log_odds(np.array([[0.0]]))[0] == pytest.approx(-1, abs=0.1)


def test_what_is_unknown_is_taken_for_the_average_in_learning_and_in_telling() -> None:
    chance = np.random.default_rng(4)
    values = chance.normal(2, 1, size=(4000, 2))
    outcome = chance.random(4000) < 1 / (1 + np.exp(-2 * (values[:, 0] - 2)))
    holes = values.copy()
    holes[:2000, 1] = np.nan
    fit, whole = fit_logit(holes, outcome, (1, 1)), fit_logit(values, outcome, (1, 1))
    assert fit.weights[0] == pytest.approx(whole.weights[0], rel=0.02)
    assert fit.log_odds(np.array([[3.0, np.nan]])) == pytest.approx(fit.log_odds(np.array([[3.0, fit.mean[1]]])))
    never = fit_logit(np.full((4000, 1), np.nan), outcome, (0,))
    assert never.weights.tolist() == [0.0]
    assert np.isfinite(never.plain[0])


def test_a_platt_never_turns_the_order_round() -> None:
    score = np.arange(100.0)
    platt = fit_platt(score, score < 50)
    assert platt.slope == 0
    assert platt.chance(score) == pytest.approx(np.full(100, 0.5), abs=0.01)
