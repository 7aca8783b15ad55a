"""A logistic model whose weights keep the sign that was asked for, and the two numbers that calibrate a score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from threadpoolctl import threadpool_limits

from adapters.analytics.histories import Bools, Floats

PENALTY = 10.0  # on the squares of the weights; from 1 to 300 a cross-validated AUC moves by less than .001


@dataclass(frozen=True, slots=True)
class Logit:
    """ln p/(1-p) = intercept + the sum of weight x (value - mean) / sd, feature by feature."""

    intercept: float
    weights: Floats
    mean: Floats
    sd: Floats

    def contributions(self, values: Floats) -> Floats:
        """What each feature adds to each row's log-odds beyond the average customer: rows x features.

        An unknown one (NaN) is taken for the average and adds nothing.
        """
        return np.nan_to_num((values - self.mean) / self.sd * self.weights)

    @property
    def plain(self) -> tuple[float, Floats]:
        """Intercept and weights for values as they come: the same log-odds as one product and a sum."""
        weights = np.asarray(self.weights / self.sd)
        return self.intercept - float(weights @ self.mean), weights

    def log_odds(self, values: Floats) -> Floats:
        """ln p/(1-p) of each row of values: rows x features."""
        return np.asarray(self.intercept + self.contributions(values).sum(axis=1))


def fit_logit(values: Floats, outcome: Bools, signs: Sequence[int], penalty: float = PENALTY) -> Logit:
    """The weights of greatest penalised likelihood; `signs`: 1 never below 0, -1 never above, 0 free.

    A column that hardly varies weighs nothing: what was never seen to change tells nothing about its change. What is
    unknown (NaN) is taken for the column's mean.
    """
    unknown = np.isnan(values)
    if unknown.any():
        known = np.where(unknown, 0, values).sum(axis=0, dtype=np.float64) / np.maximum(1, (~unknown).sum(axis=0))
        values = np.where(unknown, known, values)
    mean, sd = values.mean(axis=0, dtype=np.float64), values.std(axis=0, dtype=np.float64)
    sd = np.where(sd > 1e-4 * np.maximum(1.0, np.abs(mean)), sd, np.inf)
    standard, happened = (values - mean) / sd, outcome.astype(np.float64)

    def loss(all_weights: Floats) -> tuple[float, Floats]:
        odds, weights = all_weights[0] + standard @ all_weights[1:], all_weights[1:]
        wrong = expit(odds) - happened
        least = np.logaddexp(0.0, odds).sum() - happened @ odds + penalty / 2 * weights @ weights
        return float(least), np.concatenate([[wrong.sum()], standard.T @ wrong + penalty * weights])

    bounds = [(None, None), *((0.0 if sign > 0 else None, 0.0 if sign < 0 else None) for sign in signs)]
    with threadpool_limits(1, "blas"):  # for a few numbers a second core only waits, and on more sums differ
        found = minimize(loss, np.zeros(len(signs) + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return Logit(float(found.x[0]), found.x[1:], mean, sd)


@dataclass(frozen=True, slots=True)
class Platt:
    """A score's log-odds become slope x score + shift, slope >= 0: calibrated, the order unchanged (Platt 1999)."""

    slope: float = 1.0
    shift: float = 0.0

    def chance(self, score: Floats) -> Floats:
        """The probability that goes with each score."""
        return np.asarray(expit(self.slope * score + self.shift))


def fit_platt(score: Floats, outcome: Bools) -> Platt:
    """The slope and the shift under which the outcomes of a closed window are likeliest."""
    logit = fit_logit(score[:, None], outcome, (1,), penalty=1e-3)
    slope = float(logit.weights[0] / logit.sd[0])
    return Platt(slope, logit.intercept - slope * float(logit.mean[0]))
