"""When runs are due and people may be written to, over changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.campaigns.model import Campaign, On, Once, Plan, Schedule, State, Trigger, Weekly
from core.campaigns.timing import due, instant, is_quiet, loud_from, timetable

KYIV = ZoneInfo("Europe/Kyiv")


def at(*when: int) -> datetime:
    """An instant by Kyiv's clock."""
    return datetime(*when, tzinfo=KYIV).astimezone(UTC)  # type: ignore[arg-type]  # year, month, day, hour, minute


def running(schedule: Schedule, started: datetime, resumed: datetime | None = None) -> Campaign:
    """A campaign that runs."""
    plan = Plan("x", schedule=schedule)
    return Campaign(
        "c", 1, State.RUNNING, plan, "s", "a", started, "a", started, started_at=started, resumed_at=resumed or started
    )  # fmt: skip


def test_once_runs_once_and_asks_after_half_an_hour() -> None:
    one = running(Once(at(2026, 11, 26, 12, 0)), at(2026, 11, 26, 9, 0))
    assert due(one, None, at(2026, 11, 26, 11, 59), KYIV) is None
    found = due(one, None, at(2026, 11, 26, 12, 30), KYIV)
    assert found is not None
    assert (found.at, found.late) == (at(2026, 11, 26, 12, 0), False)
    late = due(one, None, at(2026, 11, 26, 12, 31), KYIV)
    assert late is not None
    assert late.late
    assert due(one, found.at, at(2026, 11, 26, 12, 31), KYIV) is None
    at_once = due(running(Once(), at(2026, 11, 26, 9, 0)), None, at(2026, 11, 26, 9, 1), KYIV)
    assert at_once is not None
    assert at_once.at == at(2026, 11, 26, 9, 0)


def test_weekly_runs_once_a_week_at_the_programmes_time_through_every_change_of_the_clock() -> None:
    one = running(Weekly(7, time(3, 30)), at(2026, 1, 1, 0, 0))
    last: datetime | None = None
    runs, now = [], at(2026, 1, 1, 0, 0)
    while now < at(2027, 1, 4, 0, 0):
        found = due(one, last, now, KYIV)
        if found is not None:
            assert not found.late
            last = found.at
            runs.append(found.at)
        now += timedelta(minutes=20)
    local = [one.astimezone(KYIV) for one in runs]
    assert len({(day.isocalendar()[0], day.isocalendar()[1]) for day in local}) == len(local) == 53
    assert {day.isoweekday() for day in local} == {7}
    assert {day.time() for day in local} == {time(3, 30), time(4, 30)}
    assert [day.date() for day in local if day.time() == time(4, 30)] == [date(2026, 3, 29)]  # there is no 3:30


def test_a_week_that_was_missed_asks_once_and_one_from_before_the_start_is_nobodys() -> None:
    weekly = Weekly(1, time(10))
    one = running(weekly, at(2026, 11, 3, 9, 0))
    assert due(one, None, at(2026, 11, 3, 11, 0), KYIV) is None
    missed = due(one, None, at(2026, 11, 17, 12, 0), KYIV)
    assert missed is not None
    assert (missed.at, missed.late) == (at(2026, 11, 16, 10, 0), True)
    confirmed = at(2026, 11, 17, 12, 5)
    assert due(running(weekly, at(2026, 11, 3, 9, 0), confirmed), confirmed, at(2026, 11, 18, 12, 0), KYIV) is None
    following = due(running(weekly, at(2026, 11, 3, 9, 0), confirmed), confirmed, at(2026, 11, 23, 10, 1), KYIV)
    assert following is not None
    assert not following.late


def test_an_event_has_a_run_a_day() -> None:
    one = running(On(Trigger.BIRTHDAY, 3, time(10)), at(2026, 10, 20, 0, 0))
    last, runs, now = None, [], at(2026, 10, 20, 0, 0)
    while now < at(2026, 10, 30, 0, 0):
        found = due(one, last, now, KYIV)
        if found is not None:
            last = found.at
            runs.append(found.at.astimezone(KYIV))
        now += timedelta(minutes=10)
    assert [run.date() for run in runs] == [date(2026, 10, day) for day in range(20, 30)]
    assert {run.time() for run in runs} == {time(10)}


def test_nobody_is_written_to_from_nine_in_the_evening_to_nine_in_the_morning() -> None:
    for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25), date(2026, 12, 31)):
        evening, morning = instant(day, time(21), KYIV), instant(day + timedelta(days=1), time(9), KYIV)
        assert not is_quiet(evening - timedelta(seconds=1), KYIV)
        assert is_quiet(evening, KYIV)
        assert is_quiet(morning - timedelta(seconds=1), KYIV)
        assert not is_quiet(morning, KYIV)
        assert loud_from(evening, KYIV) == morning
        assert loud_from(morning - timedelta(hours=2), KYIV) == morning
        assert loud_from(morning, KYIV) == morning
    assert instant(date(2026, 3, 29), time(9), KYIV) - instant(date(2026, 3, 28), time(21), KYIV) == timedelta(hours=11)


def test_a_timetable_counts_what_waits_for_the_morning_and_what_comes_too_late() -> None:
    begins, by = at(2026, 11, 26, 20, 0), at(2026, 11, 27, 10, 0)
    quick = timetable({"telegram": 1_000}, {"telegram": 25.0}, begins, by, KYIV)
    assert (quick.moved, quick.expired, quick.ends_at) == (0, 0, begins + timedelta(seconds=40))
    long = timetable({"telegram": 100_000}, {"telegram": 25.0}, begins, by, KYIV)
    assert (long.moved, long.expired) == (10_000, 0)
    assert long.ends_at == at(2026, 11, 27, 9, 0) + timedelta(seconds=400)
    lost = timetable({"telegram": 200_000, "web": 5}, {"telegram": 25.0, "web": 1e3}, begins, by, KYIV)
    assert (lost.moved, lost.expired) == (90_000, 20_000)
    night = timetable({"web": 5}, {"web": 1e3}, at(2026, 11, 26, 23, 0), by, KYIV)
    assert (night.moved, night.expired) == (5, 0)
