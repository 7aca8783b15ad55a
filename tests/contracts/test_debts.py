"""Debts and holds to the last point, on both databases: who repays what, how each hold ended, what is said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from adapters.db import keep
from adapters.db.work import DbWork
from core.ledger.actions import adjust, give, hold_points, open_balance, reinstate, release_hold, sell
from core.ledger.dates import grace
from core.ledger.merging import hand_back, hand_over
from core.ledger.model import Hold, HoldState, Kind
from core.ledger.posting import current, operation
from core.ledger.seeing import seen
from core.shared.refusals import Refusal, Unknown
from core.shared.values import CustomerId
from tests.support.points import IVAN, OLENA, gift, house, lots_left, points, purse, returned, sold
from tests.support.world import World


def held(world: World, count: int, key: str, *, customer: CustomerId = OLENA, spendable: int = 10**6) -> Hold:
    return world.do(
        lambda work: hold_points(work, customer=customer, points=count, spendable=spendable, source="t", key=key)
    )


def freed(world: World, hold: Hold, source: str = "t") -> None:
    world.do(lambda work: release_hold(work, hold=hold.id, source=source))


def state_of(world: World, hold: Hold) -> HoldState:
    return world.do(lambda work: work.ledger.hold(hold.id)).state  # type: ignore[union-attr]  # it was made


def in_debt(world: World, debt: int, customer: CustomerId = OLENA) -> None:
    """Somebody owes so much and has nothing: a sale's points were spent, then the sale came back."""
    world.rules(pending_days=0, return_debt="debt")
    sale = sold(world, f"d{customer}", earned=debt, customer=customer)
    sold(world, f"e{customer}", spent=debt, customer=customer)
    assert customer == OLENA
    returned(world, sale, f"r{customer}", due=debt)
    assert (purse(world, customer).debt, points(world, customer)) == (debt, (0, 0, 0))


def refused(job: Any) -> tuple[str, Any]:
    """The refusal's code and what it tells."""
    with pytest.raises(Refusal) as caught:
        job()
    return caught.value.code, caught.value.data


def operations(world: World, kind: Kind) -> list[tuple[str, str, str, str]]:
    with world.owner.connect() as connection:
        rows = connection.execute(
            text("select source, key, actor, reason from operations where kind = :kind order by at, id"), {"kind": kind}
        )
        return [tuple(row) for row in rows]


def test_points_that_a_hold_lets_go_repay_the_debt_made_meanwhile(world: World) -> None:
    world.rules(pending_days=0, return_debt="debt")
    sale = sold(world, "s", earned=40)
    hold = held(world, 30, "h")
    returned(world, sale, "r", due=40)
    assert (purse(world).debt, points(world)) == (30, (0, 0, 30))
    freed(world, hold)
    assert (purse(world).debt, points(world)) == (0, (0, 0, 0))
    assert keep.check(world.url) == []


def test_points_that_a_hold_s_end_lets_go_repay_too_and_a_look_says_so_before(world: World) -> None:
    world.rules(pending_days=0, return_debt="debt")
    sale = sold(world, "s", earned=40)
    gift(world, 7, "g")
    held(world, 40, "h")
    returned(world, sale, "r", due=40)
    assert (purse(world).debt, points(world)) == (33, (0, 0, 40))
    world.clock.forward(minutes=15)
    told = world.do(lambda work: seen(work, OLENA)[0])
    assert (told.debt, told.active, told.held) == (0, 7, 0)
    assert (purse(world).debt, points(world)) == (0, (7, 0, 0))
    assert keep.check(world.url) == []


def test_a_look_at_an_indebted_purse_counts_only_what_can_repay(world: World) -> None:
    in_debt(world, 50)
    world.rules(pending_days=14)
    sold(world, "late", earned=20)
    world.clock.forward(days=15)
    told = world.do(lambda work: seen(work, OLENA)[0])
    assert (told.debt, told.active, told.pending) == (30, 0, 0)
    assert (purse(world).debt, points(world)) == (30, (0, 0, 0))


def test_spent_points_that_come_back_repay_a_debt_first(world: World) -> None:
    gift(world, 10, "g", days=90)
    paid_with = sold(world, "p", spent=10)
    in_debt(world, 25)
    assert returned(world, paid_with, "rp", given=10) == [10, 0, 0]
    assert (purse(world).debt, points(world)) == (15, (0, 0, 0))
    assert keep.check(world.url) == []


def test_a_debt_and_points_that_meet_in_a_merge_settle_each_other(world: World) -> None:
    in_debt(world, 50)
    gift(world, 70, "i", days=30, customer=IVAN)
    hold = held(world, 20, "h", customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert (purse(world).debt, points(world), points(world, IVAN)) == (0, (0, 0, 20), (0, 0, 0))
    world.clock.forward(minutes=15)  # the hold that came along still ends in its time
    assert points(world) == (20, 0, 0)
    assert state_of(world, hold) is HoldState.EXPIRED
    assert keep.check(world.url) == []


def test_a_debtor_who_is_absorbed_brings_debt_and_points_alike(world: World) -> None:
    world.rules(pending_days=0, return_debt="debt")
    sale = sold(world, "s", earned=40)
    held(world, 30, "h")
    returned(world, sale, "r", due=40)
    gift(world, 100, "i", days=30, customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=IVAN, absorbed=OLENA, key="m"))
    assert (purse(world, OLENA).debt, points(world, OLENA)) == (0, (0, 0, 0))
    assert (purse(world, IVAN).debt, points(world, IVAN)) == (0, (70, 0, 30))
    assert keep.check(world.url) == []


def test_an_un_merge_lets_open_receipts_go_and_repays_what_they_freed(world: World) -> None:
    gift(world, 1, "a", days=40)
    gift(world, 30, "i", days=20, customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    hold = held(world, 31, "h")
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert state_of(world, hold) is HoldState.RELEASED
    assert (points(world), points(world, IVAN)) == ((1, 0, 0), (30, 0, 0))
    assert operations(world, Kind.UNMERGE) == [("unmerge", "m", "", "")]
    assert operations(world, Kind.RELEASE) == [("unmerge", hold.id, "", "")]
    assert keep.check(world.url) == []


def test_an_un_merge_gives_back_to_the_last_point_with_the_end_it_had(world: World) -> None:
    gift(world, 2, "a", days=40)
    gift(world, 1, "i", days=20, customer=IVAN)
    ends = world.clock.now + timedelta(days=20)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    sold(world, "s", spent=2)  # Ivan's single point and one of Olena's
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert (points(world), points(world, IVAN)) == ((0, 0, 0), (1, 0, 0))
    assert [lot.expires_at for lot in world.do(lambda work: work.ledger.lots(IVAN))] == [ends]
    assert house(world, "adjusted") == -3  # the gifts: the house pays nothing where the survivor has just enough
    world.clock.now = ends
    assert points(world, IVAN) == (0, 0, 0)
    assert keep.check(world.url) == []


def test_an_un_merge_gives_nothing_back_for_what_expired_meanwhile(world: World) -> None:
    gift(world, 100, "a", days=90)
    gift(world, 30, "i", days=5, customer=IVAN)
    gift(world, 9, "j", days=50, customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    sold(world, "s", spent=10)
    world.clock.forward(days=6)
    assert points(world) == (109, 0, 0)
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert (points(world), points(world, IVAN)) == ((100, 0, 0), (9, 0, 0))
    assert house(world, "adjusted") == -139
    assert keep.check(world.url) == []


def test_a_hold_over_two_lots_is_captured_in_part_and_each_lot_keeps_the_rest(world: World) -> None:
    for count, key, days in ((10, "a", 10), (10, "b", 20), (10, "c", 30)):
        gift(world, count, key, days=days)
    hold = held(world, 25, "h")
    assert lots_left(world) == [(0, 0, 10), (0, 0, 10), (5, 0, 5)]

    def job(work: DbWork) -> None:
        made = operation(work, Kind.SALE, source="till", key="1")
        sell(work, made, purse=current(work, [OLENA])[OLENA], spent=12, earned=0, hold=hold)

    world.do(job)
    assert lots_left(world) == [(8, 0, 0), (10, 0, 0)]
    assert state_of(world, hold) is HoldState.CAPTURED
    assert refused(lambda: world.do(job)) == ("hold-closed", {})
    with world.owner.connect() as connection:  # what was released wholly, or captured wholly, leaves no zero behind
        assert connection.scalar(text("select count(*) from entries where amount = 0")) == 0
    assert keep.check(world.url) == []


def test_a_hold_says_the_most_it_could_have_kept(world: World) -> None:
    gift(world, 40, "a")
    assert refused(lambda: held(world, 41, "h1")) == ("not-enough-points", {"most": 40})
    assert refused(lambda: held(world, 31, "h2", spendable=30)) == ("not-enough-points", {"most": 30})
    assert held(world, 1, "h3").points == 1
    assert points(world) == (39, 0, 1)


def test_who_owes_can_hold_nothing(world: World) -> None:
    in_debt(world, 5)
    assert refused(lambda: held(world, 1, "h")) == ("not-enough-points", {"most": 0})


def test_a_hold_that_is_over_is_let_go_by_nobody_and_another_till_s_is_unknown(world: World) -> None:
    gift(world, 40, "a")
    hold = held(world, 5, "h")
    with pytest.raises(Unknown, match="unknown-hold"):
        freed(world, hold, "another")
    freed(world, hold)
    freed(world, hold)
    assert state_of(world, hold) is HoldState.RELEASED
    late = held(world, 5, "h2")
    world.clock.forward(minutes=15)
    assert refused(lambda: freed(world, late)) == ("hold-closed", {})
    assert state_of(world, late) in (HoldState.EXPIRED, HoldState.OPEN)  # open: the refusal undid the look as well
    assert points(world) == (40, 0, 0)


@pytest.mark.parametrize("count", [1, 2])
def test_a_person_of_the_shop_gives_and_takes_to_the_last_point_and_is_named(world: World, count: int) -> None:
    def job(change: int, key: str) -> Any:
        return world.do(
            lambda work: adjust(work, customer=OLENA, points=change, actor="oksana", reason="gift", key=key)
        )

    job(count, "+")
    assert points(world) == (count, 0, 0)
    assert refused(lambda: job(-count - 1, "-")) == ("not-enough-points", {"most": count})
    job(-count, "-")
    job(0, "0")
    assert points(world) == (0, 0, 0)
    told = operations(world, Kind.ADJUST)
    assert told[:2] == [("staff:oksana", "+", "oksana", "gift"), ("staff:oksana", "-", "oksana", "gift")]
    assert keep.check(world.url) == []


def test_expired_points_live_again_up_to_what_expired_and_by_whom(world: World) -> None:
    gift(world, 8, "g", days=1)
    world.clock.forward(days=2)
    assert points(world) == (0, 0, 0)

    def job(count: int, key: str) -> None:
        world.do(lambda work: reinstate(work, customer=OLENA, points=count, actor="o", reason="sorry", key=key))

    assert refused(lambda: job(9, "1")) == ("not-expired", {"most": 8})
    job(8, "2")
    assert points(world) == (8, 0, 0)
    assert refused(lambda: job(1, "3")) == ("not-expired", {"most": 0})
    assert operations(world, Kind.REINSTATE) == [("staff:o", "2", "o", "sorry")]
    assert keep.check(world.url) == []


def test_a_gift_of_nothing_writes_nothing_and_of_one_point_writes_one(world: World) -> None:
    def job(count: int, key: str) -> bool:
        return world.do(lambda work: give(work, Kind.WELCOME, customer=OLENA, points=count, source="s", key=key))

    assert [job(0, "0"), job(-5, "-"), job(1, "1"), job(1, "1")] == [False, False, True, False]
    assert points(world) == (1, 0, 0)
    assert operations(world, Kind.WELCOME) == [("s", "1", "", "")]


def test_a_plastic_s_balance_opens_with_its_last_good_day_and_not_after_it(world: World) -> None:
    day = datetime(2026, 12, 31, tzinfo=UTC).date()

    def job(who: str, number: str) -> None:
        world.do(lambda work: open_balance(work, customer=CustomerId(who), number=number, points=30, last_good_day=day))

    job("olena", "4820")
    (lot,) = world.do(lambda work: work.ledger.lots(OLENA))
    assert lot.expires_at == datetime(2026, 12, 31, 22, tzinfo=UTC)  # the midnight in Kyiv that ends the day
    assert operations(world, Kind.OPENING) == [("plastic", "4820", "", "")]
    world.clock.now = datetime(2026, 12, 31, 22, tzinfo=UTC)
    job("ivan", "4821")
    assert operations(world, Kind.OPENING) == [("plastic", "4820", "", "")]


def test_points_that_come_back_just_in_time_keep_their_end_and_later_ones_get_thirty_days(world: World) -> None:
    earliest = grace(world.clock.now, world.programme)

    def ends(until: datetime, key: str) -> datetime | None:
        world.do(lambda work: give(work, Kind.ADJUST, customer=OLENA, points=1, source="s", key=key, expires_at=until))
        returned(world, sold(world, f"s{key}", spent=1), f"r{key}", given=1)
        (lot,) = world.do(lambda work: work.ledger.lots(OLENA))
        sold(world, f"t{key}", spent=1)
        return lot.expires_at

    assert ends(earliest, "1") == earliest
    assert ends(earliest - timedelta(seconds=1), "2") == earliest
    assert ends(earliest + timedelta(days=9), "3") == earliest + timedelta(days=9)


def test_a_return_never_takes_a_stranger_s_gift_for_the_sale_s_own_lot(world: World) -> None:
    """Own pending points go first, then the sale's own lot, then others by their end."""
    world.rules(pending_days=0)
    gift(world, 10, "soon", days=3)
    sale = sold(world, "s", earned=10)
    other = sold(world, "t", earned=10)
    assert returned(world, sale, "r", due=10) == [0, 10, 0]
    lots = {lot.operation: lot.active for lot in world.do(lambda work: work.ledger.lots(OLENA))}
    assert lots.get(sale, 0) == 0
    assert lots[other] == 10
    assert points(world) == (20, 0, 0)


def test_a_late_look_repays_a_debt_only_with_what_was_alive_when_it_woke(world: World) -> None:
    """Points that woke and ended before anybody looked repaid when they woke, and what was left of them expired."""
    in_debt(world, 10)
    world.rules(pending_days=2, expiry_months=1)
    sold(world, "s", earned=25)
    world.clock.forward(days=90)
    assert (purse(world).debt, points(world)) == (0, (0, 0, 0))
    assert house(world, "expired") == 15
    assert keep.check(world.url) == []
