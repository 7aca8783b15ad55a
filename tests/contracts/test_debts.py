"""Debts to the last point, on both databases: who repays what, and what a merge and its undoing make of it."""

from datetime import timedelta

import pytest

from adapters.db import keep
from adapters.db.work import DbWork
from core.ledger.actions import take_back
from core.ledger.merging import hand_back, hand_over, merge
from core.ledger.model import HoldState, Kind
from core.ledger.posting import current, operation
from core.ledger.seeing import seen
from core.sales.actions import SaleAsked, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.sales.model import Sale
from core.sales.returning import give_back, sale_of
from core.shared.values import StoreId
from tests.support.engine import furnish, newcomer
from tests.support.points import (
    IVAN,
    OLENA,
    freed,
    gift,
    held,
    house,
    in_debt,
    lots_left,
    operations,
    points,
    purse,
    refused,
    returned,
    sold,
    state_of,
    zeros,
)
from tests.support.world import World


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
    assert [source for source, *_ in operations(world, Kind.RELEASE)] == ["debt"]
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
    assert zeros(world) == 0
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


def test_who_owes_can_hold_nothing(world: World) -> None:
    in_debt(world, 5)
    assert refused(lambda: held(world, 1, "h")) == ("not-enough-points", {"most": 0})


def test_a_late_look_repays_a_debt_only_with_what_was_alive_when_it_woke(world: World) -> None:
    """Points that woke and ended before anybody looked repaid when they woke, and what was left of them expired."""
    in_debt(world, 10)
    world.rules(pending_days=2, expiry_months=1)
    sold(world, "s", earned=25)
    world.clock.forward(days=90)
    assert (purse(world).debt, points(world)) == (0, (0, 0, 0))
    assert house(world, "expired") == 15
    assert keep.check(world.url) == []


def test_an_un_merge_repays_a_debt_from_what_an_open_receipt_kept(world: World) -> None:
    world.rules(pending_days=0, return_debt="debt")
    sale = sold(world, "s", earned=40)
    gift(world, 5, "i", days=20, customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    held(world, 45, "h")
    returned(world, sale, "r", due=40)
    assert (purse(world).debt, points(world)) == (40, (0, 0, 45))
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert (purse(world).debt, points(world)) == (0, (0, 0, 0))
    assert points(world, IVAN) == (5, 0, 0)
    assert keep.check(world.url) == []


def test_points_that_an_un_merge_gave_back_still_end_in_their_time(world: World) -> None:
    gift(world, 9, "a", days=90)
    gift(world, 5, "i", days=20, customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert (points(world), points(world, IVAN), zeros(world)) == ((9, 0, 0), (5, 0, 0), 0)
    world.clock.forward(days=20)
    assert (points(world), points(world, IVAN)) == ((9, 0, 0), (0, 0, 0))


def test_what_comes_back_of_a_stranger_s_lot_by_now_ends_when_that_lot_would(world: World) -> None:
    gift(world, 10, "i", days=90, customer=IVAN)
    ends = world.clock.now + timedelta(days=90)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    sale = sold(world, "s", spent=10)
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert returned(world, sale, "r", given=10) == [10, 0, 0]
    assert [lot.expires_at for lot in world.do(lambda work: work.ledger.lots(OLENA))] == [ends]
    assert (points(world), points(world, IVAN)) == ((10, 0, 0), (10, 0, 0))
    assert keep.check(world.url) == []


def test_points_of_a_lot_that_was_empty_when_two_became_one_come_back_to_that_lot(world: World) -> None:
    """So that a return still takes what its sale earned from the sale's own lot, and not from the nearest end."""
    world.rules(pending_days=0, spend_without_proof_points=10**6)
    world.do(furnish)
    (one, _), (two, number) = world.do(newcomer), world.do(newcomer)
    gift(world, 5, "soon", days=40, customer=one)

    def sale(key: str, spend: int) -> Sale:
        asked = Asked(StoreId("s1"), (Line("a", 1000, 100000),), number, (), spend)
        wanted = SaleAsked(asked, key, "1", world.clock.now)
        made = world.do(lambda work: settle(work, wanted=wanted, source="t", key=key, tell=lambda x: "")[1])
        assert made is not None
        return made.sale

    earned, spent = sale("1", 0), sale("2", 50)  # the second spends all that the first earned
    assert (earned.earned, spent.points_spent) == (50, 50)
    world.do(lambda work: merge(work, survivor=one, absorbed=two, actor="owner"))

    def back(of: Sale, key: str) -> None:
        def job(work: DbWork) -> None:
            found = sale_of(work, sale=of.id, store=StoreId("s1"), lock=True)
            give_back(work, sale=found, asked=None, source="t", key=key, reason="")

        world.do(job)

    back(spent, "r2")
    lots = {lot.operation: lot.active for lot in world.do(lambda work: work.ledger.lots(one))}
    assert lots[earned.operation] == 50  # type: ignore[index]  # it has one
    back(earned, "r1")
    assert points(world, one) == (5, 0, 0)
    assert keep.check(world.url) == []


def test_points_of_an_emptied_and_of_a_half_spent_lot_come_back_to_both_after_a_merge(world: World) -> None:
    world.rules(pending_days=0)
    gift(world, 10, "first", days=40, customer=IVAN)
    gift(world, 20, "then", days=80, customer=IVAN)
    sale = sold(world, "s", spent=15, customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))

    def job(work: DbWork) -> int:
        made = operation(work, Kind.RETURN, source="till", key="r", corrects=sale)
        own = current(work, [OLENA])[OLENA]
        return take_back(work, made, purse=own, sale=sale, given=15, before=0, due=0, selves=(OLENA, IVAN)).given

    assert world.do(job) == 15
    assert sorted(lots_left(world)) == [(10, 0, 0), (20, 0, 0)]
    assert (points(world), points(world, IVAN)) == ((30, 0, 0), (0, 0, 0))
    assert keep.check(world.url) == []


@pytest.mark.parametrize("looked", [True, False])
def test_a_late_night_repays_a_debt_with_what_came_first_as_one_in_time_would(world: World, looked: bool) -> None:
    """A hold ends, later points wake, and the freed lot ends before anybody looks: the freed points repaid the debt."""
    world.rules(pending_days=0, return_debt="debt")
    gift(world, 30, "g", days=20)
    sale = sold(world, "s", earned=25)
    held(world, 55, "h")
    returned(world, sale, "r", due=25)
    world.rules(pending_days=14)
    sold(world, "later", earned=40)
    assert (purse(world).debt, points(world)) == (25, (0, 40, 55))
    if looked:
        world.clock.forward(minutes=15)
        assert (purse(world).debt, points(world)) == (0, (30, 40, 0))
    world.clock.forward(days=30)
    told = world.do(lambda work: seen(work, OLENA)[0])
    assert (told.debt, told.active, told.pending, told.held) == (0, 65, 0, 0)
    assert (purse(world).debt, points(world)) == (0, (65, 0, 0))
    assert keep.check(world.url) == []
