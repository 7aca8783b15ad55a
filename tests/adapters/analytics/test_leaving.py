"""Who will stop coming, learned from the lake's own past."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest

from adapters.analytics.bought import bought
from adapters.analytics.engines import engine_of
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.histories import histories
from adapters.analytics.leaving import history_of, learn, sample
from adapters.analytics.purchases import EPOCH, purchases
from adapters.analytics.running import run
from adapters.analytics.totals import Around
from adapters.lake.lake import SCHEMA as LINES
from tests.adapters.analytics.shops import shop

pytestmark = pytest.mark.timeout(300)  # compiled for the first time on a busy machine

ZONE = ZoneInfo("UTC")
NOTHING = Around(pa.table({name: pa.array([], pa.string()) for name in ("sku", "category", "brand")}))
END = 500


def lake_lines(customers: int = 600) -> pa.Table:
    """The shop of the tests in the lake's columns."""
    lines = shop(customers)
    days = [EPOCH + timedelta(days=20_000 + int(day)) for day in lines.day]
    rows = [
        {
            "store": "s", "till": "t", "receipt": str(receipt), "business_date": day, "owner": f"c{owner:05d}",
            "sold_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC), "sku": str(sku), "milli": 1000,
            "unit_price": int(money), "discount": int(discount), "points_spent": 0, "line": 0, "source": "till",
        }
        for owner, day, receipt, sku, money, discount in zip(
            lines.customer, days, lines.receipt, lines.sku, lines.money, lines.discount, strict=True
        )
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=LINES)


def test_the_score_learned_from_the_lake_finds_those_who_have_gone() -> None:
    table = lake_lines()
    today = EPOCH + timedelta(days=20_000 + END - 90)
    engine = engine_of("duckdb")
    owners = sorted({owner for owner in table["owner"].to_pylist() if owner})
    risk, verdict = learn(engine, table, NOTHING, owners, end=today, zone=ZONE)
    made = features(engine, engine.lines(table), NOTHING, as_of=today, zone=ZONE)
    known = history_of(run(engine, made, SCHEMA), today)
    engine.close()
    chance = risk.chance(known)
    last = {
        owner: day
        for owner, day in zip(table["owner"].to_pylist(), table["business_date"].to_pylist(), strict=True)
        if day > today
    }
    away = np.array([owner not in last for owner in known.ids.tolist()])
    assert verdict.key == "churn.best"
    assert chance[away].mean() > chance[~away].mean() + 0.2
    assert chance.mean() == pytest.approx(away.mean(), abs=0.08)


def test_how_the_goods_sell_is_part_of_a_history_when_purchases_are_given_and_unknown_without() -> None:
    table = lake_lines(80)
    day = EPOCH + timedelta(days=20_000 + 300)
    engine = engine_of("duckdb")
    made = run(engine, features(engine, engine.lines(table), NOTHING, as_of=day, zone=ZONE), SCHEMA)
    engine.close()
    known = history_of(made, day, purchases(bought(table, day + timedelta(days=1))))
    by_hand = histories(shop(80), 300)
    assert known["goods_lately"] == pytest.approx(by_hand["goods_lately"])
    assert "goods_lately" not in history_of(made, day).columns
    elsewhere = history_of(made, day, purchases(bought(table.slice(0, 0), day)))
    assert np.isnan(elsewhere["goods_lately"]).all()


def test_a_young_shop_goes_by_silence_and_says_so() -> None:
    table = lake_lines(50)
    engine = engine_of("duckdb")
    risk, verdict = learn(engine, table, NOTHING, ["c00001"], end=EPOCH + timedelta(days=20_060), zone=ZONE)
    engine.close()
    assert (risk.score.name, verdict.key) == ("silence", "churn.no-closed-window")


def test_a_sample_is_the_same_people_whatever_the_order() -> None:
    owners = [f"o{one}" for one in range(300)]
    some = sample(owners, 40)
    assert some == sample(list(reversed(owners)), 40) == sorted(some)
    assert len(set(some)) == 40
    assert sample(owners, 300) == sorted(owners)
