"""A campaign of every week on both databases: each run by itself, all together, and a month against the holdout."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from core.campaigns.arms import CONTROL
from core.campaigns.launching import open_due, start
from core.campaigns.measuring import anything_due
from core.campaigns.model import Plan, Weekly
from core.campaigns.results import HOLDOUT, PROMOTED, State, Untold
from core.cards.actions import forget
from core.shared.refusals import Unknown
from core.shared.values import CustomerId
from tests.support.campaigns import MARKETER, approved, audiences, content, launched
from tests.support.results import counted, furnish, into_lake, rows_of, settle_messages
from tests.support.world import World


def test_runs_of_every_week_are_told_each_and_together_and_so_is_a_month_without_any(
    world: World, tmp_path: Path
) -> None:
    world.rules(global_holdout_percent=25)
    furnish(world, 300)
    world.clock.now = datetime(2026, 11, 2, 10, tzinfo=UTC)  # a Monday
    weekly = Plan("Щотижня", schedule=Weekly(1, time(12)), window_days=10, contents={"A": content()})
    campaign = approved(world, weekly)
    world.do(lambda work: start(work, campaign=campaign.id, actor=MARKETER))
    runs, rows = [], []
    for week in range(2):
        world.clock.now = datetime(2026, 11, 2 + 7 * week, 10, 5, tzinfo=UTC)
        [run] = world.do(open_due)
        assert audiences(world).freeze(run, world.clock.now) is not None
        runs.append(run)
        rows.append(rows_of(world, run))
        settle_messages(world, run)
        if week == 0:
            away = next(name for name, row in rows[0].items() if row.arm == "A" and row.trial)
            world.do(lambda work, who=away: forget(work, customer=work.customers.get(CustomerId(who)), channel="web"))
    other, ours = launched(world, Plan("Інша", contents={"A": content()}, priority=9))
    del other
    settle_messages(world, ours)
    met = {name for name, row in rows_of(world, ours).items() if row.outcome == "sent"}
    assert away not in rows[1]
    names = sorted(rows[0])
    lines = [(name, datetime(2026, 11, 3 + at % 20, 12, tzinfo=UTC), 1_000 + at, 0) for at, name in enumerate(names)]
    into_lake(tmp_path, lines)
    assert world.do(lambda work: anything_due(work, work.now))

    found = {(one.campaign, one.run): one for one in counted(world, tmp_path) if one.campaign != ours.campaign}

    assert found.keys() == {(campaign.id, 0), (campaign.id, 1), (campaign.id, 2), (HOLDOUT, 202611)}
    for number, (run, mine) in enumerate(zip(runs, rows, strict=True), 1):
        result, trial = found[campaign.id, number], {name: row.arm for name, row in mine.items() if row.trial}
        bought = {name for name, at, _, _ in lines if run.due_at <= at < run.window_until and name in trial}
        assert [one.people for one in result.arms] == [sum(arm == a for arm in trial.values()) for a in (CONTROL, "A")]
        assert sum(one.bought for one in result.arms) == len(bought)
        assert result.until - result.since == timedelta(days=10)
    whole = found[campaign.id, 0]
    first = {name: row.arm for name, row in rows[0].items() if row.trial}
    bought = {name for name, at, _, _ in lines if runs[0].due_at <= at < runs[1].window_until and name in first}
    assert whole.people == len(first), "whoever left after the first run counts to the end"
    assert sum(one.bought for one in whole.arms) == len(bought)
    assert (whole.runs, whole.since, whole.until) == (2, runs[0].due_at, runs[1].window_until)
    assert whole.arms[1].cost == pytest.approx(60 - 30 / whole.arms[1].people), "one of them got a single message"
    assert [one.elsewhere for one in whole.arms] == [
        sum(name in met for name, arm in first.items() if arm == each) for each in (CONTROL, "A")
    ]
    assert whole.contaminated > 0.5
    held = {name for name, row in rows[0].items() if row.reason == "holdout"}
    month = found[HOLDOUT, 202611]
    assert [one.people for one in month.arms] == [len(held), len(names) - len(held)]
    assert (month.since, month.untold) == (datetime(2026, 10, 31, 22, tzinfo=UTC), Untold.EARLY)
    ends = datetime(2026, 11, 30, 22, tzinfo=UTC)
    assert month.until == ends
    assert month.arms[0].bought == sum(name in held and runs[0].due_at <= at < ends for name, at, _, _ in lines)
    assert month.arms[1].arm == PROMOTED
    world.clock.forward(hours=1)
    assert not world.do(lambda work: anything_due(work, work.now))
    assert counted(world, tmp_path) == []
    world.clock.forward(days=60)
    again = {(one.campaign, one.run): one.state for one in counted(world, tmp_path)}
    assert set(again.values()) == {State.FINAL}
    world.clock.forward(days=1)
    assert not world.do(lambda work: anything_due(work, work.now))
    with pytest.raises(Unknown, match="unknown-campaign"):
        counted(world, tmp_path, "nobody")
    silent = approved(world, weekly)
    with pytest.raises(Unknown, match="nothing-ran"):
        counted(world, tmp_path, silent.id)
