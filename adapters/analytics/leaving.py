"""Who will stop coming, out of the lake: the churn score that told this retailer's own past best, and its verdict.

It learns from customers as the features had them on past days, so that what it learned from and what it is asked about
are the same figures by construction.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.bought import bought
from adapters.analytics.choosing import Verdict, choose
from adapters.analytics.churn import HORIZON, Risk, Window
from adapters.analytics.features import features, schema_of
from adapters.analytics.histories import COLUMNS, GOODS_LATELY, CustomerHistory
from adapters.analytics.lakelines import READ, by_months
from adapters.analytics.lately import goods_lately
from adapters.analytics.marts import number
from adapters.analytics.ports import Engine, Source
from adapters.analytics.purchases import Purchases, purchases
from adapters.analytics.ranking import lots
from adapters.analytics.running import run
from adapters.analytics.totals import Around

LEARNED = 20_000
"""Customers of each window: a score's few parameters are known to hundredths by then."""
_STEP = HORIZON // 3
_MOST = 9
"""Days looked back on: the newest closed window, three that had closed before it began, and what lies between."""


def history_of(table: pa.Table, day: date, goods: Purchases | None = None) -> CustomerHistory:
    """Those of a feature table (as of that day) who have bought, as the churn models read them; with everybody's
    purchases also how their goods sell now, which is unknown without."""
    some = table.filter(pc.greater(table["receipts"], 0))
    columns = {}
    for name in COLUMNS:
        column = some[name].cast(pa.int32()) if pa.types.is_date(some[name].type) else some[name]
        columns[name] = column.cast(pa.float64()).fill_null(np.nan).to_numpy()
    columns["discount_share"] = np.nan_to_num(columns["discount_share"])
    if goods is not None:
        lately = goods_lately(goods.starts, goods.items, goods.days, len(goods.skus), number(day))
        place = pc.index_in(some["owner"].cast(pa.string()), value_set=goods.owners)
        columns[GOODS_LATELY] = np.r_[lately, np.nan][place.fill_null(len(lately)).to_numpy()]
    return CustomerHistory(number(day), np.asarray(some["owner"].to_pylist(), object), columns)


def learn(
    engine: Engine, source: Source, around: Around, owners: Sequence[str], *, end: date, zone: ZoneInfo
) -> tuple[Risk, Verdict]:
    """The score to use from the end of that day on, learned from the past of some of these owners."""
    theirs = _lines_of(source, sample(owners, LEARNED))
    lines, goods = engine.lines(theirs), purchases(bought(theirs, end + timedelta(days=1)))
    schema = schema_of(set(COLUMNS))
    days = [end - timedelta(days=_STEP * back) for back in range(_MOST)]
    known = [
        history_of(
            run(engine, features(engine, lines, around, as_of=day, zone=zone, schema=schema), schema), day, goods
        )
        for day in days
    ]
    return choose(_windows(known))


def sample(owners: Sequence[str], most: int) -> list[str]:
    """That many of them or all, chosen by their ids alone: the same people from week to week."""
    if len(owners) <= most:
        return sorted(owners)
    lot = lots(pa.array(owners, pa.string()), "churn")
    return sorted(owners[place] for place in np.argsort(lot, kind="stable")[:most].tolist())


def _windows(known: Sequence[CustomerHistory]) -> list[Window]:
    """Each past day whose horizon is over, newest first; who has another last day by its end has come."""
    closed = []
    for later, then in zip(known, known[HORIZON // _STEP :], strict=False):
        if len(then) and then["first_day"].min() <= then.at - HORIZON:
            after = dict(zip(later.ids.tolist(), later["last_day"].tolist(), strict=True))
            away = [not after.get(owner, 0) > then.at for owner in then.ids.tolist()]
            closed.append(Window(then, np.array(away, bool)))
    return closed


def _lines_of(source: Source, owners: Sequence[str]) -> pa.Table:
    wanted = pa.array(owners, pa.string())

    def theirs(parts: Iterator[pa.Table]) -> pa.Table:
        some = [part.filter(pc.is_in(part["owner"], value_set=wanted)).cast(READ) for part in parts]
        return pa.concat_tables([READ.empty_table(), *some])

    return pa.concat_tables([READ.empty_table(), *by_months(source, theirs)])
