"""Points on both databases: lots, holds, returns, debts and time."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.db import keep
from adapters.db.work import DbWork
from core.ledger.actions import (
    hold_points,
    release_hold,
    sell,
)
from core.ledger.dates import activation, expiry, grace
from core.ledger.model import Kind, next_expiry
from core.ledger.posting import current, operation
from core.programme.model import Programme
from core.shared.refusals import Conflict, Unknown
from tests.support.points import OLENA, gift, house, lots_left, points, purse, returned, sold
from tests.support.world import World


def test_a_sale_earns_pending_points_that_are_active_at_midnight_after_the_return_window(world: World) -> None:
    sold(world, "1", earned=70)
    assert points(world) == (0, 70, 0)
    world.clock.now = datetime(2026, 12, 9, 21, 59, 59, tzinfo=UTC)  # 23:59:59 in Kyiv
    assert points(world) == (0, 70, 0)
    world.clock.now = datetime(2026, 12, 9, 22, 0, tzinfo=UTC)
    assert points(world) == (70, 0, 0)
    assert keep.check(world.url) == []


def test_points_expire_at_the_midnight_that_ends_the_month_a_year_after_activation(world: World) -> None:
    sold(world, "1", earned=70)
    world.clock.now = datetime(2027, 12, 31, 21, 59, tzinfo=UTC)
    assert points(world) == (70, 0, 0)
    assert world.do(lambda work: next_expiry(work.ledger.lots(OLENA), work.now)) == (
        datetime(2027, 12, 31, 22, 0, tzinfo=UTC),
        70,
    )
    world.clock.now = datetime(2027, 12, 31, 22, 0, tzinfo=UTC)
    assert points(world) == (0, 0, 0)
    assert keep.check(world.url) == []


@pytest.mark.parametrize(
    ("activated", "expires"),
    [
        (datetime(2026, 3, 15, 10, tzinfo=UTC), datetime(2027, 3, 31, 21, tzinfo=UTC)),
        (datetime(2023, 2, 28, 23, tzinfo=UTC), datetime(2024, 3, 31, 21, tzinfo=UTC)),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2025, 2, 28, 22, tzinfo=UTC)),
        (datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2027, 10, 31, 22, tzinfo=UTC)),
    ],
)
def test_expiry_is_a_midnight_of_the_zone_across_clock_changes_and_leap_days(
    activated: datetime, expires: datetime
) -> None:
    assert expiry(activated, Programme()) == expires


def test_activation_is_midnight_of_the_day_also_when_the_clocks_change_between() -> None:
    assert activation(datetime(2026, 10, 20, 22, 30, tzinfo=UTC), Programme()) == datetime(2026, 11, 3, 22, tzinfo=UTC)
    assert activation(datetime(2026, 3, 20, 12, tzinfo=UTC), Programme()) == datetime(2026, 4, 2, 21, tzinfo=UTC)
    now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert activation(now, Programme(pending_days=0)) == now
    assert expiry(now, Programme(expiry_months=0)) is None


def test_spending_takes_the_nearest_expiry_first_and_the_eldest_of_equals(world: World) -> None:
    for count, key, days in ((10, "never", None), (20, "late", 40), (30, "soon", 20), (5, "soon too", 20)):
        if days is None:
            world.rules(expiry_months=0)
        gift(world, count, key, days=days)
    sold(world, "1", spent=42)
    assert lots_left(world) == [(13, 0, 0), (10, 0, 0)]
    with pytest.raises(Conflict) as caught:
        sold(world, "2", spent=24)
    assert (caught.value.code, caught.value.data) == ("not-enough-points", {"most": 23})
    assert points(world) == (23, 0, 0)
    assert keep.check(world.url) == []


def test_an_expired_lot_buys_nothing_although_no_night_has_passed(world: World) -> None:
    gift(world, 30, "a", days=1)
    world.clock.forward(days=2)
    with pytest.raises(Conflict, match=r"^not-enough-points$"):
        sold(world, "1", spent=1)


def test_a_hold_is_resolved_once_captured_in_part_released_or_over(world: World) -> None:
    gift(world, 100, "a", days=30)
    first = world.do(lambda work: hold_points(work, customer=OLENA, points=60, spendable=100, source="t", key="h1"))
    assert points(world) == (40, 0, 60)
    with pytest.raises(Conflict, match=r"^not-enough-points$"):
        world.do(lambda work: hold_points(work, customer=OLENA, points=41, spendable=99, source="t", key="h2"))

    def job(work: DbWork) -> None:
        made = operation(work, Kind.SALE, source="till", key="1")
        own = current(work, [OLENA])[OLENA]
        sell(work, made, purse=own, spent=50, earned=0, hold=work.ledger.hold(first.id))

    world.do(job)
    assert points(world) == (50, 0, 0)
    with pytest.raises(Conflict, match=r"^hold-closed$"):
        world.do(lambda work: release_hold(work, hold=first.id, source="t"))
    second = world.do(lambda work: hold_points(work, customer=OLENA, points=50, spendable=50, source="t", key="h3"))
    for _ in range(2):
        world.do(lambda work: release_hold(work, hold=second.id, source="t"))
    assert points(world) == (50, 0, 0)
    third = world.do(lambda work: hold_points(work, customer=OLENA, points=50, spendable=50, source="t", key="h4"))
    with pytest.raises(Unknown, match=r"^unknown-hold$"):
        world.do(lambda work: release_hold(work, hold=third.id, source="another till"))
    world.clock.forward(minutes=15)
    assert points(world) == (50, 0, 0)
    with pytest.raises(Conflict, match=r"^hold-closed$"):
        world.do(lambda work: release_hold(work, hold=third.id, source="t"))
    assert keep.check(world.url) == []


def test_a_lot_does_not_expire_under_a_living_hold(world: World) -> None:
    gift(world, 100, "a", days=1)
    world.clock.forward(days=1, minutes=-5)
    held = world.do(lambda work: hold_points(work, customer=OLENA, points=60, spendable=100, source="t", key="h"))
    world.clock.forward(minutes=6)
    assert points(world) == (0, 0, 60)

    def job(work: DbWork) -> None:
        made = operation(work, Kind.SALE, source="till", key="1")
        own = current(work, [OLENA])[OLENA]
        sell(work, made, purse=own, spent=20, earned=0, hold=work.ledger.hold(held.id))

    world.do(job)
    assert points(world) == (0, 0, 0)
    assert keep.check(world.url) == []


def test_spent_points_come_back_to_their_lots_the_last_taken_first_in_any_split(world: World) -> None:
    gift(world, 10, "a", days=50)
    gift(world, 10, "b", days=60)
    sale = sold(world, "1", spent=15)
    assert returned(world, sale, "r1", given=4) == [4, 0, 0]
    assert lots_left(world) == [(9, 0, 0)]
    assert returned(world, sale, "r2", given=11, before=4) == [11, 0, 0]
    assert lots_left(world) == [(10, 0, 0), (10, 0, 0)]
    assert keep.check(world.url) == []


def test_points_that_would_expire_too_soon_come_back_with_thirty_days(world: World) -> None:
    gift(world, 10, "a", days=2)
    sale = sold(world, "1", spent=10)
    world.clock.forward(days=5)
    returned(world, sale, "r1", given=10)
    assert points(world) == (10, 0, 0)
    (lot,) = world.do(lambda work: work.ledger.lots(OLENA))
    assert lot.expires_at == grace(world.clock.now, world.programme)
    assert lot.expires_at - world.clock.now >= timedelta(days=30)
    assert keep.check(world.url) == []


def test_a_return_takes_pending_then_its_own_lot_then_others_and_never_held_ones(world: World) -> None:
    world.rules(pending_days=0)
    own = sold(world, "1", earned=40)
    gift(world, 10, "b", days=60)
    world.do(lambda work: hold_points(work, customer=OLENA, points=5, spendable=50, source="t", key="h"))
    assert returned(world, own, "r1", due=20) == [0, 20, 0]
    assert sorted(lots_left(world)) == [(5, 0, 5), (20, 0, 0)]
    sold(world, "2", spent=5)
    assert returned(world, own, "r2", due=40) == [0, 20, 20]
    assert points(world) == (0, 0, 5)
    assert keep.check(world.url) == []


def test_pending_points_of_the_receipt_go_first(world: World) -> None:
    gift(world, 10, "b", days=60)
    own = sold(world, "1", earned=40)
    assert returned(world, own, "r1", due=40) == [0, 40, 0]
    assert points(world) == (10, 0, 0)


@pytest.mark.parametrize("policy", ["clamp", "money"])
def test_a_shortfall_is_the_house_s_adjustment(world: World, policy: str) -> None:
    world.rules(pending_days=0, return_debt=policy)
    own = sold(world, "1", earned=40)
    sold(world, "2", spent=30)
    assert returned(world, own, "r1", due=40) == [0, 10, 30]
    assert points(world) == (0, 0, 0)
    assert house(world, "adjusted") == -30
    assert keep.check(world.url) == []


def test_a_debt_is_repaid_by_what_becomes_active_later(world: World) -> None:
    world.rules(pending_days=0, return_debt="debt")
    own = sold(world, "1", earned=40)
    sold(world, "2", spent=30)
    returned(world, own, "r1", due=40)
    assert purse(world).debt == 30
    gift(world, 20, "a", days=9)
    assert (purse(world).debt, points(world)) == (10, (0, 0, 0))
    world.rules(pending_days=14)
    sold(world, "3", earned=25)
    assert (purse(world).debt, points(world)) == (10, (0, 25, 0))
    world.clock.forward(days=15)
    assert (purse(world).debt, points(world)) == (0, (15, 0, 0))
    assert keep.check(world.url) == []


def test_what_an_offline_sale_spent_too_much_is_the_house_s_loss_and_comes_back_to_it(world: World) -> None:
    gift(world, 10, "a", days=60)
    sale = sold(world, "1", spent=25, offline=True)
    assert points(world) == (0, 0, 0)
    assert house(world, "offline_loss") == -15
    assert returned(world, sale, "r1", given=25) == [10, 0, 0]
    assert points(world) == (10, 0, 0)
    assert house(world, "offline_loss") == 0
    assert keep.check(world.url) == []
