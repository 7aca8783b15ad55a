"""How a customer's goods sell now: counted by hand, whatever the days after."""

import numpy as np
import pytest

from adapters.analytics.lately import goods_lately
from adapters.analytics.purchases import Purchases
from tests.adapters.analytics.shopping import TODAY, shoppers


def told(bought: Purchases, at: int) -> dict[str, float]:
    found = goods_lately(bought.starts, bought.items, bought.days, len(bought.skus), at)
    return dict(zip(bought.owners.to_pylist(), found.tolist(), strict=True))


def test_goods_that_sell_count_more_than_goods_that_nobody_buys_any_more() -> None:
    rows = [(f"n{one}", "now", 3 + one) for one in range(15)] + [(f"o{one}", "once", 100) for one in range(15)]
    means = told(shoppers([*rows, ("a", "now", 60), ("b", "once", 60), ("c", "now", 60), ("c", "once", 90)]), TODAY)
    now, once = (1 + 15) / (5 + 17), 1 / (5 + 17)
    assert means["a"] == pytest.approx(now)
    assert means["b"] == pytest.approx(once)
    assert means["c"] == pytest.approx((now + once) / 2)


def test_a_purchase_counts_by_its_last_day_of_those_that_were_by_then() -> None:
    rows = [("a", "tea", 100), ("a", "tea", 40), ("a", "tea", 1), ("b", "milk", 1)]
    assert told(shoppers(rows), TODAY - 30)["a"] == pytest.approx(2 / 6)
    assert told(shoppers(rows), TODAY - 69)["a"] == pytest.approx(1 / 6)
    assert np.isnan(told(shoppers(rows), TODAY - 30)["b"])
    for at in (TODAY - 30, TODAY - 69):
        early = [row for row in rows if TODAY - row[2] <= at]
        assert told(shoppers(early), at)["a"] == told(shoppers(rows), at)["a"]
