"""Who will stop coming, out of the lake: the churn score that told this retailer's own past best, and its verdict.

It learns from customers as the features had them on past days, so that what it learned from and what it is asked about
are the same figures by construction.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.choosing import Verdict, choose
from adapters.analytics.churn import HORIZON, Model, Risk, Window
from adapters.analytics.clusters import FEW
from adapters.analytics.duck import DuckDB
from adapters.analytics.features import features_by_day, schema_of
from adapters.analytics.histories import COLUMNS, GOODS_LATELY, CustomerHistory
from adapters.analytics.history import History
from adapters.analytics.lately import UNKNOWN, means_of, shares_of
from adapters.analytics.marts import number
from adapters.analytics.purchases import Purchases
from adapters.analytics.ranking import lots
from adapters.analytics.totals import Around
from adapters.analytics.words import places_among

LEARNED = 10_000
"""Customers of each window: a score's few parameters are known to hundredths by then."""
_BLOCK = 50_000
_STEP = HORIZON // 3
_MOST = 9
"""Days looked back on: the newest closed window, three that had closed before it began, and what lies between."""


Lately = tuple[pa.Array, npt.NDArray[np.float64]]
"""Owners, and how the goods of each sell now."""


def lately_of(everybody: Purchases, learned: Purchases, day: date) -> Lately:
    """How each one's goods sell as of that day; how a good sells is what the customers tell whom a score learns from,
    so that it means the same to those it is asked about."""
    shares = shares_of(learned, number(day))
    if everybody is not learned:
        place = pc.index_in(everybody.skus, value_set=learned.skus).fill_null(len(shares)).to_numpy()
        shares = np.r_[shares, UNKNOWN][place]
    return everybody.owners, means_of(everybody, shares, number(day))


def history_of(table: pa.Table, day: date, lately: Lately | None = None) -> CustomerHistory:
    """Those of a feature table (as of that day) who have bought, as the churn models read them; how their goods sell
    now is unknown unless it is told."""
    some = table.filter(pc.greater(table["receipts"], 0))
    columns = {}
    for name in COLUMNS:
        column = some[name].cast(pa.int32()) if pa.types.is_date(some[name].type) else some[name]
        columns[name] = column.cast(pa.float64()).fill_null(np.nan).to_numpy()
    columns["discount_share"] = np.nan_to_num(columns["discount_share"])
    if lately is not None:
        columns[GOODS_LATELY] = _by_row(some["owner"], lately)
    return CustomerHistory(number(day), np.asarray(some["owner"].to_pylist(), object), columns)


def _by_row(owners: pa.ChunkedArray, lately: Lately) -> npt.NDArray[np.float64]:
    known, means = lately
    found: npt.NDArray[np.float64] = np.r_[means, np.nan][places_among(owners, known)]
    return found


def learn(
    engine: DuckDB, history: History, around: Around, *, end: date, zone: ZoneInfo
) -> tuple[Risk, Verdict, Purchases]:
    """The score to use from the end of that day on, learned from the past of some of these owners, and what they
    bought by then."""
    after = end + timedelta(days=1)
    some = history.of(sample(history.purchases(after).owners.to_pylist(), LEARNED))
    goods, days = some.purchases(after), [end - timedelta(days=_STEP * back) for back in range(_MOST)]
    tables = features_by_day(engine, some, around, days=days, zone=zone, schema=schema_of(set(COLUMNS)))
    known = [history_of(table, day, lately_of(goods, goods, day)) for day, table in tables.items()]
    return *choose(_windows(known)), goods


def risks(
    risk: Risk, table: pa.Table, day: date, everybody: Purchases, learned: Purchases
) -> tuple[pa.Array, pa.Array]:
    """The chance of each row of a feature table (as of that day) that nothing is bought within the horizon, and why
    (`core.customers.risk`); null for whoever never bought. `learned`: the purchases that the score was learned from
    (`learn`)."""
    has_bought = pc.greater(table["receipts"], 0).to_numpy()
    found, why = np.zeros(table.num_rows), [pa.array([], pa.string())]
    lately = _by_row(table["owner"], lately_of(everybody, learned, day)) if isinstance(risk.score, Model) else None
    for at in range(0, table.num_rows, _BLOCK):
        here, some = slice(at, at + _BLOCK), table.slice(at, _BLOCK)
        told = (some["owner"].combine_chunks(), lately[here]) if lately is not None else None
        known = history_of(some, day, told)
        found[here][has_bought[here]], factors = risk.told(known)
        why.append(factors.texts())
    place = np.cumsum(has_bought) - 1
    return pa.array(found, mask=~has_bought), pa.concat_arrays(why).take(pa.array(place, mask=~has_bought))


def told(verdict: Verdict) -> dict[str, Any]:
    """The verdict in plain values, null where nothing was tried: what a score is worth is read as `Trial` says, and of
    its bins those of so few people that they could be known are left out."""
    best = verdict.trials[0] if verdict.trials else None
    forward, level = (best.forward, best.recalibrated) if best is not None else (None, None)
    return {
        "chosen": verdict.chosen,
        "key": verdict.key,
        "customers": verdict.customers,
        "away": verdict.away if verdict.customers else None,
        "auc": forward and forward.auc,
        "lift": forward and forward.lift,
        "brier": level and level.brier,
        "calibration_error": level and level.calibration_error,
        "bins": [
            [one.customers, one.foretold, one.happened]
            for one in (level.bins if level is not None else ())
            if one.customers >= FEW
        ],
    }


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
