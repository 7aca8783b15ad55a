"""How goods had sold by several mornings: one look is as many looks, and nothing later counts."""

import numpy as np

from adapters.analytics.purchases import Purchases
from adapters.analytics.sold import LIVES, Mornings
from tests.adapters.analytics.shopping import TODAY, crowd, shoppers

MORNINGS = (TODAY - 400, TODAY - 56, TODAY - 28, TODAY)


def counted(bought: Purchases, day: int, good: int) -> list[float]:
    """The same, said in plain Python."""
    every = [[when for when in bought.days[rows][bought.items[rows] == good].tolist() if when < day]
             for rows in bought.rows(np.arange(len(bought)))]  # fmt: skip
    whole = [days for days in every if days]
    again = [days for days in whole if len(days) > 1]
    lately = [sum(0.5 ** ((day - days[-1]) / life) for days in whole) for life in LIVES]
    return [len(whole), len(again), sum(days[-1] - days[0] for days in again), sum(len(days) - 1 for days in again),
            *lately]  # fmt: skip


def test_one_look_for_all_mornings_tells_each_as_it_was() -> None:
    bought = shoppers(crowd(60, 12))
    sold = Mornings(bought, MORNINGS)
    assert sold.oldest == bought.days.min()
    assert not sold.begun(int(bought.days.min()))
    assert sold.begun(int(bought.days.min()) + 1)
    assert 0 < sold[TODAY - 28].ever.sum() < sold[TODAY].ever.sum()
    for day in (*MORNINGS, TODAY - 3):
        before = bought.until(day)
        assert sold[day].rows.tolist() == np.diff(before.starts).tolist()
        for good in range(len(bought.skus)):
            one = sold[day]
            found = [one.ever[good], one.twice[good], one.gaps[good], one.gap_count[good],
                     *(one.lately[life][good] for life in LIVES)]  # fmt: skip
            assert np.allclose(found, counted(bought, day, good), rtol=1e-12)


def test_where_nothing_was_bought_nothing_was_sold() -> None:
    sold = Mornings(shoppers([], skus=["tea"]), [TODAY])
    assert sold.oldest is None
    assert not sold.begun(TODAY)
    assert sold[TODAY].ever.tolist() == [0]
    assert sold[TODAY].rows.tolist() == []
