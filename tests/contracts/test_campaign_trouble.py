"""What stops a campaign or holds it up: bad messages, a platform that is down, nights, late starts, another sender."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import select, text

from adapters.db.campaignviews import CampaignReads
from adapters.db.engines import read_engine
from adapters.db.leading import Leader, lock_of
from adapters.db.tables import audit, campaign_receipts
from adapters.delivery.campaigns.receipts import Receipts
from bot.messages import Answer, Say
from bot.words import Verbatim
from core.campaigns.launching import open_due, resume, start
from core.campaigns.model import Plan, State
from core.campaigns.sending import Result
from core.campaigns.views import Delivery, Progress
from core.shared.values import Address, Language
from tests.contracts.test_campaign_sending import counts_agree, now_of, outcomes
from tests.support.campaigns import (
    MARKETER,
    approved,
    audiences,
    content,
    crowd,
    launched,
    name_of,
    people_of,
)
from tests.support.platform import Broadcasting, Platform
from tests.support.sending import send
from tests.support.virtual import DirectLanes, run_virtually
from tests.support.world import World

KYIV_NIGHT = datetime(2026, 10, 24, 17, 59, 50, tzinfo=UTC)
"""Ten seconds before nine in the evening in Kyiv; that night the clocks go back."""


def test_messages_that_are_refused_pause_the_campaign_and_a_resumed_one_goes_on(world: World) -> None:
    crowd(world, 300)
    campaign, run = launched(world, Plan("Кава"))
    platform = Platform(rejects=True)
    send(world, platform, seconds=20)
    seen = now_of(world, campaign)
    assert (seen.state, seen.why) == (State.PAUSED, "errors")
    found = outcomes(world, run)
    assert 40 <= found["failed rejected"] <= 75
    platform.rejects = False
    world.do(lambda work: resume(work, campaign=campaign.id, actor=MARKETER))
    send(world, platform, seconds=20)
    after = outcomes(world, run)
    assert after["failed rejected"] == found["failed rejected"]
    assert after["sent"] == len(platform.log) == found["None"]
    with world.engine.connect() as connection:
        rows = connection.execute(select(audit.c.login, audit.c.verb, audit.c.why).order_by(audit.c.number)).all()
    assert [tuple(row) for row in rows] == [
        ("maryna", "campaign.start", ""), ("house", "campaign.pause", "errors"), ("maryna", "campaign.resume", ""),
        ("house", "campaign.finish", ""),
    ]  # fmt: skip
    counts_agree(world, run)


def test_a_wrong_token_pauses_at_once_and_costs_nobody_their_message(small_world: World) -> None:
    world = small_world
    crowd(world, 100)
    campaign, run = launched(world, Plan("Кава"))
    send(world, Platform(fatal=True), seconds=5)
    assert now_of(world, campaign).why == "errors"
    assert set(outcomes(world, run)) == {"None", "control", "control holdout"}


def test_a_platform_that_is_down_for_ten_minutes_costs_few_and_all_goes_on_by_itself(small_world: World) -> None:
    world = small_world
    crowd(world, 400)
    campaign, run = launched(world, Plan("Кава"))
    loop_began = world.clock.now
    platform = Platform(outage=lambda: 3.0 < (world.outside.clock() - loop_began).total_seconds() < 600)
    send(world, platform, seconds=900)
    found = outcomes(world, run)
    assert now_of(world, campaign).state is State.FINISHED
    assert 5 <= found["unknown lost_answer"] <= 40
    assert found["sent"] == len(platform.log) > 300
    asked = [at for at in platform.calls if 30 < at < 600]
    assert all(later - first >= 1.0 for first, later in pairwise(asked))


def test_the_night_over_a_change_of_the_clock_is_silent_and_the_morning_goes_on(world: World) -> None:
    world.clock.now = KYIV_NIGHT
    crowd(world, 700)
    campaign = approved(world, Plan("Кава"))
    shown = audiences(world).numbers(campaign, world.clock.now)
    world.do(lambda work: start(work, campaign=campaign.id, actor=MARKETER))
    [run] = world.do(open_due)
    audiences(world).freeze(run, world.clock.now)
    platform = Platform()
    send(world, platform, seconds=60)
    evening = [at for at, _, _ in platform.log]
    assert max(evening) < 11.5
    world.clock.now = KYIV_NIGHT + timedelta(hours=13)  # twelve hours and the one that comes twice: ten to nine seconds
    send(world, platform, seconds=60)
    times = [at for at, _, _ in platform.log]
    assert min(times[len(evening) :]) >= 10.0
    assert abs(len(times) - len(evening) - shown.moved) <= 30
    assert len(times) == shown.recipients
    assert outcomes(world, run)["sent"] == shown.recipients


def test_what_does_not_fit_before_its_lifetime_ends_is_expired(small_world: World) -> None:
    world = small_world
    world.clock.now = KYIV_NIGHT
    crowd(world, 700)
    campaign = approved(world, Plan("Кава", deliver_hours=1))
    shown = audiences(world).numbers(campaign, world.clock.now)
    world.do(lambda work: start(work, campaign=campaign.id, actor=MARKETER))
    [run] = world.do(open_due)
    audiences(world).freeze(run, world.clock.now)
    send(world, Platform(), seconds=2 * 3600)
    found = outcomes(world, run)
    assert abs(found["expired"] - shown.expired) <= 30
    assert found["sent"] + found["expired"] == shown.recipients
    assert now_of(world, campaign).state is State.FINISHED


def test_a_sender_that_was_replaced_begins_and_settles_nothing(world: World) -> None:
    crowd(world, 20)
    _, run = launched(world, Plan("Кава"))

    def claim() -> int:
        def job(work: object) -> int:
            sendings = work.sendings  # type: ignore[attr-defined]  # the work of the database
            assert sendings.leads("telegram", "first")
            [going] = sendings.going("telegram")
            people = sendings.claim(going, "telegram", 0, 5).people
            made: int = sendings.pack(going, "telegram", people)
            return made

        return world.do(job)

    world.do(lambda work: work.sendings.lead("telegram", "first"))
    pack = claim()
    assert world.do(lambda work: work.sendings.lead("telegram", "second")) == 5
    assert not world.do(lambda work: work.sendings.leads("telegram", "first"))
    serials = [row.serial for row in people_of(world, run).values() if row.outcome == "unknown"]
    assert len(serials) == 5
    results = [Result(serial, None) for serial in serials]
    assert not world.do(lambda work: work.sendings.settle(pack, results))
    assert outcomes(world, run)["unknown crashed"] == 5
    platform = Platform()
    send(world, platform, seconds=10)
    assert not set(platform.got) & {str(n) for n, row in people_of(world, run).items() if row.outcome == "unknown"}
    counts_agree(world, run)


def test_of_two_workers_on_postgresql_one_sends_and_the_other_takes_over_when_it_is_gone(postgres_url: str) -> None:
    world = World(postgres_url)
    one, other = (Leader(world.engine, lock_of("telegram|bot")) for _ in range(2))
    third = Leader(world.engine, lock_of("viber|bot"))
    assert (one.leads(), other.leads(), third.leads(), one.leads()) == (True, False, True, True)
    with world.owner.begin() as connection:  # as when its process is killed: the session ends
        held = text("select pid from pg_locks where locktype = 'advisory' and granted and objid = :low")
        pid = connection.execute(held, {"low": lock_of("telegram|bot") & 0xFFFFFFFF}).scalar_one()
        connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
    taken = any(other.leads() for _ in range(50))
    assert taken
    assert not one.leads()
    for leader in (one, other, third):
        leader.close()
    world.close()


def test_equal_texts_go_to_many_at_once_and_each_has_an_outcome_of_their_own(world: World) -> None:
    crowd(world, 700, "viber")
    _, run = launched(world, Plan("Кава"))
    waiting = [n for n, row in sorted(people_of(world, run).items()) if row.outcome is None]
    platform = Broadcasting("viber", blocked={str(n) for n in waiting[:5]})
    send(world, platform, seconds=20)
    assert max(platform.packs) == 300
    assert len(platform.calls) <= 4
    assert outcomes(world, run)["unreachable not_subscribed"] == 5
    assert outcomes(world, run)["sent"] == len(platform.log) == len(waiting) - 5
    one = waiting[20]
    _, own = launched(world, Plan("Ім'я", contents={"A": content("Вітаємо, {name|друже}")}))
    single = Broadcasting("viber")
    send(world, single, seconds=60)
    assert single.packs == []
    assert single.got[str(one)] == (people_of(world, own)[one].outcome == "sent")


def test_receipts_and_taps_mark_a_message_and_settle_what_was_unknown(world: World) -> None:
    crowd(world, 40, "viber")
    _, run = launched(world, Plan("Кава"))
    platform = Platform("viber", lost=0.3, seed=2)
    send(world, platform, seconds=20)
    rows = people_of(world, run)
    sent = [n for n, row in rows.items() if row.outcome == "sent"]
    lost = [n for n, row in rows.items() if row.outcome == "unknown"]
    at = world.clock.now

    async def hear() -> None:
        lanes = DirectLanes(world)
        receipts = Receipts(lanes, ())
        for _ in range(3):  # several phones of one person
            for n in sent[:6]:
                await receipts.note(Address("viber", "bot", str(n)), rows[n].message, seen=n in sent[:2], at=at)
        await receipts.note(Address("viber", "bot", str(sent[0])), "of-something-else", seen=True, at=at)
        await receipts.note(Address("viber", "bot", "nobody"), "m1", seen=True, at=at)
        await receipts.note(Address("viber", "bot", str(lost[1])), "of-the-lost-answer", seen=False, at=at)
        await receipts.note(Address("viber", "bot", str(lost[2])), "of-another-letter", seen=False, at=at)
        lanes.close()  # whoever applies them is another process: all of it is on record
        other = DirectLanes(world)
        for pause in (0.0, 6.0, 31.0, 61.0):
            await asyncio.sleep(pause)
            await Receipts(other, ()).write()
        other.close()

    letter = Answer([Say(Verbatim("Вітаємо"))], ())
    world.do(lambda work: work.outbox.add(None, Address("viber", "bot", str(lost[2])), letter, Language.UK, None))
    run_virtually(world, hear)
    for _ in range(2):
        world.do(lambda work: work.mailings.tapped(run.id, rows[lost[0]].serial, at))
    after = people_of(world, run)
    assert sum(row.delivered_at is not None for row in after.values()) == 7
    assert (after[lost[1]].outcome, after[lost[1]].message) == ("sent", "of-the-lost-answer")
    assert after[lost[2]].outcome == "unknown"  # it may as well have been the letter that they got meanwhile
    with world.engine.connect() as connection:
        assert connection.execute(select(campaign_receipts)).all() == []
    assert sum(row.seen_at is not None for row in after.values()) == 2
    assert (after[lost[0]].outcome, after[lost[0]].tapped_at) == ("sent", at)

    async def read() -> tuple[Progress | None, Sequence[Delivery]]:
        engine = read_engine(world.served)
        views = CampaignReads(engine, world.clock)
        found = await views.progress(run.id), await views.deliveries(name_of(sent[0]))
        await engine.dispose()
        return found

    progress, [one] = asyncio.run(read())
    assert progress is not None
    marks = {what: sum(told.values()) for what, told in progress.marks.items()}
    assert marks == {"delivered": 7, "seen": 2, "tapped": 1}
    assert progress.by_outcome()["sent"] == len(sent) + 2
    assert (one.outcome, one.channel, one.seen_at) == ("sent", "viber", at)
