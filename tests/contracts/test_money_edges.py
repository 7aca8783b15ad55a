"""Rare turns of points and sales, each on both databases: nothing to do, too late, twice, by plastic."""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from adapters.db import keep
from adapters.db.work import DbWork
from core.cards.lookup import keys_of, recognise
from core.cards.model import CardState, Plastic
from core.ledger.actions import hold_points, release_hold, sell
from core.ledger.merging import book_opening, hand_back, hand_over
from core.ledger.model import Account, Entry, Kind
from core.ledger.posting import current, operation, post
from core.ledger.seeing import seen
from core.offers.reading import offer_from
from core.sales.actions import SaleAsked, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.sales.model import SaleId
from core.sales.recognising import known
from core.sales.returning import give_back, sale_of
from core.shared.refusals import Conflict
from core.shared.values import Language, StoreId
from core.stores.model import Product
from core.surveys.model import Given
from core.surveys.model import Kind as Question
from core.vouchers.actions import issue
from tests.support.engine import alter, furnish, newcomer
from tests.support.points import IVAN, OLENA, gift, house, points, returned, sold
from tests.support.world import World

S1 = StoreId("s1")


def back(world: World, sale: str, key: str, asked: dict[int, int] | None) -> Any:
    def job(work: DbWork) -> Any:
        found = sale_of(work, sale=SaleId(sale), store=S1, lock=True)
        return give_back(work, sale=found, asked=asked, source="t", key=key, reason="")

    return world.do(job)


def test_a_return_that_moves_no_points_writes_no_operation(world: World) -> None:
    sale = sold(world, "s", earned=10)
    assert returned(world, sale, "r") == [0, 0, 0]
    assert world.do(lambda work: work.ledger.operation_of("till", "r")) is None


def test_a_hold_that_was_let_go_is_captured_by_no_sale(world: World) -> None:
    gift(world, 50, "a")
    hold = world.do(lambda work: hold_points(work, customer=OLENA, points=20, spendable=50, source="t", key="h"))
    world.do(lambda work: release_hold(work, hold=hold.id, source="t"))

    def job(work: DbWork) -> None:
        made = operation(work, Kind.SALE, source="till", key="s")
        sell(work, made, purse=current(work, [OLENA])[OLENA], spent=20, earned=0, hold=hold)

    with pytest.raises(Conflict, match=r"^hold-closed$"):
        world.do(job)
    assert points(world) == (50, 0, 0)


def test_entries_that_do_not_sum_to_zero_are_never_posted(world: World) -> None:
    def job(work: DbWork) -> None:
        post(work, operation(work, Kind.ADJUST, source="s", key="k"), [Entry(Account.ISSUED, 1)])

    with pytest.raises(AssertionError, match="sum to zero"):
        world.do(job)
    assert house(world, "issued") == 0


def test_a_card_with_a_number_of_its_own_opens_with_nothing(world: World) -> None:
    world.do(furnish)
    who, _ = world.do(newcomer)
    world.do(lambda work: book_opening(work, card=work.cards.of(who)))  # type: ignore[arg-type]  # it has one
    assert points(world, who) == (0, 0, 0)


def test_an_unmerge_is_paid_by_the_survivor_s_own_points_where_there_are_enough(world: World) -> None:
    gift(world, 100, "a", days=50)
    gift(world, 30, "b", days=5, customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    sold(world, "s", spent=30)  # the sooner ending ones: those that came with Ivan
    assert points(world) == (100, 0, 0)
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert (points(world), points(world, IVAN)) == ((70, 0, 0), (30, 0, 0))
    assert house(world, "adjusted") == -130  # the gifts alone: the house pays nothing
    assert keep.check(world.url) == []


def test_an_unmerge_of_somebody_who_had_nothing_writes_nothing(world: World) -> None:
    gift(world, 100, "a")
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert (points(world), points(world, IVAN)) == ((100, 0, 0), (0, 0, 0))


def test_a_look_leaves_a_hold_that_still_runs_while_other_things_are_due(world: World) -> None:
    gift(world, 50, "a")
    gift(world, 10, "b", days=1)
    world.clock.forward(hours=23, minutes=55)
    world.do(lambda work: hold_points(work, customer=OLENA, points=20, spendable=60, source="t", key="h"))
    world.clock.forward(minutes=6)
    told = world.do(lambda work: seen(work, OLENA)[0])
    assert (told.active, told.held) == points(world)[::2]
    assert told.held > 0
    world.clock.forward(minutes=30)
    told = world.do(lambda work: seen(work, OLENA)[0])
    assert told.held == 0
    assert (told.active, told.held) == points(world)[::2]


def test_an_unmerge_after_all_has_expired_writes_nothing(world: World) -> None:
    gift(world, 30, "b", days=5, customer=IVAN)
    world.do(lambda work: hand_over(work, survivor=OLENA, absorbed=IVAN, key="m"))
    world.clock.forward(days=6)
    assert points(world) == (0, 0, 0)
    world.do(lambda work: hand_back(work, survivor=OLENA, absorbed=IVAN, key="m"))
    assert (points(world), points(world, IVAN)) == ((0, 0, 0), (0, 0, 0))
    assert world.do(lambda work: work.ledger.operation_of("unmerge", "m")) is None
    assert keep.check(world.url) == []


def test_plastic_that_nobody_restored_is_seen_as_time_has_left_it(world: World) -> None:
    world.do(furnish)
    world.do(lambda work: work.shelves.put_plastics([Plastic("00012345678", "code128", points=0)]))
    asked = Asked(S1, (Line("a", 1000, 10000),), "00012345678")
    wanted = SaleAsked(asked, "r1", "1", world.clock.now)
    sale = world.do(lambda work: settle(work, wanted=wanted, source="t", key="k", tell=lambda x: x.sale.id)[0].answer)
    world.clock.forward(days=20)

    def look(work: DbWork) -> tuple[int, int]:
        keys = keys_of("00012345678")
        found = recognise(keys, work.finder.find(keys), programme=work.programme, now=work.now)
        told = known(work, seen=found, language=Language.UK).seen.points
        return told.active, told.pending

    assert world.do(look) == (5, 0)
    crumb = back(world, sale, "r1", {0: 1})  # a thousandth: a tenth of a hryvnia, and no point
    assert (crumb.done.back.money, crumb.done.points_taken, crumb.done.operation) == (10, 0, None)
    rest = back(world, sale, "r2", None)
    assert (rest.done.back.money, rest.done.points_taken, rest.balance.spendable) == (9990, 5, 0)


def test_the_catalogue_completes_a_line_and_clubs_come_from_the_questionnaire(world: World) -> None:
    world.rules(club_questions=("interests",))
    world.do(furnish)
    who, number = world.do(newcomer)
    world.do(lambda work: work.shelves.put_products([Product("w", "Wine", "wine", "X", 10000, no_points=True)]))
    body = {
        "id": "club", "benefit": {"kind": "percent_off", "percent": "10", "match": {"category": ["wine"]}},
        "condition": {"kind": "member_of", "club": "wine"},
    }  # fmt: skip
    world.do(lambda work: work.offers.put(offer_from(body), body))

    def total(key: str) -> tuple[int, int]:
        asked = Asked(S1, (Line("w", 1000, 10000), Line("?", 1000, 100)), number)
        wanted = SaleAsked(asked, key, "1", world.clock.now)
        sale = world.do(lambda work: settle(work, wanted=wanted, source="t", key=key, tell=lambda x: x.sale.id)[1])
        assert sale is not None
        assert (sale.sale.lines[0].name, sale.sale.lines[0].earned) == ("Wine", 0)
        return sale.sale.total, sale.sale.earned

    assert total("1") == (10100, 0)
    world.do(lambda work: work.answers.put(who, "interests", Given("tea,wine", Question.CHOICES, 1, work.now)))
    assert total("2") == (9100, 0)


def test_a_voucher_of_a_sale_that_comes_back_too_late_stays_used(world: World) -> None:
    world.rules(voucher_rollback_days=3)
    world.do(furnish)
    one = world.do(lambda work: issue(work, offer="fifty"))
    asked = Asked(S1, (Line("a", 1000, 10000),), None, (one.code,))
    wanted = SaleAsked(asked, "r1", "1", world.clock.now)
    sale = world.do(lambda work: settle(work, wanted=wanted, source="t", key="k", tell=lambda x: x.sale.id)[0].answer)
    world.clock.forward(days=3, seconds=1)
    assert back(world, sale, "r", None).vouchers == ()
    assert world.do(lambda work: work.vouchers.find([one.code], (), lock=False))[one.code].state == "redeemed"
    assert keep.check(world.url) == []


def test_where_every_code_is_taken_none_is_issued_twice() -> None:
    full: Any = SimpleNamespace(
        chance=SimpleNamespace(digits="9".zfill), vouchers=SimpleNamespace(add=lambda voucher: False)
    )
    with pytest.raises(Conflict, match=r"^code-taken$"):
        issue(full, offer="o")


def sale_with(
    world: World, number: str | None, *, vouchers: tuple[str, ...] = (), spend: int = 0, key: str = "k"
) -> str:
    asked = Asked(S1, (Line("a", 1000, 20000),), number, vouchers, spend)
    wanted = SaleAsked(asked, key, "1", world.clock.now)
    return world.do(lambda work: settle(work, wanted=wanted, source="t", key=key, tell=lambda x: x.sale.id)[0].answer)


def test_a_voucher_comes_back_to_the_last_moment_also_when_its_offer_is_gone(world: World) -> None:
    world.rules(voucher_rollback_days=3)
    world.do(furnish)
    one = world.do(lambda work: issue(work, offer="fifty"))
    sale = sale_with(world, None, vouchers=(one.code,))
    with world.owner.begin() as connection:
        connection.execute(text("delete from offers where id = 'fifty'"))
    world.clock.forward(days=3)
    assert back(world, sale, "r", None).vouchers == (one.code,)


def test_a_return_s_operation_carries_its_reason_and_the_return_names_the_operation(world: World) -> None:
    world.do(furnish)
    _, number = world.do(newcomer)
    sale = sale_with(world, number)

    def job(work: DbWork) -> Any:
        found = sale_of(work, sale=SaleId(sale), store=S1, lock=True)
        return give_back(work, sale=found, asked=None, source="t", key="r", reason="broken")

    done = world.do(job).done
    posted = world.do(lambda work: work.ledger.operation_of("t", "r"))
    assert done.operation == posted is not None
    (kept,) = world.do(lambda work: work.sales.returns(SaleId(sale)))
    assert (kept.operation, kept.reason) == (posted, "broken")
    with world.owner.connect() as connection:
        reason = connection.scalar(text("select reason from operations where id = :id"), {"id": posted})
    assert reason == "broken"


@pytest.mark.parametrize(
    ("rules", "state", "lock", "spendable"),
    [
        ({}, CardState.ACTIVE, "", 40), ({}, CardState.ISSUED, "", 0), ({}, CardState.ACTIVE, "fraud", 0),
        ({"gate_questions": ("sex",)}, CardState.ISSUED, "", 0),
        ({"gate_questions": ("sex",)}, CardState.ACTIVE, "", 40),
    ],
)  # fmt: skip
def test_after_a_return_the_balance_says_what_the_card_may_spend(
    world: World, rules: dict[str, Any], state: CardState, lock: str, spendable: int
) -> None:
    world.do(furnish)
    who, number = world.do(newcomer)
    gift(world, 40, "g", customer=who)
    sale = sale_with(world, number)

    world.do(lambda work: alter(work, who, state=state, spend_lock=lock))
    world.rules(**rules)
    balance = back(world, sale, "r", None).balance
    assert (balance.active, balance.spendable) == (40, spendable)


def test_plastic_that_nobody_restored_spends_nothing_after_a_return_either(world: World) -> None:
    world.rules(pending_days=0)
    world.do(furnish)
    world.do(lambda work: work.shelves.put_plastics([Plastic("00012345678", "code128", points=0)]))
    sale_with(world, "00012345678", key="k1")
    sale = sale_with(world, "00012345678", key="k2")
    balance = back(world, sale, "r", None).balance
    assert (balance.active, balance.spendable) == (10, 0)


def test_a_restored_plastic_s_points_end_on_its_record_s_last_good_day(world: World) -> None:
    world.do(furnish)
    who, number = world.do(newcomer)

    def job(work: DbWork) -> None:
        card = work.cards.of(who)
        assert card is not None
        day = date(2026, 12, 31)
        work.shelves.put_plastics([Plastic(number, "ean13", points=30, points_expire_on=day)])
        record = work.plastics.get(number)
        assert record is not None
        work.plastics.save(replace(record, card=card.id))
        book_opening(work, card=card)

    world.do(job)
    assert [lot.expires_at for lot in world.do(lambda work: work.ledger.lots(who))] == [
        datetime(2026, 12, 31, 22, tzinfo=UTC)
    ]
