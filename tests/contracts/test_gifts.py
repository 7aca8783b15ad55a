"""Holds, gifts and corrections to the last point, on both databases: how each ended, who did it, what is said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.db import keep
from adapters.db.work import DbWork
from core.ledger.actions import adjust, give, open_balance, reinstate, sell
from core.ledger.dates import grace
from core.ledger.model import HoldState, Kind
from core.ledger.posting import current, operation
from core.shared.refusals import Unknown
from core.shared.values import CustomerId
from tests.support.points import (
    OLENA,
    freed,
    gift,
    held,
    lots_left,
    operations,
    points,
    refused,
    returned,
    sold,
    state_of,
    zeros,
)
from tests.support.world import World


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
    assert zeros(world) == 0  # what was released wholly, or captured wholly, leaves none behind
    assert keep.check(world.url) == []


def test_a_hold_says_the_most_it_could_have_kept(world: World) -> None:
    gift(world, 40, "a")
    assert refused(lambda: held(world, 41, "h1")) == ("not-enough-points", {"most": 40})
    assert refused(lambda: held(world, 31, "h2", spendable=30)) == ("not-enough-points", {"most": 30})
    assert held(world, 1, "h3").points == 1
    assert points(world) == (39, 0, 1)


def test_a_hold_that_is_over_is_let_go_by_nobody_and_another_till_s_is_unknown(world: World) -> None:
    gift(world, 40, "a")
    hold = held(world, 5, "h")
    with pytest.raises(Unknown, match=r"^unknown-hold$"):
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
    assert points(world) == (0, 0, 0)
    told = operations(world, Kind.ADJUST)
    assert told == [("staff:oksana", "+", "oksana", "gift"), ("staff:oksana", "-", "oksana", "gift")]
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


def test_points_of_a_shop_without_a_return_window_are_active_in_the_sale_itself(world: World) -> None:
    world.rules(pending_days=0)
    sold(world, "s", earned=7)
    stored = world.do(lambda work: work.ledger.purse(OLENA))
    assert (stored.active, stored.pending) == (7, 0)


def test_a_return_takes_the_pending_points_of_its_own_sale_and_of_no_other(world: World) -> None:
    one, other = sold(world, "1", earned=10), sold(world, "2", earned=20)
    assert returned(world, one, "r", due=10) == [0, 10, 0]
    lots = {lot.operation: lot.pending for lot in world.do(lambda work: work.ledger.lots(OLENA))}
    assert lots == {other: 20}
    assert returned(world, one, "r2", due=5) == [0, 0, 5]  # pending points of another sale are no help
    assert points(world) == (0, 20, 0)
