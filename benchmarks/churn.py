"""Churn on Online Retail 2011, each score learnt before the test, the last 90 days of the file; and next discounts.

Goals (analytics.md, section 9): AUC >= .747, Brier <= .206, calibration error <= .03; discounts <= .94 of the raw mean.
"""

import os
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from adapters.analytics.choosing import backtest
from adapters.analytics.churn import HORIZON, windows
from benchmarks.discounts import fit_prior, leaning
from benchmarks.outlook import fit_outlook
from benchmarks.retail import Orders, complete_journey, online_retail, orders

_FEW = 5
SHARED = Path(os.environ.get("KARTKA_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def run() -> list[tuple[str, str, float]]:
    """Nothing, and a line that says so, where there is no shared data."""
    if not SHARED.is_dir():
        print("LEFT OUT: no KARTKA_SHARED folder; churn is not measured")
        return []
    lines = online_retail(SHARED)
    began = time.process_time()
    trials = backtest(windows(lines, int(lines.day.max())))
    rows = [("churn: windows and all scores", "CPU seconds", time.process_time() - began)]
    for one in trials:
        rows += [
            (f"churn: {one.name}", "AUC", one.forward.auc),
            (f"churn: {one.name}", "average precision", one.forward.average_precision),
            (f"churn: {one.name}", "Brier, level of the window before", one.forward.brier),
            (f"churn: {one.name}", "Brier, recalibrated, crossed halves", one.recalibrated.brier),
            (f"churn: {one.name}", "calibration error, level of the window before", one.forward.calibration_error),
            (f"churn: {one.name}", "calibration error, recalibrated", one.recalibrated.calibration_error),
        ]
    for name, told in (("Online Retail", orders(lines)), ("Complete Journey", complete_journey(SHARED))):
        rows += [
            (f"discounts: {name}, {what}", f"RMSE of {of}, ratio", one)
            for of, found in discount_ratios(told).items()
            for what, one in found.items()
        ]
    return rows


def discount_ratios(told: Orders) -> dict[str, dict[str, float]]:
    """The RMSE of the shrunken mean and of the outlook over that of the raw mean, or of the last value; foretold are
    orders of the last two horizons from the orders before each: of all, of each customer's last, of those with few
    before. What both learned is older than all of them.

    Beside them "the customer's true mean": what nobody can know, the spread of these orders around it. Whatever looks
    at the customer alone, and not at the shop, cannot come below.
    """
    customer, day, share = told.customer, told.day, told.discount
    old = day <= day.max() - 2 * HORIZON
    begins = np.flatnonzero(np.diff(customer, prepend=-1))
    place = np.arange(len(customer)) - np.repeat(begins, np.diff(begins, append=len(customer)))
    total = np.concatenate([[0.0], np.cumsum(share)[:-1]])
    asked = np.flatnonzero(~old & (place > 0))
    count, sums = place[asked].astype(np.float64), total[asked] - total[asked - place[asked]]
    shrunken = leaning(fit_prior(customer[old], share[old]), count, sums).mean
    outlook = fit_outlook(customer[old], day[old], share[old]).expected(customer, day, share)[asked]
    raw, former = ((one - share[asked]) ** 2 for one in (sums / count, share[asked - 1]))
    every, last = np.ones(len(asked), bool), np.diff(customer[asked], append=-1) != 0

    def ratios(found: npt.NDArray[np.float64]) -> dict[str, float]:
        missed = (found - share[asked]) ** 2

        def ratio(some: npt.NDArray[np.bool_], other: npt.NDArray[np.float64]) -> float:
            return float(np.sqrt(missed[some].mean() / other[some].mean()))

        return {
            "every order, over the raw mean": ratio(every, raw),
            "each customer's last, over the raw mean": ratio(last, raw),
            "after up to five orders, over the raw mean": ratio(count <= _FEW, raw),
            "every order, over the last value": ratio(every, former),
        }

    number = np.bincount(customer[asked])
    around = np.bincount(customer[asked], share[asked]) / np.maximum(number, 1)
    spread = ((around[customer[asked]] - share[asked]) ** 2).sum() / (number.sum() - (number > 0).sum())
    return {
        "the shrunken mean": ratios(shrunken),
        "the outlook": ratios(outlook),
        "the customer's true mean": {"every order, over the raw mean": float(np.sqrt(spread / raw.mean()))},
    }
