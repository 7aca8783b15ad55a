"""Who will stop coming: figures of a history, the score and its reasons, the choice, the vouchers' order."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from adapters.analytics.calibration import Bin, picture, quality
from adapters.analytics.choosing import backtest, choose
from adapters.analytics.churn import SIGNS, Dying, Rule, Window, features, fit_dying, fit_model, level, windows
from adapters.analytics.histories import COLUMNS, Bools, CustomerHistory, Floats, Lines, histories, stayed_away
from adapters.analytics.logits import fit_logit, fit_platt
from adapters.analytics.targeting import Basis, Campaign, by_risk, by_uplift, voucher_order
from benchmarks.retail import online_retail


def made(*rows: tuple[str, int, str, str, str, int, int]) -> Lines:
    """Lines from (customer, day, receipt, sku, category, money, discount)."""
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Lines(*columns)


def shop(customers: int = 1000, days: int = 500, seed: int = 1, *, leave: float = 0.003, rate: float = 25.0) -> Lines:
    """A shop whose customers come at their own rates and leave for ever at their own moments."""
    chance = np.random.default_rng(seed)
    begin = chance.integers(0, days - 60, customers)
    gap = rate * chance.gamma(2.0, 1.0, customers)
    gone = begin + chance.exponential(1 / leave, customers)
    steps = np.cumsum(np.maximum(1, chance.exponential(1.0, (customers, 200)) * gap[:, None]), axis=1)
    day = np.concatenate([begin[:, None], begin[:, None] + steps], axis=1).astype(np.int64)
    there = (day <= days) & (day <= gone[:, None])
    who = np.broadcast_to(np.arange(customers)[:, None], day.shape)[there]
    receipts = np.arange(len(who))
    sku = chance.integers(0, 50, len(who))
    money = chance.integers(100, 9000, len(who))
    return Lines(who, day[there], receipts, sku, sku % 7, money, money // 10 * (who % 3 == 0))


SHOP = shop()
CLOSED = windows(SHOP, 500)


def test_every_figure_of_a_history_is_counted_by_hand() -> None:
    lines = made(
        ("a", 100, "1", "milk", "dairy", 300, 100),
        ("a", 100, "1", "milk", "dairy", 300, 0),
        ("a", 100, "2", "bread", "bakery", 200, 0),
        ("a", 110, "3", "milk", "dairy", 100, 0),
        ("a", 110, "3", "bread", "bakery", 100, 0),
        ("a", 140, "4", "tea", "dry", 900, 100),
        ("a", 141, "5", "tea", "dry", -900, 0),
        ("a", 142, "6", "tea", "dry", -900, 0),
        ("b", 60, "7", "tea", "dry", 500, 0),
        ("c", 200, "8", "tea", "dry", 500, 0),
        ("d", 120, "9", "tea", "dry", -500, 0),
    )
    known = histories(lines, 150)
    assert known.ids.tolist() == ["a", "b"]
    of_a = {
        "first_day": 100, "last_day": 140, "receipts": 4, "days": 3, "money": 1900, "gap_median": 20, "gap_mean": 20,
        "gap_sd": 200**0.5, "basket_mean": 475, "items_per_receipt": 1.25, "discount_share": 200 / 2100, "returns": 2,
        "receipts_28d": 1, "receipts_90d": 4, "receipts_365d": 4, "categories": 3,
    }  # fmt: skip
    assert {name: known[name][0] for name in COLUMNS} == pytest.approx(of_a)
    assert np.isnan([known[name][1] for name in ("gap_median", "gap_mean", "gap_sd")]).all()
    assert [column[1] for column in known.btyd] == [0, 0, 90]
    assert known["receipts_90d"][1] == 0


def test_nothing_after_the_day_changes_a_history() -> None:
    early = histories(SHOP.only(SHOP.day <= 300), 300)
    late = histories(SHOP, 300)
    for name in COLUMNS:
        assert np.array_equal(early[name], late[name], equal_nan=True)


def test_who_bought_within_the_horizon_did_not_stay_away_and_a_return_is_no_purchase() -> None:
    lines = made(
        *((who, 10, who + "1", "x", "x", 5, 0) for who in "abcd"),
        ("a", 11, "a2", "x", "x", 5, 0),
        ("b", 100, "b2", "x", "x", 5, 0),
        ("c", 101, "c2", "x", "x", 5, 0),
        ("d", 50, "d2", "x", "x", -5, 0),
    )
    assert stayed_away(lines, histories(lines, 10), 90).tolist() == [False, False, True, True]


def test_a_history_without_a_column_is_refused() -> None:
    with pytest.raises(ValueError, match="money"):
        CustomerHistory(1, np.arange(2), {name: np.ones(2) for name in COLUMNS if name != "money"})
    with pytest.raises(ValueError, match="one value a customer"):
        CustomerHistory(1, np.arange(3), {name: np.ones(2) for name in COLUMNS})


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


def test_the_weights_keep_their_signs_even_where_the_data_ask_for_the_other() -> None:
    chance = np.random.default_rng(2)
    values = chance.normal(size=(500, 2))
    outcome = chance.random(500) < 1 / (1 + np.exp(-2 * values[:, 0]))
    assert fit_logit(values, outcome, (1, 0)).weights[0] > 1
    assert fit_logit(values, outcome, (-1, 0)).weights[0] == 0
    assert list(np.sign(fit_model(CLOSED).logit.weights * np.array(list(SIGNS.values())))).count(-1) == 0


def test_a_weight_is_the_one_that_made_the_data() -> None:
    chance = np.random.default_rng(3)
    values = chance.normal(5, 3, size=(40_000, 1))
    outcome = chance.random(40_000) < 1 / (1 + np.exp(-(0.4 * values[:, 0] - 1)))
    fit = fit_logit(values, outcome, (0,), penalty=0.0)
    assert fit.weights[0] / fit.sd[0] == pytest.approx(0.4, abs=0.02)
    assert fit.log_odds(np.array([[0.0]]))[0] == pytest.approx(-1, abs=0.1)


def test_the_level_is_that_of_the_newest_window() -> None:
    model = fit_model(CLOSED)
    quiet = replace(CLOSED[0], away=CLOSED[0].away | (np.arange(len(CLOSED[0].away)) % 3 == 0))
    assert level(model, quiet).chance(quiet.history).mean() == pytest.approx(quiet.away.mean(), abs=0.01)
    assert level(model, CLOSED[0]).chance(CLOSED[0].history).mean() == pytest.approx(CLOSED[0].away.mean(), abs=0.01)


def test_a_platt_never_turns_the_order_round() -> None:
    score = np.arange(100.0)
    platt = fit_platt(score, score < 50)
    assert platt.slope == 0
    assert platt.chance(score) == pytest.approx(np.full(100, 0.5), abs=0.01)


def test_the_factors_of_a_customer_are_those_that_move_his_chance_most() -> None:
    risk = level(fit_model(CLOSED), CLOSED[0])
    known = CLOSED[0].history
    names, each = risk.score.contributions(known)
    why = risk.factors(known)
    assert why.added.shape == (len(known), 3)
    for row in (0, 7, len(known) - 1):
        expected = sorted(zip(names, each[row] * risk.platt.slope, strict=True), key=lambda one: -abs(one[1]))[:3]
        assert [name for name, _ in why.of(row)] == [name for name, _ in expected]
        assert [how for _, how in why.of(row)] == pytest.approx([how for _, how in expected])
    chance = risk.chance(known)
    everything = risk.factors(known, top=len(SIGNS)).added.sum(axis=1)
    odds = np.log(chance / (1 - chance))
    assert odds - everything == pytest.approx(np.full(len(known), odds[0] - everything[0]))


def test_a_rules_only_reason_is_itself() -> None:
    risk = level(Rule("silence"), CLOSED[0])
    known = CLOSED[0].history
    longest = int(np.argmin(known["last_day"]))
    assert [name for name, _ in risk.factors(known).of(longest)] == ["silence"]
    assert risk.factors(known).of(longest)[0][1] > 0


def test_two_own_gaps_are_where_the_gap_rule_is_even() -> None:
    columns = {name: np.array([2.0]) for name in COLUMNS}
    columns |= {"first_day": np.array([0.0]), "last_day": np.array([10.0]), "gap_mean": np.array([10.0])}
    at = [float(Rule("gap").log_odds(CustomerHistory(day, np.arange(1), columns))[0]) for day in (20, 30, 40)]
    assert at[0] < at[1] == 0 < at[2]


def test_the_chosen_score_is_the_best_on_the_retailers_own_past() -> None:
    risk, verdict = choose(CLOSED)
    briers = {one.name: one.recalibrated.brier for one in verdict.trials}
    assert set(briers) == {"logit", "silence", "gap", "bg", "mbg", "pareto"}
    assert briers[verdict.chosen] <= min(briers.values()) + 5e-4
    assert verdict.key == "churn.best"
    assert risk.score.name == verdict.chosen == verdict.trials[0].name
    assert str(verdict).startswith(f"{verdict.chosen}: Brier")
    assert verdict.trials[0].forward.auc > max(
        0.7, *(o.forward.auc for o in verdict.trials if o.name in ("silence", "gap"))
    )
    assert verdict.trials[0].recalibrated.calibration_error < 0.06


def test_where_noise_is_all_the_logit_does_not_win_by_more_features() -> None:
    chance = np.random.default_rng(4)
    closed = [replace(one, away=chance.random(len(one.away)) < 0.4) for one in CLOSED]
    trials = {one.name: one.recalibrated.brier for one in backtest(closed)}
    assert trials["logit"] == pytest.approx(0.24, abs=0.01)
    assert max(trials.values()) - min(trials.values()) < 0.01


_LONELY = made(*(("a", day, str(day), "x", "x", 5, 0) for day in range(0, 400, 20)))


@pytest.mark.parametrize(
    ("closed", "key"),
    [
        ([], "churn.no-closed-window"),
        (windows(SHOP.only(SHOP.day < 0), 500), "churn.no-closed-window"),
        (windows(SHOP.only(SHOP.day <= 220), 220), "churn.history-too-short"),
        (windows(_LONELY, 400), "churn.too-few-customers"),
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


def test_a_model_of_buying_speaks_of_purchases_not_of_life() -> None:
    known = CLOSED[0].history
    bg: Dying = fit_dying("bg", known, 90)
    once = known["days"] == 1
    quiet = once & (known.at - known["last_day"] > 200)
    assert bg.log_odds(known)[quiet].min() > 0


def test_the_measures_are_those_of_the_textbook() -> None:
    chance = np.array([0.1, 0.4, 0.35, 0.8])
    happened = np.array([False, False, True, True])
    told = quality(chance, happened)
    assert told.auc == 0.75
    assert told.average_precision == pytest.approx(5 / 6)
    assert told.brier == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04) / 4)
    assert told.lift == 2
    assert told.calibration_error == pytest.approx((0.1 + 0.4 + 0.65 + 0.2) / 4)
    assert [one.customers for one in told.bins] == [1, 1, 1, 1]


def test_equal_chances_are_no_order() -> None:
    told = quality(np.full(40, 0.5), np.arange(40) < 20)
    assert (told.auc, told.average_precision, told.lift) == (0.5, 0.5, 1.0)


def test_the_picture_puts_true_chances_on_the_diagonal_and_says_them() -> None:
    svg = picture(
        (Bin(10, 0.2, 0.2), Bin(10, 0.9, 0.5)), title="A & B", description="how", foretold="told", happened="was"
    )
    root = ET.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.findtext(f"{space}title") == "A & B"
    first, second = root.iter(f"{space}circle")
    assert 280 - float(first.get("cy", 0)) == float(first.get("cx", 0)) - 40
    assert 280 - float(second.get("cy", 0)) < float(second.get("cx", 0)) - 40
    assert [one.get("aria-label") for one in root.iter(f"{space}g") if one.get("role") == "listitem"] == [
        "20 % → 20 %",
        "90 % → 50 %",
    ]


def test_before_a_campaign_vouchers_go_by_risk_and_margin() -> None:
    ranking = by_risk(np.array([0.9, 0.5, 0.5]), np.array([100.0, 1000.0, 1000.0]), 0.1)
    assert ranking.basis is Basis.RISK
    assert ranking.order.tolist() == [1, 2, 0]
    assert ranking.saved == pytest.approx([9, 50, 50])
    with pytest.raises(ValueError, match="between 0 and 1"):
        by_risk(np.ones(1), np.ones(1), 7.0)


def _campaign(size: int = 6000) -> tuple[Campaign, Floats, Bools]:
    """A voucher moves only those whose first feature is positive; the second is the risk, which nothing moves."""
    chance = np.random.default_rng(6)
    values = chance.normal(size=(size, 2))
    treated = chance.random(size) < 0.5
    moved = values[:, 0] > 0
    buys = 1 / (1 + np.exp(1 + 1.5 * values[:, 1])) + 0.35 * (treated & moved)
    return Campaign(values, treated, chance.random(size) < buys), values, moved


def test_after_a_campaign_vouchers_go_to_whom_they_move() -> None:
    campaign, values, moved = _campaign()
    ranking = voucher_order(np.full(6000, 0.5), np.full(6000, 100.0), 0.1, features=values, campaign=campaign)
    assert ranking.basis is Basis.UPLIFT
    assert moved[ranking.order[:1000]].mean() > 0.95
    assert ranking.saved[moved].mean() == pytest.approx(32, abs=8)
    assert abs(ranking.saved[~moved].mean()) < 8


def test_a_campaign_too_small_to_tell_leaves_the_order_by_risk() -> None:
    campaign, values, _ = _campaign(300)
    few = Campaign(campaign.features, np.arange(300) < 280, campaign.bought)
    ranking = voucher_order(np.linspace(0, 1, 300), np.ones(300), 0.1, features=values, campaign=few)
    assert ranking.basis is Basis.RISK
    assert ranking.order[0] == 299
    assert voucher_order(np.ones(300), np.ones(300), 0.1, features=values).basis is Basis.RISK
    with pytest.raises(ValueError, match="order by risk"):
        by_uplift(few, values, np.ones(300))


def test_the_features_are_numbers_for_whatever_a_history_holds() -> None:
    told = features(CLOSED[0].history)
    assert told.shape == (len(CLOSED[0].history), len(SIGNS))
    assert np.isfinite(told).all()
    assert np.isfinite(features(windows(_LONELY, 400)[0].history)).all()


def test_on_online_retail_the_logit_wins_and_is_as_good_as_it_says(shared: Path) -> None:
    lines = online_retail(shared)
    closed = windows(lines, int(lines.day.max()))
    assert len(closed[0].history) == 3368
    assert closed[0].away.mean() == pytest.approx(0.430, abs=1e-3)
    best = choose(closed)[1].trials[0]
    assert best.name == "logit"
    assert best.forward.auc > 0.744
    assert best.recalibrated.brier < 0.206
    assert best.recalibrated.calibration_error < 0.03
