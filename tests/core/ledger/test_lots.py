"""Lots by themselves: in which order they are spent, what is taken of them, when they end."""

from datetime import timedelta
from typing import Any

import pytest

from core.ledger.model import (
    Account,
    Entry,
    Hold,
    HoldId,
    HoldState,
    Kind,
    Lot,
    LotId,
    OperationId,
    Part,
    after,
    balanced,
    due_after,
    next_expiry,
    spending_order,
    spent_parts,
    take,
)
from core.shared.values import CustomerId
from tests.support.world import NOON

OLENA = CustomerId("olena")
DAY = timedelta(days=1)


def lot(name: str, *, days: int | None = 9, issued: int = 0, number: int = 0, **points: int) -> Lot:
    """A lot that ends in so many days."""
    until = None if days is None else NOON + days * DAY
    at = NOON + issued * DAY
    return Lot(LotId(name), OLENA, OperationId("o"), Kind.SALE, 100, at, at, until, number=number, **points)


def parts(found: list[Part]) -> list[tuple[str, int]]:
    return [(part.lot.id, part.points) for part in found]


def test_the_nearest_end_is_spent_first_no_end_last_and_the_eldest_of_equals() -> None:
    given = [
        lot("never late", days=None, issued=5, number=1), lot("later", days=9, number=2),
        lot("never", days=None, number=9), lot("soon twin", days=3, number=8), lot("soon", days=3, number=4),
    ]  # fmt: skip
    assert [one.id for one in spending_order(given)] == ["soon", "soon twin", "later", "never", "never late"]


def test_a_lot_not_yet_in_the_books_is_spent_after_all_that_end_with_it() -> None:
    given = [lot("made now", days=3, number=0), lot("elder", days=3, number=4), lot("later", days=9, number=1)]
    assert [one.id for one in spending_order(given)] == ["elder", "made now", "later"]


@pytest.mark.parametrize(
    ("points", "taken"),
    [
        (0, []),
        (1, [("a", 1)]),
        (2, [("a", 1), ("c", 1)]),
        (5, [("a", 1), ("c", 4)]),
        (9, [("a", 1), ("c", 4)]),
    ],
)
def test_points_are_taken_lot_by_lot_and_a_lot_of_one_point_counts(points: int, taken: list[Any]) -> None:
    assert parts(take([lot("a", active=1), lot("b"), lot("c", active=4, pending=7)], points)) == taken


def test_every_account_of_a_lot_is_taken_from_by_its_own_name() -> None:
    one = lot("a", active=1, pending=2, held=3)
    assert [parts(take([one], 9, account)) for account in (Account.ACTIVE, Account.PENDING, Account.HELD)] == [
        [("a", 1)], [("a", 2)], [("a", 3)],
    ]  # fmt: skip


def test_all_entries_of_a_lot_count_together_and_other_lots_change_nothing() -> None:
    entries = [
        Entry(Account.ACTIVE, 10, OLENA, LotId("a")), Entry(Account.ACTIVE, -3, OLENA, LotId("a")),
        Entry(Account.PENDING, -2, OLENA, LotId("a")), Entry(Account.HELD, 1, OLENA, LotId("a")),
        Entry(Account.HELD, 4, OLENA, LotId("a")), Entry(Account.ACTIVE, 50, OLENA, LotId("b")),
    ]  # fmt: skip
    changed = after(lot("a", active=5, pending=6, held=7), entries)
    assert (changed.active, changed.pending, changed.held) == (12, 4, 12)


def test_the_next_expiry_sums_active_and_held_points_of_that_instant_alone() -> None:
    given = [
        lot("over", days=0, active=99), lot("pending", days=1, pending=5), lot("a", days=2, active=3, held=3),
        lot("b", days=2, active=4), lot("c", days=2, held=8), lot("later", days=5, active=1),
        lot("never", days=None, active=1),
    ]  # fmt: skip
    assert next_expiry(given, NOON) == (NOON + 2 * DAY, 18)
    assert next_expiry(given[:2], NOON) is None


def test_what_is_due_next_is_a_waking_an_end_or_an_open_hold_s_end() -> None:
    hold = Hold(HoldId("h"), OperationId("o"), OLENA, 5, NOON + DAY, "t")
    ended = Hold(HoldId("e"), OperationId("o"), OLENA, 5, NOON, "t", HoldState.EXPIRED)
    assert due_after([lot("held", days=1, held=5), lot("a", days=7, active=1)], [ended]) == NOON + 7 * DAY
    assert due_after([lot("a", days=7, active=1), lot("p", days=9, issued=3, pending=1)], []) == NOON + 3 * DAY
    assert due_after([lot("a", days=7, active=1)], [hold, ended]) == NOON + DAY
    assert due_after([lot("never", days=None, active=1)], []) is None


def test_what_a_sale_took_of_a_lot_is_what_left_it_in_the_end() -> None:
    a, b, c = LotId("a"), LotId("b"), LotId("c")
    entries = [
        Entry(Account.HELD, -5, OLENA, b), Entry(Account.HELD, -3, OLENA, c), Entry(Account.ACTIVE, 3, OLENA, c),
        Entry(Account.ACTIVE, -1, OLENA, a), Entry(Account.SPENT, 6), Entry(Account.PENDING, 9, OLENA, LotId("new")),
    ]  # fmt: skip
    assert parts(spent_parts(entries, {one: lot(one) for one in (a, b, c)})) == [("b", 5), ("a", 1)]


def test_what_repaid_a_debt_in_the_operation_of_a_sale_was_not_spent_on_it() -> None:
    a, b = LotId("a"), LotId("b")
    entries = [
        Entry(Account.HELD, -5, OLENA, a), Entry(Account.SPENT, 5),
        Entry(Account.HELD, -3, OLENA, a), Entry(Account.ACTIVE, 3, OLENA, a),
        Entry(Account.HELD, -2, OLENA, b), Entry(Account.ACTIVE, 2, OLENA, b),
        Entry(Account.ACTIVE, -3, OLENA, a), Entry(Account.ACTIVE, -1, OLENA, b), Entry(Account.ACTIVE, 4, OLENA),
    ]  # fmt: skip
    assert parts(spent_parts(entries, {one: lot(one) for one in (a, b)})) == [("a", 5)]


@pytest.mark.parametrize(
    ("entries", "sound"),
    [
        ([Entry(Account.ACTIVE, 5, OLENA), Entry(Account.ISSUED, -5)], True),
        ([Entry(Account.ACTIVE, 5, OLENA), Entry(Account.ISSUED, -4)], False),
        ([Entry(Account.ACTIVE, 5), Entry(Account.ISSUED, -5)], False),
        ([Entry(Account.ACTIVE, 5, OLENA), Entry(Account.ISSUED, -5, OLENA)], False),
    ],
)
def test_entries_sum_to_zero_in_accounts_of_their_kind(entries: list[Entry], sound: bool) -> None:
    assert balanced(entries) is sound


def test_a_lot_lives_until_its_end_and_not_at_it() -> None:
    assert lot("a", days=1).living(NOON)
    assert not lot("a", days=0).living(NOON)
    assert lot("a", days=None).living(NOON)
