"""Vouchers on both databases: each legal move, each illegal one, who is faster, reservations that end."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from adapters.db import keep
from adapters.db.voucherrows import VoucherRows
from core.sales.recognising import by_voucher
from core.shared.refusals import Conflict
from core.vouchers.actions import expire_some, fresh_code, issue, redeem, release, reserve, roll_back, void
from core.vouchers.codes import LENGTH, normalised
from core.vouchers.model import MOVES, Voucher, VoucherState, target
from tests.support.engine import furnish
from tests.support.world import NOON, World

S = VoucherState


@pytest.fixture
def house(world: World) -> World:
    world.do(furnish)
    return world


def now(world: World, code: str) -> Voucher:
    return world.do(lambda work: work.vouchers.find([code], (), lock=False))[code]


def fresh(world: World) -> Voucher:
    return world.do(lambda work: issue(work, offer="fifty"))


def issued_until(world: World, day: date) -> Voucher:
    return world.do(lambda work: issue(work, offer="fifty", valid_until=day))


def moves(world: World, code: str) -> list[tuple[str, str, str]]:
    with world.engine.connect() as connection:
        told = text("select move, source, target from voucher_moves where code = :code order by id")
        return [(row[0], row[1], row[2]) for row in connection.execute(told, {"code": code})]


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("move", ["reserve", "release", "redeem", "rollback", "expire", "void", "fly"])
def test_the_table_of_moves_is_the_domain_s(state: VoucherState, move: str) -> None:
    legal = {
        (S.ISSUED, "reserve"): S.RESERVED, (S.RESERVED, "release"): S.ISSUED, (S.RESERVED, "redeem"): S.REDEEMED,
        (S.REDEEMED, "rollback"): S.ISSUED, (S.ISSUED, "expire"): S.EXPIRED, (S.ISSUED, "void"): S.VOID,
    }  # fmt: skip
    assert legal == MOVES
    if (state, move) in legal:
        assert target(state, move) is legal[state, move]
    else:
        with pytest.raises(Conflict, match=f"voucher-{state}"):
            target(state, move)


def test_a_code_is_new_and_one_that_is_taken_is_refused(house: World) -> None:
    one = fresh(house)
    assert normalised(one.code) == one.code
    assert one.code != fresh(house).code
    with pytest.raises(Conflict, match=r"^code-taken$"):
        house.do(lambda work: issue(work, offer="fifty", code=one.code))
    assert now(house, one.code) == one


def test_a_reservation_keeps_others_out_until_its_time_and_is_let_go(house: World) -> None:
    one, until = fresh(house), house.clock.now + timedelta(minutes=10)
    house.do(lambda work: reserve(work, one, hold="h1", until=until))
    kept = now(house, one.code)
    assert (kept.state, kept.reserved_by, kept.reserved_until) == (S.RESERVED, "h1", until)
    with pytest.raises(Conflict, match=r"^voucher-used$"):
        house.do(lambda work: reserve(work, kept, hold="h2", until=until))
    with pytest.raises(Conflict, match=r"^voucher-used$"):
        house.do(lambda work: redeem(work, kept, sale="s", hold=None))
    house.do(lambda work: release(work, hold="h2"))
    assert now(house, one.code) == kept
    house.do(lambda work: release(work, hold="h1"))
    assert now(house, one.code) == one
    house.do(lambda work: reserve(work, one, hold="h1", until=until))
    house.clock.now = until
    over = now(house, one.code)
    house.do(lambda work: reserve(work, over, hold="h2", until=until + timedelta(minutes=5)))
    assert now(house, one.code).reserved_by == "h2"
    assert [move for move, _, _ in moves(house, one.code)] == ["reserve", "release", "reserve", "release", "reserve"]


def test_a_hold_redeems_what_it_reserved_and_a_sale_that_is_undone_gives_it_back(house: World) -> None:
    one = fresh(house)
    house.do(lambda work: reserve(work, one, hold="h1", until=house.clock.now + timedelta(minutes=1)))
    kept = now(house, one.code)
    house.do(lambda work: redeem(work, kept, sale="s1", hold="h1"))
    used = now(house, one.code)
    assert (used.state, used.sale) == (S.REDEEMED, "s1")
    assert house.do(lambda work: roll_back(work, [used], cause="r1")) == [one.code]
    assert now(house, one.code) == one
    house.do(lambda work: redeem(work, one, sale="s2", hold=None))
    assert moves(house, one.code) == [
        ("reserve", "issued", "reserved"), ("redeem", "reserved", "redeemed"), ("rollback", "redeemed", "issued"),
        ("reserve", "issued", "reserved"), ("redeem", "reserved", "redeemed"),
    ]  # fmt: skip


def test_who_comes_with_an_old_sight_of_it_is_late(house: World) -> None:
    one = fresh(house)
    house.do(lambda work: redeem(work, one, sale="s1", hold=None))
    for late in (
        lambda work: redeem(work, one, sale="s2", hold=None),
        lambda work: void(work, one, actor="m"),
        lambda work: reserve(work, one, hold="h", until=house.clock.now),
    ):
        with pytest.raises(Conflict, match=r"^voucher-used$"):
            house.do(late)
    assert now(house, one.code).sale == "s1"


def test_a_void_voucher_is_worth_nothing(house: World) -> None:
    one = fresh(house)
    house.do(lambda work: void(work, one, actor="m"))
    gone = now(house, one.code)
    assert gone.state is S.VOID
    with pytest.raises(Conflict, match=r"^voucher-void$"):
        house.do(lambda work: void(work, gone, actor="m"))
    with pytest.raises(Conflict, match=r"^voucher-used$"):
        house.do(lambda work: redeem(work, gone, sale="s", hold=None))
    assert keep.check(house.url) == []


def test_a_reservation_is_free_for_its_hold_and_after_its_time() -> None:
    at = NOON
    kept = Voucher("A", "o", state=S.RESERVED, reserved_by="h", reserved_until=at)
    assert kept.free(at, None)
    assert not kept.free(at - timedelta(seconds=1), None)
    assert kept.free(at - timedelta(seconds=1), "h")
    assert not replace(kept, reserved_until=None).free(at, "other")
    assert not replace(kept, state=S.VOID).free(at, "h")


def test_a_code_of_nobody_finds_nobody(house: World) -> None:
    one = fresh(house)
    for typed in (one.code, "not a code", "AAAAAAAAAAA"):
        assert house.do(lambda work, typed=typed: by_voucher(work, typed=typed)) is None


def test_a_voucher_is_stored_as_it_was_given_out(house: World) -> None:
    first, last = date(2026, 12, 1), date(2026, 12, 24)
    one = house.do(lambda work: issue(work, offer="fifty", phone_hash="h" * 64, valid_from=first, valid_until=last))
    kept = now(house, one.code)
    assert (kept.offer, kept.customer, kept.phone_hash) == ("fifty", None, "h" * 64)
    assert (kept.valid_from, kept.valid_until, kept.state) == (first, last, S.ISSUED)


def test_codes_are_drawn_from_all_that_there_are(house: World) -> None:
    drawn = {house.do(fresh_code) for _ in range(300)}
    assert len(drawn) == 300
    assert len({code[0] for code in drawn}) > 12
    assert len({code[LENGTH - 1] for code in drawn}) > 12


@pytest.mark.parametrize("hold", ["mine", "another's"])
def test_a_reserved_voucher_is_reserved_by_nobody_else_and_the_refusal_names_it(house: World, hold: str) -> None:
    one, until = fresh(house), house.clock.now + timedelta(minutes=10)
    house.do(lambda work: reserve(work, one, hold="mine", until=until))
    kept = now(house, one.code)
    with pytest.raises(Conflict) as caught:
        house.do(lambda work: reserve(work, kept, hold=hold, until=until))
    assert (caught.value.code, caught.value.data) == ("voucher-used", {"voucher": one.code})
    assert now(house, one.code) == kept


def test_what_somebody_faster_has_taken_is_named_in_the_refusal(house: World) -> None:
    """The voucher was seen free, and is redeemed by another before the move."""
    one = fresh(house)
    house.do(lambda work: redeem(work, one, sale="first", hold=None))
    with pytest.raises(Conflict) as caught:
        house.do(lambda work: redeem(work, one, sale="second", hold=None))
    assert (caught.value.code, caught.value.data) == ("voucher-used", {"voucher": one.code})
    assert now(house, one.code).sale == "first"


def test_a_reservation_that_is_over_is_let_go_in_the_books_before_the_next(house: World) -> None:
    one = fresh(house)
    house.do(lambda work: reserve(work, one, hold="old", until=work.now + timedelta(minutes=10)))
    house.clock.forward(minutes=10)
    kept = now(house, one.code)
    house.do(lambda work: redeem(work, kept, sale="s", hold=None))
    with house.engine.connect() as connection:
        told = text("select move, cause from voucher_moves where code = :code order by id")
        rows = [tuple(row) for row in connection.execute(told, {"code": one.code})]
    assert rows == [("reserve", "old"), ("release", "old"), ("reserve", "s"), ("redeem", "s")]


def test_a_voucher_expires_once_no_receipt_can_bring_it_any_more(house: World) -> None:
    day = house.clock.now.date()
    ends = {days: issued_until(house, day + timedelta(days=days)) for days in (0, 1, 30)}
    for_ever, gone_before, held = fresh(house), issued_until(house, day), issued_until(house, day)
    house.do(lambda work: void(work, gone_before, actor="anna"))
    house.do(lambda work: reserve(work, held, hold="h", until=house.clock.now + timedelta(days=99)))
    house.clock.forward(days=house.programme.late_receipt_days)
    assert house.do(expire_some) == 0, "its own last day may still come from a till that was offline"
    house.clock.forward(days=1)
    assert (house.do(expire_some), house.do(expire_some)) == (1, 0)
    gone = now(house, ends[0].code)
    assert gone.state is S.EXPIRED
    assert moves(house, gone.code) == [("expire", "issued", "expired")]
    with pytest.raises(Conflict, match=r"^voucher-used$"):
        house.do(lambda work: redeem(work, gone, sale="t", hold=None))
    house.do(lambda work: release(work, hold="h"))
    house.clock.forward(days=1)
    assert (house.do(lambda work: expire_some(work, limit=1)), house.do(expire_some)) == (1, 1)
    states = [now(house, one.code).state for one in (ends[0], ends[1], held, ends[30], for_ever, gone_before)]
    assert states == [S.EXPIRED, S.EXPIRED, S.EXPIRED, S.ISSUED, S.ISSUED, S.VOID]
    assert keep.check(house.url) == []


def test_what_ends_is_found_by_its_index(house: World) -> None:
    day, plain = house.clock.now.date(), house.engine.dialect.name == "postgresql"
    seen: list[str] = []

    def look(connection: Connection, cursor: object, statement: str, values: Any, *rest: object) -> None:
        if statement.startswith(("UPDATE", "WITH")):
            explain = "explain" if plain else "explain query plan"
            seen.append(" ".join(map(str, connection.exec_driver_sql(f"{explain} {statement}", values).all())))

    with house.engine.begin() as connection:
        if plain:
            connection.exec_driver_sql("set local enable_seqscan = off")
        shelf = VoucherRows(connection, house.outside)
        event.listen(connection, "before_cursor_execute", look)
        shelf.expire(day, house.clock.now, 10)
        shelf.ending(day, day + timedelta(days=3), 10)
    assert len(seen) == 2
    assert all("ix_vouchers_ending" in plan for plan in seen), seen
