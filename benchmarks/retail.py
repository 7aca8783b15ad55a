"""Real receipts for benchmarks and tests: Online Retail 2011 as lines, The Complete Journey's discounts."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adapters.analytics.histories import Floats, Ints, Lines


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders by customer (numbers from 0), then by day: what share of each was not paid, 0..1."""

    customer: Ints
    day: Ints
    discount: Floats


def online_retail(shared: Path) -> Lines:
    """The usual cleaning (`data/README.md`) plus returns; a discount is what a price was below the list price."""
    table = pq.read_table(shared / "data" / "online_retail_2011.parquet")
    goods = pc.match_substring_regex(table["stock_code"], "^[0-9]{5}")
    real = pc.and_(pc.not_equal(table["quantity"], 0), pc.greater(table["unit_price"], 0))
    table = table.filter(pc.and_(pc.and_(pc.is_valid(table["customer_id"]), goods), real))
    sku = _numbers(pc.utf8_upper(table["stock_code"]).to_numpy().astype(str))
    receipt = _numbers(table["invoice"].to_numpy().astype(str))
    price = np.round(table["unit_price"].to_numpy() * 100).astype(np.int64)
    number = table["quantity"].to_numpy().astype(np.int64)
    day = table["invoice_ts"].to_numpy().astype("datetime64[D]").astype(np.int64)
    saved = np.where(number > 0, np.maximum(_list_price(sku, price) - price, 0) * number, 0)
    return Lines(table["customer_id"].to_numpy().astype(np.int64), day, receipt, sku, sku, number * price, saved)


def orders(lines: Lines) -> Orders:
    """The sales among lines, receipt by receipt; the discount is a share of what the goods cost before it."""
    sold = lines.only(lines.money >= 0)
    receipts, first, of = np.unique(sold.receipt, return_index=True, return_inverse=True)
    paid, saved = np.bincount(of, sold.money), np.bincount(of, sold.discount)
    share = np.divide(saved, paid + saved, out=np.zeros(len(receipts)), where=paid + saved > 0)
    return _sorted(sold.customer[first], sold.day[first], share)


def complete_journey(shared: Path) -> Orders:
    """Baskets of The Complete Journey: the share of a basket's lines that were on promotion."""
    table = pq.read_table(shared / "data" / "complete_journey_sample" / "transactions_sample.parquet")
    moment = table["transaction_timestamp"].to_numpy().astype("datetime64[s]")
    who = _numbers(table["household_id"].to_numpy().astype(str))
    # Basket ids are written in short in this sample (4.0128e+10): a household and a second are one basket.
    basket = np.unique(np.stack([who, moment.astype(np.int64)]), axis=1, return_inverse=True)[1].ravel()
    _, first = np.unique(basket, return_index=True)
    share = np.bincount(basket, table["retail_disc"].to_numpy() > 0) / np.bincount(basket)
    return _sorted(who[first], moment.astype("datetime64[D]").astype(np.int64)[first], share)


def _sorted(customer: npt.NDArray[np.generic], day: Ints, share: Floats) -> Orders:
    number = _numbers(customer)
    order = np.lexsort((day, number))
    return Orders(number[order], day[order], share[order])


def _numbers(values: npt.NDArray[np.generic]) -> Ints:
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


def _list_price(sku: Ints, price: Ints) -> Ints:
    """The price at which the line's sku was sold most often, the lower of equals: it tells nothing of a customer."""
    pairs, times = np.unique(np.stack([sku, price]), axis=1, return_counts=True)
    order = np.lexsort((pairs[1], -times, pairs[0]))
    codes, first = np.unique(pairs[0][order], return_index=True)
    return np.asarray(pairs[1][order][first][np.searchsorted(codes, sku)])
