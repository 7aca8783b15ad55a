"""Whom to send a voucher first: where it saves most margin, which is not where the risk is greatest.

Before any campaign with a control group has ended nobody knows whom a voucher moves: the saved margin is risk x margin
x an assumed share of saved customers. Afterwards it is uplift x margin, from two logistic models, one of those who got
the voucher and one of the control group (a T-learner: Kuenzel et al., PNAS 116, 2019). The order says which it was.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import expit

from adapters.analytics.histories import Bools, Floats, Ints
from adapters.analytics.logits import fit_logit

ENOUGH = 50  # of each outcome in each arm; a model of fewer orders customers by chance
_PENALTY = 30.0  # stronger than for risk: the difference of two models has the noise of both


class Basis(StrEnum):
    """What the order rests on; each is a message key's ending."""

    RISK = "risk"
    UPLIFT = "uplift"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign that has ended: customers x features on its first day, who got it, who bought while it ran."""

    features: Floats
    treated: Bools
    bought: Bools

    def tells(self) -> bool:
        """True if both arms have both outcomes often enough."""
        arms = (self.bought[self.treated], self.bought[~self.treated])
        return all(min(int(arm.sum()), int((~arm).sum())) >= ENOUGH for arm in arms)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Row numbers of the customers, most saved margin first, ties by row; `saved` is in minor units, row by row."""

    basis: Basis
    order: Ints
    saved: Floats


def by_risk(away: Floats, margin: Floats, save_rate: float) -> Ranking:
    """Chance of staying away x expected margin (minor units) x the share of those whom a voucher brings back, 0..1."""
    if not 0 <= save_rate <= 1:
        raise ValueError("the share of saved customers is between 0 and 1")
    return _ranked(Basis.RISK, away * margin * save_rate)


def by_uplift(campaign: Campaign, features: Floats, margin: Floats) -> Ranking:
    """What the voucher adds to the chance of buying x expected margin; below 0 where it drives away.

    Raises ValueError where the campaign is too small to tell: order by risk then.
    """
    if not campaign.tells():
        raise ValueError(f"each arm needs {ENOUGH} customers who bought and {ENOUGH} who did not; order by risk")
    free = (0,) * features.shape[1]
    with_it, without = (
        fit_logit(campaign.features[arm], campaign.bought[arm], free, _PENALTY)
        for arm in (campaign.treated, ~campaign.treated)
    )
    return _ranked(Basis.UPLIFT, (expit(with_it.log_odds(features)) - expit(without.log_odds(features))) * margin)


def voucher_order(
    away: Floats, margin: Floats, save_rate: float, *, features: Floats, campaign: Campaign | None = None
) -> Ranking:
    """By uplift once a campaign tells it, by risk until then."""
    if campaign is not None and campaign.tells():
        return by_uplift(campaign, features, margin)
    return by_risk(away, margin, save_rate)


def _ranked(basis: Basis, saved: Floats) -> Ranking:
    return Ranking(basis, np.argsort(-saved, kind="stable").astype(np.int64), saved)
