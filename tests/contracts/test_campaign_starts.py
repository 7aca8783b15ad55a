"""When a campaign starts: on its day, not late, not twice, not without what it needs, not out of a backup."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from adapters.db import keep
from core.campaigns.arms import WHOLE, Arm
from core.campaigns.launching import open_due, resume, start
from core.campaigns.model import Once, Plan, Run, State, Weekly
from core.offers.reading import offer_from
from core.shared.refusals import Conflict, Invalid
from tests.contracts.test_campaign_sending import now_of, outcomes
from tests.support.campaigns import (
    MARKETER,
    approved,
    audiences,
    crowd,
    launched,
    people_of,
)
from tests.support.platform import Platform
from tests.support.sending import send
from tests.support.world import World


def test_a_start_more_than_half_an_hour_late_asks(world: World) -> None:
    crowd(world, 30)
    at = world.clock.now + timedelta(hours=1)
    late, fine = approved(world, Plan("Пізно", schedule=Once(at))), approved(world, Plan("Вчасно", schedule=Once(at)))
    world.do(lambda work: start(work, campaign=fine.id, actor=MARKETER))
    world.clock.forward(hours=1, minutes=31)
    world.do(lambda work: start(work, campaign=late.id, actor=MARKETER))
    assert world.do(open_due) == []
    assert [now_of(world, one).why for one in (late, fine)] == ["late", "late"]
    for one in (late, fine):
        world.do(lambda work, one=one: resume(work, campaign=one.id, actor=MARKETER))
        [run] = world.do(lambda work, one=one: work.campaigns.runs(one.id))
        assert run.due_at == world.clock.now
    assert world.do(open_due) == []


def test_a_weekly_campaign_runs_each_week_once_and_people_keep_their_arm(world: World) -> None:
    crowd(world, 80)
    world.rules(promotions_in_7_days=9)
    campaign = approved(world, Plan("Щотижня", schedule=Weekly(4, time(15))))
    world.do(lambda work: start(work, campaign=campaign.id, actor=MARKETER))
    runs: list[Run] = []
    world.clock.forward(hours=1, minutes=5)  # five past three in Kyiv
    for _ in range(21):
        for run in world.do(open_due):
            audiences(world).freeze(run, world.clock.now)
            runs.append(run)
        assert world.do(open_due) == []
        world.clock.forward(days=1)
    assert [run.due_at.astimezone(world.programme.timezone).isoweekday() for run in runs] == [4, 4, 4]
    arms = [{n: row.arm for n, row in people_of(world, run).items()} for run in runs]
    assert arms[0] == arms[1] == arms[2]
    send(world, Platform(), seconds=20)
    assert now_of(world, campaign).state is State.RUNNING


def test_a_promotion_without_control_or_with_too_few_vouchers_does_not_start(world: World) -> None:
    crowd(world, 30)
    with pytest.raises(Invalid, match="invalid"):
        approved(world, Plan("Без контролю", arms=(Arm("A", WHOLE),)))
    gives = {"kind": "amount_off", "amount": 500}
    offer = {"id": "few", "audience": "voucher", "benefit": gives, "limits": {"total": 20}}
    world.do(lambda work: work.offers.put(offer_from(offer, 1), offer))
    short = approved(world, Plan("Мало", voucher_offer="few"))
    wanted = audiences(world).numbers(short, world.clock.now).recipients
    with pytest.raises(Conflict) as refused:
        world.do(lambda work: start(work, campaign=short.id, actor=MARKETER, recipients=wanted))
    assert (refused.value.code, refused.value.data["left"]) == ("vouchers-short", 20)
    world.do(lambda work: start(work, campaign=short.id, actor=MARKETER))
    [run] = world.do(open_due)
    assert audiences(world).freeze(run, world.clock.now) is None
    assert (now_of(world, short).state, now_of(world, short).why) == (State.PAUSED, "vouchers")
    assert [row for row in people_of(world, run).values() if row.outcome == "sent"] == []


def test_a_restored_database_sends_nothing_until_somebody_says_so(small_world: World, tmp_path: Path) -> None:
    world = small_world
    crowd(world, 100)
    campaign, run = launched(world, Plan("Кава"))
    keep.backup(world.url, tmp_path / "copy")
    world.close()
    keep.restore(world.url, tmp_path / "copy")
    platform = Platform()
    send(world, platform, seconds=10)
    assert platform.log == []
    seen = now_of(world, campaign)
    assert (seen.state, seen.why) == (State.PAUSED, "restored")
    world.do(lambda work: resume(work, campaign=campaign.id, actor=MARKETER))
    send(world, platform, seconds=10)
    assert len(platform.log) == outcomes(world, run)["sent"] > 0
