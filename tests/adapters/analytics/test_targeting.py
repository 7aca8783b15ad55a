"""The vouchers' order: by risk and margin first, by uplift once a campaign has told it."""

import numpy as np
import pytest

from adapters.analytics.histories import Bools, Floats
from adapters.analytics.targeting import Basis, Campaign, by_risk, by_uplift, voucher_order


def test_before_a_campaign_vouchers_go_by_risk_and_margin() -> None:
    ranking = by_risk(np.array([0.9, 0.5, 0.5]), np.array([100.0, 1000.0, 1000.0]), 0.1)
    assert ranking.basis is Basis.RISK
    assert ranking.order.tolist() == [1, 2, 0]
    assert ranking.saved == pytest.approx([9, 50, 50])
    with pytest.raises(ValueError, match="between 0 and 1"):
        by_risk(np.ones(1), np.ones(1), 7.0)


def _campaign(size: int = 6000) -> tuple[Campaign, Floats, Bools]:
    """A voucher moves only those whose first feature is positive; the second is the risk, which nothing moves."""
    chance = np.random.default_rng(6)
    values = chance.normal(size=(size, 2))
    treated = chance.random(size) < 0.5
    moved = values[:, 0] > 0
    buys = 1 / (1 + np.exp(1 + 1.5 * values[:, 1])) + 0.35 * (treated & moved)
    return Campaign(values, treated, chance.random(size) < buys), values, moved


def test_after_a_campaign_vouchers_go_to_whom_they_move() -> None:
    campaign, values, moved = _campaign()
    ranking = voucher_order(np.full(6000, 0.5), np.full(6000, 100.0), 0.1, features=values, campaign=campaign)
    assert ranking.basis is Basis.UPLIFT
    assert moved[ranking.order[:1000]].mean() > 0.95
    assert ranking.saved[moved].mean() == pytest.approx(32, abs=8)
    assert abs(ranking.saved[~moved].mean()) < 8


def test_a_campaign_too_small_to_tell_leaves_the_order_by_risk() -> None:
    campaign, values, _ = _campaign(300)
    few = Campaign(campaign.features, np.arange(300) < 280, campaign.bought)
    ranking = voucher_order(np.linspace(0, 1, 300), np.ones(300), 0.1, features=values, campaign=few)
    assert ranking.basis is Basis.RISK
    assert ranking.order[0] == 299
    assert voucher_order(np.ones(300), np.ones(300), 0.1, features=values).basis is Basis.RISK
    with pytest.raises(ValueError, match="order by risk"):
        by_uplift(few, values, np.ones(300))
