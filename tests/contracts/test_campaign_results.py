"""A campaign's result on both databases: the same as counting by hand, whoever people are by now, and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

import pytest
from scipy.stats import chi2

from adapters.app.histories import follow, lake_of
from core.campaigns.arms import CONTROL, Arm
from core.campaigns.model import Plan
from core.campaigns.results import Result, State, result_from
from core.cards.actions import forget
from core.ledger.merging import merge
from core.sales.actions import SaleAsked, settle
from core.sales.model import SaleId
from core.sales.returning import give_back, sale_of
from core.shared.values import CustomerId, StoreId
from core.vouchers.actions import issue
from tests.support.campaigns import content, launched, name_of
from tests.support.results import TILL, Drawn, counted, furnish, into_lake, of, rows_of, settle_messages
from tests.support.trials import Bought, Head, capped, count, known_of, less_known, newcombe, welch
from tests.support.weekly import asked
from tests.support.world import NOON, World

MANY = 400
ARMS = (Arm(CONTROL, 4_000), Arm("A", 3_000), Arm("B", 3_000))
PLAN = Plan("Кава", arms=ARMS, contents={"A": content(), "B": content("Чай")}, voucher_offer="fifty", window_days=20)


def buying(world: World, chance: Random, numbers: Sequence[int], better: set[int]) -> Bought:
    """Everybody's purchases of the past and of the window; the `better` more; some comes back, one is a whale."""
    lines: list[tuple[str, datetime, int, int]] = []
    for number in numbers:
        wealth = chance.uniform(0.3, 3)
        for _ in range(chance.randrange(5)):
            ago = timedelta(days=chance.uniform(0.1, 100))
            lines.append((name_of(number), NOON - ago, round(3000 * wealth), 0))
        if chance.random() < (0.6 if number in better else 0.35):
            at = NOON + timedelta(days=chance.uniform(0.01, 22))
            gross, off = round(chance.uniform(2000, 5000) * wealth), chance.choice((0, 0, 300))
            lines.append((name_of(number), at, gross, off))
            if chance.random() < 0.15:
                lines.append((name_of(number), at, -gross, -off))
    lines.append((name_of(numbers[-1]), NOON + timedelta(days=1), 40_000_000, 100_000))
    return lines


def at_tills(world: World) -> None:
    """Four buy milk and coffee and earn points, one with a voucher of the campaign; one brings the coffee back."""
    cards = [world.do(lambda work, n=n: work.cards.of(CustomerId(name_of(n)))) for n in TILL]
    voucher = world.do(lambda work: issue(work, offer="fifty", customer=CustomerId(name_of(1))))
    world.do(lambda work: issue(work, offer="fifty", customer=CustomerId(name_of(2))))
    for at, card in enumerate(cards):
        world.clock.forward(days=1)
        basket = replace(asked(card.number, "milk", "coffee"), vouchers=(voucher.code,) if at == 0 else ())
        sold = SaleAsked(basket, f"r{at}", "1", world.clock.now)
        made = world.do(
            lambda work, sold=sold: settle(work, wanted=sold, source="t", key=sold.receipt, tell=lambda one: "{}")[1]
        )
        assert made is not None
        if at == 3:
            world.do(lambda work, sale=made.sale.id: _coffee_back(work, sale))


def forget_one(work: Any, who: str) -> None:
    forget(work, customer=work.customers.get(CustomerId(who)), channel="web")


def _coffee_back(work: Any, sale: SaleId) -> None:
    found = sale_of(work, sale=sale, store=StoreId("s1"), lock=True)
    give_back(work, sale=found, asked={1: 1000}, source="t", key="back", reason="")


TILL_LINES = [(name_of(n), NOON + timedelta(days=n), 25_000, 500 if n == 1 else 0) for n in TILL]
TILL_LINES.append((name_of(4), NOON + timedelta(days=4), -20_000, 0))
POINTS = {1: 12, 2: 12, 3: 12, 4: 2}
"""5 % of what is left to pay, whole; of the twelve for milk and coffee ten were the coffee's."""


def test_a_result_is_what_counting_by_hand_comes_to(world: World, tmp_path: Path) -> None:
    world.outside = replace(world.outside, chance=Drawn(Random(11)))
    furnish(world, MANY)
    campaign, run = launched(world, PLAN)
    rows = rows_of(world, run)
    trial = {name: row.arm for name, row in rows.items() if row.trial}
    assert 3 < len(rows) - len(trial) < 20, "the standing holdout is in no trial"
    settle_messages(world, run)
    chance = Random(5)
    better = {int(name[-12:]) for name, arm in trial.items() if arm == "A"}
    lines = [*buying(world, chance, range(5, MANY + 1), better), *TILL_LINES]
    into_lake(tmp_path, lines[: -len(TILL_LINES)])
    at_tills(world)
    world.clock.forward(days=1)
    assert world.do(lambda work: follow(work, lake_of(of(world, tmp_path)), world.clock.now)) == 9
    mixed = [name for name, arm in trial.items() if int(name[-12:]) > 20]
    one = next(name for name in mixed if trial[name] == CONTROL)
    other = next(name for name in mixed if trial[name] == "A")
    out = next(name for name, row in rows.items() if not row.trial and int(name[-12:]) > 4)
    last = next(name for name in mixed if trial[name] == "B")
    for survivor, absorbed in ((one, other), (out, last)):
        world.do(
            lambda work, a=survivor, b=absorbed: merge(work, survivor=CustomerId(a), absorbed=CustomerId(b), actor="o")
        )
    gone = next(name for name in reversed(mixed) if name not in (one, other, last))
    world.do(lambda work: forget_one(work, gone))
    world.clock.now = NOON + timedelta(days=21)

    found = {(one.campaign, one.run): one for one in counted(world, tmp_path)}

    result = found[campaign.id, 0]
    who = {other: one, last: out}
    heads = {who.get(name, name): Head(arm, NOON, 0 if arm == CONTROL else 30) for name, arm in trial.items()}
    heads[one] = Head(CONTROL, NOON, 30)  # the row of their own; the message of their other self was paid for
    heads[out] = Head("B", NOON, 30)
    count(heads, lines, NOON + timedelta(days=20), who)
    for number, points in POINTS.items():
        if name_of(number) in heads:
            heads[name_of(number)].points = 100 * points
    check(result, heads)
    assert result.merged == 1
    assert result.shares == {CONTROL: 4_000, "A": 3_000, "B": 3_000}
    drawn = [sum(arm == name for arm in trial.values()) for name in result.shares]
    expected = [sum(drawn) * share / 10_000 for share in result.shares.values()]
    assert result.ratio == pytest.approx(
        float(chi2.sf(sum((a - b) ** 2 / b for a, b in zip(drawn, expected, strict=True)), 2))
    )
    assert (result.state, result.runs) == (State.OVER, 1)
    assert [one.sent for one in result.arms] == [1, *(sum(h.arm == arm for h in heads.values()) for arm in "AB")]
    vouchers = [name_of(n) for n in (1, 2) if name_of(n) in heads]
    assert result.vouchers is not None
    assert result.vouchers.given == len(vouchers)
    assert result.vouchers.used[-1] == (name_of(1) in heads)
    assert result_from(result.as_data()) == result
    assert world.do(lambda work: work.results.of(campaign.id)) == {0: result}
    assert result.whole.money is not None
    assert result.looks[-1].money.value == pytest.approx(result.whole.money.value)
    assert len(result.looks) == 20
    wide = result.looks[-1].money.high - result.looks[-1].money.low
    assert wide > result.whole.money.high - result.whole.money.low


def check(result: Result, heads: Mapping[str, Head]) -> None:
    """Arms, effects of everybody and of each arm: as the plain formulas have them."""
    everybody = list(heads.values())
    money = capped([one.paid for one in everybody])
    part = [new / one.paid if one.paid > 0 else 1.0 for new, one in zip(money, everybody, strict=True)]
    known = known_of(everybody)
    reward = [(one.off + one.points) * cut for one, cut in zip(everybody, part, strict=True)]
    margin = [0.3 * one.gross * cut for one, cut in zip(everybody, part, strict=True)]
    net = [a - b - one.cost for a, b, one in zip(margin, reward, everybody, strict=True)]
    for arm in result.arms:
        mine = [one for one in everybody if one.arm == arm.arm]
        assert arm.people == len(mine)
        assert arm.bought == sum(one.gross > 0 for one in mine)
        assert arm.money == pytest.approx(mean(one.paid for one in mine))
        assert arm.reward == pytest.approx(mean(one.off + one.points for one in mine))
        assert arm.cost == pytest.approx(mean(one.cost for one in mine))
    assert [one.arm for one in result.effects] == ["", "A", "B"]
    for effect in result.effects:

        def split(values: Sequence[float], arm: str = effect.arm) -> tuple[list[float], list[float]]:
            sides = [(v, one.arm) for v, one in zip(values, everybody, strict=True)]
            return [v for v, a in sides if a == arm or (not arm and a != CONTROL)], [
                v for v, a in sides if a == CONTROL
            ]

        hits = [[float(one.gross > 0) for one in everybody]]
        treated, control = split(hits[0])
        shares = newcombe(int(sum(treated)), len(treated), int(sum(control)), len(control))
        assert effect.response is not None
        assert effect.raw is not None
        assert astuple(effect.response) == pytest.approx(shares)
        assert astuple(effect.raw) == pytest.approx(welch(*split(money)))
        for values, told in (
            (money, effect.money),
            (margin, effect.margin),
            (reward, effect.reward),
            (net, effect.net),
        ):
            assert told is not None
            assert astuple(told) == pytest.approx(welch(*split(less_known(values, known))))
