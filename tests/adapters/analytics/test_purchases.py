"""Purchases as arrays: each day once, in the order of owners, goods and days; parts of them."""

import numpy as np
import pyarrow as pa

from adapters.analytics.purchases import Purchases, purchases
from tests.adapters.analytics.shopping import TODAY, batch_of, shoppers

ROWS = [("b", "tea", 3), ("a", "tea", 9), ("b", "milk", 3), ("a", "tea", 2), ("b", "tea", 3), ("c", "rye", 1)]


def told(bought: Purchases) -> list[tuple[str, str, int]]:
    owners, skus = bought.owners.to_pylist(), bought.skus.to_pylist()
    rows = zip(bought.owner_of_row, bought.items, bought.days, strict=True)
    return [(owners[owner], skus[item], TODAY - int(day)) for owner, item, day in rows]


def test_a_good_bought_twice_a_day_is_there_once_in_the_order_of_owners_goods_and_days() -> None:
    bought = shoppers(ROWS)
    assert told(bought) == [("a", "tea", 9), ("a", "tea", 2), ("b", "milk", 3), ("b", "tea", 3), ("c", "rye", 1)]
    assert bought.end == TODAY
    assert len(bought) == 3


def test_batches_come_in_any_cut_and_as_dictionaries_and_make_the_same() -> None:
    whole = shoppers(ROWS)
    cut = [batch_of(ROWS[at : at + 2]) for at in (4, 0, 2)]
    coded = [
        pa.RecordBatch.from_arrays([one[0].dictionary_encode(), one[1].dictionary_encode(), one[2]], one.schema.names)
        for one in cut
    ]
    for made in (purchases(cut), purchases(coded)):
        assert told(made) == told(whole)


def test_owners_and_goods_without_a_purchase_have_their_places() -> None:
    bought = purchases([batch_of(ROWS)], skus=["ale", "tea"]).beside(["ale"], ["0", "zoe"])
    assert bought.owners.to_pylist() == ["0", "a", "b", "c", "zoe"]
    assert bought.skus.to_pylist() == ["ale", "milk", "rye", "tea"]
    assert told(bought) == told(shoppers(ROWS))


def test_nothing_bought_is_no_error() -> None:
    assert told(purchases([])) == []
    assert purchases([]).end == 0


def test_before_a_day_and_of_some_owners_only_theirs_is_left() -> None:
    bought = shoppers(ROWS)
    assert told(bought.until(TODAY - 3)) == [("a", "tea", 9)]
    assert told(bought.of(np.array([1, 2]))) == told(bought)[2:]
    assert bought.of(np.array([2])).owners.to_pylist() == ["c"]
    for some in ([0, 2], [0, 1, 2], [2, 0], []):
        theirs = bought.of(np.array(some, np.int64))
        names = [bought.owners.to_pylist()[one] for one in some]
        assert (theirs.owners.to_pylist(), theirs.starts[0], len(theirs.starts)) == (names, 0, len(some) + 1)
        assert told(theirs) == [row for name in names for row in told(bought) if row[0] == name]
