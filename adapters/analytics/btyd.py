"""Buy till you die: who is still a customer, and how often he comes, from three numbers a customer.

x: repeat purchases (distinct days after the first); tx: the time of the last of them; T: how long he is known; both
since the first purchase, in any one unit. BG/NBD: Fader, Hardie & Lee, Marketing Science 24 (2005); MBG/NBD: Batislam,
Denizel & Filiztekin, IJRM 24 (2007); Pareto/NBD: Schmittlein, Morrison & Colombo (1987), by Fader & Hardie's note 009;
spend: gamma-gamma, Fader & Hardie's note 025 (2013). Every power is taken in logarithms, so no x and no T overflows.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, expit, gammaln

from adapters.analytics.btydmath import (
    NODES,
    SMALLEST,
    WEIGHTS,
    Floats,
    Unfit,
    fit_least,
    integral,
    log_odds_dead,
    log_odds_gone,
    series,
)


class Buying(Protocol):
    """A fitted model of who comes back: x, tx and T are arrays of one shape, t is in their unit of time."""

    def p_alive(self, x: Floats, tx: Floats, T: Floats) -> Floats: ...
    def expected(self, x: Floats, tx: Floats, T: Floats, t: float) -> Floats: ...
    def p_buys(self, x: Floats, tx: Floats, T: Floats, t: float) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Rows:
    """Distinct (x, tx, T) and how many customers `n` have each: a million cards are some ten thousand of them."""

    x: Floats
    tx: Floats
    T: Floats
    n: Floats


def compress(x: npt.ArrayLike, tx: npt.ArrayLike, T: npt.ArrayLike) -> Rows:
    """Equal histories become one row. Raises Unfit for what no customer can have done."""
    table = np.stack([np.asarray(one, dtype=np.float64) for one in (x, tx, T)])
    if table.shape[1] == 0:
        raise Unfit("no customer has a purchase; wait for the first receipts")
    repeats, last, known = table
    if not np.isfinite(table).all() or (repeats < 0).any() or (last < 0).any() or (last > known).any():
        raise Unfit("a history needs x >= 0 and 0 <= tx <= T; count both times from the customer's first purchase")
    if ((repeats == 0) != (last == 0)).any():
        raise Unfit("tx is 0 exactly where x is 0; count distinct days, not receipts of one day")
    table = table[:, np.lexsort(table)]
    fresh = np.concatenate([[True], (np.diff(table) != 0).any(axis=0)])
    counts = np.diff(np.append(np.flatnonzero(fresh), table.shape[1])).astype(np.float64)
    repeats, last, known = table[:, fresh]
    return Rows(repeats, last, known, counts)


@dataclass(frozen=True, slots=True)
class _Geometric:
    """Buys at a rate of Gamma(r, alpha); may leave after any purchase with a chance of Beta(a, b).

    `_FIRST` is 1 where the first purchase was such a chance too, else 0.
    """

    _FIRST: ClassVar[int]

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    @classmethod
    def fit(cls, rows: Rows, near: Self | None = None) -> Self:
        """The parameters of greatest likelihood, times in the unit of `rows`; they are looked for near those of the
        same customers on another day, if told. Raises Unfit."""
        scale = _scale(rows)
        x, tx, T = rows.x, rows.tx / scale, rows.T / scale

        def loss(logs: Floats) -> float:
            r, alpha, a, b = np.exp(logs)
            stayed = betaln(a, b + x + cls._FIRST) - betaln(a, b)
            alive = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + T) + stayed
            gone = log_odds_gone(x, tx, T, r, alpha, a, b, cls._FIRST)
            return -float(rows.n @ (alive + np.logaddexp(0.0, gone)) / rows.n.sum())

        start = (near.r, near.alpha / scale, near.a, near.b) if near is not None else None
        (r, alpha, a, b), least = fit_least(loss, 4, start)
        return cls(r, alpha * scale, a, b, _likelihood(rows, scale, least))

    def p_alive(self, x: Floats, tx: Floats, T: Floats) -> Floats:
        """The chance that he has not left by T."""
        return np.asarray(expit(-log_odds_gone(x, tx, T, self.r, self.alpha, self.a, self.b, self._FIRST)))

    def p_buys(self, x: Floats, tx: Floats, T: Floats, t: float) -> Floats:
        """The chance of a purchase in (T, T + t], in closed form: nobody who is alive can leave before buying."""
        waits = (self.r + x) * np.log1p(t / (self.alpha + T))
        return self.p_alive(x, tx, T) * -np.expm1(-waits)

    def expected(self, x: Floats, tx: Floats, T: Floats, t: float) -> Floats:
        """The mean number of purchases in (T, T + t], for x = 0 too.

        The published 2F1(r+x, b+x; a+b+x-1; z) by Euler's transformation, with (a-1) and (a+b+x-1) cancelled by hand:
        nothing is singular at a = 1 or a + b = 1, and the series gets shorter as x grows.
        """
        a, stays = self.a, self.b + np.asarray(x, dtype=np.float64) + self._FIRST
        z = t / (self.alpha + T + t)
        grows = a + stays - 1 - self.r - x
        terms = series(grows + 1, a, a + stays, z, (a - 1) * np.log1p(-z))
        if_alive = (a + stays - 1) * integral(a - 1, np.log1p(-z)) - grows * z * terms
        return self.p_alive(x, tx, T) * if_alive


class BgNbd(_Geometric):
    """BG/NBD: he may leave after a repeat purchase only, so who bought once is alive with p_alive = 1.

    That is a trap: sorted by p_alive, one-time buyers, most of whom never return, come first (AUC .32 on CDNOW).
    Rank by `expected` or `p_buys`; ask MBG/NBD or Pareto/NBD who is alive.
    """

    __slots__ = ()
    _FIRST = 0


class MbgNbd(_Geometric):
    """MBG/NBD: he may leave after the first purchase too, so one-time buyers fade like everybody."""

    __slots__ = ()
    _FIRST = 1


@dataclass(frozen=True, slots=True)
class ParetoNbd:
    """Pareto/NBD: buys at a rate of Gamma(r, alpha), leaves at a rate of Gamma(s, beta), at any moment."""

    r: float
    alpha: float
    s: float
    beta: float
    log_likelihood: float

    @classmethod
    def fit(cls, rows: Rows, near: Self | None = None) -> Self:
        """The parameters of greatest likelihood, times in the unit of `rows`; they are looked for near those of the
        same customers on another day, if told. Raises Unfit."""
        scale = _scale(rows)
        x, tx, T = rows.x, rows.tx / scale, rows.T / scale

        def loss(logs: Floats) -> float:
            r, alpha, s, beta = np.exp(logs)
            alive = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + T)
            alive -= s * np.log1p(T / beta)
            gone = log_odds_dead(x, tx, T, r, alpha, s, beta)
            return -float(rows.n @ (alive + np.logaddexp(0.0, gone)) / rows.n.sum())

        start = (near.r, near.alpha / scale, near.s, near.beta / scale) if near is not None else None
        (r, alpha, s, beta), least = fit_least(loss, 4, start)
        return cls(r, alpha * scale, s, beta * scale, _likelihood(rows, scale, least))

    def p_alive(self, x: Floats, tx: Floats, T: Floats) -> Floats:
        """The chance that he has not left by T."""
        return np.asarray(expit(-log_odds_dead(x, tx, T, self.r, self.alpha, self.s, self.beta)))

    def p_buys(self, x: Floats, tx: Floats, T: Floats, t: float) -> Floats:
        """The chance of a purchase in (T, T + t]: the first one's density times the chance of living to see it.

        Integrated over y = log(1 + v / (alpha + T)) by Gauss-Legendre to where it is below float64.
        """
        rate = self.r + np.asarray(x, dtype=np.float64)
        end = np.minimum(np.log1p(t / (self.alpha + T)), SMALLEST / rate)
        y = end[..., None] * (NODES + 1) / 2
        lives = self.s * np.log1p(((self.alpha + T) / (self.beta + T))[..., None] * np.expm1(y))
        first = (rate[..., None] * np.exp(-rate[..., None] * y - lives)) @ WEIGHTS
        return np.asarray(self.p_alive(x, tx, T) * first * end / 2)

    def expected(self, x: Floats, tx: Floats, T: Floats, t: float) -> Floats:
        """The mean number of purchases in (T, T + t], for x = 0 and s = 1 too."""
        lives = (self.beta + T) * integral(self.s - 1, -np.log1p(t / (self.beta + T)))
        return np.asarray(self.p_alive(x, tx, T) * (self.r + x) / (self.alpha + T) * lives)


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """What a purchase is worth: Gamma(p, nu) with nu of Gamma(q, gamma), independent of how often he comes."""

    p: float
    q: float
    gamma: float
    log_likelihood: float

    @classmethod
    def fit(cls, x: npt.ArrayLike, mean: npt.ArrayLike) -> Self:
        """From x >= 1 purchases of `mean` value > 0 each, customer by customer; others are left out. Raises Unfit."""
        x, mean = np.asarray(x, dtype=np.float64), np.asarray(mean, dtype=np.float64)
        told = (x > 0) & (mean > 0)
        x, mean = x[told], mean[told]
        if len(x) < 2 or np.ptp(mean) == 0:
            raise Unfit("spend needs two customers who paid differently; use the mean receipt until then")
        scale = float(mean.mean())
        m = mean / scale

        def loss(logs: Floats) -> float:
            p, q, gamma = np.exp(logs)
            px = p * x
            each = q * np.log(gamma) - betaln(px, q) + px * np.log(x * m) - np.log(m) - (px + q) * np.log(gamma + x * m)
            return -float(each.mean())

        (p, q, gamma), least = fit_least(loss, 3)
        return cls(p, q, gamma * scale, -least * len(x) - len(x) * float(np.log(scale)))

    def expected(self, x: Floats, mean: Floats) -> Floats:
        """The mean value of his next purchase; x = 0 gets everybody's. Infinite where p x + q <= 1: no mean exists."""
        weight = self.p * x + self.q - 1
        worth = self.p * (self.gamma + np.where(x > 0, x * mean, 0.0))
        return np.asarray(np.divide(worth, weight, out=np.full(np.shape(worth), np.inf), where=weight > 0))


def _scale(rows: Rows) -> float:
    """The mean T, so that the same starts do for days and for weeks."""
    if not (rows.x @ rows.n) > 0:
        raise Unfit("nobody has bought twice; use days since the last purchase until somebody has")
    return float(rows.T @ rows.n / rows.n.sum())


def _likelihood(rows: Rows, scale: float, least: float) -> float:
    return -least * float(rows.n.sum()) - float(rows.x @ rows.n) * float(np.log(scale))
