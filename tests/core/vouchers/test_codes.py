"""Codes that nobody can guess and everybody can type."""

import random

import pytest

from core.shared.refusals import Conflict
from core.vouchers.codes import ALPHABET, COUNT, LENGTH, barcode_digits, code_of, is_ours, normalised, printed
from core.vouchers.model import MOVES, VoucherState, target

SOME = [code_of(random.Random(at).randrange(COUNT)) for at in range(200)]


def test_a_code_has_ten_characters_and_one_that_checks_them() -> None:
    for code in SOME:
        assert len(code) == LENGTH + 1
        assert is_ours(code)
    assert len({code_of(number) for number in range(1000)}) == 1000


def test_every_single_mistake_and_every_swap_of_neighbours_is_found() -> None:
    for code in SOME[:20]:
        for at in range(LENGTH):
            for letter in ALPHABET:
                wrong = code[:at] + letter + code[at + 1 :]
                assert is_ours(wrong) == (wrong == code)
        for at in range(LENGTH - 1):
            swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
            assert is_ours(swapped) == (swapped == code)


@pytest.mark.parametrize("code", SOME[:50])
def test_typing_forgives_case_spaces_hyphens_and_the_wrong_layout(code: str) -> None:
    cyrillic = code.translate(str.maketrans("CHKMTXY", "СНКМТХУ"))
    for typed in (code, code.lower(), printed(code), f"  {' '.join(code)} ", cyrillic):
        assert normalised(typed) == code


@pytest.mark.parametrize("code", SOME[:50])
def test_the_barcode_is_digits_that_lead_back(code: str) -> None:
    digits = barcode_digits(code)
    assert digits.isdigit()
    assert len(digits) == 18
    assert normalised(digits) == code


@pytest.mark.parametrize("typed", ["", "abc", "x" * 33, "код", "ї b!c d", "98" + "9" * 16])
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert normalised(typed) == ""


def test_a_given_code_is_kept_as_it_is() -> None:
    assert normalised("Spring-2026") == "SPRING2026"
    assert barcode_digits("SPRING2026") == "SPRING2026"


def test_moves_are_those_of_the_table_and_no_others() -> None:
    for state in VoucherState:
        for move in ("reserve", "release", "redeem", "rollback", "expire", "void"):
            if (state, move) in MOVES:
                assert target(state, move) is MOVES[state, move]
            else:
                with pytest.raises(Conflict, match=f"voucher-{state}"):
                    target(state, move)


@pytest.mark.parametrize(
    "typed", ["AB12", "A" * 32, "98" + "1" * 15, "98" + "1" * 17, "97" + "1" * 16, "98ABCDEFGHJKLMNPQR"]
)
def test_a_code_of_another_making_is_kept_from_four_to_thirty_two_characters(typed: str) -> None:
    assert normalised(typed) == typed


def test_the_digits_of_the_last_code_lead_back_and_the_next_lead_nowhere() -> None:
    assert normalised(f"98{COUNT - 1:016d}") == code_of(COUNT - 1)
    assert normalised(f"98{COUNT:016d}") == ""
