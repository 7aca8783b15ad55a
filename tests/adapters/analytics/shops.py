"""Shops that tests make up: a few lines by hand, or customers who come at their own rates and leave for ever."""

import numpy as np

from adapters.analytics.churn import windows
from adapters.analytics.histories import Lines


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
LONELY = made(*(("a", day, str(day), "x", "x", 5, 0) for day in range(0, 400, 20)))
