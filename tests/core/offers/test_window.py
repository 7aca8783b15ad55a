"""When and where an offer holds: days of the programme's zone, hours over midnight, clock changes, birthdays."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.offers.model import All, Always, Goods, Hours, Match, Offer, PercentOff, Window, birthday_near, conditions_of
from core.shared.amounts import decimal

KYIV = ZoneInfo("Europe/Kyiv")
MONDAY, SUNDAY = date(2026, 11, 30), date(2026, 12, 6)
MORNING, NIGHT = Hours(8 * 60, 12 * 60), Hours(22 * 60, 2 * 60)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "at", "why"),
    [
        ({}, "2026-11-30T00:00", ""),
        # Both days included, in Kyiv's time (UTC+2 in winter).
        ({"first": MONDAY, "last": SUNDAY}, "2026-11-29T21:59:59", "not-yet"),
        ({"first": MONDAY, "last": SUNDAY}, "2026-11-29T22:00", ""),
        ({"first": MONDAY, "last": SUNDAY}, "2026-12-06T21:59:59", ""),
        ({"first": MONDAY, "last": SUNDAY}, "2026-12-06T22:00", "expired"),
        ({"weekdays": frozenset({1})}, "2026-11-30T12:00", ""),
        ({"weekdays": frozenset({2, 7})}, "2026-11-30T12:00", "not-here"),
        ({"weekdays": frozenset({7})}, "2026-11-29T12:00", ""),
        ({"stores": frozenset({"s1", "s2"})}, "2026-11-30T12:00", ""),
        ({"stores": frozenset({"s2"})}, "2026-11-30T12:00", "not-here"),
        # Start in, end out.
        ({"hours": MORNING}, "2026-11-30T05:59:59", "not-here"),
        ({"hours": MORNING}, "2026-11-30T06:00", ""),
        ({"hours": MORNING}, "2026-11-30T09:59:59", ""),
        ({"hours": MORNING}, "2026-11-30T10:00", "not-here"),
        # Over midnight: 22:00-02:00 Kyiv.
        ({"hours": NIGHT}, "2026-11-30T19:59:59", "not-here"),
        ({"hours": NIGHT}, "2026-11-30T20:00", ""),
        ({"hours": NIGHT}, "2026-11-30T23:59:59", ""),
        ({"hours": NIGHT}, "2026-12-01T00:00", "not-here"),
        # The small hours belong to the day before, for days and weekdays.
        ({"hours": NIGHT, "last": MONDAY}, "2026-11-30T23:59:59", ""),
        ({"hours": NIGHT, "first": MONDAY}, "2026-11-29T23:59:59", "not-yet"),
        ({"hours": NIGHT, "weekdays": frozenset({1})}, "2026-11-30T23:30", ""),
        ({"hours": NIGHT, "weekdays": frozenset({2})}, "2026-11-30T23:30", "not-here"),
        ({"hours": NIGHT, "last": MONDAY}, "2026-12-01T00:00", "expired"),
        # Equal start and end: the whole day, from that hour on.
        ({"hours": Hours(480, 480), "last": MONDAY}, "2026-12-01T05:59", ""),
        ({"hours": Hours(480, 480), "last": MONDAY}, "2026-12-01T06:00", "expired"),
        ({"hours": Hours(0, 1440)}, "2026-11-30T21:59:59", ""),
        # Summer ends: 03:30 comes twice on 25 October 2026, at UTC+3 and at UTC+2; summer begins: 03:xx never comes.
        ({"hours": Hours(180, 240)}, "2026-10-25T00:30", ""),
        ({"hours": Hours(180, 240)}, "2026-10-25T01:30", ""),
        ({"hours": Hours(180, 240)}, "2026-10-25T02:00", "not-here"),
        ({"hours": Hours(180, 240)}, "2027-03-28T00:59", "not-here"),
        ({"hours": Hours(180, 240)}, "2027-03-28T01:00", "not-here"),
        ({"first": date(2027, 3, 28), "last": date(2027, 3, 28)}, "2027-03-28T20:59:59", ""),
        ({"first": date(2027, 3, 28), "last": date(2027, 3, 28)}, "2027-03-28T21:00", "expired"),
        ({"last": date(2028, 2, 29)}, "2028-02-29T21:59:59", ""),
        ({"last": date(2028, 2, 29)}, "2028-02-29T22:00", "expired"),
    ],
)  # fmt: skip
def test_a_window_holds_or_says_why_not(window: dict[str, Any], at: str, why: str) -> None:
    assert Window(**window).shut(utc(at), KYIV, "s1") == why


@pytest.mark.parametrize(
    ("born", "today", "before", "after", "near"),
    [
        (date(1990, 12, 5), date(2026, 11, 28), 7, 0, True),
        (date(1990, 12, 5), date(2026, 11, 27), 7, 0, False),
        (date(1990, 12, 5), date(2026, 12, 8), 0, 3, True),
        (date(1990, 12, 5), date(2026, 12, 9), 0, 3, False),
        (date(1990, 1, 2), date(2026, 12, 30), 3, 0, True),  # next year's
        (date(1990, 12, 30), date(2027, 1, 2), 0, 3, True),  # last year's
        (date(1992, 2, 29), date(2027, 2, 28), 0, 0, True),
        (date(1992, 2, 29), date(2028, 2, 28), 0, 0, False),
        (date(1992, 2, 29), date(2028, 2, 29), 0, 0, True),
        (date(1992, 2, 29), date(2100, 2, 28), 0, 0, True),  # 2100 is no leap year, 2000 was one
        (date(1992, 2, 29), date(2000, 2, 28), 0, 0, False),
        (date(1990, 2, 28), date(2028, 2, 28), 0, 0, True),
    ],
)
def test_a_birthday_is_near(born: date, today: date, before: int, after: int, near: bool) -> None:
    assert birthday_near(born, today, before, after) is near


def test_lists_of_goods_take_what_any_of_them_names_less_what_is_left_out() -> None:
    some = Match(Goods(frozenset({"x"}), frozenset({"tea"}), frozenset({"B"})), Goods(frozenset({"y"})))
    assert [some.takes(*line) for line in (("x", "", ""), ("z", "tea", ""), ("z", "", "B"), ("z", "milk", "C"))] == [
        True, True, True, False,
    ]  # fmt: skip
    assert not some.takes("y", "tea", "B")
    assert Match().takes("z", "", "")
    assert not Match(excluded=Goods(category=frozenset({"tea"}))).takes("z", "tea", "")


def test_an_offer_always_has_a_name() -> None:
    off = PercentOff(decimal("5"))
    assert Offer("a", off, title={"uk": "Чай", "en": "Tea"}).title_in("en") == "Tea"
    assert Offer("a", off, title={"uk": "Чай"}).title_in("en") == "Чай"
    assert Offer("a", off).title_in("en") == "a"


def test_a_condition_of_many_is_told_flat() -> None:
    assert conditions_of(Always()) == (Always(),)
    assert conditions_of(All((Always(), All((Always(), Always()))))) == (Always(),) * 3
