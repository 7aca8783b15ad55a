"""The numbers under the BTYD models: odds of having left, one series, and the search for the likeliest parameters.

Everything is a logarithm until the last step, so no number of purchases and no length of time overflows.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import OptimizeResult, minimize
from threadpoolctl import threadpool_limits

Floats = npt.NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
"""Twenty are as near as float64 is, over all e-folds that are integrated; sixteen are off by 1e-9."""
SMALLEST = 40.0  # e-folds: e^-40 of an integral is below float64
_EDGE = 8.0  # of log-parameters, with time in units of the mean T: beyond it everybody is alike, or a rate is nothing
_STARTS = ((0.0, 0.0, 0.0, 0.0), (-1.0, -1.0, -1.0, 1.0))
_TERMS = 20_000


class Unfit(ValueError):
    """These histories do not determine the model; the message says what to do."""


def fit_least(
    loss: Callable[[Floats], float], parameters: int, near: Sequence[float] | None = None
) -> tuple[list[float], float]:
    """The parameters of least loss, exact ones from the start that ends inside the bounds: `near` those, if told.

    At an edge (nobody ever leaves: common among a shop's regulars) the valley is flat: its limit is soon good enough.
    """
    with threadpool_limits(1, "blas"):  # for a few numbers a second core only waits, and on more sums differ
        best = _searched(loss, parameters, near)
    if not np.isfinite(best.fun):
        raise Unfit("no parameters explain these histories; look for a customer with an impossible number of purchases")
    return [float(one) for one in np.exp(best.x)], float(best.fun)


def _searched(loss: Callable[[Floats], float], parameters: int, near: Sequence[float] | None) -> OptimizeResult:
    bounds = [(-_EDGE, _EDGE)] * parameters

    def search(start: Floats, tolerance: float) -> OptimizeResult:
        return minimize(
            loss, start, method="L-BFGS-B", bounds=bounds, options={"ftol": tolerance, "gtol": 1e-7, "maxiter": 200}
        )

    first = np.array(_STARTS[0][:parameters]) if near is None else np.clip(np.log(near), -_EDGE, _EDGE)
    best = search(first, 1e-9)
    if not (best.success and _inside(best)):
        best = min(best, search(np.array(_STARTS[1][:parameters]), 1e-9), key=lambda one: float(one.fun))
    if _inside(best):
        best = min(best, search(best.x, 1e-13), key=lambda one: float(one.fun))
    if not best.success:
        best = minimize(loss, best.x, method="Nelder-Mead", bounds=bounds, options={"maxiter": 2000})
    return best


def _inside(found: OptimizeResult) -> bool:
    return bool((np.abs(found.x) < _EDGE - 1).all())


def log_odds_gone(x: Floats, tx: Floats, T: Floats, r: float, alpha: float, a: float, b: float, first: int) -> Floats:
    """ln of left at tx : still there; -inf for who had no chance to leave yet. `first` 1: the first purchase is one."""
    had = np.asarray(x + first > 0)
    stayed = np.log(b + x + first - 1, out=np.zeros(np.shape(x)), where=had)
    return np.where(had, np.log(a) - stayed + (r + x) * np.log((alpha + T) / (alpha + tx)), -np.inf)


def log_odds_dead(x: Floats, tx: Floats, T: Floats, r: float, alpha: float, s: float, beta: float) -> Floats:
    """ln of left in (tx, T] : still there; -inf for who bought at T. By series while it is short, else by nodes."""
    apart = abs(alpha - beta) / max(alpha, beta)
    left = (_left_series if apart < 0.9 else _left_nodes)(np.asarray(r + x), tx, T, alpha, s, beta)
    return np.asarray(left + np.log(s) + (r + x) * np.log(alpha + T) + s * np.log(beta + T))


def _left_series(rate: Floats, tx: Floats, T: Floats, alpha: float, s: float, beta: float) -> Floats:
    """ln of the integral over v of (alpha + v)^-rate (beta + v)^-(s+1), from tx to T.

    The published 2F1(r+s+x, .; r+s+x+1; z) by Euler's transformation: what is left to sum falls from its first term on.
    """

    def beyond(v: Floats) -> Floats:
        first, rises = (0, rate) if alpha >= beta else (1, np.asarray(s + 1))
        z = abs(alpha - beta) / (max(alpha, beta) + v)
        sums = series(rises, 2.0, rate + s + 1, z, np.zeros(np.shape(z)))
        return np.asarray(np.log(sums) - (rate - first) * np.log(alpha + v) - (s + first) * np.log(beta + v))

    begun = beyond(tx)
    share = -np.expm1(np.minimum(beyond(T) - begun, 0.0))
    return np.asarray(begun - np.log(rate + s) + np.log(share, out=np.full(np.shape(share), -np.inf), where=share > 0))


def _left_nodes(rate: Floats, tx: Floats, T: Floats, alpha: float, s: float, beta: float) -> Floats:
    """The same by Gauss-Legendre over the logarithm of time, up to where what is integrated is below float64."""
    least, most = min(alpha, beta), max(alpha, beta)
    end = np.minimum(T, (alpha + tx) * np.exp(np.minimum(SMALLEST / rate, 300.0)) - alpha)
    end = np.maximum(np.minimum(end, (beta + tx) * np.exp(min(SMALLEST / s, 300.0)) - beta), tx)
    width = np.log((least + end) / (least + tx))
    # The logarithm of the lesser of alpha + v and beta + v is the step itself; the other one is taken.
    step = width[..., None] * (NODES + 1) / 2
    near, far = (rate, np.asarray(s + 1)) if alpha <= beta else (np.asarray(s + 1), rate)
    other = (least + tx)[..., None] * np.exp(step) + (most - least)
    falls = (near - 1)[..., None] * step + far[..., None] * np.log(other / (most + tx)[..., None])
    area = np.exp(-falls) @ WEIGHTS * width / 2
    begun = np.log(least + tx) - rate * np.log(alpha + tx) - (s + 1) * np.log(beta + tx)
    return np.asarray(begun + np.log(area, out=np.full(np.shape(area), -np.inf), where=area > 0))


def integral(power: float, log: Floats) -> Floats:
    """(1 - e^(power log)) / power, and its limit -log at power 0."""
    return np.asarray(-log if power == 0 else -np.expm1(power * log) / power)


def series(u: Floats | float, v: float, c: Floats, z: Floats, lead: Floats) -> Floats:
    """e^lead times the sum over j of (u)_j (v)_j / ((c)_j (2)_j) z^j; a great sum with a low lead does not overflow."""
    total = np.ones(np.broadcast_shapes(*map(np.shape, (u, v, c, z))))
    term, lead = total.copy(), lead + np.zeros(total.shape)
    for j in range(_TERMS):
        term = term * ((u + j) * (v + j) / ((c + j) * (2 + j)) * z)
        total = total + term
        if (np.abs(term) <= 1e-16 * np.abs(total)).all():
            break
        if np.abs(total).max() > 1e200:
            down = np.where(np.abs(total) > 1e200, 1e-200, 1.0)
            total, term, lead = total * down, term * down, lead - np.log(down)
    return np.asarray(total * np.exp(lead))
