"""The arm hangs on salt and customer alone, falls as the shares say, and there is no campaign without a control."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.campaigns.arms import CONTROL, WHOLE, Arm, arm_of, arms_of, bound, lot_of
from core.shared.refusals import Invalid

ARMS = arms_of([Arm("a", 4_500), Arm(CONTROL, 1_000), Arm("b", 4_500)])


def test_the_lot_is_the_one_that_every_engine_computes() -> None:
    # printf 'spring:42' | sha256sum begins with 1e4b82128fda
    assert lot_of("spring", "42") == 0x1E4B82128FDA * 10_000 // 2**48 == 1_183


@given(st.text(max_size=20), st.text(max_size=40))
def test_a_lot_is_within_the_whole(salt: str, customer: str) -> None:
    assert 0 <= lot_of(salt, customer) < WHOLE


@given(st.text(max_size=20), st.text(max_size=40), st.integers(0, WHOLE))
def test_a_digest_before_the_bound_is_a_lot_below(salt: str, customer: str, edge: int) -> None:
    digest, lot = hashlib.sha256(f"{salt}:{customer}".encode()).digest(), lot_of(salt, customer)
    for one in (edge, lot, lot + 1):
        assert (digest < bound(one)) == (lot < one)


@given(st.integers(1, WHOLE - 1))
def test_the_first_digest_of_a_lot_is_not_before_its_bound(lot: int) -> None:
    first = int.from_bytes(bound(lot), "big")
    assert (first - 1) * WHOLE >> 48 == lot - 1
    assert first * WHOLE >> 48 == lot


def test_shares_are_kept_over_many_people_and_salts() -> None:
    for salt in (f"salt-{number}" for number in range(20)):
        found = Counter(arm_of(ARMS, salt, str(one)) for one in range(5_000))
        expected = {"control": 500, "a": 2_250, "b": 2_250}
        chi = sum((found[name] - many) ** 2 / many for name, many in expected.items())
        assert chi < 13.8, (salt, found)  # p = .001 with two degrees of freedom


def test_two_salts_know_nothing_of_each_other() -> None:
    both = sum(arm_of(ARMS, "one", str(who)) == arm_of(ARMS, "two", str(who)) == CONTROL for who in range(50_000))
    assert 420 < both < 580  # a hundredth of them, three and a half standard errors around it


def test_the_control_group_comes_first_and_keeps_its_people_when_others_share_anew() -> None:
    other = arms_of([Arm("only", 9_000), Arm(CONTROL, 1_000)])
    for who in map(str, range(2_000)):
        assert (arm_of(ARMS, "s", who) == CONTROL) == (arm_of(other, "s", who) == CONTROL)


@pytest.mark.parametrize(
    ("given_arms", "field"),
    [
        ([Arm("a", 10_000)], "control"),
        ([Arm("a", 9_501), Arm(CONTROL, 499)], "control"),
        ([Arm("a", 8_000), Arm(CONTROL, 1_000), Arm(CONTROL, 1_000)], "control"),
        ([Arm(CONTROL, 10_000)], "arms"),
        ([Arm("a", 4_000), Arm("a", 5_000), Arm(CONTROL, 1_000)], "arms"),
        ([Arm("a", 8_000), Arm(CONTROL, 1_000)], "arms"),
        ([Arm("", 9_000), Arm(CONTROL, 1_000)], "arms"),
        ([Arm("a", 9_000), Arm("b", 0), Arm(CONTROL, 1_000)], "arms"),
    ],
)
def test_arms_that_would_not_measure_anything_are_refused(given_arms: list[Arm], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        arms_of(given_arms)
    assert refused.value.field == field
