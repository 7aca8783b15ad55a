"""My data, key by key: what the file says of points, purchases, vouchers and offers, on both databases."""

from datetime import date
from typing import Any

from adapters.db.work import DbWork
from core.ledger.actions import give, hold_points
from core.ledger.model import Kind
from core.offers.reading import offer_from
from core.sales.actions import SaleAsked, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.sales.export import export
from core.sales.model import SaleId
from core.sales.returning import give_back, sale_of
from core.shared.values import CustomerId, StoreId
from core.vouchers.actions import issue
from tests.support.engine import furnish, newcomer
from tests.support.world import World

S1 = StoreId("s1")


def exported(world: World, who: CustomerId) -> dict[str, Any]:
    return world.do(lambda work: export(work, customer=work.customers.get(who)))  # type: ignore[arg-type]  # it is there


def test_who_has_done_nothing_has_empty_lists(world: World) -> None:
    world.do(furnish)
    who, _ = world.do(newcomer)
    data = exported(world, who)
    assert data["points"] == {"active": 0, "pending": 0, "held": 0, "next_expiry": None, "operations": []}
    assert (data["purchases"], data["vouchers"], data["offers"]) == ([], [], [])


def test_everything_is_told_in_the_words_of_the_contract(world: World) -> None:
    world.rules(spend_without_proof_points=10**6)
    world.do(furnish)
    who, number = world.do(newcomer)
    body = {"id": "ten", "audience": "voucher", "benefit": {"kind": "percent_off", "percent": "10"}}
    mine = {"id": "mine", "audience": "personal", "benefit": {"kind": "bonus_points", "points": 3}}

    def prepare(work: DbWork) -> str:
        for one in (body, mine):
            work.offers.put(offer_from(one), one)
        work.offers.assign("mine", [(who, None)])
        give(work, Kind.ADJUST, customer=who, points=40, source="staff:o", key="g")
        issue(
            work, offer="ten", customer=who, code="FREE", valid_from=date(2026, 11, 1), valid_until=date(2026, 12, 31)
        )
        return issue(work, offer="ten", customer=who).code

    code = world.do(prepare)
    asked = Asked(S1, (Line("a", 1500, 10000, name="Кава"), Line("b", 2000, 500)), number, (code,), 20)
    wanted = SaleAsked(asked, "r1", "7", world.clock.now)
    sale = world.do(lambda work: settle(work, wanted=wanted, source="t", key="k", tell=lambda x: x.sale.id)[0].answer)

    def back(work: DbWork) -> None:
        found = sale_of(work, sale=SaleId(sale), store=S1, lock=True)
        give_back(work, sale=found, asked={1: 1000}, source="t", key="b", reason="broken")
        hold_points(work, customer=who, points=5, spendable=100, source="t", key="h")

    world.do(back)
    data = exported(world, who)
    (purchase,) = data["purchases"]
    (returned,) = purchase.pop("returns")
    assert purchase == {
        "id": sale, "store": "s1", "till": "7", "receipt": "r1", "business_date": "2026-11-26",
        "sold_at": "2026-11-26T12:00:00+00:00", "total": 12400, "points_spent": 20, "earned": 9, "returned": False,
        "lines": [
            {"sku": "a", "name": "Кава", "quantity": "1.5", "unit_price": 10000, "amount": 15000, "discount": 1500,
             "points_paid": 1875, "total": 11625, "earned": 9},
            {"sku": "b", "name": "", "quantity": "2", "unit_price": 500, "amount": 1000, "discount": 100,
             "points_paid": 125, "total": 775, "earned": 0},
        ],
        "offers": [
            {"offer": "ten", "voucher": code, "amount": 1600, "points": 0},
            {"offer": "mine", "voucher": None, "amount": 0, "points": 3},
        ],
    }  # fmt: skip
    assert returned.pop("id")
    assert returned == {
        "at": "2026-11-26T12:00:00+00:00", "reason": "broken", "money": 388, "points_returned": 0, "points_taken": 0,
    }  # fmt: skip
    assert data["vouchers"] == [
        {"code": "FREE", "offer": "ten", "state": "issued", "valid_from": "2026-11-01", "valid_until": "2026-12-31"}
    ]
    assert data["offers"] == [{"offer": "mine", "reason": ""}]
    assert data["points"] == {
        "active": 20, "pending": 9, "held": 5, "next_expiry": {"at": "2027-11-30T22:00:00+00:00", "points": 20},
        "operations": [
            {"at": "2026-11-26T12:00:00+00:00", "kind": "sale", "change": -11, "sale": sale},
            {"at": "2026-11-26T12:00:00+00:00", "kind": "adjust", "change": 40, "sale": None},
        ],
    }  # fmt: skip


def test_a_return_tells_its_points_and_a_sale_that_is_wholly_back_says_so(world: World) -> None:
    world.rules(spend_without_proof_points=10**6, pending_days=0)
    world.do(furnish)
    who, number = world.do(newcomer)
    world.do(lambda work: give(work, Kind.ADJUST, customer=who, points=40, source="staff:o", key="g"))
    asked = Asked(S1, (Line("a", 1000, 20000),), number, (), 30)
    wanted = SaleAsked(asked, "r1", "7", world.clock.now)
    sale = world.do(lambda work: settle(work, wanted=wanted, source="t", key="k", tell=lambda x: x.sale.id)[0].answer)

    def back(work: DbWork) -> None:
        found = sale_of(work, sale=SaleId(sale), store=S1, lock=True)
        give_back(work, sale=found, asked=None, source="t", key="b", reason="")

    world.do(back)
    (purchase,) = exported(world, who)["purchases"]
    assert purchase["returned"] is True
    (returned,) = purchase["returns"]
    assert (returned["money"], returned["points_returned"], returned["points_taken"]) == (17000, 30, 8)
