"""When a campaign goes out: the next run that is due, the hours in which nobody is written to, how long it takes.

Days, weeks and hours are the programme's, right across changes of the clock (domain section 1).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import assert_never

from core.campaigns.model import Campaign, On, Once, Weekly

QUIET_FROM, QUIET_UNTIL = time(21), time(9)
"""Hours of the programme's zone between which nobody is written to (domain section 7)."""
LATE = timedelta(minutes=30)
"""A start that is later than this asks (reliability.md section 7)."""


@dataclass(frozen=True, slots=True)
class Due:
    """A run whose time has come; `late`: so long ago that somebody is to be asked."""

    at: datetime
    late: bool


def due(campaign: Campaign, last: datetime | None, now: datetime, zone: tzinfo) -> Due | None:
    """The run that a running campaign is to make now; `last`: when its last one was due.

    Of occurrences that were missed the newest counts; one from before it was started, or resumed, is nobody's.
    """
    since = campaign.resumed_at or campaign.started_at
    if since is None:
        return None
    match campaign.plan.schedule:
        case Once(at):
            found = at or campaign.started_at or since
            if last is not None or found > now:
                return None
        case Weekly(weekday, clock):
            today = now.astimezone(zone).date()
            found = _latest(today - timedelta(days=(today.isoweekday() - weekday) % 7), 7, clock, now, zone)
            if found < since or (last is not None and _week(last, zone) >= _week(found, zone)):
                return None
        case On(_, _, clock):
            found = _latest(now.astimezone(zone).date(), 1, clock, now, zone)
            if found < since or (last is not None and last.astimezone(zone).date() >= found.astimezone(zone).date()):
                return None
        case schedule:
            assert_never(schedule)
    return Due(found, now - found > LATE)


def instant(day: date, clock: time, zone: tzinfo) -> datetime:
    """When it is so late on the day, UTC; a time that the change of the clock leaves out comes with the change."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def is_quiet(now: datetime, zone: tzinfo) -> bool:
    """True in the hours in which nobody is written to."""
    return not QUIET_UNTIL <= now.astimezone(zone).time() < QUIET_FROM


def loud_from(now: datetime, zone: tzinfo) -> datetime:
    """The first instant from now on at which people may be written to."""
    local = now.astimezone(zone)
    if not is_quiet(now, zone):
        return now
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return instant(day, QUIET_UNTIL, zone)


def quiet_from(now: datetime, zone: tzinfo) -> datetime:
    """The end of the day in which people may be written to; `now` is in it."""
    return instant(now.astimezone(zone).date(), QUIET_FROM, zone)


@dataclass(frozen=True, slots=True)
class Timetable:
    """How the messages of one run go out: how many wait for the morning, how many come too late, when it ends."""

    moved: int
    expired: int
    ends_at: datetime


def timetable(
    people: Mapping[str, int], rates: Mapping[str, float], at: datetime, deliver_by: datetime, zone: tzinfo
) -> Timetable:
    """For so many people of each channel at so many a second, from the instant on."""
    moved, late, ends = 0, 0, at
    for channel, count in people.items():
        left, place = count, 0
        for began, until in _windows(at, deliver_by, zone):
            able = max(0, int((until - began).total_seconds() * rates[channel]))
            sent = min(left, able)
            moved += sent if place or began > at else 0
            left, place = left - sent, place + 1
            if sent:
                ends = max(ends, began + timedelta(seconds=sent / rates[channel]))
            if not left:
                break
        late += left
    return Timetable(moved, late, ends)


def _windows(at: datetime, deliver_by: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of time from `at` to `deliver_by` in which people may be written to."""
    began = loud_from(at, zone)
    while began < deliver_by:
        ends = quiet_from(began, zone)
        yield began, min(ends, deliver_by)
        began = loud_from(ends, zone)


def _latest(day: date, step: int, clock: time, now: datetime, zone: tzinfo) -> datetime:
    """The newest occurrence that is not after now."""
    found = instant(day, clock, zone)
    return found if found <= now else instant(day - timedelta(days=step), clock, zone)


def _week(at: datetime, zone: tzinfo) -> tuple[int, int]:
    year, week, _ = at.astimezone(zone).isocalendar()
    return year, week
