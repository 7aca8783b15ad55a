"""Whom a run reaches, frozen by one statement, is whom loops find; what is shown before launch is what is frozen."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from adapters.db.audience import Audience, Launch, audience
from adapters.db.engines import bulk_engine
from adapters.db.finding import finders
from adapters.db.freezing import count_audience, freeze
from adapters.db.segmentsql import Scene
from adapters.db.tables import campaign_counts, campaign_people, customers, inbox
from core.campaigns.arms import CONTROL, WHOLE, Arm, arm_of, lot_of
from core.campaigns.launching import open_due, start
from core.campaigns.model import Campaign, Kind, Outcome, Plan
from core.campaigns.numbers import Group, Numbers, numbers_from
from core.campaigns.timing import instant
from core.shared.refusals import Conflict
from tests.support.campaigns import (
    MARKETER,
    approved,
    audiences,
    content,
    keep_people,
    launched,
    name_of,
    people_of,
    settings_of,
)
from tests.support.world import World

ARMS = (Arm(CONTROL, 1_000), Arm("A", 5_000), Arm("B", 4_000))
PLAN = Plan("Кава", arms=ARMS, contents={"A": content(), "B": content("Чай")}, budget=400)
MANY = 400


def made(world: World) -> dict[int, dict[str, Any]]:
    """Every kind of person in turn."""
    kinds: list[dict[str, Any]] = [
        {}, {"channels": {"viber": True}}, {"channels": {"viber": True, "telegram": False}},
        {"channels": {"web": True, "viber": True}}, {"channels": {"web": True}}, {"channels": {}}, {"consent": None},
        {"consent": False}, {"channels": {"telegram": False}}, {"forgotten_at": world.clock.now},
    ]  # fmt: skip
    people = {number: dict(kinds[number % len(kinds)]) for number in range(1, MANY)}
    for number in range(MANY, MANY + 60):
        people[number] = {"merged": number - MANY + 1, "consent": None}
    return people


def in_session(number: int) -> bool:
    """Who has written to the bot of Viber today."""
    return number % 3 == 0


def keep(world: World, people: dict[int, dict[str, Any]]) -> None:
    """They are there; some have written, and receipts are no words."""
    with world.owner.begin() as connection:
        keep_people(connection, world, people)
        events = [
            {"channel": "viber", "bot": "bot", "user_key": str(number), "body": {}, "state": "done",
             "event_key": f"{'message' if in_session(number) else 'delivered'}:{number}",
             "received_at": world.clock.now - timedelta(hours=3)}
            for number in people
        ]  # fmt: skip
        old = [{**one, "event_key": f"message:old-{one['user_key']}",
                "received_at": world.clock.now - timedelta(hours=25)} for one in events]  # fmt: skip
        connection.execute(insert(inbox), [*events, *old])


def expected(world: World, people: dict[int, dict[str, Any]], salt: str) -> dict[int, tuple[Any, ...]]:
    """By loops: arm, trial, outcome, reason, channel, cost."""
    secret = hmac.digest(settings_of(world).key("hashes"), b"campaign holdout", hashlib.sha256).hex()
    found: dict[int, tuple[Any, ...]] = {}
    for number, one in people.items():
        if one.get("merged") or one.get("forgotten_at"):
            continue
        selves = [name_of(other) for other, told in people.items() if other == number or told.get("merged") == number]
        mine = [told for other, told in people.items() if other == number or told.get("merged") == number]
        channels = {name for told in mine for name, on in told.get("channels", {"telegram": True}).items() if on}
        channel = next((name for name in ("telegram", "viber", "web") if name in channels), None)
        held = any(lot_of(secret, one) < 200 for one in selves)
        control = held or any(arm_of(ARMS, salt, one) == CONTROL for one in selves)
        arm = CONTROL if control else arm_of(ARMS, salt, name_of(number))
        if one.get("consent", True) is not True:
            end: tuple[Any, ...] = (False, "no_consent", "", channel, 0)
        elif channel is None:
            end = (False, "unreachable", "no_address", None, 0)
        elif held:
            end = (False, "control", "holdout", channel, 0)
        elif control:
            end = (True, "control", "", channel, 0)
        else:
            end = (True, None, "", channel, 30 if channel == "viber" and not in_session(number) else 0)
        found[number] = (arm, *end)
    return found


def test_a_frozen_run_is_whom_loops_find_and_its_numbers_are_those_shown_before(world: World) -> None:
    world.rules(viber_message_price=30)
    people = made(world)
    keep(world, people)
    campaign = approved(world, PLAN)
    shown = audiences(world).numbers(campaign, world.clock.now)
    world.do(lambda work: start(work, campaign=campaign.id, actor=MARKETER))
    [run] = world.do(open_due)
    assert audiences(world).freeze(run, world.clock.now) == shown
    rows = people_of(world, run)
    wanted = expected(world, people, campaign.salt)
    got = {n: (r.arm, r.trial, r.outcome, r.reason, r.channel, r.cost) for n, r in rows.items()}
    assert got == wanted
    assert sorted(row.serial for row in rows.values()) == list(range(1, len(rows) + 1))
    [kept] = world.do(lambda work: work.campaigns.runs(campaign.id))
    assert numbers_from(kept.figures) == shown
    assert audiences(world).freeze(run, world.clock.now) is None
    with world.engine.connect() as connection:
        counted = {
            (one.arm, one.channel, one.what, one.reason): one.people
            for one in connection.execute(select(campaign_counts).where(campaign_counts.c.run == run.id))
        }
    assert counted == Counter((r.arm, r.channel or "", r.outcome or "waiting", r.reason) for r in rows.values())
    check(shown, wanted)


def test_a_freezing_that_was_cut_short_is_made_anew_and_one_that_may_not_be_leaves_nothing(world: World) -> None:
    people = {number: {"consent": number % 5 > 0} for number in range(1, 60)}
    keep(world, people)
    campaign = approved(world, PLAN)
    world.do(lambda work: start(work, campaign=campaign.id, actor=MARKETER))
    [run] = world.do(open_due)

    def refused(groups: Sequence[Group]) -> dict[str, Any]:
        assert sum(one.people for one in groups) == len(people)
        raise Conflict("vouchers-short")

    chosen = audience_of(world, campaign)
    with pytest.raises(Conflict):
        freeze(world.served, run, chosen, refused, world.clock.now)
    assert people_of(world, run) == {}
    row = {"run": run.id, "customer": name_of(1), "arm": "A", "trial": True, "outcome": "sent"}
    with world.owner.begin() as connection:
        connection.execute(insert(campaign_people), [{**row, "serial": serial} for serial in range(1, 41)])
    assert freeze(world.served, run, chosen, lambda groups: {"matching": 1}, world.clock.now)
    rows = people_of(world, run)
    assert sorted(rows) == sorted(people)
    assert sorted(row.serial for row in rows.values()) == list(range(1, 60))
    assert {n for n, row in rows.items() if row.outcome == "no_consent"} == {n for n in people if n % 5 == 0}
    assert not freeze(world.served, run, chosen, refused, world.clock.now)


def test_two_who_look_at_once_find_whom_one_finds_as_all_stood_at_one_instant(world: World) -> None:
    people = made(world)
    keep(world, people)
    campaign = approved(world, PLAN)
    world.do(lambda work: start(work, campaign=campaign.id, actor=MARKETER))
    [run] = world.do(open_due)
    chosen, told = audience_of(world, campaign), list[Sequence[Group]]()
    alone = count_audience(world.served, chosen)
    assert as_counts(count_audience(world.served, chosen, many=1)) == as_counts(alone)

    def refused(groups: Sequence[Group]) -> dict[str, Any]:
        raise Conflict("vouchers-short")

    with pytest.raises(Conflict):
        freeze(world.served, run, chosen, refused, world.clock.now, many=1)
    assert people_of(world, run) == {}

    def figures(groups: Sequence[Group]) -> dict[str, Any]:
        told.append(groups)
        return {}

    assert freeze(world.served, run, chosen, figures, world.clock.now, many=1)
    [groups] = told
    assert as_counts(groups) == as_counts(alone)
    rows = people_of(world, run)
    assert {number: row.serial for number, row in rows.items()} == {n: at for at, n in enumerate(sorted(rows), 1)}
    kept = Counter((r.arm, r.channel or "", r.outcome, r.reason, r.cost) for r in rows.values())
    assert kept == as_counts(alone)
    late: dict[int, dict[str, Any]] = {number: {} for number in (MANY + 100, MANY + 101)}
    with finders(bulk_engine(world.served), chosen, 1) as found:
        low = sum(one.people for one in found[0].count())
        with world.owner.begin() as connection:
            keep_people(connection, world, late)
        high = sum(one.people for one in found[1].count())
    assert (len(found), low + high) == (2, len(rows))
    assert low > 0 < high
    assert sum(one.people for one in count_audience(world.served, chosen, many=1)) == len(rows) + len(late)


def as_counts(groups: Sequence[Group]) -> Counter[tuple[Any, ...]]:
    """People by what they are."""
    found = Counter[tuple[Any, ...]]()
    for one in groups:
        outcome = None if one.outcome is None else one.outcome.value
        found[one.arm, one.channel, outcome, one.reason, one.cost] += one.people
    return found


def audience_of(world: World, campaign: Campaign) -> Audience:
    """As the house would ask for it now."""
    zone, now = world.outside.programme.timezone, world.clock.now
    scene = Scene(
        now.date(), lambda day: instant(day, time(), zone), world.outside.questionnaire, (), world.engine.dialect.name,
        {}, (),
    )  # fmt: skip
    assert campaign.audience is not None
    return audience(campaign, campaign.audience, Launch(scene, now, zone, "salt", 2, 2, 0))


def test_whoever_waits_for_as_many_promotions_as_they_may_have_is_capped_as_who_they_are_by_now(world: World) -> None:
    world.rules(promotions_in_7_days=1)
    people: dict[int, dict[str, Any]] = {number: {} for number in range(1, 50)}
    keep(world, people)
    _, first = launched(world, PLAN)
    waiting = {number for number, row in people_of(world, first).items() if row.outcome is None}
    other = min(people.keys() - waiting)
    with world.owner.begin() as connection:  # one who waits turns out to be one who does not
        gone = update(customers).where(customers.c.id == name_of(min(waiting)))
        connection.execute(gone.values(merged_into=name_of(other)))
    _, second = launched(world, PLAN)
    rows = people_of(world, second)
    capped = {number for number, row in rows.items() if (row.outcome, row.reason) == ("capped", "before")}
    assert capped == waiting - {min(waiting)} | {other}
    assert not any(rows[number].trial for number in capped)


def check(shown: Numbers, wanted: dict[int, tuple[Any, ...]]) -> None:
    """Each number, counted by loops."""
    outcomes = Counter(one[2] for one in wanted.values())
    assert shown.matching == len(wanted)
    assert shown.consented == len(wanted) - outcomes["no_consent"]
    reached = Counter(one[4] for one in wanted.values() if one[2] not in ("no_consent", "unreachable"))
    assert shown.reachable == dict(sorted(reached.items()))
    assert shown.holdout == sum(one[3] == "holdout" for one in wanted.values()) > 0
    assert shown.control == outcomes["control"] - shown.holdout > 0
    receives = Counter((one[0], one[4]) for one in wanted.values() if one[2] is None)
    assert {(one.arm, one.channel): one.people for one in shown.receives} == receives
    assert shown.recipients == outcomes[None]
    assert shown.in_trial == sum(one[1] for one in wanted.values())
    assert shown.cost == sum(one[5] for one in wanted.values()) > PLAN.budget
    paid = sum(one[5] > 0 for one in wanted.values())
    assert shown.beyond_budget == paid - 400 // 30
    assert (shown.moved, shown.expired, shown.capped) == (0, 0, 0)


def test_a_service_message_is_for_everybody_who_can_be_reached(world: World) -> None:
    people = made(world)
    keep(world, people)
    _, run = launched(world, Plan("Строк", kind=Kind.SERVICE, arms=(Arm("A", WHOLE),)))
    rows = people_of(world, run)
    assert {row.outcome for row in rows.values()} == {None, Outcome.UNREACHABLE.value}
    assert {row.arm for row in rows.values()} == {"A"}
    unasked = {number for number in rows if people[number].get("consent", True) is not True}
    assert unasked <= {number for number, row in rows.items() if row.outcome is None}
