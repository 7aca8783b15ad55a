"""Whole numbers: halves up, largest remainders, quantities and decimals as texts (domain section 1)."""

from fractions import Fraction

import pytest

from core.shared.amounts import decimal, decimal_text, divide, half_up, milli, quantity


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(0, 7, 0), (1, 2, 1), (49, 100, 0), (50, 100, 1), (149, 100, 1), (7, 2, 4)],
)
def test_halves_go_up(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # ties to the earlier
        (100, [1, 2], [33, 67]),
        (5, [3, 3, 1], [2, 2, 1]),
        (2, [1, 1, 1], [1, 1, 0]),
        (10, [0, 5, 0], [0, 10, 0]),
        (7, [0, 0], [0, 0]),
        (0, [4, 4], [0, 0]),
        (3, [], []),
        (10, [7, 2, 1], [7, 2, 1]),
        (1, [1, 9], [0, 1]),  # the larger remainder first
    ],
)
def test_a_whole_is_divided_by_largest_remainder(amount: int, weights: list[int], parts: list[int]) -> None:
    assert divide(amount, weights) == parts


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [("1", 1000), ("1.250", 1250), ("0.001", 1), ("99999.999", 99_999_999), ("12.5", 12500), ("007", 7000)],
)
def test_quantities_are_thousandths(text: str, thousandths: int) -> None:
    assert milli(text) == thousandths


@pytest.mark.parametrize(
    "text", ["", "0", "0.000", "-1", "1.2345", "100000", "1,5", "1.", ".5", "1e3", "١", " 1", "1\n"]
)
def test_other_quantities_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a quantity is"):
        milli(text)


@pytest.mark.parametrize(
    ("thousandths", "text"), [(1250, "1.25"), (2000, "2"), (1, "0.001"), (1010, "1.01"), (100, "0.1"), (10_000, "10")]
)
def test_a_quantity_is_told_as_the_shortest_decimal(thousandths: int, text: str) -> None:
    assert quantity(thousandths) == text


@pytest.mark.parametrize(
    ("text", "value", "again"),
    [("12.5", Fraction(25, 2), "12.5"), ("5", Fraction(5), "5"), ("0.000001", Fraction(1, 10**6), "0.000001"),
     ("10.50", Fraction(21, 2), "10.5"), ("999999999", Fraction(999_999_999), "999999999")],
)  # fmt: skip
def test_a_decimal_is_exact_and_told_again(text: str, value: Fraction, again: str) -> None:
    assert decimal(text) == value
    assert decimal_text(value) == again


@pytest.mark.parametrize("text", ["", "-1", "1.0000001", "1e2", "1.", ".5", "1234567890", "٣"])
def test_other_decimals_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a decimal is"):
        decimal(text)
