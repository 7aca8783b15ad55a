"""Codes of the second factor are those of RFC 6238, and each is taken once."""

from datetime import UTC, datetime

import pytest

from core.shared.values import StaffId
from core.staff.factor import (
    STEP,
    Factor,
    accepted_step,
    address_of,
    code_at,
    digest_of,
    grouped,
    recovery_codes,
    seed_of,
    step_of,
)

SEED = b"12345678901234567890"
"""The secret of RFC 6238, appendix B."""


@pytest.mark.parametrize(
    ("seconds", "digits"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
     (20000000000, "353130")],
)  # fmt: skip
def test_codes_are_those_of_the_standard(seconds: int, digits: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert code_at(SEED, step_of(at)) == digits
    assert accepted_step(SEED, digits, at, 0) == step_of(at)


def test_a_code_is_taken_a_step_early_or_late_and_never_again() -> None:
    at = datetime.fromtimestamp(1234567890, UTC)
    now = step_of(at)
    for around, taken in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        assert (accepted_step(SEED, code_at(SEED, now + around), at, 0) is not None) is taken, around
    assert accepted_step(SEED, code_at(SEED, now), at, now) is None
    assert accepted_step(SEED, code_at(SEED, now - 1), at, now) is None
    assert accepted_step(SEED, code_at(SEED, now + 1), at, now) == now + 1
    assert accepted_step(SEED, "", at, 0) is None
    assert accepted_step(SEED, code_at(SEED, now), at + 3 * STEP, 0) is None


def test_the_seed_hangs_on_key_member_and_salt_and_the_app_is_told_all_it_needs() -> None:
    one = Factor(StaffId("s1"), "salt")
    seeds = {
        seed_of(b"k" * 32, one), seed_of(b"j" * 32, one), seed_of(b"k" * 32, Factor(StaffId("s2"), "salt")),
        seed_of(b"k" * 32, Factor(StaffId("s1"), "other")),
    }  # fmt: skip
    assert len(seeds) == 4
    assert {len(seed) for seed in seeds} == {20}
    told = address_of(SEED, brand="Лавка & Ко", login="anna")
    assert told == (
        "otpauth://totp/%D0%9B%D0%B0%D0%B2%D0%BA%D0%B0%20%26%20%D0%9A%D0%BE%3Aanna"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%D0%9B%D0%B0%D0%B2%D0%BA%D0%B0%20%26%20%D0%9A%D0%BE"
    )


def test_recovery_codes_are_ten_different_ones_that_forgive_how_they_are_typed() -> None:
    codes = recovery_codes(b"r" * 32)
    assert len(set(codes)) == 10
    assert {len(code) for code in codes} == {16}
    assert not set("".join(codes)) & set("015AEILOSU")
    key = b"k" * 32
    assert digest_of(key, grouped(codes[0]).lower() + " ") == digest_of(key, codes[0])
    assert digest_of(b"j" * 32, codes[0]) != digest_of(key, codes[0]) != digest_of(key, codes[1])
