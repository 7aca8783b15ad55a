"""Whose voucher comes first: by risk until a campaign with vouchers has ended, then as its people have taught."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pyarrow as pa

from adapters.analytics.churn import Risk, Rule
from adapters.analytics.gathering import history_of
from adapters.analytics.logits import Platt
from adapters.analytics.targeting import Basis
from adapters.analytics.totals import Around
from adapters.app.catalogue import catalogue_of
from adapters.app.uplifting import Order, order_of
from adapters.console.orderwords import order
from core.campaigns.arms import CONTROL, Arm
from core.campaigns.model import Plan
from core.shared.values import Language
from tests.support.campaigns import launched, name_of
from tests.support.results import Drawn, counted, furnish, into_lake, of, rows_of, settle_messages
from tests.support.trials import Bought
from tests.support.world import NOON, TEXTS, World

MANY = 600
HALVES = (Arm(CONTROL, 5_000), Arm("A", 5_000))
PLAN = Plan("Осінь", arms=HALVES, voucher_offer="fifty", window_days=20)
LATER = NOON + timedelta(days=40)


def bought(numbers: Sequence[int], treated: set[int]) -> Bought:
    """Everybody spent as much; every other of them came often and lately, and only those are moved by a voucher."""
    chance, lines = Random(3), []
    for number in numbers:
        often = number % 2 == 0
        times = 10 if often else 2
        for at in range(times):
            ago = timedelta(days=1 + 8 * at if often else 90 + 30 * at)
            lines.append((name_of(number), NOON - ago, 10_000 // times, 0))
        if chance.random() < 0.35 + (0.45 if often and number in treated else 0):
            lines.append((name_of(number), NOON + timedelta(days=3), 5_000, 0))
    return lines


def asked(world: World, folder: Path, without: frozenset[str] = frozenset()) -> Order:
    settings = of(world, folder)
    return order_of(
        settings, world.do, history_of(Path(settings.lake)), Around(catalogue_of(world.do)),
        Risk(Rule("silence"), Platt()), day=LATER.date(), now=LATER, without=without,
    )  # fmt: skip


def test_a_campaign_that_moved_those_who_come_often_puts_them_first(world: World, tmp_path: Path) -> None:
    world.outside = replace(world.outside, chance=Drawn(Random(11)))
    furnish(world, MANY)
    _, run = launched(world, PLAN)
    rows = rows_of(world, run)
    settle_messages(world, run)
    treated = {int(name[-12:]) for name, row in rows.items() if row.arm == "A"}
    into_lake(tmp_path, bought(range(1, MANY + 1), treated))

    before = asked(world, tmp_path)

    assert (before.targeting.basis, before.told()) == (Basis.NOTHING, {"order": "no-campaign"})
    world.clock.now = LATER
    counted(world, tmp_path)

    found = asked(world, tmp_path)

    assert found.by_uplift
    told = found.told()
    trial = sum(row.trial for row in rows.values())
    assert (told["order"], told["campaign"], told["people"]) == ("uplift", "Осінь", trial)
    # Of a margin of 15 for each who comes, .45 more of every other: about 3.4 a head, of which half lies before its
    # middle place by the better order and none of that by the other: what thousands of people gain is near 3.4 x 500.
    assert 80_000 < int(told["gain"]) < 260_000
    some = history("often", 9, 2), history("seldom", 2, 95)
    often, seldom = found.uplift(pa.concat_tables(some)).tolist()
    assert often > 0.25 > 0.15 > seldom
    said = order(told, "UAH")
    assert said is not None
    assert "Осінь" in TEXTS.say(said, Language.UK)
    half = frozenset(name_of(number) for number in range(1, MANY, 3))
    assert 0 < asked(world, tmp_path, without=half).targeting.people < trial


def history(owner: str, receipts: int, silent: int) -> pa.Table:
    """A row of a feature table as of the plan's day."""
    last = LATER.date() - timedelta(days=silent)
    days: list[tuple[str, object, pa.DataType]] = [
        ("owner", owner, pa.string()), ("first_day", last - timedelta(days=80), pa.date32()),
        ("last_day", last, pa.date32()),
    ]  # fmt: skip
    numbers = {
        "receipts": receipts, "days": receipts, "money": 10_000, "gap_median": 80 / receipts, "gap_mean": 80 / receipts,
        "gap_sd": 0.0, "basket_mean": 10_000 / receipts, "items_per_receipt": 1, "discount_share": 0, "returns": 0,
        "receipts_28d": receipts // 3 if silent < 28 else 0, "receipts_90d": receipts if silent < 28 else 0,
        "receipts_365d": receipts, "categories": 1,
    }  # fmt: skip
    every = [*days, *((name, float(number), pa.float64()) for name, number in numbers.items())]
    return pa.table({name: pa.array([value], kind) for name, value, kind in every})
