"""Packs are short where each is told something else; whoever must know is not kept waiting for a free session."""

from collections import Counter

from core.campaigns.arms import WHOLE, Arm
from core.campaigns.launching import stop
from core.campaigns.model import Kind, Plan
from tests.support.campaigns import MARKETER, content, crowd, launched, people_of
from tests.support.platform import Broadcasting
from tests.support.sending import send
from tests.support.world import World


def test_a_stop_takes_effect_within_two_seconds_where_a_call_could_be_for_many(small_world: World) -> None:
    world = small_world
    crowd(world, 400, "viber")
    campaign, run = launched(world, Plan("Ім'я", contents={"A": content("Вітаємо, {name|друже}")}))
    platform = Broadcasting("viber")
    halt = {4.0: lambda: world.do(lambda work: stop(work, campaign=campaign.id, actor=MARKETER))}
    send(world, platform, seconds=20, rate=20.0, meanwhile=halt)
    assert platform.packs == []
    assert 60 < len(platform.log) < 130
    assert max(at for at, _, _ in platform.log) < 6.0
    ended = Counter(str(row.outcome) for row in people_of(world, run).values())
    assert ended["sent"] == len(platform.log)
    assert ended["stopped"] > 0


def test_an_advertisement_waits_for_a_free_session_and_a_service_message_does_not(small_world: World) -> None:
    world = small_world
    world.rules(viber_message_price=30)
    crowd(world, 40, "viber")
    everybody = (Arm("A", WHOLE),)
    _, told = launched(world, Plan("Строк", kind=Kind.SERVICE, arms=everybody, await_session=True))
    _, waits = launched(world, Plan("Кава", await_session=True))
    platform = Broadcasting("viber")
    send(world, platform, seconds=20)
    assert {(row.outcome, row.cost) for row in people_of(world, told).values()} == {("sent", 30)}
    assert not any(row.outcome == "sent" for row in people_of(world, waits).values())
    assert len(platform.log) == 40
