"""Numbers: check digits, the permutation, grouping."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cards.numbers import ean13_check_digit, grouped, is_ean13, number_for, sequence_of

KEY = b"k" * 32


def test_the_check_digit_is_the_standards_own() -> None:
    assert ean13_check_digit("290000000001") == "8"
    assert ean13_check_digit("400638133393") == "1"
    assert is_ean13("4006381333931")
    assert not is_ean13("4006381333932")
    assert not is_ean13("400638133393١")


@given(st.integers(0, 10**10 - 1), st.integers(20, 29))
def test_a_number_leads_back_to_its_place_in_the_sequence(sequence: int, prefix: int) -> None:
    number = number_for(sequence, key=KEY, prefix=str(prefix))
    assert is_ean13(number)
    assert number.startswith(str(prefix))
    assert sequence_of(number, key=KEY, prefix=str(prefix)) == sequence


def test_neighbours_in_the_sequence_are_no_neighbours_as_numbers() -> None:
    numbers = [int(number_for(place, key=KEY, prefix="29")) for place in range(2000)]
    assert len(set(numbers)) == 2000
    steps = {abs(later - earlier) for earlier, later in pairwise(numbers)}
    assert len(steps) > 1990
    assert numbers != [int(number_for(place, key=b"x" * 32, prefix="29")) for place in range(2000)]


@pytest.mark.parametrize("sequence", [-1, 10**10])
def test_the_sequence_has_an_end(sequence: int) -> None:
    with pytest.raises(ValueError, match="ends at"):
        number_for(sequence, key=KEY, prefix="29")


def test_digits_are_read_in_fours() -> None:
    assert grouped("2912345678906") == "2912 3456 7890 6"
