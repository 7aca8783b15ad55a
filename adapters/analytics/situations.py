"""Whom the rules of situations meet, out of the lake and the feature table: sets of owners, found without a loop."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.histories import Floats
from adapters.analytics.lakelines import by_months
from adapters.analytics.ports import Source
from adapters.analytics.targeting import by_stake

_DEAREST = 0.9
_KEY = ["store", "till", "receipt", "business_date", "sku", "owner"]
_WHOLE = 1000


def dear(prices: Sequence[int]) -> int:
    """The price from which a good is among the dearest tenth of these (minor units); 0: there are no prices."""
    known = np.array([price for price in prices if price > 0], np.int64)
    return int(np.quantile(known, _DEAREST, method="higher")) if len(known) else 0


def big_tickets(source: Source, *, first: date, until: date, price: int, items: int) -> list[str]:
    """Owners who bought so many things of at least this price from `first` on, before `until`, by their ids.

    What came back was not bought. Two pieces are two things, a weighed good is one for each begun unit.
    """
    load = partial(_dear_things, first=first, until=until, price=price)
    found = pa.concat_tables([_NOTHING.empty_table(), *by_months(source, load, days=(first, until))])
    sums = found.group_by("owner").aggregate([("things", "sum")])
    return sorted(sums.filter(pc.greater_equal(sums["things_sum"], items))["owner"].to_pylist())


_NOTHING = pa.schema([("owner", pa.string()), ("things", pa.int64())])


def _dear_things(parts: Iterator[pa.Table], first: date, until: date, price: int) -> pa.Table:
    some = []
    for part in parts:
        day, dear = part["business_date"], pc.greater_equal(part["unit_price"], price)
        inside = pc.and_(pc.greater_equal(day, pa.scalar(first)), pc.less(day, pa.scalar(until)))
        # What came back may have been written down without its price.
        wanted = pc.and_(pc.is_valid(part["owner"]), pc.or_(dear, pc.less(part["milli"], 0)))
        kept = part.filter(pc.and_(inside, wanted))
        sold = pc.and_(pc.greater(kept["milli"], 0), pc.greater_equal(kept["unit_price"], price))
        texts = {name: kept[name].cast(pa.string()) if name != "business_date" else kept[name] for name in _KEY}
        some.append(pa.table({**texts, "milli": kept["milli"], "dear": sold.cast(pa.int64())}))
    if not some:
        return _NOTHING.empty_table()
    left = pa.concat_tables(some).group_by(_KEY).aggregate([("milli", "sum"), ("dear", "max")])
    left = left.filter(pc.and_(pc.equal(left["dear_max"], 1), pc.greater(left["milli_sum"], 0)))
    begun = pc.divide(pc.add(left["milli_sum"], _WHOLE - 1), _WHOLE)
    return pa.table({"owner": left["owner"], "things": begun}, schema=_NOTHING)


def leaving(table: pa.Table, risk: float, uplift: Callable[[pa.Table], Floats] | None = None) -> list[str]:
    """Owners who have bought and stay away with at least that chance, those first whose money is most at stake: what
    they bought in a year x the risk, or, where it has been learned, x what a voucher adds to their chance of buying."""
    known = pc.and_(pc.greater(table["receipts"], 0), pc.is_valid(table["leaving"]))
    some = table.filter(known)
    some = some.filter(pc.greater_equal(some["leaving"], risk)).sort_by("owner")
    money = some["money_365d"].cast(pa.float64()).fill_null(0).to_numpy()
    order = by_stake(money, some["leaving"].to_numpy() if uplift is None else uplift(some))
    return [str(one) for one in some["owner"].take(pa.array(order)).to_pylist()]
