"""A result tells its verdict, or why there is none."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from core.campaigns.arms import CONTROL
from core.campaigns.results import (
    ArmResult,
    Effect,
    Look,
    Result,
    State,
    Untold,
    Verdict,
    is_due,
    result_from,
    state_of,
)
from core.shared.intervals import Difference

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def result(low: float, high: float, state: State = State.OVER, ratio: float = 0.5) -> Result:
    one = Difference(low, (low + high) / 2, high)
    return Result(
        "c", 0, state, NOW, NOW - timedelta(days=30), NOW - timedelta(days=2), 30, {CONTROL: 1_000, "A": 9_000},
        (ArmResult(CONTROL, 100, 10, 5, 1, 0, elsewhere=20), ArmResult("A", 900, 100, 6, 2, 1, elsewhere=80)),
        (Effect("", one, one, one, one, one, one),), ratio, 0.6, looks=(Look(date(2026, 11, 5), one),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(0.1, 2, Verdict.WORKS), (-2, -0.1, Verdict.HARMFUL), (-1, 2, Verdict.INCONCLUSIVE), (0, 2, Verdict.INCONCLUSIVE)],
)
def test_the_verdict_is_the_sign_of_the_net_margin(low: float, high: float, told: Verdict) -> None:
    one = result(low, high)
    assert (one.verdict, one.untold) == (told, None)
    assert one.gain == Difference(900 * low, 900 * (low + high) / 2, 900 * high)
    assert one.contaminated == pytest.approx(0.1)
    assert result_from(one.as_data()) == one


def test_there_is_none_while_the_window_runs_nor_of_broken_groups_nor_of_few_people() -> None:
    early = result(1, 2, State.RUNNING)
    assert (early.verdict, early.untold, early.already) == (None, Untold.EARLY, 1)
    assert result(-1, 2, State.RUNNING).already == 0
    broken = result(1, 2, State.FINAL, ratio=0.0009)
    assert (broken.verdict, broken.untold) == (None, Untold.RATIO)
    assert result(1, 2, ratio=0.001).verdict is Verdict.WORKS
    few = replace(early, state=State.OVER, effects=(Effect("", None, None, None, None, None, None),), looks=())
    assert (few.verdict, few.untold, few.gain, few.already) == (None, Untold.FEW, None, 0)
    assert result_from(few.as_data()) == few


def test_it_is_counted_daily_until_nothing_can_come_back() -> None:
    until = NOW + timedelta(days=1)
    assert state_of(until, NOW, 14) is State.RUNNING
    assert state_of(until, until, 14) is State.OVER
    assert state_of(until, until + timedelta(days=14), 14) is State.FINAL
    assert state_of(until, until + timedelta(hours=23), 0) is State.OVER
    kept = result(1, 2)
    assert is_due(None, NOW)
    assert not is_due(kept, NOW + timedelta(hours=19))
    assert is_due(kept, NOW + timedelta(hours=20))
    assert not is_due(replace(kept, state=State.FINAL), NOW + timedelta(days=9))
