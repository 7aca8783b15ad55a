"""Returns by line and quantity: any split ends the same, never more than was sold (domain section 6, Return)."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.sales.model import Back, Receipt, Sale, SaleId, SoldLine, bring_back
from core.shared.refusals import Conflict, Invalid
from core.shared.values import CustomerId, StoreId

AT = datetime(2026, 11, 30, 10, tzinfo=UTC)


def line(milli: int, total: int, paid: int = 0, earned: int = 0, returned: int = 0) -> SoldLine:
    return SoldLine("a", "", "", "", False, milli, 1, total + paid, 0, paid, total, earned, returned)


def sale(*lines: SoldLine, spent: int = 0) -> Sale:
    receipt = Receipt(StoreId("s"), "1", "r", date(2026, 11, 30))
    return Sale(SaleId("x"), receipt, CustomerId("c"), None, AT, AT, "t", "", spent, False, lines)


def after(sold: Sale, back: Back) -> Sale:
    """The sale once this has come back."""
    gone = {one.line: one.milli for one in back.lines}
    lines = tuple(replace(one, returned=one.returned + gone.get(at, 0)) for at, one in enumerate(sold.lines))
    return replace(sold, lines=lines)


def test_a_third_of_three_is_rounded_half_up_and_the_last_takes_the_rest() -> None:
    """100.00 for three, of which 10 points' worth paid: 33.33, 33.34, 33.33 of money by the sums so far."""
    sold = sale(line(3000, 10000, paid=1000, earned=5), spent=10)
    told = []
    for _ in range(3):
        back = bring_back(sold, {0: 1000})
        told.append((back.money, back.lines[0].points_paid, back.points, back.points_before, back.due, back.whole))
        sold = after(sold, back)
    # money: round(10000/3)=3333, round(20000/3)=6667, 10000; points paid 333, 667, 1000; earned floor 1, 3, 5
    assert told == [(3333, 333, 3, 0, 1, False), (3334, 334, 3, 3, 2, False), (3333, 333, 4, 6, 2, True)]


@pytest.mark.parametrize("order", list(itertools.permutations([500, 1250, 250])))
def test_any_split_ends_the_same(order: tuple[int, ...]) -> None:
    sold = sale(line(2000, 777, paid=501, earned=7), line(1000, 101, paid=99, earned=1), spent=6)
    whole = bring_back(sold, {0: 2000, 1: 1000})
    parts, now = [bring_back(sold, {1: 1000})], after(sold, bring_back(sold, {1: 1000}))
    for milli in order:
        parts.append(bring_back(now, {0: milli}))
        now = after(now, parts[-1])
    assert (whole.money, whole.points, whole.due, whole.whole) == (878, 6, 8, True)
    assert (sum(one.money for one in parts), sum(one.points for one in parts), sum(one.due for one in parts)) == (
        878,
        6,
        8,
    )
    assert [one.whole for one in parts] == [False, False, False, True]
    assert [one.points_before for one in parts] == list(itertools.accumulate([0, *(one.points for one in parts[:-1])]))


def test_spent_points_come_back_by_what_all_lines_have_brought() -> None:
    """Two lines paid with 1 point each half: neither brings a whole point alone, both together do."""
    sold = sale(line(1000, 0, paid=50), line(1000, 0, paid=50), spent=1)
    first = bring_back(sold, {0: 1000})
    second = bring_back(after(sold, first), {1: 1000})
    assert (first.points, second.points, second.points_before) == (0, 1, 0)


def test_a_sale_without_points_brings_none_and_lines_not_asked_for_stay() -> None:
    sold = sale(line(1000, 500), line(2000, 700))
    back = bring_back(sold, {1: 2000})
    assert [(one.line, one.milli, one.money, one.points_paid, one.earned) for one in back.lines] == [
        (1, 2000, 700, 0, 0)
    ]
    assert (back.money, back.points, back.points_before, back.due, back.whole) == (700, 0, 0, 0, False)
    assert bring_back(sold, {0: 0, 1: 2000}) == back


def test_more_than_is_left_is_refused_with_what_is_left() -> None:
    sold = sale(line(1000, 500), line(2000, 700, returned=1500))
    assert bring_back(sold, {1: 500}).money == 175  # 700 - round(700 x 1.5 / 2)
    with pytest.raises(Conflict, match=r"^return-exceeds-sale$") as refused:
        bring_back(sold, {1: 501})
    assert refused.value.data == {"line": 1, "left": 500}


@pytest.mark.parametrize("place", [-1, 2, 99])
def test_a_line_that_the_sale_does_not_have_is_refused(place: int) -> None:
    with pytest.raises(Invalid) as refused:
        bring_back(sale(line(1000, 500), line(1000, 500)), {place: 1000})
    assert refused.value.field == f"lines.{place}"


def test_a_sale_is_the_sum_of_its_lines() -> None:
    sold = sale(line(1000, 500, paid=100, earned=3), line(1000, 700, paid=1, earned=2), spent=1)
    assert (sold.total, sold.earned) == (1200, 5)
