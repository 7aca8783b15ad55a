"""The desk: order per person, parallel across people, poison parked, leftovers taken up after a crash."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import text

from adapters.delivery.desk import Desk
from bot.messages import Incoming, Started, Typed
from bot.ports import Letter, Outcome, RawEvent, Rejected, Retry, Sent, Unreachable, Unsure
from core.shared.values import Address
from tests.support.served import until
from tests.support.world import World, open_lanes


@dataclass(slots=True)
class Messenger:
    """A channel with memory: what was sent, how often each word was parsed, what the platform answers next."""

    name: str = "telegram"
    bot: str = "bot"
    sent: list[Letter] = field(default_factory=list)
    parsed: list[str] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)
    busy: int = 0
    most_at_once: int = 0

    def parse(self, event: RawEvent) -> Incoming | None:
        """`poison` always fails; the rest is typed."""
        word = str(event.body["text"])
        self.parsed.append(word)
        if word == "poison":
            raise RuntimeError("this event cannot be read")
        return Incoming(event.address, Started() if word == "/start" else Typed(word), "uk")

    async def photo(self, ref: str) -> bytes | None:
        """None here."""
        del ref
        return None

    async def send(self, letter: Letter) -> Outcome:
        """As planned, else sent."""
        self.busy += 1
        self.most_at_once = max(self.most_at_once, self.busy)
        await asyncio.sleep(0)
        self.busy -= 1
        answer = self.answers.pop(0) if self.answers else Sent("1")
        if isinstance(answer, Sent):
            self.sent.append(letter)
        return answer


def event(user: str, number: int, word: str) -> RawEvent:
    return RawEvent(Address("telegram", "bot", user), f"{user}:{number}", {"text": word})


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_poison_event_is_parked_after_three_tries_and_the_next_goes_on(world: World) -> None:
    world.clock.now = now()
    channel = Messenger()
    async with open_lanes(world) as (lanes, mailroom):
        desk = Desk(lanes=lanes, waiting=mailroom, channels={"telegram": channel}, look=lambda content: [])
        for number, word in enumerate(("/start", "poison", "help")):
            await desk.accept(event("a", number, word))
        await until(lambda: len(channel.sent) >= 4)
        await desk.close()
    assert channel.parsed.count("poison") == 3
    keys = [letter.reply.text for letter in channel.sent]
    assert [getattr(one, "key", "") for one in keys[:2]] == ["register.ask-phone", "fault.sorry"]
    with world.engine.connect() as connection:
        rows = connection.execute(text("select state, error from inbox order by id")).all()
    assert [row.state for row in rows] == ["done", "parked", "done"]
    assert rows[1].error == "RuntimeError"


async def test_people_are_served_in_parallel_and_each_in_order(world: World) -> None:
    world.clock.now = now()
    channel = Messenger()
    async with open_lanes(world) as (lanes, mailroom):
        desk = Desk(lanes=lanes, waiting=mailroom, channels={"telegram": channel}, look=lambda content: [])
        events = [
            event(f"u{user}", number, "help" if number else "/start") for number in range(4) for user in range(20)
        ]
        await asyncio.gather(*(desk.accept(one) for one in events))
        await until(lambda: len({letter.event for letter in channel.sent}) == len(events), seconds=30)
        await desk.close()
    for user in range(20):
        numbers = [letter.id for letter in channel.sent if letter.address.user == f"u{user}"]
        assert numbers == sorted(numbers)
    assert channel.most_at_once > 1


async def test_what_was_accepted_or_unsent_in_an_earlier_life_is_done_in_the_next(world: World) -> None:
    world.clock.now = now()
    async with open_lanes(world) as (lanes, mailroom):
        deaf = Desk(lanes=lanes, waiting=mailroom, channels={}, look=lambda content: [], works=False)
        assert await deaf.accept(event("a", 1, "/start")) == (1, True)
        assert await deaf.accept(event("a", 1, "/start")) == (1, False)
        dies_before_sending = Desk(
            lanes=lanes,
            waiting=mailroom,
            channels={"telegram": Messenger(answers=[Retry(60)])},
            look=lambda content: [],
        )
        await dies_before_sending.start()
        await until(lambda: mailroom.handled(1))
        await dies_before_sending.close()
        await mailroom.release_leases()
        channel = Messenger()
        desk = Desk(lanes=lanes, waiting=mailroom, channels={"telegram": channel}, look=lambda content: [])
        await desk.start()
        await until(lambda: channel.sent)
        await desk.close()
    assert [letter.event for letter in channel.sent] == [1]
    assert channel.parsed == []


async def test_each_answer_of_the_platform_has_its_consequence(world: World) -> None:
    world.clock.now = now()
    answers: list[Outcome] = [Retry(0.01), Sent("2"), Unsure("lost"), Rejected("bad"), Unreachable("blocked")]
    channel = Messenger(answers=answers)
    async with open_lanes(world) as (lanes, mailroom):
        desk = Desk(lanes=lanes, waiting=mailroom, channels={"telegram": channel}, look=lambda content: [])
        for number in range(4):
            await desk.accept(event(f"u{number}", 1, "/start"))
            await until(lambda number=number: len(answers) <= 3 - number)
        await desk.close()
    with world.engine.connect() as connection:
        states = connection.execute(text("select state from outbox order by id")).scalars().all()
        subscribed = connection.execute(text("select subscribed from addresses order by user_key")).scalars().all()
    assert states == ["sent", "new", "failed", "unreachable"]
    assert [bool(one) for one in subscribed] == [True, True, True, False]
