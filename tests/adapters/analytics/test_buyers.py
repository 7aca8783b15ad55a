"""Whoever a test of purchases is true of is found in the lake as loops find them, returns and moved owners included."""

import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from adapters.analytics.buyers import Buyers, unlike
from adapters.analytics.ports import Moved
from core.segments.fields import Dimension, Measure
from core.segments.model import Bought
from tests.adapters.analytics.test_features import in_lake
from tests.support.made_lines import AS_OF, made_lines, made_products

Row = dict[str, Any]
GROUPS = {"s1": "north", "s2": "north", "Львів": "south"}


def _leaf(chance: random.Random, products: pa.Table) -> Bought:
    dimension = chance.choice(list(Dimension))
    things = {
        Dimension.SKU: [*products["sku"].to_pylist()[:8], "stranger"],
        Dimension.CATEGORY: ["Кава", "tea", "Tea", "nothing of ours"],
        Dimension.BRAND: ["A", "b", "Ґ"],
        Dimension.STORE: ["s1", "s2", "Львів"],
        Dimension.WEEKDAY: list("1234567"),
        Dimension.GROUP: ["north", "nowhere", "south"],
        Dimension.ANYTHING: [],
    }[dimension]
    measure = chance.choice(list(Measure))
    unit = 1 if measure is Measure.TIMES else 900
    least = chance.choice([None, 0, 1, 2, 4])
    most = chance.choice([None if least is not None else 3, 0 if not least else 6, 9])
    return Bought(dimension, tuple(chance.sample(things, min(len(things), chance.randrange(1, 3)))), measure,
                  chance.choice([None, 1, 30, 90, 400]), None if least is None else least * unit,
                  None if most is None else most * unit)  # fmt: skip


def _amounts(leaf: Bought, rows: list[Row], goods: dict[str, tuple[str, str]], into: dict[str, str]) -> dict[str, int]:
    since = date(2000, 1, 1) if leaf.days is None else AS_OF - timedelta(days=leaf.days - 1)
    left: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        told = {
            Dimension.SKU: row["sku"], Dimension.STORE: row["store"],
            Dimension.WEEKDAY: str(row["business_date"].isoweekday()),
            Dimension.CATEGORY: goods.get(row["sku"], ("", ""))[0],
            Dimension.BRAND: goods.get(row["sku"], ("", ""))[1], Dimension.GROUP: GROUPS.get(row["store"], ""),
            Dimension.ANYTHING: "",
        }[leaf.dimension]  # fmt: skip
        if row["owner"] is None or told not in (leaf.among or ("",)) or not since <= row["business_date"] <= AS_OF:
            continue
        owner = into.get(row["owner"], row["owner"])
        receipt = (row["store"], row["till"], row["receipt"], row["business_date"])
        size = abs(row["milli"]) * row["unit_price"]
        money = (size + 500) // 1000 * (1 if row["milli"] > 0 else -1) - row["discount"]
        summed = left[owner, receipt, row["sku"]]
        summed[0] += row["milli"]
        summed[1] += money
    receipts: dict[str, dict[Any, int]] = defaultdict(lambda: defaultdict(int))
    for (owner, receipt, _), (milli, money) in left.items():
        if milli > 0:
            receipts[owner][receipt] += money
    return {
        owner: len(some) if leaf.measure is Measure.TIMES else sum(some.values()) for owner, some in receipts.items()
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_lake_tells_whom_loops_tell(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines, products = made_lines(seed, receipts=300), made_products(seed)
    goods = {row["sku"]: (row["category"], row["brand"]) for row in products.to_pylist()}
    owners = sorted({one for one in lines["owner"].to_pylist() if one is not None})
    into = dict(zip(owners[::4], owners[1::4], strict=False)) if seed % 2 else {}
    source = Moved(in_lake(lines, tmp_path), into) if into else in_lake(lines, tmp_path)
    rows = lines.to_pylist()
    told = 0
    buyers = Buyers(source)
    for _ in range(16):
        leaf = _leaf(chance, products)
        amounts = _amounts(leaf, rows, goods, into)
        expected = sorted(owner for owner, amount in amounts.items() if leaf.passes(amount) != leaf.passes(0))
        stores = [store for store, group in GROUPS.items() if group in leaf.among]
        assert buyers.unlike(products, leaf, AS_OF, stores=stores) == expected, leaf
        told += bool(expected)
        if amounts:
            owner = chance.choice(sorted(amounts))
            assert buyers.amount(products, leaf, AS_OF, owner, stores=stores) == amounts[owner], leaf
    buyers.close()
    assert told > 3


def test_an_empty_lake_has_no_buyers(tmp_path: Path) -> None:
    assert unlike(tmp_path, made_products(1), Bought(Dimension.STORE, ("s1",)), AS_OF) == []
