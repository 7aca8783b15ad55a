"""What is refused or cut at the till, by name and number, on both databases: totals, receipts, keys, offline caps."""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.ledger.once import Done, once
from core.sales.actions import SaleAsked, quote_for, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.shared.values import StoreId
from tests.contracts.test_money_edges import sale_with
from tests.support.engine import alter, furnish, newcomer
from tests.support.points import gift, refused
from tests.support.world import World

S1 = StoreId("s1")


def test_what_a_till_may_have_spent_without_us_is_capped_by_sale_by_the_shop_s_day_and_never_of_a_blocked_card(
    world: World,
) -> None:
    world.rules(
        offline_points_sale=10, offline_points_day=25, offline_points_outage=1000, spend_without_proof_points=99
    )
    world.do(furnish)
    who, number = world.do(newcomer)
    gift(world, 500, "g", customer=who)
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)  # the 27th in Kyiv
    world.clock.now = late + timedelta(hours=4)

    def spent(key: str, sold_at: datetime) -> int:
        asked = Asked(S1, (Line("a", 1000, 100000),), number, (), 99)
        wanted = SaleAsked(asked, key, "1", sold_at, offline=True)
        sale = world.do(lambda work: settle(work, wanted=wanted, source="t", key=key, tell=lambda x: x.sale.id)[1])
        return sale.sale.points_spent  # type: ignore[union-attr]  # it is new

    assert [spent(f"a{at}", late + timedelta(minutes=at)) for at in range(4)] == [10, 10, 5, 0]
    assert spent("yesterday", late - timedelta(hours=3)) == 10
    world.do(lambda work: alter(work, who, spend_lock="fraud"))
    assert spent("locked", late - timedelta(hours=4)) == 0


def test_another_total_and_another_receipt_under_one_number_are_refused_by_name(world: World) -> None:
    world.do(furnish)
    _, number = world.do(newcomer)

    def refusal(asked: Asked, expected: int | None) -> tuple[str, Any]:
        wanted = SaleAsked(asked, "r1", "1", world.clock.now, expected)
        return refused(
            lambda: world.do(lambda work: settle(work, wanted=wanted, source="t", key="k", tell=lambda x: x.sale.id))
        )

    first = Asked(S1, (Line("a", 1000, 20000),), number)
    assert refusal(first, 19999) == ("total-changed", {"total": 20000})
    sale_with(world, number, key="r1")
    again = ("receipt-conflict", {"field": "receipt"})
    assert refusal(Asked(S1, (Line("a", 1000, 20001),), number), None) == again
    key = refused(
        lambda: world.do(
            lambda work: [
                once(work, source="t", key="o", path="/", body=at, do=lambda: Done("x", False)) for at in (1, 2)
            ]
        )
    )
    assert key == ("idempotency-conflict", {"field": "Idempotency-Key"})


def test_a_quote_says_what_blocks_spending(world: World) -> None:
    world.do(furnish)
    who, number = world.do(newcomer)
    asked = Asked(S1, (Line("a", 1000, 20000),), number)
    assert world.do(lambda work: quote_for(work, asked=asked)).blocked_by == ()
    world.do(lambda work: alter(work, who, spend_lock="fraud"))
    assert world.do(lambda work: quote_for(work, asked=asked)).blocked_by == ("fraud",)
