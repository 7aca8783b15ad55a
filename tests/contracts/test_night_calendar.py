"""The night over clock changes, leap days and year ends: points wake and end at the retailer's midnight, to the second.

The instants are worked out by hand from domain section 4 (pending 14 days, life 12 months, Kyiv: UTC+2, in summer +3).
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.db import keep
from core.ledger.actions import open_balance
from core.shared.values import CustomerId
from tests.contracts.test_night import balances, earn, night
from tests.support.world import World

WHO = CustomerId("p0")
CASES = {
    "summer time ends while they are pending": ("2026-10-24T09:00", "2026-11-06T22:00", "2027-11-30T22:00"),
    "sold in the hour that comes twice": ("2026-10-25T00:30", "2026-11-07T22:00", "2027-11-30T22:00"),
    "summer time begins while they are pending": ("2027-03-20T10:00", "2027-04-02T21:00", "2028-04-30T21:00"),
    "awake on the day of the change": ("2027-03-14T10:00", "2027-03-27T22:00", "2028-03-31T21:00"),
    "awake on a leap day": ("2028-02-15T10:00", "2028-02-28T22:00", "2029-02-28T22:00"),
    "a leap day is the last good day": ("2027-02-14T10:00", "2027-02-27T22:00", "2028-02-29T22:00"),
    "sold after the shop's midnight": ("2026-11-26T22:30", "2026-12-10T22:00", "2027-12-31T22:00"),
    "over the year's end": ("2026-12-18T21:59", "2026-12-31T22:00", "2028-01-31T22:00"),
}


@pytest.mark.parametrize(("sold", "wakes", "ends"), CASES.values(), ids=CASES)
async def test_points_wake_and_end_at_the_retailer_s_midnight(world: World, sold: str, wakes: str, ends: str) -> None:
    world.rules(pending_days=14, expiry_months=12)
    world.clock.now = datetime.fromisoformat(f"{sold}+00:00")
    earn(world, WHO, 30, "a")
    for instant, before, after in ((wakes, (0, 30), (30, 0)), (ends, (30, 0), (0, 0))):
        at = datetime.fromisoformat(f"{instant}+00:00")
        for now, expected in ((at - timedelta(seconds=1), before), (at, after), (at, after)):
            world.clock.now = now
            await night(world)
            assert balances(world) == [(WHO, *expected, 0, 0)], now
    assert keep.check(world.url) == []


async def test_points_whose_last_day_has_a_clock_change_live_that_day_to_its_end_and_expire_once(world: World) -> None:
    world.clock.now = datetime(2020, 1, 2, tzinfo=UTC)
    changes = [_last_sunday(year, month) for year in range(2020, 2040) for month in (3, 10)]
    for place, day in enumerate(changes):
        who = CustomerId(f"c{place:02}")
        world.do(lambda work, w=who, d=day: open_balance(work, customer=w, number=w, points=7, last_good_day=d))
    for place, day in enumerate(changes):
        hours_ahead = 3 if day.month == 3 else 2
        ends = datetime(day.year, day.month, day.day, 24 - hours_ahead, tzinfo=UTC)
        for now, gone in ((ends - timedelta(seconds=1), 0), (ends, 1), (ends, 0)):
            world.clock.now = now
            assert (await night(world))["people"] == gone, now
        assert [row[1] for row in balances(world)] == [0] * (place + 1) + [7] * (len(changes) - place - 1)
    assert keep.check(world.url) == []


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)
