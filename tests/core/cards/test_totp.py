"""Rotating codes against the RFC's own vectors and the window of the domain."""

from datetime import UTC, datetime, timedelta

import pytest

from core.cards.totp import accepted_step, rotating_code, step_of, totp, valid_until

SEED = b"12345678901234567890123456789012"


@pytest.mark.parametrize(
    ("seconds", "digits"),
    [
        (59, "46119246"),
        (1111111109, "68084774"),
        (1111111111, "67062674"),
        (1234567890, "91819424"),
        (2000000000, "90698825"),
        (20000000000, "77737706"),
    ],
)
def test_the_digits_are_those_of_rfc_6238(seconds: int, digits: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp(SEED, step_of(at, timedelta(seconds=30))) == digits


def test_the_current_five_previous_and_one_following_step_are_accepted() -> None:
    now = datetime(2026, 11, 26, 12, 0, 30, tzinfo=UTC)
    digits = rotating_code("", SEED, now)
    for steps in range(-3, 9):
        later = now + timedelta(minutes=steps)
        assert (accepted_step(SEED, digits, later) == step_of(now)) is (-1 <= steps <= 5), steps
    assert accepted_step(b"other" * 7, digits, now) is None


def test_a_code_is_good_until_the_end_of_its_fifth_following_step() -> None:
    now = datetime(2026, 11, 26, 12, 0, 30, tzinfo=UTC)
    until = valid_until(now)
    digits = rotating_code("", SEED, now)
    assert accepted_step(SEED, digits, until - timedelta(microseconds=1)) is not None
    assert accepted_step(SEED, digits, until) is None
