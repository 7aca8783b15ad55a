"""Every offer's reason is true: recomputed term by term from the models and the purchases, for every single offer."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.analytics.affinity import sells
from adapters.analytics.judging import USUAL, Reading, read
from adapters.analytics.plan import Asked, Plan, PromoItem, prepare
from adapters.analytics.purchases import EPOCH, Purchases, purchases
from adapters.analytics.sold import Mornings
from adapters.analytics.walk import RIPE, TYPICAL
from benchmarks.offers_data import online_retail
from tests.adapters.analytics.shopping import MONDAY, crowd, shoppers


def checked(plan: Plan, day: int) -> dict[str, int]:
    """How many offers of each reason there are; each was found to be true of the person it is made to."""
    bought, model, popular = plan.bought, plan._models.affinity, plan._models.popular
    local = plan._models.local
    sku_at = {sku: at for at, sku in enumerate(bought.skus.to_pylist())}
    place = {sku: at for at, sku in enumerate(one.sku for one in plan._items)}
    owner_at = {owner: at for at, owner in enumerate(bought.owners.to_pylist())}
    found: dict[str, int] = {}
    for row in (row for table in plan.blocks() for row in table.to_pylist()):
        owner = owner_at[row["owner"]]
        mine = _days(bought, owner)
        goods = np.array([at for at in mine if model.known[at] >= 0], np.int64)
        picks = json.loads(row["picks"])
        assert len({sku for sku, *_ in picks}) == len(picks)
        for sku, why, about, times, gap in picks:
            item, candidate = sku_at[sku], place[sku]
            found[why] = found.get(why, 0) + 1
            if why in ("due", "usual"):
                days = mine[item]
                usual = (days[-1] - days[0]) / (len(days) - 1) if len(days) > 1 else 0.0
                assert (times, gap) == (len(days), round(np.float32(usual)))
                assert (why == "due") == (len(days) > 1 and day - days[-1] >= np.float32(RIPE) * np.float32(usual))
                continue
            assert item not in mine, f"{row['owner']} has bought {sku}"
            terms = np.zeros(0)
            if len(goods) and model.column[item] >= 0:
                terms = model.weights[model.known[goods], model.column[item]].astype(np.float64) * model.raised[item]
            if why == "together":
                named = int(np.flatnonzero(goods == sku_at[about])[0])
                assert terms[named] == terms.max() > 0
                assert terms.sum() > max(model.least[item], model.sales[item]) * (1 - 1e-3), (
                    "the score is the sum of these terms"
                )
            elif why == "alike":
                cluster = plan.clusters.label[owner]
                assert popular[cluster, candidate] > np.float32(TYPICAL) * local[-1, candidate]
            elif why in ("store", "chain"):
                assert (
                    not terms.size
                    or terms.sum() <= max(model.least[item], model.sales[item]) * (1 + 1e-3)
                    or terms.max() <= 0
                )
            else:
                assert why == "new"
    return found


def _days(bought: Purchases, owner: int) -> dict[int, list[int]]:
    """The days on which each good was bought."""
    mine: dict[int, list[int]] = {}
    for row in range(bought.starts[owner], bought.starts[owner + 1]):
        mine.setdefault(int(bought.items[row]), []).append(int(bought.days[row]))
    return mine


def test_every_reason_of_a_week_on_real_receipts_is_true(shared: Path) -> None:
    """Online Retail, the week after the file, two hundred random goods of the last four weeks."""
    bought = online_retail()
    end = bought.end
    active = np.unique(bought.items[bought.days >= end - 28])
    promo = np.random.default_rng(0).choice(active, 200, replace=False)
    skus = bought.skus.take(pa.array(np.sort(promo))).to_pylist()
    every = bought.skus.to_pylist()
    batch = pa.RecordBatch.from_arrays(
        [
            bought.owners.take(pa.array(bought.owner_of_row)),
            bought.skus.take(pa.array(bought.items)),
            pa.array(bought.days, pa.int32()).cast(pa.date32()),
        ],
        ["owner", "sku", "day"],
    )
    asked = Asked([PromoItem(sku, 200, 150) for sku in skus], {sku: sku[:2] for sku in every})
    found = checked(prepare(purchases([batch]), "2011-W50", EPOCH + timedelta(days=end), asked), end)
    assert sum(found.values()) == 10 * len(bought)
    assert found["together"] > 0.3 * sum(found.values())
    assert found["due"] > 0


@given(seed=st.integers(0, 10_000), people=st.integers(1, 40), goods=st.integers(1, 40), odd=st.data())
@settings(max_examples=10, deadline=None)
def test_in_whatever_shop_reasons_are_true_a_week_is_the_same_bytes_and_nobody_hangs_on_another(
    seed: int, people: int, goods: int, odd: Any
) -> None:
    rows = crowd(people, goods, seed=seed)
    names = sorted({sku for _, sku, _ in rows} | {"never"})
    promo = odd.draw(st.sets(st.sampled_from(names), min_size=1))
    shelves = odd.draw(st.integers(1, 12))
    category = {sku: str(int(sku[1:]) % shelves) for sku in names if sku != "never"}
    asked = Asked([PromoItem(sku, 2000, 1500) for sku in promo], category)
    plan = prepare(shoppers(rows), "2026-W48", MONDAY, asked)
    checked(plan, (MONDAY - EPOCH).days)
    checked(_adding(plan, odd.draw(st.sampled_from([1.0, 4.0]))), (MONDAY - EPOCH).days)
    told = _picks(plan)
    assert _picks(prepare(shoppers(reversed(rows)), "2026-W48", MONDAY, asked)) == told
    gone = odd.draw(st.sampled_from(sorted(told)))
    assert _picks(plan.without(gone)) == {owner: mine for owner, mine in told.items() if owner != gone}


def _adding(plan: Plan, weight: float) -> Plan:
    """The same week had the last windows said that sales are most likely added."""
    affinity, selling = plan._models.affinity, sells(Mornings(plan.bought, [])[(MONDAY - EPOCH).days])
    by = read({Reading(floor=0.0, sales_days=7.0, weight=weight): 0.7, USUAL: 0.2, Reading(days=3.0): 0.1}, selling)
    return replace(plan, _models=replace(plan._models, affinity=replace(affinity, **by._asdict())))


def _picks(plan: Plan) -> dict[str, str]:
    return {row["owner"]: row["picks"] for table in plan.blocks(size=7) for row in table.to_pylist()}
