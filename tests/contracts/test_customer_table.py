"""Each plan of a week leaves the customer table behind it, on both databases: whose rows, under whom, with what."""

import json
import re
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from adapters.analytics.purchases import EPOCH
from adapters.app.commands import plan_lines
from adapters.db.historytables import PHONE
from adapters.lake.lake import Lake
from core.customers.model import Consent, Purpose
from core.customers.risk import factors_of
from core.ledger.merging import merge
from core.shared.values import CustomerId, Language, Phone
from tests.adapters.analytics.test_leaving import lake_lines
from tests.contracts.test_planning import GOODS, HABIT, MONDAY, card_of, history, house, lake, planned, rows
from tests.support.engine import alter, newcomer
from tests.support.weekly import NEXT, WEEK, load, promo_file
from tests.support.world import World

__all__ = ["house", "lake"]


def profile(world: World, who: CustomerId) -> Any:
    return world.do(lambda work: work.profiles.of([who]))


def test_the_table_has_everybody_who_bought_with_cluster_and_chance_of_leaving(
    house: World, lake: Lake, tmp_path: Path
) -> None:
    who = card_of(house, lake, tmp_path, HABIT)
    figures = planned(house, tmp_path)
    mine = profile(house, who)
    assert (mine["week"], mine["receipts"], mine["gap_median"]) == (WEEK, 12, 14.0)
    assert mine["last_day"] == MONDAY - timedelta(days=14) == date(2026, 11, 9)
    assert (mine["top_category"], mine["single_category"]) == ("shelf 5", True)
    assert 0 < mine["leaving"] < 1
    assert 1 <= len(factors_of(mine["leaving_why"])) <= 3
    sizes = {one["number"]: one["size"] for one in figures.clusters["each"]}
    found = dict(rows(house, "select cluster, count(*) from customer_features group by cluster"))
    assert sizes == {number: size for number, size in found.items() if size >= 5}
    assert sum(found.values()) == 61


def test_who_never_bought_anything_that_stayed_has_no_chance_of_leaving(
    house: World, lake: Lake, tmp_path: Path
) -> None:
    who, number = house.do(newcomer)
    history(house, lake, tmp_path, [(number, "g20", 40)], name="sold")
    for file in (tmp_path / "lake" / "sales").glob("*/*.parquet"):
        lines = pq.read_table(file, partitioning=None)
        mine = lines.filter(pc.equal(lines["owner"], who))
        back = mine.set_column(mine.schema.get_field_index("milli"), "milli", pc.negate(mine["milli"]))
        pq.write_table(back, file.with_name(f"return-{file.name}"))
    planned(house, tmp_path)
    mine = profile(house, who)
    assert (mine["receipts"], mine["lifecycle"], mine["leaving"], mine["leaving_why"]) == (0, "registered", None, None)
    assert mine["cluster"] is None


def test_purchases_of_a_proven_phone_and_of_a_merged_customer_are_in_one_row(
    house: World, lake: Lake, tmp_path: Path
) -> None:
    (who, number), (other, its) = house.do(newcomer), house.do(newcomer)
    phone = Phone("+380671119999")
    numbers = [number, its, "0671119999"]
    history(house, lake, tmp_path, [(numbers[at % 3], *one) for at, one in enumerate(HABIT)], name="all")
    past = PHONE + house.outside.hashed(phone)
    assert planned(house, tmp_path).owners == 63
    owners = {owner for (owner,) in rows(house, "select owner from customer_features")}
    assert {who, other, past} <= owners
    house.do(lambda work: alter(work, who, phone=phone, phone_verified_at=work.now))
    house.do(lambda work: merge(work, survivor=who, absorbed=other, actor="owner"))
    assert planned(house, tmp_path).owners == 61
    assert {owner for (owner,) in rows(house, "select owner from customer_features")} == owners - {other, past}
    mine = profile(house, who)
    assert (mine["receipts"], mine["gap_mean"], mine["f"]) == (12, 14.0, 1)


def test_who_took_profiling_back_is_not_in_the_table_while_they_do(house: World, lake: Lake, tmp_path: Path) -> None:
    who = card_of(house, lake, tmp_path, HABIT)
    for given in (False, True):
        line = Consent(who, Purpose.PROFILING, given, "1", Language.UK, "web", house.clock.now)
        house.do(lambda work, line=line: work.consents.add(line))
        planned(house, tmp_path)
        assert (profile(house, who) is not None) == given


def test_a_writing_that_stopped_is_done_again_from_the_beginning(
    house: World, lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.app.planning.PROFILES", 20)
    written: list[int] = []

    def stops(job: Any) -> Any:
        if getattr(job, "keywords", {}).keys() >= {"columns"}:
            written.append(1)
            if len(written) == 2:
                raise ConnectionError("the machine went away")
        return house.do(job)

    assert load(house.do, promo_file(tmp_path, NEXT, *(f"{sku},20,15,,,," for sku in GOODS[:3]))).rejected == []
    planned(house, tmp_path)
    weeks = "select week, count(*) from customer_features group by week"
    with pytest.raises(ConnectionError):
        planned(house, tmp_path, week=NEXT, do=stops)
    assert dict(rows(house, weeks)) == {NEXT: 20, WEEK: 40}
    planned(house, tmp_path, week=NEXT)
    assert dict(rows(house, weeks)) == {NEXT: 60}


def test_what_was_learned_is_in_the_plan_and_is_said(house: World, tmp_path: Path) -> None:
    figures = planned(house, tmp_path)
    ((kept,),) = rows(house, "select figures from plans where state = 'current'")
    kept = json.loads(kept) if isinstance(kept, str) else kept
    assert (kept["churn"], kept["clusters"]) == (figures.churn, figures.clusters)
    assert figures.churn == {
        "chosen": "silence", "key": "churn.no-closed-window", "customers": 0, "away": None, "auc": None, "lift": None,
        "brier": None, "calibration_error": None, "bins": [],
    }  # fmt: skip
    lines = plan_lines(WEEK, kept, dry_run=False)
    assert any(line.startswith("churn: goes by days since the last purchase, since 180 days of") for line in lines)
    assert any(line.startswith("cluster ") and " people, much shelf " in line for line in lines)
    assert kept["clusters"]["moved"] is None
    assert not any(line.startswith("clusters: ") for line in lines)
    assert load(house.do, promo_file(tmp_path, NEXT, *(f"{sku},20,15,,,," for sku in GOODS[:3]))).rejected == []
    lines = plan_lines(NEXT, asdict(planned(house, tmp_path, week=NEXT)), dry_run=False)
    assert any(re.fullmatch(r"clusters: \d+\.\d% of last week's people are in another one now", one) for one in lines)


def test_with_a_year_behind_it_the_score_that_foretold_best_is_in_use_and_said(
    house: World, lake: Lake, tmp_path: Path
) -> None:
    month = tmp_path / "lake" / "sales" / "month=2026-01"
    month.mkdir(parents=True, exist_ok=True)
    lines = lake_lines(400, (MONDAY - EPOCH).days - 501)
    pq.write_table(lines, month / "import-year.parquet")
    figures = planned(house, tmp_path)
    churn = figures.churn
    assert churn["key"] == "churn.best"
    assert (churn["customers"] > 300, len(churn["bins"]), churn["auc"] > 0.65) == (True, 10, True)
    said = next(line for line in plan_lines(WEEK, asdict(figures), dry_run=False) if line.startswith("churn: "))
    assert "foretold best who stays away for 90 days; of " in said
    assert f"AUC {churn['auc']:.3f}" in said
    silent = "select avg(recency_days) from customer_features where leaving"
    ((long,),), ((short,),) = rows(house, f"{silent} > 0.5"), rows(house, f"{silent} <= 0.5")
    assert long > 2 * short


def test_a_shop_of_nobody_yet_has_an_empty_table(house: World, tmp_path: Path) -> None:
    planned(house, tmp_path)
    for file in (tmp_path / "lake" / "sales").glob("*/*.parquet"):
        file.unlink()
    figures = planned(house, tmp_path)
    assert (figures.owners, figures.churn["customers"], figures.clusters["each"]) == (0, 0, [])
    assert rows(house, "select count(*) from customer_features") == [(0,)]
