"""The churn score that did best on the retailer's own past is the one in use, and it is said which and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from adapters.analytics.btydmath import Unfit
from adapters.analytics.calibration import Quality, quality
from adapters.analytics.churn import HORIZON, Dying, Model, Risk, Rule, Score, Window, fit_dying, fit_model, level
from adapters.analytics.histories import Floats
from adapters.analytics.logits import Platt, fit_platt

ENOUGH = 20  # of each outcome: below it the standard error of an AUC is above .06
_SAME = 5e-4  # Brier scores this near are equal, and the AUC decides


@dataclass(frozen=True, slots=True)
class Trial:
    """One score on the newest closed window, learnt before it began.

    `forward` has the level of the windows it learnt from; `recalibrated` that of the other half of the
    test's customers. The AUC is read from `forward`: two halves of different level do not make one order.
    """

    name: str
    forward: Quality
    recalibrated: Quality


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which score is in use, the message key that says why, and the trials, best first, if there were any."""

    chosen: str
    key: str
    customers: int
    away: float
    trials: tuple[Trial, ...] = ()

    def __str__(self) -> str:
        if not self.trials:
            return f"{self.chosen} rule, {self.key}: {self.customers} customers, {self.away:.1%} stayed away"
        best = self.trials[0]
        others = ", ".join(f"{one.name} {one.recalibrated.brier:.4f}/{one.forward.auc:.3f}" for one in self.trials[1:])
        return (
            f"{self.chosen}: Brier {best.recalibrated.brier:.4f}, AUC {best.forward.auc:.3f} on {self.customers} "
            f"customers, of whom {self.away:.1%} stayed away; behind it (Brier/AUC): {others}"
        )


def backtest(closed: Sequence[Window], horizon: int = HORIZON) -> tuple[Trial, ...]:
    """Every score on the newest window, learnt from the windows that had closed when it began. Raises Unfit.

    A BTYD model that cannot be fitted does not take part.
    """
    return tuple(trial for trial, _ in _tried(closed, horizon))


def _tried(closed: Sequence[Window], horizon: int) -> list[tuple[Trial, Score]]:
    """Each trial, best first, and the score as it is at the newest window."""
    test, learnt = closed[0], _before(closed, horizon)
    if why := wanting(closed, horizon):
        raise Unfit(f"{why}: use the silence rule until there is more history")
    trials = []
    for score, then in _contenders(learnt, test, horizon):
        platt = fit_platt(then.log_odds(learnt[0].history), learnt[0].away)
        told = score.log_odds(test.history)
        forward = quality(platt.chance(told), test.away)
        trials.append((Trial(score.name, forward, quality(_crossed(told, test), test.away)), score))
    return sorted(trials, key=lambda one: (round(one[0].recalibrated.brier / _SAME), -one[0].forward.auc))


def choose(closed: Sequence[Window], horizon: int = HORIZON) -> tuple[Risk, Verdict]:
    """The score to use from now on, learnt from all closed windows, and the verdict that names it.

    With a history too short, too small or too odd to try anything it is the silence rule; the key says what is wanting.
    """
    customers = len(closed[0].history) if closed else 0
    away = float(closed[0].away.mean()) if customers else 0.0
    if why := wanting(closed, horizon):
        rule = Rule("silence")
        many = ENOUGH <= customers * away <= customers - ENOUGH
        return level(rule, closed[0]) if many else Risk(rule, Platt()), Verdict(rule.name, why, customers, away)
    tried = _tried(closed, horizon)
    chosen = tried[0][1]
    # What needs no outcome was fitted to the newest window for its trial; a model has its outcomes to learn from too.
    risk = level(fit_model(closed) if isinstance(chosen, Model) else chosen, closed[0])
    return risk, Verdict(chosen.name, "churn.best", customers, away, tuple(trial for trial, _ in tried))


def wanting(closed: Sequence[Window], horizon: int = HORIZON) -> str:
    """The key of what this history lacks for a trial; empty when it lacks nothing."""
    if not closed or not len(closed[0].history):
        return "churn.no-closed-window"
    learnt = _before(closed, horizon)
    if not learnt:
        return "churn.history-too-short"
    for one in (closed[0], learnt[0]):
        came = int((~one.away).sum())
        if len(one.history) < 2 * ENOUGH:
            return "churn.too-few-customers"
        if came < ENOUGH:
            return "churn.too-few-came-back"
        if len(one.history) - came < ENOUGH:
            return "churn.too-few-left"
    return ""


def _before(closed: Sequence[Window], horizon: int) -> list[Window]:
    """The windows that had closed when the newest one began, newest first."""
    return [one for one in closed[1:] if one.history.at + horizon <= closed[0].history.at]


def _contenders(learnt: Sequence[Window], test: Window, horizon: int) -> list[tuple[Score, Score]]:
    """Each score as it is at the test and as it was at the newest window it learnt from: a BTYD model needs no outcome,
    so it is fitted to the history of either day."""
    model = fit_model(learnt)
    rules = [Rule("silence"), Rule("gap")]
    pairs: list[tuple[Score, Score]] = [(model, model), *((rule, rule) for rule in rules)]
    for name in ("bg", "mbg", "pareto"):
        try:
            now: Dying = fit_dying(name, test.history, horizon)
            pairs.append((now, fit_dying(name, learnt[0].history, horizon, near=now)))
        except Unfit:
            continue
    return pairs


def _crossed(told: Floats, test: Window) -> Floats:
    """Each half of the customers at the level of the other half: nobody's own outcome is in his probability."""
    chance, half = np.empty(len(told)), np.arange(len(told)) % 2 == 0
    for one in (half, ~half):
        chance[one] = fit_platt(told[~one], test.away[~one]).chance(told[one])
    return chance
