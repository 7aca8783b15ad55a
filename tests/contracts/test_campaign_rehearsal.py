"""A rehearsal and the real run agree: whom they reach, what it costs, when it ends; and nothing of it is kept."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from adapters.app.rehearsing import rehearse
from adapters.db.tables import campaign_packs, campaign_people, campaign_runs, metadata
from adapters.delivery.campaigns.taking import sweep
from core.campaigns.arms import CONTROL, Arm
from core.campaigns.launching import open_due, start, stop
from core.campaigns.model import Campaign, Plan, Run, State
from core.campaigns.rehearsal import Rehearsal, rehearsal_from
from core.campaigns.timing import is_quiet
from core.shared.refusals import Conflict, Unknown
from tests.support.campaigns import (
    MARKETER,
    approved,
    audiences,
    content,
    keep_people,
    launched,
    people_of,
    settings_of,
)
from tests.support.platform import Broadcasting, Platform
from tests.support.sending import sender_of
from tests.support.virtual import DirectLanes, run_virtually
from tests.support.world import World

ARMS = (Arm(CONTROL, 2_000), Arm("A", 8_000))
EVENING = datetime(2026, 11, 26, 18, 59, 55, tzinfo=UTC)
"""Five seconds before nine in Kyiv, too few for everybody."""
MORNING = datetime(2026, 11, 27, 7, tzinfo=UTC)


def rehearsed(world: World, campaign: Campaign, **more: Any) -> Rehearsal:
    return rehearse(settings_of(world), world.do, world.outside, campaign.id, world.clock.now, **more)


def keep(world: World) -> None:
    """Two hundred who can be reached at Viber for money, four hundred at Telegram, others not at all."""
    kinds: list[dict[str, Any]] = [
        {"channels": {"viber": True}}, {}, {}, {"consent": False}, {"channels": {}}, {"channels": {"telegram": False}},
    ]  # fmt: skip
    people = {number: dict(kinds[number % len(kinds)]) for number in range(1, 1_201)}
    people[1_201] = {"merged": 1, "consent": None}
    with world.owner.begin() as connection:
        keep_people(connection, world, people)


def counts(world: World) -> dict[str, int]:
    """Rows of every table."""
    with world.owner.connect() as connection:
        return {
            one.name: connection.execute(select(func.count()).select_from(one)).scalar_one()
            for one in metadata.sorted_tables
        }


async def sent_really(world: World, run: Run) -> None:
    """Both channels' senders until the run has ended, or the night has come."""
    lanes = DirectLanes(world)
    senders = [
        sender_of(world, lanes, Platform(), rate=25.0),
        sender_of(world, lanes, Broadcasting(name="viber"), rate=20.0),
    ]
    tasks = [asyncio.create_task(one.run()) for one in senders]
    over = False
    while not over:
        await asyncio.sleep(1.0)
        await lanes.do("sweep", lambda work: sweep(work, {}))
        over = await lanes.do("over", lambda work: is_quiet(work.now, work.programme.timezone) or _over(work, run))
    for one in senders:
        one.stop()
    await asyncio.gather(*tasks)
    lanes.close()


def _over(work: Any, run: Run) -> bool:
    one = next(other for other in work.campaigns.runs(run.campaign) if other.id == run.id)
    return one.ended_at is not None or work.campaigns.get(run.campaign).state is State.PAUSED


@pytest.mark.parametrize("budget", [None, 200])
def test_a_rehearsal_and_the_real_run_agree(world: World, budget: int | None) -> None:
    world.rules(viber_message_price=3)
    keep(world)
    for name in ("Перша", "Друга"):  # whoever got both is full
        _, run = launched(world, Plan(name, arms=(Arm(CONTROL, 5_000), Arm("A", 5_000))))
        with world.owner.begin() as connection:
            of = campaign_people.c
            mine = campaign_people.update().where(of.run == run.id, of.outcome.is_(None))
            connection.execute(mine.values(outcome="sent", at=world.clock.now))
            connection.execute(campaign_runs.update().values(ended_at=world.clock.now))
    world.clock.now = EVENING
    campaign = approved(world, Plan("Кава", arms=ARMS, contents={"A": content()}, budget=budget))
    before = counts(world)
    told = rehearsed(world, campaign)
    assert counts(world) == before
    assert world.do(lambda work: work.campaigns.get(campaign.id)) == campaign
    assert rehearsal_from(told.as_data()) == told

    world.clock.now = EVENING
    _, run = launched_again(world, campaign)
    run_virtually(world, lambda: sent_really(world, run))
    if not world.do(lambda work: _over(work, run)):
        world.clock.now = MORNING  # nobody is written to at night, whoever looks
        run_virtually(world, lambda: sent_really(world, run))

    rows = people_of(world, run).values()
    really = Counter((row.arm, row.channel or "", row.outcome, row.reason) for row in rows)
    shown = {(one.arm, one.channel, one.outcome and one.outcome.value, one.reason): one.people for one in told.endings}
    assert shown == really
    [real] = [one for one in world.do(lambda work: work.campaigns.runs(campaign.id)) if one.id == run.id]
    assert told.cost == real.spent
    assert told.outcomes["capped"] > 50
    sent = [row.at for row in rows if row.outcome == "sent"]
    assert told.sent == Counter(row.channel for row in rows if row.outcome == "sent")
    assert told.first_at is not None
    assert told.last_at is not None
    assert abs(told.first_at - min(sent)) < timedelta(seconds=3)
    if budget is None:
        assert told.halted == ""
        assert abs(told.last_at - max(sent)) < timedelta(seconds=40)
        assert abs(told.moved - sum(at >= MORNING for at in sent)) <= 60
        assert told.moved > 20
        assert told.moved == pytest.approx(told.numbers.moved, abs=60)
        assert sum(told.sent.values()) == told.numbers.recipients - told.numbers.expired
    else:
        assert told.halted == "budget"
        assert told.cost <= budget
        halted = world.do(lambda work: work.campaigns.get(campaign.id))
        assert halted is not None
        assert halted.why == "budget"


def launched_again(world: World, campaign: Campaign) -> tuple[Campaign, Run]:
    """The approved campaign is started and its run frozen."""
    world.do(lambda work: start(work, campaign=campaign.id, actor=MARKETER))
    [run] = [one for one in world.do(open_due) if one.campaign == campaign.id]
    audiences(world).freeze(run, world.clock.now)
    return campaign, run


def test_what_cannot_be_rehearsed_says_why(world: World) -> None:
    keep(world)
    with pytest.raises(Unknown, match="unknown-campaign"):
        rehearse(settings_of(world), world.do, world.outside, "nobody", world.clock.now)
    campaign = approved(world, Plan("Кава", arms=ARMS, contents={"A": content()}))
    with pytest.raises(Conflict, match="rehearsal-large"):
        rehearsed(world, campaign, most=10)
    world.do(lambda work: stop(work, campaign=campaign.id, actor=MARKETER))
    with pytest.raises(Conflict, match="campaign-state"):
        rehearsed(world, campaign)
    assert counts(world)[campaign_packs.name] == 0
