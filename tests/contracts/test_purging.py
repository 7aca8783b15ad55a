"""What has done its work leaves after its time, and nothing else does."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from adapters.db.purging import purge
from adapters.db.tables import media
from bot.messages import Answer, Say
from bot.ports import RawEvent, Sent
from bot.words import Verbatim
from core.cards.actions import till_codes
from core.customers.actions import meet
from core.customers.model import CodeUse
from core.customers.proof import send_decoy
from core.shared.values import Address, Language
from tests.support.world import World, open_lanes

WEB, TELEGRAM = Address("web", "house", "w"), Address("telegram", "bot", "t")
ANSWER = Answer([Say(Verbatim("words"))], ())


def a_day_in_the_house(world: World, name: str) -> None:
    """One row of each kind that can grow old."""

    def job(work: Any) -> None:
        for address in (WEB, TELEGRAM):
            meet(work, address=address)
            for state in ("done", "parked", "new"):
                number, _ = work.inbox.add(RawEvent(address, f"{name}-{state}", {"text": "said"}), work.now)
                if state == "done":
                    work.inbox.done(number)
                if state == "parked":
                    work.inbox.park(number, "broken")
            sent, _ = (work.outbox.add(None, address, ANSWER, Language.UK, None)[0] for _ in range(2))
            work.outbox.settle(sent.id, Sent("1"), work.now)
        work.tries.note("kind", name, "item", work.now)
        send_decoy(work, use=CodeUse.PHONE, subject=name, origin=name)
        work.files.keep(b"file", "application/json", None, work.now + timedelta(hours=1))
        row = {"name": f"picture-{name}", "mime": "image/png", "content": b"", "owner": "o", "digest": ""}
        work.connection.execute(media.insert(), {**row, "created_at": work.now, "until": None})

    world.do(job)


async def purged(world: World) -> dict[str, int]:
    """What a purge of this moment takes away."""
    async with open_lanes(world) as (lanes, _):
        gone = await purge(lanes, world.clock.now)
        assert await purge(lanes, world.clock.now) == {}
    return gone


def rows(world: World, statement: str) -> list[Any]:
    """What the statement finds."""
    with world.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


async def test_rows_leave_when_their_time_is_over_and_not_before(world: World) -> None:
    a_day_in_the_house(world, "first")
    world.clock.forward(minutes=59)
    assert await purged(world) == {}
    world.clock.forward(hours=1)
    assert await purged(world) == {"media": 1}
    world.clock.forward(days=2)
    a_day_in_the_house(world, "second")
    assert await purged(world) == {"tries": 1, "codes": 1}
    world.clock.forward(days=6)
    gone = await purged(world)
    assert gone == {"inbox": 2, "outbox": 2, "tries": 1, "codes": 1, "media": 1}
    kept = rows(world, "select channel, event_key from inbox where state = 'done' order by channel")
    assert kept == [("telegram", "second-done"), ("web", "second-done")]
    assert len(rows(world, "select 1 from inbox where state <> 'done'")) == 8
    assert len(rows(world, "select 1 from outbox where channel = 'web' and state = 'sent'")) == 2
    world.clock.forward(days=100)
    gone = await purged(world)
    assert gone["media"] == 2
    assert rows(world, "select 1 from outbox") == []


async def test_a_letter_nobody_could_send_for_two_days_is_given_up_and_says_nothing(world: World) -> None:
    a_day_in_the_house(world, "first")
    world.clock.forward(hours=47)
    await purged(world)
    assert len(rows(world, "select 1 from outbox where state = 'new'")) == 2
    world.clock.forward(hours=2)
    await purged(world)
    assert rows(world, "select 1 from outbox where state = 'new'") == []
    assert len(rows(world, "select 1 from outbox where state = 'failed' and error = 'too late'")) == 2


async def test_thousands_of_old_rows_leave_in_chunks(small_world: World) -> None:
    def many(work: Any) -> None:
        for number in range(1201):
            work.tries.note("kind", "s", str(number), work.now)
            send_decoy(work, use=CodeUse.PHONE, subject="s", origin="s")

    small_world.do(many)
    small_world.clock.forward(days=3)
    assert await purged(small_world) == {"tries": 1201, "codes": 1201}


async def test_the_web_farewell_of_a_forgotten_person_is_gone_within_minutes(world: World) -> None:
    world.do(lambda work: work.outbox.add(None, WEB, ANSWER, Language.UK, None))
    world.clock.forward(minutes=6)
    assert await purged(world) == {"outbox": 1}


async def test_spoken_codes_that_are_over_leave(world: World) -> None:
    from tests.contracts.test_talk import OLENA, register

    register(world.person())
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    world.do(lambda work: till_codes(work, card=work.cards.of(customer.id)))  # type: ignore[arg-type]  # there is one
    world.clock.forward(minutes=30)
    assert await purged(world) == {}
    world.clock.forward(hours=1)
    assert (await purged(world))["spoken_codes"] == 1
