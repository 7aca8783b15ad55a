"""Logistic regression whose weights keep their signs: what more of something means is known before the data."""

from collections.abc import Set
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

_RIDGE = 1e-4


def logistic(
    x: npt.NDArray[Any], y: npt.NDArray[Any], *, free: Set[int] = frozenset()
) -> tuple[float, npt.NDArray[np.float64]]:
    """Bias and weights of the log odds of `y` (0 or 1, both there) on the rows of `x`; maximum likelihood.

    A small ridge on standardised features keeps it finite; weights are not below 0 but in the `free` columns, and
    0 in a column that hardly varies: what was never seen to change tells nothing about its change.
    """
    mean, spread = x.mean(0, dtype=np.float64), x.std(0, dtype=np.float64)
    spread = np.where(spread > 1e-4 * np.maximum(1.0, np.abs(mean)), spread, np.inf)
    z = np.ascontiguousarray((x - mean) / spread, np.float64)
    target = np.asarray(y, np.float64)

    def loss(at: npt.NDArray[Any]) -> tuple[float, npt.NDArray[Any]]:
        odds = z @ at[1:] + at[0]
        off = 1 / (1 + np.exp(-odds)) - target
        value = (np.logaddexp(0, odds) - target * odds).mean() + _RIDGE * (at[1:] ** 2).sum()
        return value, np.r_[off.mean(), z.T @ off / len(target) + 2 * _RIDGE * at[1:]]

    bounds = [(None, None), *((None if column in free else 0.0, None) for column in range(x.shape[1]))]
    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = found[1:] / spread
    return float(found[0] - weights @ mean), weights
