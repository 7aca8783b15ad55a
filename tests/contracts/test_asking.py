"""What a sale looks up before it is worked out, on both databases: the buyer, limits, holds, the till's clock."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapters.db.ledgertables import operations
from adapters.db.work import DbWork
from core.cards.model import Plastic
from core.cards.totp import rotating_code
from core.ledger.actions import hold_points
from core.ledger.merging import merge
from core.offers.reading import offer_from
from core.sales.actions import SaleAsked, Settled, quote_for, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.sales.model import SaleId
from core.sales.quoting import Quote
from core.sales.returning import give_back, sale_of
from core.shared.values import CustomerId, Phone, StoreId
from core.stores.model import Product, Store
from core.surveys.model import Given
from core.surveys.model import Kind as Question
from core.vouchers.actions import issue, reserve
from tests.support.engine import alter, furnish, newcomer
from tests.support.points import gift, purse, refused
from tests.support.world import World

S1 = StoreId("s1")
LINES = (Line("a", 1000, 20000),)
TEN: dict[str, Any] = {"kind": "amount_off", "amount": 1000}
Who = tuple[CustomerId, str]


@pytest.fixture
def who(world: World) -> Who:
    world.do(furnish)
    return world.do(newcomer)


def put(world: World, **data: Any) -> None:
    body = {"benefit": TEN, **data}
    world.do(lambda work: work.offers.put(offer_from(body), body))


def settled(world: World, key: str, asked: Asked, **more: Any) -> Settled:
    at: datetime = more.pop("sold_at", world.clock.now)
    wanted = SaleAsked(asked, key, "1", at, **more)
    made = world.do(lambda work: settle(work, wanted=wanted, source="t", key=key, tell=lambda one: one.sale.id)[1])
    assert made is not None
    return made


def applied(world: World, asked: Asked) -> tuple[list[str], dict[str, str]]:
    made: Quote = world.do(lambda work: quote_for(work, asked=asked)).quote
    return sorted(one.offer for one in made.applied), dict(made.not_applied)


def test_a_first_purchase_is_the_first_of_the_person_and_of_a_plastic(world: World, who: Who) -> None:
    put(world, id="first", condition={"kind": "first_purchase"})
    asked = Asked(S1, LINES, who[1])
    assert applied(world, asked)[0] == ["first"]
    settled(world, "1", asked)
    assert applied(world, asked)[0] == []
    world.do(lambda work: work.shelves.put_plastics([Plastic("00012345678", "code128", points=0)]))
    plastic = Asked(S1, LINES, "00012345678")
    assert applied(world, plastic)[0] == ["first"]
    settled(world, "2", plastic)
    assert applied(world, plastic)[0] == []


def test_birthday_club_and_personal_offers_ask_about_the_person(world: World, who: Who) -> None:
    world.rules(club_questions=("interests",))
    put(world, id="cake", condition={"kind": "birthday"})
    put(world, id="wine", condition={"kind": "member_of", "club": "wine"})
    put(world, id="mine", audience="personal")
    asked = Asked(S1, LINES, who[1])
    assert applied(world, asked)[0] == []

    def job(work: DbWork) -> None:
        alter(work, who[0], birthday=date(1990, 11, 26))
        work.answers.put(who[0], "interests", Given("wine", Question.CHOICES, 1, work.now))
        work.offers.assign("mine", [(who[0], None)])

    world.do(job)
    assert applied(world, asked)[0] == ["cake", "mine", "wine"]


@pytest.mark.parametrize("limits", [{"per_customer": 1}, {"total": 1}, {"budget": 1999}])
@pytest.mark.parametrize("audience", ["members", "voucher"])
def test_a_limit_that_is_reached_is_known_to_the_next_receipt(
    world: World, who: Who, limits: dict[str, int], audience: str
) -> None:
    put(world, id="few", audience=audience, limits=limits)
    put(world, id="idle", audience="voucher", limits=limits)
    codes = [world.do(lambda work: issue(work, offer="few")).code for _ in range(2)] if audience == "voucher" else []
    settled(world, "1", Asked(S1, LINES, who[1], tuple(codes[:1])))
    made = world.do(lambda work: quote_for(work, asked=Asked(S1, LINES, who[1], tuple(codes[1:])))).quote
    assert made.applied == ()
    reason = "budget" if "budget" in limits else "limit"
    said = dict(made.not_applied) or {step["offer"]: step["code"] for step in made.explain if "code" in step}
    assert set(said.values()) == {reason}


def test_the_same_voucher_typed_twice_counts_once_and_those_behind_it_count(world: World, who: Who) -> None:
    put(world, id="v", audience="voucher", limits={"per_receipt": None})
    one, other = (world.do(lambda work: issue(work, offer="v")).code for _ in range(2))
    made = world.do(lambda work: quote_for(work, asked=Asked(S1, LINES, who[1], (one, one.lower(), other)))).quote
    assert [found.code for found in made.applied] == [one, other]
    assert made.total == 18000


def test_a_hold_s_own_voucher_and_points_are_the_receipt_s(world: World, who: Who) -> None:
    world.rules(spend_without_proof_points=99)
    put(world, id="v", audience="voucher")
    gift(world, 30, "g", customer=who[0])
    code = world.do(lambda work: issue(work, offer="v")).code

    def job(work: DbWork) -> Any:
        held = hold_points(work, customer=who[0], points=30, spendable=30, source="t", key="h")
        kept = work.vouchers.find([code], (), lock=True)[code]
        reserve(work, kept, hold=held.id, until=held.until)
        return held

    held = world.do(job)
    plain = Asked(S1, LINES, who[1], (code,), 30)
    told = world.do(lambda work: quote_for(work, asked=plain)).quote
    assert (told.points_spent, dict(told.not_applied)) == (0, {code: "used"})
    mine = Asked(S1, LINES, who[1], (code,), 30, held.id)
    done = settled(world, "1", mine)
    assert (done.sale.points_spent, [one.code for one in done.quoted.quote.applied]) == (30, [code])
    assert world.do(lambda work: work.ledger.hold(held.id)).state == "captured"  # type: ignore[union-attr]  # it was made
    again = refused(lambda: settled(world, "2", mine))
    assert again == ("hold-closed", {})
    other = world.do(newcomer)
    assert refused(lambda: settled(world, "3", Asked(S1, LINES, other[1], (), 0, held.id))) == ("unknown-hold", {})


def test_the_catalogue_completes_name_category_and_brand_and_the_till_s_word_stands(world: World, who: Who) -> None:
    world.do(lambda work: work.shelves.put_products([Product("w", "Вино", "wine", "Лоза", 100)]))
    lines = (Line("w", 1000, 100), Line("w", 1000, 100, name="Rosé", category="rose", brand="Own"))
    sale = settled(world, "1", Asked(S1, lines, who[1])).sale
    assert [(line.name, line.category, line.brand) for line in sale.lines] == [
        ("Вино", "wine", "Лоза"), ("Rosé", "rose", "Own"),
    ]  # fmt: skip


def test_a_till_s_clock_may_be_so_much_ahead_and_a_receipt_so_late_to_the_moment(world: World, who: Who) -> None:
    asked, now = Asked(S1, LINES, who[1]), world.clock.now
    ahead = timedelta(minutes=world.programme.clock_ahead_minutes)
    late = timedelta(days=world.programme.late_receipt_days)
    assert settled(world, "1", asked, sold_at=now + ahead).sale.sold_at == now + ahead
    assert settled(world, "2", asked, sold_at=now - late, offline=True).sale.sold_at == now - late
    second = timedelta(seconds=1)
    field = {"field": "sold_at"}
    assert refused(lambda: settled(world, "3", asked, sold_at=now + ahead + second)) == ("clock-ahead", field)
    assert refused(lambda: settled(world, "4", asked, sold_at=now - late - second)) == ("too-late", field)


def test_an_unknown_store_is_named(world: World, who: Who) -> None:
    asked = Asked(StoreId("nowhere"), LINES, who[1])
    for job in (lambda: settled(world, "1", asked), lambda: world.do(lambda work: quote_for(work, asked=asked))):
        assert refused(job) == ("unknown-store", {"field": "store"})


def test_an_offline_sale_is_booked_at_the_instant_it_was_made(world: World, who: Who) -> None:
    asked, made_at = Asked(S1, LINES, who[1]), world.clock.now - timedelta(hours=5)
    sale = settled(world, "1", asked, sold_at=made_at, offline=True).sale
    with world.owner.connect() as connection:
        row = connection.execute(select(operations).where(operations.c.id == sale.operation)).one()
    assert (row.business_at, row.at) == (made_at, world.clock.now)


def test_a_code_scanned_offline_is_read_as_of_the_scan_and_one_scanned_now_as_of_now(world: World, who: Who) -> None:
    made_at = world.clock.now - timedelta(hours=5)
    card = world.do(lambda work: work.cards.of(who[0]))
    assert card is not None
    code = rotating_code(card.number, card.secret, made_at)
    asked = Asked(S1, LINES, code)
    sale = settled(world, "1", asked, sold_at=made_at, offline=True).sale
    assert sale.customer == who[0]
    assert refused(lambda: settled(world, "2", asked, sold_at=made_at)) == ("unknown-code", {"reason": "code-over"})


def test_a_sale_says_why_nothing_can_be_spent(world: World, who: Who) -> None:
    world.do(lambda work: alter(work, who[0], spend_lock="recycled-phone"))
    assert settled(world, "1", Asked(S1, LINES, who[1])).quoted.blocked_by == ("recycled-phone",)
    assert settled(world, "2", Asked(S1, LINES)).quoted.blocked_by == ()


def test_a_receipt_of_another_person_under_the_same_number_is_another_receipt(world: World, who: Who) -> None:
    other = world.do(newcomer)
    settled(world, "1", Asked(S1, LINES, who[1]))
    wanted = SaleAsked(Asked(S1, LINES, other[1]), "1", "1", world.clock.now)
    clash = refused(
        lambda: world.do(lambda work: settle(work, wanted=wanted, source="t", key="x", tell=lambda one: ""))
    )
    assert clash == ("receipt-conflict", {"field": "receipt"})


def test_a_sale_that_moves_no_points_has_no_operation_and_a_customer_s_balance(world: World, who: Who) -> None:
    gift(world, 7, "g", customer=who[0])
    done = settled(world, "1", Asked(S1, (Line("a", 1000, 1),), who[1]))
    assert (done.sale.operation, done.balance.active if done.balance else None) == (None, 7)
    nobody = settled(world, "2", Asked(S1, LINES, None))
    assert (nobody.sale.operation, nobody.sale.customer, nobody.balance) == (None, None, None)
    assert world.do(lambda work: work.sales.get(SaleId(done.sale.id))).digest == done.sale.digest  # type: ignore[union-attr]  # it is there


def test_a_debtor_s_spendable_points_are_none_and_never_below(world: World, who: Who) -> None:
    world.rules(pending_days=0, return_debt="debt", spend_without_proof_points=99)
    sale = settled(world, "1", Asked(S1, (Line("a", 1000, 100000),), who[1])).sale
    assert sale.earned == 50
    settled(world, "2", Asked(S1, (Line("a", 1000, 100000),), who[1], (), 50))

    def back(work: DbWork) -> None:
        found = sale_of(work, sale=sale.id, store=S1, lock=True)
        give_back(work, sale=found, asked=None, source="t", key="b", reason="")

    world.do(back)
    assert purse(world, who[0]).debt > 0
    told = world.do(lambda work: quote_for(work, asked=Asked(S1, LINES, who[1], (), 99))).quote
    assert (told.points_spent, told.points_max) == (0, 0)


def test_a_personal_offer_needs_no_other_offer_beside_it(world: World) -> None:
    world.do(lambda work: work.shelves.put_stores([Store(S1, "Поділ")]))
    customer, number = world.do(newcomer)
    put(world, id="mine", audience="personal")
    world.do(lambda work: work.offers.assign("mine", [(customer, None)]))
    assert applied(world, Asked(S1, LINES, number)) == (["mine"], {})


def test_a_voucher_of_somebody_who_was_merged_into_the_person_is_theirs_at_the_till(world: World, who: Who) -> None:
    absorbed, _ = world.do(newcomer)
    put(world, id="gift", audience="voucher")
    code = world.do(lambda work: issue(work, offer="gift", customer=absorbed)).code
    asked = Asked(S1, LINES, who[1], (code,))
    assert applied(world, asked)[1] == {code: "not-yours"}
    world.do(lambda work: merge(work, survivor=who[0], absorbed=absorbed, actor="owner"))
    assert "gift" in applied(world, asked)[0]


def test_a_sale_finds_its_person_by_phone_where_the_programme_allows_that(world: World, who: Who) -> None:
    phone = "+380671234567"
    world.do(lambda work: alter(work, who[0], phone=Phone(phone), phone_verified_at=work.now))
    asked = Asked(S1, LINES, "0671234567", phone=phone)
    assert refused(lambda: settled(world, "1", asked))[0] == "unknown-code"
    world.rules(lookup_by_phone=True)
    assert settled(world, "1", asked).sale.customer == who[0]
