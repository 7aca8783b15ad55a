"""The planner says the published numbers of people, and its two answers are each other's inverse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.campaigns.sizes import people_needed, smallest_uplift


def test_a_rise_from_ten_to_eleven_percent_needs_the_published_numbers() -> None:
    assert people_needed(0.10, 0.11, 0.5) in (29_496, 29_497, 29_498)  # 14,749 in each of two equal arms
    assert people_needed(0.10, 0.11, 0.1) == 79_178


@given(st.floats(0.001, 0.9), st.integers(1_000, 2_000_000), st.floats(0.05, 0.95))
def test_the_smallest_uplift_is_seen_by_these_people_and_a_smaller_one_is_not(
    base: float, people: int, control: float
) -> None:
    uplift = smallest_uplift(base, people, control)
    assert 0 < uplift <= 1 - base
    if uplift < 1 - base:
        assert people_needed(base, base + uplift, control) <= people
        assert people_needed(base, base + uplift * 0.999, control) >= people


def test_too_few_people_show_nothing() -> None:
    assert smallest_uplift(0.2, 0, 0.1) == 0.8
    assert smallest_uplift(0.2, 3, 0.1) == 0.8


@pytest.mark.parametrize(
    ("base", "expected", "control"), [(-0.1, 0.2, 0.1), (0.1, 1.2, 0.1), (0.1, 0.2, 0), (0.1, 0.1, 0.5)]
)
def test_shares_that_are_none_are_refused(base: float, expected: float, control: float) -> None:
    with pytest.raises(ValueError, match=r"share|difference"):
        people_needed(base, expected, control)
