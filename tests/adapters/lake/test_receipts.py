"""Lines of a file as receipts: whole, repeated, torn apart, contradicting themselves."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.lake.receipts import TWICE, TWO_OWNERS, receipts

AT = datetime(2025, 3, 1, 10, tzinfo=UTC)
DAY = date(2025, 3, 1)


def lines(told: str, owner: str | None = None) -> list[dict[str, Any]]:
    """`a b . c`: the skus of receipt r1 in the file's order, a dot for a line of another receipt."""
    return [
        {"store": "s", "till": "1", "receipt": "r1", "business_date": DAY, "sold_at": AT, "owner": owner, "sku": sku,
         "milli": 1000, "unit_price": 100, "discount": 0, "line": 0, "file_line": place + 2, "row_order": place}
        for place, sku in enumerate(told.split()) if sku != "."
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("a", "a"),
        ("a a b", "aab"),  # two of the same, scanned one by one
        ("a b . a b", "ab"),  # the file was joined to itself
        ("a b . b a . a b", "ab"),
        ("a a . a a", "aa"),
        ("a . b . c", "abc"),  # a file in the order of goods
        ("a a . b", "aab"),
    ],
)
def test_equal_runs_are_one_receipt_and_torn_lines_come_together(told: str, kept: str) -> None:
    (one,) = receipts(lines(told))
    assert one.wrong is None
    assert [(row["sku"], row["line"]) for row in one.rows] == [(sku, at) for at, sku in enumerate(kept)]
    assert len(one.file_lines) == len([sku for sku in told.split() if sku != "."])


@pytest.mark.parametrize("told", ["a b . a", "a . a b", "a b . b c", "a . a . b"])
def test_a_receipt_that_stands_twice_and_not_the_same_is_wrong(told: str) -> None:
    (one,) = receipts(lines(told))
    assert one.wrong == TWICE


def test_one_owner_on_any_line_is_the_receipt_s_and_two_are_wrong() -> None:
    (one,) = receipts([*lines("a b", "x"), *lines(". . c")])
    assert {row["owner"] for row in one.rows} == {"x"}
    (two,) = receipts([*lines("a b", "x"), *lines(". . c", "y")])
    assert two.wrong == TWO_OWNERS


def test_the_same_lines_in_any_order_have_one_digest() -> None:
    (one,), (other,), (more,) = receipts(lines("a b")), receipts(lines("b a")), receipts(lines("a b b"))
    assert one.digest == other.digest != more.digest
