"""Who will stop coming, out of the lake: the churn score that told this retailer's own past best, and its verdict.

It learns from customers as the features had them on past days, so that what it learned from and what it is asked about
are the same figures by construction.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.bought import Aside
from adapters.analytics.choosing import Verdict, choose
from adapters.analytics.churn import HORIZON, Risk, Window
from adapters.analytics.clusters import FEW
from adapters.analytics.features import features, schema_of
from adapters.analytics.histories import COLUMNS, CustomerHistory
from adapters.analytics.lakelines import by_months
from adapters.analytics.marts import number
from adapters.analytics.ports import Engine, Source
from adapters.analytics.ranking import lots
from adapters.analytics.running import run
from adapters.analytics.totals import Around

LEARNED = 10_000
"""Customers of each window: a score's few parameters are known to hundredths by then."""
_BLOCK = 50_000
_STEP = HORIZON // 3
_MOST = 9
"""Days looked back on: the newest closed window, three that had closed before it began, and what lies between."""


def history_of(table: pa.Table, day: date) -> CustomerHistory:
    """Those of a feature table (as of that day) who have bought, as the churn models read them."""
    some = table.filter(pc.greater(table["receipts"], 0))
    columns = {}
    for name in COLUMNS:
        column = some[name].cast(pa.int32()) if pa.types.is_date(some[name].type) else some[name]
        columns[name] = column.cast(pa.float64()).fill_null(np.nan).to_numpy()
    columns["discount_share"] = np.nan_to_num(columns["discount_share"])
    return CustomerHistory(number(day), np.asarray(some["owner"].to_pylist(), object), columns)


def learn(
    engine: Engine, source: Source, around: Around, owners: Sequence[str], *, end: date, zone: ZoneInfo
) -> tuple[Risk, Verdict]:
    """The score to use from the end of that day on, learned from the past of some of these owners."""
    some = sample(owners, LEARNED)
    lines = engine.lines(_lines_of(source, some))
    schema = schema_of(set(COLUMNS))
    days = [end - timedelta(days=_STEP * back) for back in range(_MOST)]
    known = [
        history_of(run(engine, features(engine, lines, around, as_of=day, zone=zone, schema=schema), schema), day)
        for day in days
    ]
    return choose(_windows(known))


def chances(risk: Risk, table: pa.Table, day: date) -> pa.Array:
    """The chance of each row of a feature table (as of that day) that nothing is bought within the horizon; null for
    whoever never bought."""
    bought = pc.greater(table["receipts"], 0).to_numpy()
    found = np.zeros(table.num_rows)
    for at in range(0, table.num_rows, _BLOCK):
        some = bought[at : at + _BLOCK]
        found[at : at + _BLOCK][some] = risk.chance(history_of(table.slice(at, _BLOCK), day))
    return pa.array(found, mask=~bought)


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


def _lines_of(source: Source, owners: Sequence[str]) -> pa.Table:
    aside = Aside(owners)

    def theirs(parts: Iterator[pa.Table]) -> list[pa.Table]:
        return [aside.of(part) for part in parts]

    for month in by_months(source, theirs):
        aside.keep(month)
    return aside.lines
