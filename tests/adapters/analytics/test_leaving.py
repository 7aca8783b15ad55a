"""Who will stop coming, learned from the lake's own past."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from adapters.analytics.bought import bought
from adapters.analytics.calibration import Bin
from adapters.analytics.choosing import choose
from adapters.analytics.duck import DuckDB
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.gathering import history_of as history_of_lines
from adapters.analytics.histories import histories
from adapters.analytics.leaving import history_of, lately_of, learn, risks, sample, told
from adapters.analytics.purchases import EPOCH, Purchases, purchases
from adapters.analytics.running import run
from adapters.analytics.totals import Around
from adapters.lake.columns import SCHEMA as LINES
from tests.adapters.analytics.shops import CLOSED, shop

ZONE = ZoneInfo("UTC")
NOTHING = Around(pa.table({name: pa.array([], pa.string()) for name in ("sku", "category", "brand")}))
END = 500


def goods_of(table: pa.Table, day: date) -> Purchases:
    """What was bought by the end of that day."""
    return purchases(bought(table, day + timedelta(days=1)))


def lake_lines(customers: int = 600, begin: int = 20_000) -> pa.Table:
    """The shop of the tests in the lake's columns, from that day since 1970 on."""
    lines = shop(customers)
    days = [EPOCH + timedelta(days=begin + int(day)) for day in lines.day]
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
    engine = DuckDB()
    risk, verdict, _ = learn(engine, history_of_lines(table), NOTHING, end=today, zone=ZONE)
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
    engine = DuckDB()
    made = run(engine, features(engine, engine.lines(table), NOTHING, as_of=day, zone=ZONE), SCHEMA)
    engine.close()
    goods = goods_of(table, day)
    known = history_of(made, day, lately_of(goods, goods, day))
    by_hand = histories(shop(80), 300)
    assert known["goods_lately"] == pytest.approx(by_hand["goods_lately"])
    assert "goods_lately" not in history_of(made, day).columns
    nobody = purchases(bought(table.slice(0, 0), day))
    assert np.isnan(history_of(made, day, lately_of(nobody, goods, day))["goods_lately"]).all()
    others = lately_of(goods, goods_of(table.filter(pc.less(table["owner"], "c00040")), day), day)
    assert history_of(made, day, others)["goods_lately"] != pytest.approx(by_hand["goods_lately"])
    unknown = history_of(made, day, lately_of(goods, nobody, day))["goods_lately"]
    assert unknown == pytest.approx(np.full(len(unknown), 0.2))


def test_a_young_shop_goes_by_silence_and_says_so() -> None:
    table = lake_lines(50)
    engine = DuckDB()
    one = history_of_lines(table).of(["c00001"])
    risk, verdict, _ = learn(engine, one, NOTHING, end=EPOCH + timedelta(days=20_060), zone=ZONE)
    engine.close()
    assert (risk.score.name, verdict.key) == ("silence", "churn.no-closed-window")


def test_the_chances_are_those_of_the_rows_and_nobody_who_never_bought_has_one() -> None:
    table = lake_lines(80)
    day = EPOCH + timedelta(days=20_000 + END)
    engine = DuckDB()
    risk, _, goods = learn(engine, history_of_lines(table), NOTHING, end=day, zone=ZONE)
    made = run(engine, features(engine, engine.lines(table), NOTHING, as_of=day, zone=ZONE), SCHEMA)
    engine.close()
    receipts = [0 if at % 3 == 0 else one for at, one in enumerate(made["receipts"].to_pylist())]
    some = made.set_column(SCHEMA.get_field_index("receipts"), "receipts", pa.array(receipts))
    (all_of_them, reasons), (found, why) = (risks(risk, one, day, goods, goods) for one in (made, some))
    expected = [None if at % 3 == 0 else pytest.approx(one) for at, one in enumerate(all_of_them.to_pylist())]
    assert found.to_pylist() == expected
    assert [one is None for one in why.to_pylist()] == [at % 3 == 0 for at in range(len(why))]
    known = history_of(made, day, lately_of(goods, goods, day))
    assert reasons.to_pylist() == risk.factors(known).texts().to_pylist()


def test_what_is_told_of_a_trial_is_its_best_score_and_of_no_trial_nothing() -> None:
    _, verdict = choose(CLOSED)
    best, said = verdict.trials[0], told(verdict)
    assert (said["chosen"], said["auc"], said["lift"]) == (best.name, best.forward.auc, best.forward.lift)
    assert said["brier"] == best.recalibrated.brier
    assert sum(customers for customers, _, _ in said["bins"]) == verdict.customers
    few = replace(best, recalibrated=replace(best.recalibrated, bins=(Bin(4, 0.1, 0.0), Bin(5, 0.2, 0.2))))
    assert told(replace(verdict, trials=(few,)))["bins"] == [[5, 0.2, 0.2]]
    _, nothing = choose([])
    assert (told(nothing)["auc"], told(nothing)["away"], told(nothing)["bins"]) == (None, None, [])


def test_a_sample_is_the_same_people_whatever_the_order() -> None:
    owners = [f"o{one}" for one in range(300)]
    some = sample(owners, 40)
    assert some == sample(list(reversed(owners)), 40) == sorted(some)
    assert len(set(some)) == 40
    assert sample(owners, 300) == sorted(owners)
