"""The books on both databases: who changed what, owners that change, keys that count once, lines that stay."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.db import keep
from adapters.db.work import DbWork
from core.ledger.actions import (
    adjust,
    give,
    hold_points,
    open_balance,
    reinstate,
)
from core.ledger.merging import hand_back, hand_over
from core.ledger.model import Kind
from core.ledger.once import Done, once
from core.shared.refusals import Conflict, Refusal
from tests.support.points import IVAN, OLENA, gift, house, in_debt, points, purse, returned, sold, zeros
from tests.support.world import World


def test_adjustments_carry_actor_and_reason_and_expired_points_can_live_again(world: World) -> None:
    world.do(lambda work: adjust(work, customer=OLENA, points=30, actor="o", reason="sorry", key="1"))
    world.do(lambda work: adjust(work, customer=OLENA, points=-10, actor="o", reason="mistake", key="2"))
    with pytest.raises(Conflict, match=r"^not-enough-points$"):
        world.do(lambda work: adjust(work, customer=OLENA, points=-21, actor="o", reason="mistake", key="3"))
    with pytest.raises(Conflict, match=r"^not-expired$"):
        world.do(lambda work: reinstate(work, customer=OLENA, points=1, actor="o", reason="ill", key="4"))
    world.clock.forward(days=500)
    assert points(world) == (0, 0, 0)
    world.do(lambda work: reinstate(work, customer=OLENA, points=20, actor="o", reason="ill", key="5"))
    assert points(world) == (20, 0, 0)
    with pytest.raises(Conflict, match=r"^not-expired$"):
        world.do(lambda work: reinstate(work, customer=OLENA, points=1, actor="o", reason="ill", key="6"))
    with world.engine.connect() as connection:
        told = connection.execute(text("select actor, reason from operations where kind = 'adjust' order by key"))
        assert list(told) == [("o", "sorry"), ("o", "mistake")]
    assert keep.check(world.url) == []


def test_an_opening_balance_is_one_lot_with_the_record_s_expiry_and_comes_once(world: World) -> None:
    last = date(2026, 12, 31)
    for _ in range(2):
        world.do(lambda work: open_balance(work, customer=OLENA, number="7", points=80, last_good_day=last))
    world.do(lambda work: open_balance(work, customer=OLENA, number="8", points=9, last_good_day=date(2026, 11, 25)))
    (lot,) = world.do(lambda work: work.ledger.lots(OLENA))
    assert (lot.active, lot.expires_at) == (80, datetime(2026, 12, 31, 22, tzinfo=UTC))


def test_a_merge_moves_everything_and_an_unmerge_restores_earlier_owners(world: World) -> None:
    gift(world, 30, "a", days=40)
    gift(world, 50, "b", days=20, customer=IVAN)
    sold(world, "1", earned=7, customer=IVAN)
    world.do(lambda work: hold_points(work, customer=IVAN, points=5, spendable=50, source="t", key="h"))
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m1"))
    assert points(world) == (75, 7, 5)
    assert points(world, IVAN) == (0, 0, 0)
    assert keep.check(world.url) == []
    sold(world, "2", spent=60)
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m1"))
    assert points(world, IVAN) == (50, 7, 0)
    assert points(world) == (0, 0, 0)
    assert house(world, "adjusted") == -110  # gifts of 80, and 30 that the survivor has spent of the other's
    assert keep.check(world.url) == []


def test_a_debt_and_points_that_come_together_settle_each_other(world: World) -> None:
    world.rules(pending_days=0, return_debt="debt")
    own = sold(world, "1", earned=40)
    sold(world, "2", spent=40)
    returned(world, own, "r1", due=40)
    gift(world, 50, "b", days=20, customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=IVAN, absorbed=OLENA, key="m1"))
    assert (purse(world, IVAN).debt, points(world, IVAN)) == (0, (10, 0, 0))
    assert purse(world).debt == 0
    assert keep.check(world.url) == []


def test_a_key_has_one_effect_and_one_answer_for_ever(world: World) -> None:
    def call(body: object, path: str = "/sales") -> Done:
        def job(work: DbWork) -> Done:
            def effect() -> Done:
                give(work, Kind.ADJUST, customer=OLENA, points=5, source="x", key=work.new_id())
                return Done("five", replayed=False)

            return once(work, source="till", key="k", path=path, body=body, do=effect)

        return world.do(job)

    assert call({"a": 1, "b": [2]}) == Done("five", replayed=False)
    assert call({"b": [2], "a": 1}) == Done("five", replayed=True)
    for other in (lambda: call({"a": 2}), lambda: call({"a": 1, "b": [2]}, "/returns")):
        with pytest.raises(Refusal, match=r"^idempotency-conflict$"):
            other()
    assert points(world) == (5, 0, 0)


def test_a_refusal_leaves_the_key_unused(world: World) -> None:
    def call(refuse: bool) -> Done:
        def job(work: DbWork) -> Done:
            def effect() -> Done:
                if refuse:
                    raise Conflict("not-enough-points")
                return Done("done", replayed=False)

            return once(work, source="till", key="k", path="/", body=1, do=effect)

        return world.do(job)

    with pytest.raises(Conflict):
        call(True)
    assert call(False) == Done("done", replayed=False)


@pytest.mark.parametrize("table", ["operations", "entries", "operation_members"])
@pytest.mark.parametrize("statement", ["update {} set {} = {}", "delete from {}"])
def test_no_line_of_the_books_is_changed_or_removed(world: World, table: str, statement: str) -> None:
    gift(world, 5, "a")
    column = {"operations": "reason", "entries": "account", "operation_members": "operation"}[table]
    with pytest.raises(DBAPIError, match="only grows"), world.owner.begin() as connection:
        connection.execute(text(statement.format(table, column, column)))


def test_points_that_an_unmerge_gave_back_end_in_time_though_nobody_looked_before(world: World) -> None:
    gift(world, 5, "a", days=10, customer=IVAN)
    gift(world, 7, "b", days=40, customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    world.clock.forward(days=12)
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert points(world, IVAN) == (7, 0, 0)
    world.clock.forward(days=30)
    assert points(world, IVAN) == (0, 0, 0)


def test_a_return_after_an_unmerge_leaves_the_lots_of_the_other_person_alone(world: World) -> None:
    gift(world, 20, "g", days=40, customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    sale = sold(world, "s", spent=10)
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert returned(world, sale, "r", given=10) == [10, 0, 0]
    assert (points(world), points(world, IVAN)) == ((10, 0, 0), (20, 0, 0))
    assert keep.check(world.url) == []


def test_a_debt_that_nothing_can_repay_leaves_no_empty_line_in_the_books(world: World) -> None:
    in_debt(world, 30)
    world.rules(pending_days=14, return_debt="debt")
    sold(world, "s", earned=10)
    assert (purse(world).debt, points(world), zeros(world)) == (30, (0, 10, 0), 0)
