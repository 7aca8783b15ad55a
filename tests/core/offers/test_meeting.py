"""Whom a rule meets: rest between two meetings, arms that stay, birthdays on odd days of odd weeks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.offers.meeting import (
    Arm,
    Met,
    Person,
    Standing,
    arm_of,
    birthday_in,
    birthdays_of,
    known_as,
    last_day,
    standing,
)
from core.offers.situations import LEAST_CONTROL, MOST_CONTROL, Rule
from core.offers.weekly import monday_of, week_of

AT = datetime(2026, 11, 26, tzinfo=UTC)
DAY = date(2026, 11, 23)
LOTS = st.integers(0, 2**64 - 1)
SHARES = st.integers(LEAST_CONTROL, MOST_CONTROL)


def met(week: str, owner: str = "a") -> Met:
    return Met(Rule.LEAVING, owner, week, Arm.GIVEN, "CODE", AT)


@pytest.mark.parametrize(
    ("weeks", "pause", "said"),
    [
        ([], 30, Standing.FREE), (["2026-W48"], 30, Standing.MET), (["2026-W47"], 30, Standing.RESTS),
        (["2026-W44"], 30, Standing.RESTS), (["2026-W44"], 28, Standing.FREE), (["2026-W43"], 30, Standing.FREE),
        (["2026-W49"], 30, Standing.RESTS), (["2026-W53"], 30, Standing.FREE),
        (["2026-W40", "2026-W48"], 7, Standing.MET),
        (["2026-W40", "2026-W47"], 8, Standing.RESTS), (["2026-W47"], 7, Standing.FREE),
    ],
)  # fmt: skip
def test_a_person_rests_from_a_rule_for_its_pause_in_both_directions(
    weeks: list[str], pause: int, said: Standing
) -> None:
    assert standing([met(week) for week in weeks], "2026-W48", pause) is said


@given(lot=LOTS, share=SHARES)
def test_whoever_is_in_a_small_control_group_is_in_every_larger_one(lot: int, share: int) -> None:
    if arm_of(lot, share) is Arm.CONTROL:
        assert all(arm_of(lot, more) is Arm.CONTROL for more in range(share, 101))
    assert arm_of(lot, 0) is Arm.GIVEN
    assert arm_of(lot, 100) is Arm.CONTROL


@given(share=SHARES)
def test_a_control_group_is_its_share_of_all_lots(share: int) -> None:
    edge = -(-share * 2**64 // 100)
    assert arm_of(edge - 1, share) is Arm.CONTROL
    assert arm_of(edge, share) is Arm.GIVEN


def test_the_lot_is_of_the_owner_who_was_met_first_under_whatever_name() -> None:
    person = Person("new", DAY, DAY, ("old", "older"))
    assert person.owners == ("new", "old", "older")
    assert known_as(person, []) == "new"
    assert known_as(person, [met("2026-W20", "old"), met("2026-W10", "older"), met("2026-W40", "new")]) == "older"


def test_a_birthday_on_the_leap_day_is_the_day_before_it_in_other_years() -> None:
    leap = date(2000, 2, 29)
    assert birthday_in(leap, week_of(date(2026, 2, 28))) == date(2026, 2, 28)
    assert birthday_in(leap, week_of(date(2028, 2, 29))) == date(2028, 2, 29)
    assert birthday_in(leap, week_of(date(2026, 3, 2))) is None
    assert (2, 29) in birthdays_of(week_of(date(2026, 2, 28)))
    assert (2, 29) in birthdays_of(week_of(date(2028, 2, 29)))
    assert birthdays_of(week_of(date(2028, 2, 29))).count((2, 29)) == 1
    assert (2, 29) not in birthdays_of("2026-W48")


def test_the_week_of_new_year_has_birthdays_of_both_years() -> None:
    week = "2026-W53"
    assert birthdays_of(week) == [(1, 1), (1, 2), (1, 3), (12, 28), (12, 29), (12, 30), (12, 31)]
    assert birthday_in(date(1990, 12, 31), week) == date(2026, 12, 31)
    assert birthday_in(date(1990, 1, 2), week) == date(2027, 1, 2)
    assert birthday_in(date(1990, 1, 4), week) is None


@given(born=st.dates(date(1930, 1, 1), date(2020, 12, 31)), year=st.integers(2020, 2032))
def test_every_birthday_falls_into_one_week_of_a_year_and_into_none_beside_it(born: date, year: int) -> None:
    day = date(year, born.month, min(born.day, 28) if born.month == 2 else born.day)
    weeks = [week_of(day + timedelta(weeks=ahead)) for ahead in range(-3, 4)]
    found = [birthday_in(born, week) for week in weeks]
    assert sum(one is not None for one in found) == 1
    for week, one in zip(weeks, found, strict=True):
        among = (born.month, born.day) in birthdays_of(week)
        assert among is (one is not None)
        assert one is None or week_of(one) == week


def test_a_voucher_is_good_for_so_many_days_with_monday_among_them() -> None:
    assert last_day("2026-W48", 7) == monday_of("2026-W48") + timedelta(days=6)
