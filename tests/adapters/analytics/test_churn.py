"""Who will stop coming: the score, its level and its reasons."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from adapters.analytics.becauses import LEAST, SAYS, factors
from adapters.analytics.churn import SIGNS, Dying, Model, Rule, Window, features, fit_dying, fit_model, level, windows
from adapters.analytics.histories import COLUMNS, CustomerHistory
from core.customers.risk import Factor, Sign, factors_of
from tests.adapters.analytics.shops import CLOSED, LONELY, SHOP


def test_windows_are_closed_and_have_a_horizon_of_history() -> None:
    days = [one.history.at for one in CLOSED]
    assert days[0] == 500 - 90
    assert min(days) - SHOP.day.min() >= 90
    assert all(one - other == 30 for one, other in pairwise(days))


def _one_changed(history: CustomerHistory, **columns: float) -> CustomerHistory:
    return replace(history, columns={**history.columns, **{n: history[n] + by for n, by in columns.items()}})


def test_longer_silence_never_looks_safer_and_more_visits_never_riskier() -> None:
    model = fit_model(CLOSED)
    known = CLOSED[0].history
    told = model.log_odds(known)
    earlier = np.maximum(known["first_day"], known["last_day"] - 9)
    older = replace(known, columns={**known.columns, "last_day": earlier})
    assert (model.log_odds(older) >= told - 1e-12).all()
    assert model.log_odds(older).mean() > told.mean()
    busier = _one_changed(known, days=3, receipts=3, receipts_90d=3, receipts_365d=3, money=900)
    assert (model.log_odds(busier) <= told + 1e-12).all()


def test_the_level_is_that_of_the_newest_window() -> None:
    model = fit_model(CLOSED)
    quiet = replace(CLOSED[0], away=CLOSED[0].away | (np.arange(len(CLOSED[0].away)) % 3 == 0))
    assert level(model, quiet).chance(quiet.history).mean() == pytest.approx(quiet.away.mean(), abs=0.01)
    assert level(model, CLOSED[0]).chance(CLOSED[0].history).mean() == pytest.approx(CLOSED[0].away.mean(), abs=0.01)


def test_the_reasons_of_a_customer_are_what_moves_his_chance_most() -> None:
    risk = level(fit_model(CLOSED), CLOSED[0])
    known = CLOSED[0].history
    _, names, each = risk.score.told(known)
    why, texts = risk.factors(known), risk.factors(known).texts().to_pylist()
    assert set(SAYS) == set(names) == set(SIGNS)
    for row in range(0, len(known), 7):
        sums = Counter[Sign]()
        for name, added in zip(names, each[row] * risk.platt.slope, strict=True):
            sums[SAYS[name]] += added
        expected = sorted(sums.items(), key=lambda one: -abs(one[1]))[:3]
        assert why.added[row] == pytest.approx([added for _, added in expected])
        told = [(sign, added > 0) for sign, added in expected if abs(added) >= LEAST]
        assert [(one.sign, one.raises) for one in why.of(row)] == told
        assert factors_of(texts[row]) == why.of(row)
    assert max(len(text.split()) for text in texts) == 3


def test_a_reason_says_whether_there_is_more_or_less_of_it_than_others_have() -> None:
    known = CLOSED[0].history
    model = fit_model(CLOSED)
    told = [one for row in range(len(known)) for one in level(model, CLOSED[0]).factors(known).of(row)]
    assert {one.more is one.raises for one in told if one.sign is Sign.SILENCE} == {True}
    assert {one.more is one.raises for one in told if one.sign in (Sign.VISITS, Sign.LATELY, Sign.MONEY)} <= {False}
    values = features(known)[:, list(SIGNS).index("tenure")]
    turned = Model(replace(model.logit, weights=np.where(np.array(list(SIGNS)) == "tenure", -9.0, 0.0)))
    for row, value in enumerate(values):
        for only in level(turned, CLOSED[0]).factors(known).of(row):
            assert (only.sign, only.more) == (Sign.TENURE, value > model.logit.mean[list(SIGNS).index("tenure")])


def test_a_rules_only_reason_is_itself_and_who_is_like_all_has_none() -> None:
    known = CLOSED[0].history
    longest = int(np.argmin(known["last_day"]))
    for rule, sign in (("silence", Sign.SILENCE), ("gap", Sign.RHYTHM)):
        assert [one.sign for one in level(Rule(rule), CLOSED[0]).factors(known).of(longest)] == [sign]
    assert level(Rule("silence"), CLOSED[0]).factors(known).of(longest) == [Factor(Sign.SILENCE, True, True)]
    alike = factors(("silence",), np.array([[0.01], [-0.9]]), np.ones(1))
    assert alike.texts().to_pylist() == ["", "-silence<"]


def test_two_own_gaps_are_where_the_gap_rule_is_even() -> None:
    columns = {name: np.array([2.0]) for name in COLUMNS}
    columns |= {"first_day": np.array([0.0]), "last_day": np.array([10.0]), "gap_mean": np.array([10.0])}
    at = [float(Rule("gap").log_odds(CustomerHistory(day, np.arange(1), columns))[0]) for day in (20, 30, 40)]
    assert at[0] < at[1] == 0 < at[2]


def test_a_model_of_buying_speaks_of_purchases_not_of_life() -> None:
    known = CLOSED[0].history
    bg: Dying = fit_dying("bg", known, 90)
    once = known["days"] == 1
    quiet = once & (known.at - known["last_day"] > 200)
    assert bg.log_odds(known)[quiet].min() > 0


def test_the_features_are_numbers_for_whatever_a_history_holds() -> None:
    told = features(CLOSED[0].history)
    assert told.shape == (len(CLOSED[0].history), len(SIGNS))
    assert np.isfinite(told).all()
    assert np.isfinite(features(windows(LONELY, 400)[0].history)).all()


def _repeated(times: int) -> Window:
    known = CLOSED[0].history
    columns = {name: np.repeat(known[name], times) for name in COLUMNS}
    return Window(CustomerHistory(known.at, np.arange(len(known) * times), columns), np.repeat(CLOSED[0].away, times))


def test_of_half_a_million_customers_every_so_many_are_enough_to_learn_from() -> None:
    known = CLOSED[0].history
    all_of_them, some = (fit_model([_repeated(times)]).log_odds(known) for times in (50, 500))
    assert some == pytest.approx(all_of_them, abs=0.1)


def test_no_weight_of_the_model_has_the_wrong_sign() -> None:
    weights = fit_model(CLOSED).logit.weights
    assert all(weight * sign >= 0 for weight, sign in zip(weights, SIGNS.values(), strict=True))
    assert np.count_nonzero(weights) > 5
