"""The walk over a week's owners: what it makes of an owner is what the models say of the same purchases."""

from dataclasses import replace

import numpy as np

from adapters.analytics import affinity, rhythm
from adapters.analytics.plan import Asked, PromoItem, prepare
from tests.adapters.analytics.shopping import MONDAY, TODAY, crowd, shoppers
from tests.adapters.analytics.test_affinity import tasters


def test_the_chances_of_a_weeks_offers_are_those_of_the_models() -> None:
    bought = shoppers([*tasters(), *crowd(60, 30)])
    skus = bought.skus.to_pylist()
    offered = skus[::2]
    made = prepare(bought, "2026-W48", MONDAY, Asked([PromoItem(sku, 2000, 1500) for sku in offered], {}))
    weights = np.random.default_rng(1).uniform(0.1, 0.4, len(rhythm.FEATURES)).astype(np.float32)
    due_by = rhythm.Rhythm(0.5, weights, 28)
    models, owners = replace(made._models, rhythm=due_by), np.arange(len(bought))
    made = replace(made, _models=models)
    candidates = np.array([skus.index(one.sku) for one in made._items], np.int32)
    found = affinity.scores(models.affinity, bought, owners, candidates)
    expected = affinity.probability(models.affinity, bought, owners, found, TODAY)
    owner, item, features = rhythm.pairs(bought, TODAY, models.goods)
    due = np.full((len(bought), len(skus)), np.nan, np.float32)
    due[owner, item] = rhythm.probability(due_by, features)
    expected = np.where(np.isnan(due[:, candidates]), expected, due[:, candidates])
    ranked = made._ranked(slice(0, len(bought)), np.zeros(len(bought), bool))
    there = ranked.candidate >= 0
    told = np.take_along_axis(expected, np.maximum(ranked.candidate, 0), 1)
    assert np.allclose(ranked.chance[there], told[there], rtol=1e-3)
    assert {True, False} == set((ranked.times[there] > 0).tolist()), "of both kinds"
