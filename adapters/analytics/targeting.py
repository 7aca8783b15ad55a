"""Whom to send a voucher first: where it saves most margin, which is not where the risk is greatest.

Before a campaign with vouchers and a control group has ended nobody knows whom a voucher moves: people are ordered by
risk x money. Afterwards there is uplift x money, where uplift is what two logistic models differ by, one of those who
got the voucher and one of the control group (a T-learner: Kuenzel et al., PNAS 116, 2019). It is used only where it
orders people of that campaign, whom its models had not seen, clearly better than risk does.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import expit

from adapters.analytics.histories import Bools, Floats, Ints
from adapters.analytics.logits import Logit, fit_logit

ENOUGH = 50
"""Of each outcome in each arm; a model of fewer orders customers by chance."""
_PENALTY = 30.0
"""Stronger than for risk: the difference of two models has the noise of both."""
_FOLDS = 5
_CLEARLY = 1.645
"""Standard errors by which the order by uplift has to do better: chance alone gets there in one trial of twenty."""


class Basis(StrEnum):
    """What the order rests on, and why."""

    NOTHING = "no-campaign"
    """Risk: no campaign with vouchers has ended that had enough people in both arms."""
    RISK = "not-better"
    """Risk: on the campaign's people, uplift does not order clearly better."""
    UPLIFT = "uplift"


@dataclass(frozen=True, slots=True)
class Experience:
    """The people of a campaign that has ended, by row: features and risk on the day before it, money of the year before
    it, who was to get the voucher, who bought within its window, and the margin less reward and message cost."""

    features: Floats
    away: Floats
    money: Floats
    treated: Bools
    bought: Bools
    net: Floats

    def tells(self) -> bool:
        """Whether both arms have both outcomes often enough."""
        arms = (self.bought[self.treated], self.bought[~self.treated])
        return all(min(int(arm.sum()), int((~arm).sum())) >= ENOUGH for arm in arms)


@dataclass(frozen=True, slots=True)
class Uplift:
    """What a voucher adds to somebody's chance of buying."""

    given: Logit
    without: Logit

    def added(self, features: Floats) -> Floats:
        """By row; below nought where it drives away."""
        return np.asarray(expit(self.given.log_odds(features)) - expit(self.without.log_odds(features)))


@dataclass(frozen=True, slots=True)
class Targeting:
    """Which order is in use. `people`: from whom it was learned; `gain`: net margin a head, in minor units, by which
    the order by uplift is ahead of that by risk, the mean over all numbers of vouchers; `error`: its standard error."""

    basis: Basis = Basis.NOTHING
    uplift: Uplift | None = None
    people: int = 0
    gain: float = 0.0
    error: float = 0.0


def by_stake(money: Floats, chance: Floats) -> Ints:
    """Rows with the most money at stake first, ties by row: a chance, of staying away or added by a voucher, x money.

    Assumed of everybody alike, the share of saved customers and the margin of a sale change no order.
    """
    return np.argsort(-(chance * money), kind="stable").astype(np.int64)


def learn_uplift(known: Experience, some: Bools) -> Uplift:
    """From some of the people."""
    free = (0,) * known.features.shape[1]
    given, without = (
        fit_logit(known.features[some & arm], known.bought[some & arm], free, _PENALTY)
        for arm in (known.treated, ~known.treated)
    )
    return Uplift(given, without)


def targeting(known: Experience) -> Targeting:
    """Uplift if it ranks people whom it has not seen clearly better than risk does: by the margin that each order
    saves, over all numbers of vouchers (the area under the uplift curve), as the campaign's own arms tell it."""
    size = len(known.bought)
    if not known.tells():
        return Targeting(people=size)
    fold, more = np.arange(size) % _FOLDS, np.zeros(size)
    for one in range(_FOLDS):
        mine = fold == one
        added = learn_uplift(known, ~mine).added(known.features[mine])
        more[mine] = _places(by_stake(known.money[mine], known.away[mine]))
        more[mine] -= _places(by_stake(known.money[mine], added))
    share = float(known.treated.mean())
    # The expectation of this is what the voucher adds to the person's margin (transformed outcome: Athey, Imbens 2016).
    moved = (known.net - known.net.mean()) * (known.treated - share) / (share * (1 - share))
    gain, error = float((more * moved).mean()), float((more * moved).std() / np.sqrt(size))
    if gain <= _CLEARLY * error:
        return Targeting(Basis.RISK, None, size, gain, error)
    return Targeting(Basis.UPLIFT, learn_uplift(known, np.ones(size, bool)), size, gain, error)


def _places(order: Ints) -> Floats:
    """Each row's place in the order, 0 the first to 1 the last."""
    places = np.empty(len(order))
    places[order] = np.arange(len(order)) / max(1, len(order) - 1)
    return places
