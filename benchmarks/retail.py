"""Online Retail 2011 as receipt lines, for benchmarks and tests: the usual cleaning (`data/README.md`) plus returns."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adapters.analytics.histories import Ints, Lines


def online_retail(shared: Path) -> Lines:
    """Lines of known customers; the till wrote no discount: it is a line's price below the sku's usual one so far."""
    table = pq.read_table(shared / "data" / "online_retail_2011.parquet")
    goods = pc.match_substring_regex(table["stock_code"], "^[0-9]{5}")
    real = pc.and_(pc.not_equal(table["quantity"], 0), pc.greater(table["unit_price"], 0))
    table = table.filter(pc.and_(pc.and_(pc.is_valid(table["customer_id"]), goods), real))
    _, sku = np.unique(pc.utf8_upper(table["stock_code"]).to_numpy().astype(str), return_inverse=True)
    _, receipt = np.unique(table["invoice"].to_numpy().astype(str), return_inverse=True)
    price = np.round(table["unit_price"].to_numpy() * 100).astype(np.int64)
    number = table["quantity"].to_numpy().astype(np.int64)
    day = table["invoice_ts"].to_numpy().astype("datetime64[D]").astype(np.int64)
    lines = Lines(
        table["customer_id"].to_numpy().astype(np.int64), day, receipt, sku, sku, number * price, np.zeros_like(price)
    )
    below = np.maximum(_usual(sku, day, price) - price, 0)
    return replace(lines, discount=np.where(number > 0, below * number, 0))


def _usual(sku: Ints, day: Ints, price: Ints) -> Ints:
    """The median of the sku's prices before each line's 28 days began; its own price where there is none.

    Only earlier days are looked at, so no back-test sees a price of its future.
    """
    usual, month = price.copy(), day // 28
    for one in np.unique(month):
        then = np.flatnonzero(month < one)
        order = then[np.lexsort((price[then], sku[then]))]
        codes, begins, number = np.unique(sku[order], return_index=True, return_counts=True)
        if len(codes) == 0:
            continue
        median = price[order][begins + number // 2]
        now = np.flatnonzero(month == one)
        at = np.searchsorted(codes, sku[now]).clip(max=len(codes) - 1)
        usual[now] = np.where(codes[at] == sku[now], median[at], price[now])
    return usual
