"""Who will stop coming: the chance that a customer buys nothing in the next `horizon` days, and why.

A logistic model on 18 figures of his history, each of which can push only the way it should: longer silence alone never
looks safer, more receipts or more money alone never riskier. It learns from closed windows, pooled; the newest sets its
level, since the share who stay away goes with the season (Online Retail 2011: .52 of June's customers, .43 of
September's).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from adapters.analytics.becauses import Factors, factors
from adapters.analytics.btyd import BgNbd, Buying, MbgNbd, ParetoNbd, compress
from adapters.analytics.histories import (
    GOODS_LATELY,
    Bools,
    CustomerHistory,
    Floats,
    Lines,
    histories,
    stayed_away,
)
from adapters.analytics.logits import Logit, Platt, fit_logit, fit_platt

HORIZON = 90
SIGNS = {  # of each feature on the risk; 0: it may go either way
    "silence": 1,
    "silence_by_gap": 1,
    "silence_of_tenure": 1,
    "days": -1,
    "receipts": -1,
    "money": -1,
    "tenure": 0,
    "gap": 0,
    "gap_spread": 0,
    "basket": -1,
    "items_per_receipt": 0,
    "discounts": 0,
    "returns": 0,
    "receipts_28d": -1,
    "receipts_90d": -1,
    "trend": -1,
    "categories": -1,
    "goods_lately": -1,
}
_FITTED = 50_000  # customers of a window are enough for a score's few parameters: each is known to some hundredths
_FITTED_DYING = 5_000  # four parameters, each known to a few hundredths, and each step of the search counts them all
_TURN = 5_000  # customers whose chance is integrated at a time: what lies in no cache is waited for
_USUAL_GAP = 30.0  # days, where nobody has come twice


@dataclass(frozen=True, slots=True)
class Window:
    """Customers as known on a past day, and who of them then stayed away: a window that is closed."""

    history: CustomerHistory
    away: Bools


def windows(lines: Lines, end: int, horizon: int = HORIZON) -> list[Window]:
    """The windows that closed by `end`, newest first, every third of a horizon, each after a horizon of history."""
    begin = int(lines.day.min()) if len(lines.day) else end
    cuts = range(end - horizon, begin + horizon - 1, -max(1, horizon // 3))
    return [Window(known, stayed_away(lines, known, horizon)) for known in (histories(lines, cut) for cut in cuts)]


def silence(history: CustomerHistory) -> Floats:
    """Days since the last purchase."""
    return np.asarray(history.at - history["last_day"])


def own_gap(history: CustomerHistory) -> Floats:
    """His mean days between visits; who came once has everybody's median."""
    gaps = history["gap_mean"]
    known = gaps[~np.isnan(gaps)]
    return np.where(np.isnan(gaps), np.median(known) if len(known) else _USUAL_GAP, gaps)


def features(history: CustomerHistory) -> Floats:
    """Customers x the features of `SIGNS`, in its order; NaN where a history does not have a figure."""
    quiet, gap, tenure = silence(history), own_gap(history), history.btyd[2]
    spread = np.where(np.isnan(history["gap_sd"]), 1.0, history["gap_sd"] / (1 + gap))
    columns = (
        np.log(30 + quiet),
        np.log1p(quiet / gap) ** 2,
        quiet / (1 + tenure),
        np.log(history["days"]),
        np.log(history["receipts"]),
        np.log1p(history["money"]),
        np.log1p(tenure),
        np.log1p(gap),
        spread,
        np.log1p(history["basket_mean"]),
        np.log1p(history["items_per_receipt"]),
        np.sqrt(history["discount_share"]),
        np.log1p(history["returns"]),
        np.log1p(history["receipts_28d"]),
        np.log1p(history["receipts_90d"]),
        np.log1p(history["receipts_90d"]) - np.log1p(history["receipts_365d"]),
        np.log1p(history["categories"]),
        np.log(history.columns.get(GOODS_LATELY, np.full(len(history), np.nan))),
    )
    return np.stack(columns, axis=1)


class Score(Protocol):
    """Something that ranks customers by risk: `name` says what, `log_odds` need a Platt to be probabilities."""

    @property
    def name(self) -> str: ...
    def log_odds(self, history: CustomerHistory) -> Floats: ...
    def told(self, history: CustomerHistory) -> tuple[Floats, Sequence[str], Floats]:
        """The log odds, the names of what they are made of, and what each adds beyond the average customer's."""
        ...

    @property
    def pushes(self) -> Floats:
        """Where more of each of these names moves the risk: 1 up, -1 down, 0 nowhere."""
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """The logistic model."""

    logit: Logit
    name: str = "logit"

    def log_odds(self, history: CustomerHistory) -> Floats:
        """ln of staying away : coming."""
        return self.logit.log_odds(features(history))

    def told(self, history: CustomerHistory) -> tuple[Floats, Sequence[str], Floats]:
        """By feature."""
        each = self.logit.contributions(features(history))
        return np.asarray(self.logit.intercept + each.sum(axis=1)), tuple(SIGNS), each

    @property
    def pushes(self) -> Floats:
        """As the weights have it."""
        return np.sign(self.logit.weights)


@dataclass(frozen=True, slots=True)
class Rule:
    """A plain rule: `silence`, or `gap`, silence over his own gap ("2 x own gap" is where that is 2)."""

    name: str

    def log_odds(self, history: CustomerHistory) -> Floats:
        """0 for silence of a horizon, or of two own gaps; more is riskier."""
        quiet = silence(history)
        usual = own_gap(history) * 2 if self.name == "gap" else HORIZON
        return np.asarray(np.log((1 + quiet) / (1 + usual)))

    def told(self, history: CustomerHistory) -> tuple[Floats, Sequence[str], Floats]:
        """The rule is its one reason."""
        odds = self.log_odds(history)
        return odds, (self.name,), (odds - odds.mean())[:, None]

    @property
    def pushes(self) -> Floats:
        """Up."""
        return np.ones(1)


@dataclass(frozen=True, slots=True)
class Dying:
    """A BTYD model by name (bg, mbg, pareto): the chance of no purchase, never p_alive (see `btyd.BgNbd`)."""

    name: str
    buying: Buying
    horizon: int

    def log_odds(self, history: CustomerHistory) -> Floats:
        """ln of no purchase : a purchase within the horizon."""
        turns = (history.only(slice(at, at + _TURN)).btyd for at in range(0, max(1, len(history)), _TURN))
        buys = np.concatenate([self.buying.p_buys(*some, self.horizon) for some in turns])
        buys = np.clip(buys, 1e-12, 1 - 1e-12)
        return np.asarray(np.log1p(-buys) - np.log(buys))

    def told(self, history: CustomerHistory) -> tuple[Floats, Sequence[str], Floats]:
        """The model's three numbers act together: it is its one reason."""
        odds = self.log_odds(history)
        return odds, (self.name,), (odds - odds.mean())[:, None]

    @property
    def pushes(self) -> Floats:
        """Up."""
        return np.ones(1)


def fit_model(closed: Sequence[Window]) -> Model:
    """The logistic model of closed windows, pooled; both outcomes have to be there."""
    values = np.concatenate([features(one.history.only(slice(None, None, _step(one.history)))) for one in closed])
    away = np.concatenate([one.away[:: _step(one.history)] for one in closed])
    return Model(fit_logit(values, away, tuple(SIGNS.values())))


def _step(history: CustomerHistory, most: int = _FITTED) -> int:
    return max(1, -(-len(history) // most))


def fit_dying(name: str, history: CustomerHistory, horizon: int, near: Dying | None = None) -> Dying:
    """A BTYD model of every so many customers of one history, looked for near what it is on another day, if told.
    Raises btydmath.Unfit."""
    rows = compress(*history.only(slice(None, None, _step(history, _FITTED_DYING))).btyd)
    kinds: dict[str, Any] = {"bg": BgNbd, "mbg": MbgNbd, "pareto": ParetoNbd}
    return Dying(name, kinds[name].fit(rows, near and near.buying), horizon)


@dataclass(frozen=True, slots=True)
class Risk:
    """A score with the level of the newest closed window."""

    score: Score
    platt: Platt

    def chance(self, history: CustomerHistory) -> Floats:
        """The chance, 0..1, that each customer buys nothing within the horizon."""
        return self.platt.chance(self.score.log_odds(history))

    def factors(self, history: CustomerHistory) -> Factors:
        """What moves each customer's log-odds most, up or down."""
        return self.told(history)[1]

    def told(self, history: CustomerHistory) -> tuple[Floats, Factors]:
        """Both."""
        odds, names, each = self.score.told(history)
        return self.platt.chance(odds), factors(names, each * self.platt.slope, self.score.pushes)


def level(score: Score, newest: Window) -> Risk:
    """The score with the level of that window, in which both outcomes have to be there."""
    return Risk(score, fit_platt(score.log_odds(newest.history), newest.away))
