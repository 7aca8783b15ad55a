"""On both databases: second factors, the right to send, two keys of a till, stores edited, what the log keeps of it."""

from collections.abc import Callable

import pytest

from adapters.console.passwords import one_time_password
from adapters.db.work import DbWork
from core.shared.refusals import Conflict, Invalid, Refusal, TooMany, Unknown
from core.shared.values import Place, StaffId, StoreId
from core.staff.actions import change_role, choose_password, dismiss, end_session, invite_again, let_send, take_on
from core.staff.factor import code_at, seed_of, step_of
from core.staff.factoring import (
    FACTOR_TRIES,
    begin_factor,
    confirm_factor,
    factor_failed,
    prove_factor,
    renew_recovery,
    reset_factor,
)
from core.staff.model import Role
from core.stores.actions import add_till, edit_store, leave_first_key, revoke_till, second_key
from core.stores.model import Store, by_next_key, opens, parse_till_key
from tests.support.world import World

KEY = b"f" * 32


def member(world: World, login: str, role: Role = Role.OWNER) -> StaffId:
    return world.do(
        lambda work: take_on(work, login=login, role=role, password_hash=one_time_password(), store=None)
    ).id


def code(world: World, staff: StaffId, ahead: int = 0) -> str:
    factor = world.do(lambda work: work.factors.get(staff))
    assert factor is not None
    return code_at(seed_of(KEY, factor), step_of(world.clock.now) + ahead)


def refused(world: World, job: Callable[[DbWork], object]) -> str:
    with pytest.raises(Refusal) as caught:
        world.do(job)
    return caught.value.code


def test_a_factor_lets_in_by_fresh_codes_alone_and_by_each_recovery_code_once(world: World) -> None:
    anna = member(world, "anna")
    assert refused(world, lambda work: prove_factor(work, staff=anna, key=KEY, typed="123456")) == "no-factor"
    begun = world.do(lambda work: begin_factor(work, staff=anna))
    assert world.do(lambda work: begin_factor(work, staff=anna)) == begun
    assert refused(world, lambda work: confirm_factor(work, staff=anna, key=KEY, typed="000000")) == "bad-factor"
    first = code(world, anna)
    codes = world.do(lambda work: confirm_factor(work, staff=anna, key=KEY, typed=first))
    assert len(codes) == 10
    assert refused(world, lambda work: prove_factor(work, staff=anna, key=KEY, typed=first)) == "bad-factor"
    assert refused(world, lambda work: begin_factor(work, staff=anna)) == "factor-there"
    world.clock.forward(seconds=60)
    fresh = code(world, anna)
    assert world.do(lambda work: prove_factor(work, staff=anna, key=KEY, typed=f" {fresh[:3]} {fresh[3:]} "))
    assert refused(world, lambda work: prove_factor(work, staff=anna, key=KEY, typed=fresh)) == "bad-factor"
    assert world.do(lambda work: prove_factor(work, staff=anna, key=KEY, typed=codes[3])) is False
    assert refused(world, lambda work: prove_factor(work, staff=anna, key=KEY, typed=codes[3])) == "bad-factor"
    world.clock.forward(seconds=60)
    later = code(world, anna)
    others = world.do(lambda work: renew_recovery(work, staff=anna, key=KEY, typed=later))
    assert not set(others) & set(codes)
    assert refused(world, lambda work: prove_factor(work, staff=anna, key=KEY, typed=codes[0])) == "bad-factor"
    assert world.do(lambda work: prove_factor(work, staff=anna, key=KEY, typed=others[0])) is False
    with world.engine.connect() as connection:
        for table in ("staff_factors", "recovery_codes"):
            kept = str(connection.exec_driver_sql(f"select * from {table}").all())
            assert not [one for one in (*codes, *others) if one in kept]


def test_wrong_codes_end_in_a_pause_and_another_owner_resets(world: World) -> None:
    anna, other = member(world, "anna"), member(world, "oleh")
    begun = code_at(seed_of(KEY, world.do(lambda work: begin_factor(work, staff=anna))), step_of(world.clock.now))
    world.do(lambda work: confirm_factor(work, staff=anna, key=KEY, typed=begun))
    world.clock.forward(minutes=1)
    for _ in range(FACTOR_TRIES):
        assert refused(world, lambda work: prove_factor(work, staff=anna, key=KEY, typed="000000")) == "bad-factor"
        world.do(lambda work: factor_failed(work, staff=anna))
    right = code(world, anna)
    with pytest.raises(TooMany):
        world.do(lambda work: prove_factor(work, staff=anna, key=KEY, typed=right))
    world.clock.forward(minutes=16)
    later = code(world, anna)
    assert world.do(lambda work: prove_factor(work, staff=anna, key=KEY, typed=later))
    assert refused(world, lambda work: reset_factor(work, staff=anna, by=anna)) == "own-factor"
    assert refused(world, lambda work: reset_factor(work, staff=other, by=anna)) == "no-factor"
    world.do(lambda work: reset_factor(work, staff=anna, by=other))
    assert refused(world, lambda work: prove_factor(work, staff=anna, key=KEY, typed="000000")) == "no-factor"
    assert world.do(lambda work: begin_factor(work, staff=anna)).since is None


def test_the_right_to_send_is_a_marketers_and_a_password_can_be_given_again(world: World) -> None:
    member(world, "boss")
    anna = member(world, "anna", Role.MARKETER)
    for sends in (True, False, True):
        world.do(lambda work, sends=sends: let_send(work, staff=anna, sends=sends))
        found = world.do(lambda work: work.staff.get(anna))
        assert found is not None
        assert found.may_send is sends
    world.do(lambda work: change_role(work, staff=anna, role=Role.ANALYST))
    assert refused(world, lambda work: let_send(work, staff=anna, sends=True)) == "sends-role"
    found = world.do(lambda work: work.staff.get(anna))
    assert found is not None
    assert not found.may_send
    world.do(lambda work: choose_password(work, staff=anna, password_hash="own"))
    world.do(lambda work: invite_again(work, staff=anna, password_hash="once"))
    again = world.do(lambda work: work.staff.get(anna))
    assert again is not None
    assert (again.password, again.one_time) == ("once", True)
    with pytest.raises(Unknown):
        world.do(lambda work: end_session(work, session="0123456789abcdef"))


def test_a_till_has_two_keys_while_it_is_given_the_second(world: World) -> None:
    world.do(lambda work: work.shelves.put_stores([Store(StoreId("s1"), "Поділ")]))
    first = parse_till_key(world.do(lambda work: add_till(work, store=StoreId("s1"), name="Каса")))
    assert first is not None
    till, old = first
    assert refused(world, lambda work: leave_first_key(work, till=till)) == "no-second-key"
    second = parse_till_key(world.do(lambda work: second_key(work, till=till)))
    assert second is not None
    assert second[0] == till
    known = world.do(lambda work: work.tills.get(till))
    assert known is not None
    assert [opens(known, one) for one in (old, second[1], "else")] == [True, True, False]
    assert [by_next_key(known, one) for one in (old, second[1])] == [False, True]
    assert refused(world, lambda work: second_key(work, till=till)) == "second-key-there"
    world.do(lambda work: leave_first_key(work, till=till))
    known = world.do(lambda work: work.tills.get(till))
    assert known is not None
    assert [opens(known, one) for one in (old, second[1])] == [False, True]
    world.do(lambda work: second_key(work, till=till))
    world.do(lambda work: revoke_till(work, till=till))
    known = world.do(lambda work: work.tills.get(till))
    assert known is not None
    assert not opens(known, second[1])
    with pytest.raises(Unknown):
        world.do(lambda work: second_key(work, till=till))


def test_a_store_is_edited_with_care(world: World) -> None:
    world.do(lambda work: work.shelves.put_stores([Store(StoreId("s1"), "Поділ", group="north")]))
    wanted = Store(StoreId("s1"), "Поділ 2", "Київ", "вул. Верхня, 1", Place(50.4, 30.5), "south", "9-21")
    world.do(lambda work: edit_store(work, store=wanted))
    assert world.do(lambda work: work.stores.all()) == [wanted]
    with pytest.raises(Invalid):
        world.do(lambda work: edit_store(work, store=Store(StoreId("s1"), "")))
    with pytest.raises(Invalid):
        world.do(lambda work: edit_store(work, store=Store(StoreId("s1"), "a", hours="x" * 201)))
    with pytest.raises(Unknown):
        world.do(lambda work: edit_store(work, store=Store(StoreId("s9"), "a")))
    assert world.do(lambda work: work.stores.all()) == [wanted]


def test_a_closed_login_gets_no_password(world: World) -> None:
    member(world, "boss")
    anna = member(world, "anna")
    world.do(lambda work: dismiss(work, staff=anna))
    with pytest.raises(Conflict):
        world.do(lambda work: invite_again(work, staff=anna, password_hash="x"))
