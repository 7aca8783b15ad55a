"""When points become usable and when they expire: days of the programme's zone (domain section 4)."""

from datetime import date, datetime, time, timedelta

from core.programme.model import Programme
from core.shared.calendar import add_months


def midnight(day: date, programme: Programme) -> datetime:
    """The first instant of the day in the programme's zone, also on a day that begins at one o'clock."""
    return datetime.combine(day, time.min, programme.timezone)


def day_of(instant: datetime, programme: Programme) -> date:
    """The programme's day that holds the instant."""
    return instant.astimezone(programme.timezone).date()


def activation(sold_at: datetime, programme: Programme) -> datetime:
    """00:00 of the sale's day + `pending_days`; with 0 the sale's own instant."""
    if programme.pending_days == 0:
        return sold_at
    return midnight(day_of(sold_at, programme) + timedelta(days=programme.pending_days), programme)


def expiry(activates_at: datetime, programme: Programme) -> datetime | None:
    """The midnight that ends the last day of the month of (activation day + `expiry_months`); never with 0 months."""
    if programme.expiry_months == 0:
        return None
    last = add_months(day_of(activates_at, programme), programme.expiry_months)
    return midnight(add_months(last.replace(day=1), 1), programme)


def after_last_good_day(day: date, programme: Programme) -> datetime:
    """The instant at which points with this last good day (a date in a file) expire."""
    return midnight(day + timedelta(days=1), programme)


def grace(now: datetime, programme: Programme) -> datetime:
    """The earliest expiry of points that come back: the midnight that ends today + `returned_points_grace_days`."""
    return after_last_good_day(day_of(now, programme) + timedelta(days=programme.returned_points_grace_days), programme)
