"""Effects agree with a published test to its last digit, their intervals hold the truth, and broken arms are seen."""

from itertools import product
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.stats import binom

from adapters.analytics.effects import (
    BROKEN,
    Foretold,
    early,
    mean_difference,
    ratio,
    share_difference,
    without_whales,
)

TABLE = {
    ("Mens E-Mail", "visit"): ".07659 [.06995,.08323]",
    ("Mens E-Mail", "conversion"): ".00681 [.00500,.00861]",
    ("Mens E-Mail", "spend"): ".7698 [.4851,1.0545]",
    ("Womens E-Mail", "visit"): ".04523 [.03889,.05157]",
    ("Womens E-Mail", "conversion"): ".00311 [.00150,.00472]",
    ("Womens E-Mail", "spend"): ".4244 [.1690,.6799]",
}
"""Hillstrom's e-mail test of 2008: differences to those who got none, with 95 % intervals (analytics 5)."""


def _text(number: float, digits: int) -> str:
    text = f"{number:.{digits}f}"
    return text[1:] if text.startswith("0.") else text


@pytest.mark.parametrize(("arm", "outcome"), TABLE)
def test_the_published_e_mail_test_is_told_to_its_last_digit(shared: Path, arm: str, outcome: str) -> None:
    table = pq.read_table(shared / "data" / "hillstrom_email.parquet")
    segment, value = np.array(table["segment"].to_pylist()), table[outcome].to_numpy().astype(np.float64)
    treated, control = value[segment == arm], value[segment == "No E-Mail"]
    if outcome == "spend":
        found, digits = mean_difference(treated, control), 4
    else:
        found, digits = share_difference(int(treated.sum()), len(treated), int(control.sum()), len(control)), 5
    difference, low, high = (_text(one, digits) for one in (found.value, found.low, found.high))
    assert f"{difference} [{low},{high}]" == TABLE[arm, outcome]


def test_a_few_people_have_newcombes_interval() -> None:
    # Newcombe 1998, table II, method 10: 56/70 - 48/80, and 9/10 - 3/10.
    few = share_difference(9, 10, 3, 10)
    assert (round(few.low, 4), round(few.high, 4)) == (0.1705, 0.8090)
    many = share_difference(56, 70, 48, 80)
    assert (round(many.low, 4), round(many.high, 4)) == (0.0524, 0.3339)
    none = share_difference(0, 10, 0, 20)
    assert (round(none.low, 4), round(none.high, 4)) == (-0.1611, 0.2775)


@pytest.mark.parametrize(("size", "control_size", "share"), [(900, 100, 0.6), (900, 100, 0.1), (270, 30, 0.3)])
def test_small_control_groups_hold_the_truth_as_often_as_is_said(size: int, control_size: int, share: float) -> None:
    held = 0.0
    for (hits, chance), (control_hits, other) in product(_likely(size, share), _likely(control_size, share)):
        held += chance * other * (share_difference(hits, size, control_hits, control_size).sign == 0)
    assert 0.945 < held < 0.96  # computed over everything that can come out; Wald's: .9461, .9355, .935


def _likely(size: int, share: float) -> list[tuple[int, float]]:
    """What can come out with its probability, less one in a million."""
    first, last = (int(one) for one in binom.interval(1 - 1e-6, size, share))
    return [(hits, float(binom.pmf(hits, size, share))) for hits in range(first, last + 1)]


def test_a_thousand_campaigns_hold_the_truth_and_raise_few_false_alarms() -> None:
    chance = np.random.default_rng(7)
    held = dict.fromkeys(("share", "money", "adjusted", "a/a"), 0)
    for _ in range(1_000):
        rate = chance.gamma(1.5, 0.4, 3_000)
        before = chance.poisson(rate * 3) * chance.lognormal(9, 0.6, 3_000)
        control = chance.random(3_000) < 0.1
        shopped = chance.random(3_000) < (1 - np.exp(-rate)) + np.where(control, 0, 0.02)
        money = shopped * chance.lognormal(9, 0.6, 3_000) * (0.5 + rate)
        truth = ~control
        shares = share_difference(
            int(shopped[truth].sum()), int(truth.sum()), int(shopped[control].sum()), int(control.sum())
        )
        held["share"] += shares.low <= 0.02 <= shares.high
        # What treatment adds to a mean is known by itself: 2 % more come, whatever their rate.
        gain = 0.02 * np.exp(9 + 0.18) * float((0.5 + rate).mean())
        raw = mean_difference(money[truth], money[control])
        held["money"] += raw.low <= gain <= raw.high
        less = Foretold([without_whales(before)]).less(money)
        found = mean_difference(less[truth], less[control])
        held["adjusted"] += found.low <= gain <= found.high
        halves = chance.random(3_000) < 0.5
        same = Foretold([before]).less(without_whales(money))
        held["a/a"] += mean_difference(same[halves], same[~halves]).sign != 0
    assert all(930 <= held[name] <= 970 for name in ("share", "money", "adjusted")), held
    assert 35 <= held["a/a"] <= 65, held


def test_what_was_known_before_takes_spread_away_and_leaves_the_mean() -> None:
    chance = np.random.default_rng(3)
    before = chance.lognormal(8, 1, 5_000)
    money = 0.7 * before + chance.lognormal(7, 0.5, 5_000)
    less = Foretold([before, np.ones(5_000)]).less(money)
    assert less.mean() == pytest.approx(money.mean())
    assert less.var() < 0.1 * money.var()
    assert Foretold([]).less(money) is money


def test_one_customer_who_buys_the_shop_out_is_counted_as_a_great_one() -> None:
    money = np.concatenate([np.zeros(900), np.arange(1.0, 100), [1e9]])
    assert without_whales(money).max() < 100
    rare = np.concatenate([np.zeros(9_980), np.full(19, 50.0), [1e9]])
    assert 50 <= without_whales(rare).max() < 1e9
    assert not without_whales(np.zeros(3)).any()
    assert not len(without_whales(np.zeros(0)))


def test_arms_that_were_not_filled_as_they_should_be_are_seen() -> None:
    assert ratio([10_000, 90_000], [0.1, 0.9]) == pytest.approx(1)
    assert ratio([10_400, 90_000], [0.1, 0.9]) < BROKEN
    assert ratio([10_150, 90_000], [0.1, 0.9]) > BROKEN
    assert ratio([0, 0], [0.1, 0.9]) == 1


def test_looking_early_has_the_published_bounds() -> None:
    # Lan and DeMets' O'Brien-Fleming-type function, four equal looks: Jennison and Turnbull 2000, and R's gsDesign.
    assert early([0.25, 0.5, 0.75, 1]) == pytest.approx([4.3326, 2.9631, 2.3590, 2.0141], abs=2e-3)
    assert early([1]) == pytest.approx([1.95996], abs=1e-4)
    with pytest.raises(ValueError, match="rise"):
        early([0.5, 0.5])


def test_twenty_looks_raise_no_more_false_alarms_than_one() -> None:
    chance = np.random.default_rng(5)
    bounds = np.array(early([(look + 1) / 20 for look in range(20)]))
    steps = chance.standard_normal((20_000, 20)).cumsum(axis=1) / np.sqrt(np.arange(1, 21))
    assert 0.043 < (np.abs(steps) > bounds).any(axis=1).mean() < 0.055
    assert (np.abs(steps) > 1.96).any(axis=1).mean() > 0.2  # what whoever looks each day without them would see


def test_nobody_and_somebody_alone_are_no_arm() -> None:
    with pytest.raises(ValueError, match="without people"):
        share_difference(0, 0, 1, 2)
    with pytest.raises(ValueError, match="two people"):
        mean_difference(np.ones(1), np.ones(9))
    assert mean_difference(np.full(4, 2.0), np.full(4, 1.0)).sign == 1
