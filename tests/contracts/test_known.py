"""What a till sees of a person at this instant: points as time has left them, rights that hold today."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.cards.lookup import keys_of, recognise
from core.cards.model import CardState
from core.ledger.actions import give, hold_points
from core.ledger.model import Kind
from core.offers.reading import offer_from
from core.sales.actions import SaleAsked, quote_for, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.sales.model import SaleId
from core.sales.recognising import Known, by_voucher, known
from core.sales.returning import give_back, sale_of
from core.shared.refusals import Conflict, Unknown
from core.shared.values import CustomerId, Language, StoreId
from core.vouchers.actions import issue, void
from core.vouchers.codes import printed
from tests.support.engine import alter, furnish, newcomer
from tests.support.world import World

S1 = StoreId("s1")
TEN: dict[str, Any] = {"kind": "amount_off", "amount": 1000}


@pytest.fixture
def somebody(world: World) -> tuple[CustomerId, str]:
    world.do(furnish)
    return world.do(newcomer)


def put(world: World, **data: Any) -> None:
    body = {"benefit": TEN, **data}
    world.do(lambda work: work.offers.put(offer_from(body), body))


def look(world: World, number: str) -> Known:
    def job(work: Any) -> Known:
        keys = keys_of(number)
        seen = recognise(keys, work.finder.find(keys), programme=work.programme, now=work.now)
        return known(work, seen=seen, language=Language.UK)

    return world.do(job)


def test_points_are_told_as_time_has_left_them_before_any_night(world: World, somebody: tuple[CustomerId, str]) -> None:
    who, number = somebody
    until = world.clock.now + timedelta(days=1)
    world.do(lambda work: give(work, Kind.ADJUST, customer=who, points=30, source="s", key="a", expires_at=until))
    world.do(lambda work: give(work, Kind.ADJUST, customer=who, points=20, source="s", key="b"))
    assert look(world, number).seen.points.active == 50
    world.clock.now = until
    points = look(world, number).seen.points
    assert (points.active, points.spendable) == (20, 20)


def test_rights_that_hold_today_are_shown_and_no_others(world: World, somebody: tuple[CustomerId, str]) -> None:
    who, number = somebody
    put(world, id="long", audience="voucher")
    put(world, id="ended", audience="voucher", until="2026-11-25")
    put(world, id="mine", audience="personal", until="2026-11-26")
    put(world, id="past", audience="personal", until="2026-11-25")
    put(world, id="open", audience="public")
    for offer in ("mine", "past", "open", "gone"):
        world.do(lambda work, offer=offer: work.offers.assign(offer, [(who, None)]))
    days = {"today": date(2026, 11, 26), "yesterday": date(2026, 11, 25), "ever": None}
    made = {
        name: world.do(lambda work, day=day: issue(work, offer="long", customer=who, valid_until=day))
        for name, day in days.items()
    }
    world.do(lambda work: issue(work, offer="ended", customer=who))
    world.do(lambda work: issue(work, offer="gone", customer=who))
    off = world.do(lambda work: issue(work, offer="long", customer=who))
    world.do(lambda work: void(work, off, actor="m"))
    shown = look(world, number)
    assert {one.id for one in shown.vouchers} == {made["today"].code, made["ever"].code}
    assert [one.id for one in shown.offers] == ["mine"]
    assert {str(one.ends_at) for one in shown.vouchers} == {"2026-11-26 22:00:00+00:00", "None"}


def test_a_hold_of_somebody_else_or_of_the_past_is_no_hold(world: World, somebody: tuple[CustomerId, str]) -> None:
    who, number = somebody
    other, others = world.do(newcomer)
    world.do(lambda work: give(work, Kind.ADJUST, customer=who, points=30, source="s", key="a"))
    held = world.do(lambda work: hold_points(work, customer=who, points=10, spendable=30, source="t", key="h"))
    lines = (Line("a", 1000, 10000),)
    told = world.do(lambda work: quote_for(work, asked=Asked(S1, lines, number, (), 30, held.id)))
    assert told.quote.points_spent == 30
    for code in (others, None):
        with pytest.raises(Unknown, match=r"^unknown-hold$"):
            world.do(lambda work, code=code: quote_for(work, asked=Asked(S1, lines, code, (), 0, held.id)))
    world.clock.now = held.until
    with pytest.raises(Conflict, match=r"^hold-closed$"):
        world.do(lambda work: quote_for(work, asked=Asked(S1, lines, number, (), 0, held.id)))
    assert other != who


def test_a_voucher_that_the_offer_says_stays_burnt_is_not_restored(
    world: World, somebody: tuple[CustomerId, str]
) -> None:
    put(world, id="once", audience="voucher", return_policy="keep_burnt")
    one = world.do(lambda work: issue(work, offer="once"))
    asked = Asked(S1, (Line("a", 1000, 10000),), somebody[1], (one.code, one.code.lower()))
    wanted = SaleAsked(asked, "r1", "1", world.clock.now)
    sale = world.do(lambda work: settle(work, wanted=wanted, source="t", key="k", tell=lambda x: x.sale.id)[0].answer)

    def back(work: Any) -> Any:
        found = sale_of(work, sale=SaleId(sale), store=S1, lock=True)
        return give_back(work, sale=found, asked=None, source="t", key="r", reason="")

    done = world.do(back)
    assert (done.vouchers, done.done.back.money) == ((), 9000)
    assert world.do(lambda work: work.vouchers.find([one.code], (), lock=False))[one.code].state == "redeemed"


LATE = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
"""The next day already where the shop is."""


def test_today_is_the_shop_s_day_at_the_till_and_in_the_quote(world: World, somebody: tuple[CustomerId, str]) -> None:
    who, number = somebody
    put(world, id="any", audience="voucher")
    put(world, id="mine", audience="personal", until="2026-11-27")
    put(world, id="gone", audience="personal", until="2026-11-26")
    put(world, id="cake", audience="members", condition={"kind": "birthday"})
    for offer in ("a-stranger", "gone", "mine"):
        world.do(lambda work, offer=offer: work.offers.assign(offer, [(who, None)]))
    over, begins = (
        world.do(lambda work, day=day: issue(work, offer="any", customer=who, valid_until=day[0], valid_from=day[1]))
        for day in ((date(2026, 11, 26), None), (date(2026, 11, 27), date(2026, 11, 27)))
    )

    def quoted() -> tuple[list[str], dict[str, str]]:
        codes = (over.code, begins.code)
        asked = Asked(S1, (Line("a", 1000, 100000),), number, codes)
        made = world.do(lambda work: quote_for(work, asked=asked)).quote
        return sorted(one.offer for one in made.applied), dict(made.not_applied)

    world.do(lambda work: alter(work, who, birthday=date(1990, 11, 27)))
    assert [one.id for one in look(world, number).vouchers] == [over.code, begins.code]
    assert quoted()[1][begins.code] == "not-yet"
    world.clock.now = LATE
    shown = look(world, number)
    midnight = datetime(2026, 11, 27, 22, tzinfo=UTC)
    assert [(one.id, one.ends_at, one.reason) for one in shown.vouchers] == [(begins.code, midnight, "")]
    assert [(one.id, one.ends_at) for one in shown.offers] == [("mine", midnight)]
    assert shown.vouchers[0].ends_at.tzinfo is UTC  # type: ignore[union-attr]  # it has an end
    applied, dropped = quoted()
    assert applied == ["any", "cake", "mine"]
    assert dropped[over.code] == "expired"


def test_points_that_time_has_moved_are_spendable_only_by_a_card_that_may_spend(
    world: World, somebody: tuple[CustomerId, str]
) -> None:
    who, number = somebody
    until = world.clock.now + timedelta(days=1)
    world.do(lambda work: give(work, Kind.ADJUST, customer=who, points=30, source="s", key="a", expires_at=until))
    world.do(lambda work: give(work, Kind.ADJUST, customer=who, points=20, source="s", key="b"))
    world.clock.now = until
    assert look(world, number).seen.points.spendable == 20
    world.do(lambda work: alter(work, who, state=CardState.ISSUED))
    assert look(world, number).seen.points.spendable == 0
    world.do(lambda work: alter(work, who, state=CardState.ACTIVE, spend_lock="fraud"))
    told = look(world, number).seen.points
    assert (told.active, told.spendable) == (20, 0)


def test_the_owner_of_a_voucher_is_found_by_it_and_of_nothing_nobody(
    world: World, somebody: tuple[CustomerId, str]
) -> None:
    who, number = somebody
    put(world, id="any", audience="voucher")
    mine, nobody_s = (
        world.do(lambda work, owner=owner: issue(work, offer="any", customer=owner)).code for owner in (who, None)
    )
    found = world.do(lambda work: by_voucher(work, typed=printed(mine)))
    assert found is not None
    assert (found.customer, found.number) == (who, number)
    for typed in (nobody_s, "", "!", "ABCDEFGH"):
        assert world.do(lambda work, typed=typed: by_voucher(work, typed=typed)) is None
