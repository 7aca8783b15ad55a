"""Churn on Online Retail 2011, each score learnt before the test, the last 90 days of the file; and next discounts.

Goals (analytics.md, section 9): AUC >= .747, Brier <= .206, calibration error <= .03; discounts <= .94 of the raw mean.
"""

import os
import time
from pathlib import Path

import numpy as np

from adapters.analytics.choosing import backtest
from adapters.analytics.churn import HORIZON, windows
from adapters.analytics.discounts import fit_prior, leaning
from benchmarks.retail import Orders, complete_journey, online_retail, orders

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
        every, last = discount_ratios(told)
        rows += [
            (f"discounts: {name}, every order", "RMSE, shrunken / raw mean", every),
            (f"discounts: {name}, each customer's last", "RMSE, shrunken / raw mean", last),
        ]
    return rows


def discount_ratios(told: Orders) -> tuple[float, float]:
    """Of every order of the last two horizons, and of each customer's last one, foretold from all his orders before it.

    The prior is older than all of them.
    """
    customer, share = told.customer, told.discount
    old = told.day <= told.day.max() - 2 * HORIZON
    begins = np.flatnonzero(np.diff(customer, prepend=-1))
    place = np.arange(len(customer)) - np.repeat(begins, np.diff(begins, append=len(customer)))
    total = np.concatenate([[0.0], np.cumsum(share)[:-1]])
    asked = np.flatnonzero(~old & (place > 0))
    count, sums = place[asked].astype(np.float64), total[asked] - total[asked - place[asked]]
    shrunken = leaning(fit_prior(customer[old], share[old]), count, sums).mean
    ours, raw = (shrunken - share[asked]) ** 2, (sums / count - share[asked]) ** 2
    last = np.diff(customer[asked], append=-1) != 0
    return float(np.sqrt(ours.mean() / raw.mean())), float(np.sqrt(ours[last].mean() / raw[last].mean()))
