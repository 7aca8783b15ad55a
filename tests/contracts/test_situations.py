"""Situations on both databases: switched with who and when, people met once, arms that stay, rest, forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.cards.actions import forget
from core.customers.model import Customer
from core.offers.meeting import Arm, Met, Person, last_day
from core.offers.reading import offer_from
from core.offers.situations import Rule, Switch, untouched
from core.offers.switching import switch
from core.sales.export import export
from core.shared.refusals import Invalid
from core.shared.values import CustomerId, Phone
from core.vouchers.actions import claim
from core.vouchers.meeting import free, meet
from tests.support.engine import alter, newcomer
from tests.support.weekly import plan
from tests.support.world import World

WEEK, MONDAY = "2026-W48", date(2026, 11, 23)
GIFT: dict[str, Any] = {"id": "gift", "audience": "voucher", "benefit": {"kind": "amount_off", "amount": 700}}
LEAVING = replace(untouched(Rule.LEAVING), on=True, offer="gift")
PHONE = Phone("+380671234567")


@pytest.fixture
def house(world: World) -> World:
    world.do(lambda work: work.offers.put(offer_from(GIFT), GIFT))
    return world


def person(owner: str, *selves: str) -> Person:
    return Person(owner, MONDAY, last_day(WEEK, 21), selves)


def crowd(count: int) -> list[Person]:
    return [person(f"{at:08d}-0000-0000-0000-000000000000") for at in range(count)]


def go(world: World, people: Sequence[Person], week: str = WEEK, switch: Switch = LEAVING) -> int:
    return world.do(lambda work: meet(work, switch=switch, week=week, offer="gift", people=people))


def rows(world: World, said: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in world.do(lambda work: work.connection.execute(text(said)).all())]


def arms(world: World) -> dict[str, tuple[str, bool]]:
    """Each owner's arm of the newest week, and whether there is a voucher that is theirs."""
    whose = "coalesce(v.customer, 'phone:' || v.phone_hash)"
    told = f"select p.owner, p.arm, v.code, p.voucher, {whose} from situation_people p"
    found = {}
    for owner, arm, code, named, theirs in rows(
        world, f"{told} left join vouchers v on v.code = p.voucher order by week"
    ):
        assert code == named
        assert theirs in (None, owner)
        found[owner] = (arm, code is not None)
    return found


def one_of(world: World, arm: Arm) -> CustomerId:
    """A customer whose lot is that arm's."""
    while True:
        who = world.do(newcomer)[0]
        if world.do(lambda work, who=who: free(work, switch=LEAVING, week=WEEK, people=[person(who)]))[0][1] is arm:
            return who


def test_a_change_is_kept_with_who_and_when_and_the_newest_counts(house: World) -> None:
    assert house.do(lambda work: work.situations.switches()) == {rule: untouched(rule) for rule in Rule}
    for on, control in ((True, 20), (True, 20), (False, None)):
        house.clock.forward(minutes=1)
        house.do(
            lambda work, on=on, control=control: switch(
                work, rule=Rule.BIRTHDAY, on=on, actor="olha", offer="gift", control=control, numbers={"before": "5"}
            )
        )
    found = house.do(lambda work: work.situations.switches())[Rule.BIRTHDAY]
    assert found == Switch(Rule.BIRTHDAY, False, "gift", 20, {"before": 5}, "olha", house.clock.now)
    kept = rows(house, "select actor, active, control from situation_rules order by id")
    assert [(actor, bool(active), control) for actor, active, control in kept] == [
        ("olha", True, 20),
        ("olha", False, 20),
    ]
    for said in ("delete from situation_rules", "update situation_rules set control = 0"):
        with pytest.raises(DBAPIError, match="only grows"), house.owner.begin() as connection:
            connection.execute(text(said))


def test_a_refused_change_changes_nothing(house: World) -> None:
    for numbers, control in (({"before": "99"}, None), ({}, 4)):
        with pytest.raises(Invalid):
            house.do(
                lambda work, numbers=numbers, control=control: switch(
                    work, rule=Rule.BIRTHDAY, on=True, actor="olha", offer="gift", control=control, numbers=numbers
                )
            )
    assert rows(house, "select count(*) from situation_rules") == [(0,)]


def test_an_offer_that_ended_yesterday_by_the_shop_s_clock_is_refused(house: World) -> None:
    until = {**GIFT, "until": "2026-11-26"}
    house.do(lambda work: work.offers.put(offer_from(until), until))
    house.clock.forward(hours=11)  # 01:00 in Kyiv on the 27th, still the 26th in UTC
    with pytest.raises(Invalid, match="offer-ended"):
        house.do(lambda work: switch(work, rule=Rule.LEAVING, on=True, actor="olha", offer="gift"))


def test_people_are_met_once_a_week_with_a_voucher_or_as_the_control_group(house: World) -> None:
    people = crowd(200)
    assert go(house, people[:120]) == 120
    assert go(house, people) == 80
    assert go(house, people) == 0
    found = arms(house)
    assert len(found) == 200
    assert all((arm == "given") is has for arm, has in found.values())
    counted = house.do(lambda work: work.situations.count(Rule.LEAVING, WEEK))
    assert counted == {
        Arm.GIVEN: sum(has for _, has in found.values()),
        Arm.CONTROL: 200 - sum(h for _, h in found.values()),
    }
    assert 6 <= counted[Arm.CONTROL] <= 38
    days = rows(house, "select distinct valid_from, valid_until, offer, state from vouchers")
    assert [(str(first), str(last), offer, state) for first, last, offer, state in days] == [
        ("2026-11-23", "2026-12-13", "gift", "issued")
    ]
    assert house.do(lambda work: work.situations.count(Rule.BIRTHDAY, WEEK)) == {Arm.GIVEN: 0, Arm.CONTROL: 0}


def test_the_control_group_is_its_share_of_a_crowd_and_another_for_each_rule(house: World) -> None:
    lots = {
        rule: [house.outside.lot(rule.value, f"owner-{at}") for at in range(20_000)]
        for rule in (Rule.LEAVING, Rule.BIRTHDAY)
    }
    for some in lots.values():
        for percent in (5, 10, 50):
            share = sum(lot * 100 < percent * 2**64 for lot in some) / len(some)
            assert share == pytest.approx(percent / 100, abs=0.012)
    both = sum(one * 10 < 2**64 and other * 10 < 2**64 for one, other in zip(*lots.values(), strict=True)) / 20_000
    assert both == pytest.approx(0.01, abs=0.004)
    other = replace(house.outside, hash_key=b"k" * 32)
    assert [other.lot("leaving", f"owner-{at}") for at in range(9)] != lots[Rule.LEAVING][:9]


def test_nobody_is_met_again_within_the_pause_and_then_in_the_same_arm(house: World) -> None:
    people = crowd(60)
    assert go(house, people, "2026-W40") == 60
    before = arms(house)
    assert go(house, people, WEEK) == 0
    assert house.do(lambda work: free(work, switch=LEAVING, week=WEEK, people=people)) == []
    assert go(house, people, "2026-W49") == 60
    assert arms(house) == before
    birthday = replace(untouched(Rule.BIRTHDAY), on=True, offer="gift")
    assert go(house, people, "2026-W49", birthday) == 60


def test_a_person_who_was_met_under_another_name_rests_and_keeps_that_arm(house: World) -> None:
    hashed = f"phone:{house.outside.hashed(PHONE)}"
    go(house, [person(hashed)], "2026-W30")
    arm = arms(house)[hashed][0]
    other = one_of(house, Arm.CONTROL if arm == "given" else Arm.GIVEN)
    assert go(house, [person(other, hashed)], "2026-W31") == 0
    assert go(house, [person(other, hashed)]) == 1
    assert arms(house)[other][0] == arm


def test_the_same_person_twice_in_one_work_is_met_once(house: World) -> None:
    who = one_of(house, Arm.GIVEN)
    assert go(house, [person(who), person(who)]) == 1
    assert rows(house, "select count(*) from vouchers") == [(1,)]


def test_a_work_that_dies_leaves_neither_a_line_nor_a_voucher(house: World) -> None:
    people = crowd(20)

    def dies(work: Any) -> None:
        assert meet(work, switch=LEAVING, week=WEEK, offer="gift", people=people) == 20
        raise ConnectionError("the machine went away")

    with pytest.raises(ConnectionError):
        house.do(dies)
    assert rows(house, "select (select count(*) from vouchers), (select count(*) from situation_people)") == [(0, 0)]
    assert go(house, people) == 20


def test_a_phone_s_voucher_waits_for_whoever_proves_it(house: World) -> None:
    hashed = house.outside.hashed(PHONE)
    everybody = replace(LEAVING, control=0)
    go(house, [person(f"phone:{hashed}")], switch=everybody)
    assert [tuple(row) for row in rows(house, "select customer, phone_hash from vouchers")] == [(None, hashed)]
    who = house.do(newcomer)[0]
    house.do(lambda work: alter(work, who, phone=PHONE, phone_verified_at=work.now))
    assert house.do(lambda work: claim(work, customer=who, phone=PHONE)) == 1
    assert [one.offer for one in house.do(lambda work: work.vouchers.of([who]))] == ["gift"]


def forgets(work: Any, who: CustomerId) -> None:
    forget(work, customer=known(work, who), channel="web")


def known(work: Any, who: CustomerId) -> Customer:
    found: Customer | None = work.customers.get(who)
    assert found is not None
    return found


def test_whoever_is_forgotten_is_met_no_more_and_is_in_no_list(house: World) -> None:
    who = house.do(newcomer)[0]
    hashed = f"phone:{house.outside.hashed(PHONE)}"
    house.do(lambda work: alter(work, who, phone=PHONE, phone_verified_at=work.now, birthday=date(1990, 11, 25)))
    assert house.do(lambda work: work.planning.birthdays(WEEK, "", 9)) == ([(who, date(1990, 11, 25))], None)
    go(house, [person(who, hashed)], "2026-W20")
    go(house, [person(hashed)], "2026-W30")
    told = house.do(lambda work: export(work, customer=known(work, who)))["situations"]
    assert [(one["rule"], one["week"]) for one in told] == [("leaving", "2026-W20"), ("leaving", "2026-W30")]
    house.do(lambda work: forgets(work, who))
    assert rows(house, "select count(*) from situation_people") == [(0,)]
    assert go(house, [person(who), person(hashed)]) == 0
    assert rows(house, "select count(*) from situation_people") == [(0,)]
    assert sorted(house.do(lambda work: work.planning.forgotten("", 9))) == sorted([who, hashed])
    assert house.do(lambda work: work.planning.birthdays(WEEK, "", 9)) == ([], None)


def test_the_forgotten_are_read_in_chunks_whatever_they_are(house: World) -> None:
    for at in range(3):
        who, phone = house.do(newcomer)[0], Phone(f"+38067123456{at}")
        house.do(lambda work, who=who, phone=phone: alter(work, who, phone=phone, phone_verified_at=work.now))
        house.do(lambda work, who=who: forgets(work, who))
    found, after = list[str](), ""
    while some := house.do(lambda work, after=after: work.planning.forgotten(after, 2)):
        assert len(some) <= 2
        found, after = [*found, *some], some[-1]
    assert len(set(found)) == len(found) == 6
    assert sum(one.startswith("phone:") for one in found) == 3


def test_birthdays_are_read_in_chunks_by_the_days_of_the_week(house: World) -> None:
    born = [date(1990, 11, 22), date(1991, 11, 23), date(1992, 11, 29), date(1993, 11, 30), None, date(1992, 2, 29)]
    people = []
    for day in born:
        who = house.do(newcomer)[0]
        house.do(lambda work, who=who, day=day: alter(work, who, birthday=day))
        people.append(who)
    found, after = [], ""
    while after is not None:
        some, after = house.do(lambda work, after=after: work.planning.birthdays(WEEK, after, 2))
        found += some
    assert sorted(found) == sorted(zip(people[1:3], born[1:3], strict=True))
    assert house.do(lambda work: work.planning.birthdays("2027-W08", "", 9))[0] == [(people[5], born[5])]
    house.do(lambda work: alter(work, people[1], merged_into=people[0]))
    assert house.do(lambda work: work.planning.birthdays(WEEK, "", 9))[0] == [(people[2], born[2])]


def test_the_plan_that_was_begun_last_is_the_latest(house: World) -> None:
    assert house.do(lambda work: work.plans.latest()) is None
    for week in ("2026-W49", WEEK):
        house.clock.forward(hours=1)
        house.do(lambda work, week=week: plan(work, week, {}, owners=len(week)))
    house.clock.forward(hours=1)
    house.do(lambda work: work.plans.begin("2026-W50", work.now))
    assert house.do(lambda work: work.plans.latest()) == (WEEK, {"owners": 8})


def test_who_was_met_is_read_under_every_name_oldest_first(house: World) -> None:
    who = house.do(newcomer)[0]
    later = timedelta(days=1)
    line = Met(Rule.LEAVING, who, WEEK, Arm.CONTROL, None, house.clock.now + later)
    house.do(lambda work: work.situations.add(line))
    first = Met(Rule.BIRTHDAY, who, "2026-W40", Arm.CONTROL, None, house.clock.now)
    house.do(lambda work: work.situations.add(first))
    assert house.do(lambda work: work.situations.add(first)) is False
    assert house.do(lambda work: work.situations.of([who])) == [first, line]
    assert house.do(lambda work: work.situations.met(Rule.LEAVING, [who, "nobody"])) == [line]
