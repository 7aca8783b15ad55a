"""What a customer did until a day: counted by hand, and blind to what came after."""

import numpy as np
import pytest

from adapters.analytics.histories import COLUMNS, CustomerHistory, histories, stayed_away
from tests.adapters.analytics.shops import SHOP, made


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
        "goods_lately": (1 / 6 + 1 / 6 + 2 / 7) / 3,
    }  # fmt: skip
    assert {name: known[name][0] for name in (*COLUMNS, "goods_lately")} == pytest.approx(of_a)
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
