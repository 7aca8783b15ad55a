"""Real purchases as `Purchases`, the windows of the protocols, and what was then bought."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adapters.analytics.purchases import EPOCH, Purchases, purchases

SHARED = Path(os.environ.get("KARTKA_SHARED", Path(__file__).resolve().parents[2] / "shared"))
DATA = SHARED / "data"
KINDS = ("NEW", "REPEAT")


@dataclass(frozen=True, slots=True)
class Trial:
    """What was known on a morning, and the goods that owners bought within the horizon: `owner` and `item` by pair."""

    known: Purchases
    end: int
    horizon: int
    owner: npt.NDArray[np.int64]
    item: npt.NDArray[np.int64]
    told: npt.NDArray[np.bool_] | None = None
    """Owners of whom what they bought within the horizon is known as well, and learned from: nobody is asked about
    them."""

    def pairs(self, kind: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Those never bought before (NEW), those bought before (REPEAT), all (ANY)."""
        width = len(self.known.skus)
        before = np.unique(self.known.owner_of_row.astype(np.int64) * width + self.known.items)
        again = np.isin(self.owner * width + self.item, before)
        keep = {"NEW": ~again, "REPEAT": again, "ANY": np.ones(len(again), bool)}[kind]
        return self.owner[keep], self.item[keep]

    def telling(self, told: npt.NDArray[np.bool_]) -> "Trial":
        """This trial where these owners have bought already when the others are asked about."""
        known, inside = self.known, told[self.owner]
        names, skus = known.owners.to_numpy(zero_copy_only=False), known.skus.to_numpy(zero_copy_only=False)
        owner = np.concatenate([known.owner_of_row, self.owner[inside]])
        item = np.concatenate([known.items, self.item[inside]])
        day = np.concatenate([known.days, np.full(inside.sum(), self.end)])
        rows = [pa.array(names[owner]), pa.array(skus[item]), pa.array(day.astype(np.int32)).cast(pa.date32())]
        batch = pa.RecordBatch.from_arrays(rows, ["owner", "sku", "day"])
        more = purchases([batch], skus=skus.tolist())
        return Trial(more, self.end, self.horizon, self.owner[~inside], self.item[~inside], told)


def online_retail() -> Purchases:
    """Online Retail, cleaned as its README says."""
    table = pq.read_table(DATA / "online_retail_2011.parquet")
    good = pc.and_(pc.is_valid(table["customer_id"]), pc.greater(table["quantity"], 0))
    good = pc.and_(good, pc.greater(table["unit_price"], 0))
    table = table.filter(pc.and_(good, pc.match_substring_regex(table["stock_code"], "^[0-9]{5}")))
    return _bought(table["customer_id"], pc.utf8_upper(table["stock_code"]), table["invoice_ts"].cast(pa.date32()))


def complete_journey() -> Purchases:
    """The line sample of the Complete Journey."""
    table = pq.read_table(DATA / "complete_journey_sample" / "transactions_sample.parquet")
    day = table["transaction_timestamp"].cast(pa.timestamp("us")).cast(pa.date32())
    return _bought(table["household_id"], table["product_id"], day)


def windows(bought: Purchases, horizon: int, count: int) -> Iterator[Trial]:
    """The last windows of so many days, the oldest first; owners who had bought before."""
    for place in range(count, 0, -1):
        end = bought.end - place * horizon
        known = bought.until(end)
        inside = (bought.days >= end) & (bought.days < end + horizon)
        pairs = np.unique(bought.owner_of_row[inside].astype(np.int64) * len(bought.skus) + bought.items[inside])
        owner, item = np.divmod(pairs, len(bought.skus))
        there = np.diff(known.starts)[owner] > 0
        yield Trial(known, end, horizon, owner[there], item[there])


@lru_cache(maxsize=1)
def tafeng() -> tuple[Trial, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Ta-Feng's next baskets, which owners are the key set's test, and which its train. Baskets have no dates: the last
    known one is taken as a week before the next, the one before as two weeks before."""
    table = pq.read_table(DATA / "tafeng_next_basket.parquet")
    owner, basket = table["customer_id"].to_numpy(), table["basket_no"].to_numpy().astype(np.int64)
    future = table["is_future"].to_numpy()
    last = np.zeros(owner.max() + 1, np.int64)
    np.maximum.at(last, owner[~future], basket[~future])
    days = pa.array((7 * (basket - last[owner]) + 20_000).astype(np.int32)).cast(pa.date32())
    skus = table["product_id"].cast(pa.string())
    known = _bought(
        table["customer_id"].filter(pa.array(~future)), skus.filter(pa.array(~future)), days.filter(pa.array(~future)),
        skus.to_pylist(),
    )  # fmt: skip
    places = {name: place for place, name in enumerate(known.owners.to_pylist())}
    goods = {name: place for place, name in enumerate(known.skus.to_pylist())}
    then = table.filter(pa.array(future))
    pairs = [
        (places[_padded(one)], goods[str(item)])
        for one, item in zip(then["customer_id"].to_pylist(), then["product_id"].to_pylist(), strict=True)
    ]
    told = np.unique(np.array(pairs, np.int64), axis=0)
    keys = json.loads((DATA / "tafeng_keyset_0.json").read_text())
    test, train = (
        np.isin(known.owners.to_pylist(), [_padded(int(one)) for one in keys[of]]) for of in ("test", "train")
    )
    return Trial(known, 20_007, 7, told[:, 0], told[:, 1]), test, train


def _bought(owner: Any, sku: Any, day: Any, skus: Any = ()) -> Purchases:
    names = pa.array([_padded(one) for one in owner.to_pylist()])
    sku = sku.combine_chunks() if isinstance(sku, pa.ChunkedArray) else sku
    day = day.combine_chunks() if isinstance(day, pa.ChunkedArray) else day
    batch = pa.RecordBatch.from_arrays([names, sku.cast(pa.string()), day], ["owner", "sku", "day"])
    return purchases([batch], skus=skus)


def _padded(owner: int | str) -> str:
    return f"{int(owner):09d}"


def days_of(text: str) -> int:
    """The day of an ISO date."""
    return (date.fromisoformat(text) - EPOCH).days
