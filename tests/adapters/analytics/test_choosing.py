"""The score in use is the best on the retailer's own past, and it is said why."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from adapters.analytics.choosing import backtest, choose
from adapters.analytics.churn import Window, windows
from adapters.analytics.histories import Lines
from benchmarks.retail import online_retail
from tests.adapters.analytics.shops import CLOSED, LONELY, SHOP


def test_the_chosen_score_is_the_best_on_the_retailers_own_past() -> None:
    risk, verdict = choose(CLOSED)
    briers = {one.name: one.recalibrated.brier for one in verdict.trials}
    assert set(briers) == {"logit", "silence", "gap", "bg", "mbg", "pareto"}
    assert briers[verdict.chosen] <= min(briers.values()) + 5e-4
    assert verdict.key == "churn.best"
    assert risk.score.name == verdict.chosen == verdict.trials[0].name
    assert str(verdict).startswith(f"{verdict.chosen}: Brier")
    rules = [one.forward.auc for one in verdict.trials if one.name in ("silence", "gap")]
    assert verdict.trials[0].forward.auc > max(0.7, *rules) - 0.001
    assert verdict.trials[0].recalibrated.calibration_error < 0.06


def test_where_noise_is_all_the_logit_does_not_win_by_more_features() -> None:
    chance = np.random.default_rng(4)
    closed = [replace(one, away=chance.random(len(one.away)) < 0.4) for one in CLOSED]
    trials = {one.name: one.recalibrated.brier for one in backtest(closed)}
    assert trials["logit"] == pytest.approx(0.24, abs=0.01)
    assert max(trials.values()) - min(trials.values()) < 0.01


@pytest.mark.parametrize(
    ("closed", "key"),
    [
        ([], "churn.no-closed-window"),
        (windows(SHOP.only(SHOP.day < 0), 500), "churn.no-closed-window"),
        (windows(SHOP.only(SHOP.day <= 220), 220), "churn.history-too-short"),
        (windows(LONELY, 400), "churn.too-few-customers"),
        ([replace(one, away=np.ones(len(one.away), dtype=bool)) for one in CLOSED], "churn.too-few-came-back"),
        ([replace(one, away=np.zeros(len(one.away), dtype=bool)) for one in CLOSED], "churn.too-few-left"),
    ],
)
def test_an_odd_history_falls_back_to_the_silence_rule_and_says_why(closed: list[Window], key: str) -> None:
    risk, verdict = choose(closed)
    assert (verdict.chosen, verdict.key, verdict.trials) == ("silence", key, ())
    assert key in str(verdict)
    known = CLOSED[0].history
    order = np.argsort(known["last_day"])
    told = risk.chance(known)[order]
    assert (np.diff(told) <= 0).all()
    assert ((told >= 0) & (told <= 1)).all()


def test_where_nobody_came_twice_the_models_of_buying_do_not_take_part() -> None:
    who = np.arange(600)
    once = Lines(who, who % 300, who, who, who, who + 100, who * 0)
    closed = [replace(one, away=one.away & (np.arange(len(one.away)) % 2 == 0)) for one in windows(once, 390)]
    assert {one.name for one in backtest(closed)} == {"logit", "silence", "gap"}


def test_on_online_retail_the_logit_wins_and_is_as_good_as_it_says(shared: Path) -> None:
    lines = online_retail(shared)
    closed = windows(lines, int(lines.day.max()))
    assert len(closed[0].history) == 3368
    assert closed[0].away.mean() == pytest.approx(0.430, abs=1e-3)
    best = backtest(closed)[0]
    assert best.name == "logit"
    assert best.forward.auc > 0.747
    assert best.recalibrated.brier < 0.2005
    assert best.recalibrated.calibration_error < 0.03


def test_where_only_the_trial_is_wanting_the_rule_still_has_the_shops_level() -> None:
    newest = CLOSED[0]
    risk, verdict = choose([newest])
    assert verdict.key == "churn.history-too-short"
    assert risk.chance(newest.history).mean() == pytest.approx(newest.away.mean(), abs=0.01)


def test_nobodys_own_outcome_is_in_his_recalibrated_chance() -> None:
    newest = CLOSED[0]
    even = np.arange(len(newest.away)) % 2 == 0
    often = np.random.default_rng(8).random(len(even)) < 0.8
    opposite = [replace(newest, away=np.where(even, often, ~often)), *CLOSED[1:]]
    assert min(one.recalibrated.brier for one in backtest(opposite)) > 0.4
