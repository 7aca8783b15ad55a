"""A campaign's plan as data: there and back, defaults that are safe, and nothing taken that is not known."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from core.campaigns.arms import CONTROL, Arm
from core.campaigns.model import Kind, Leads, On, Once, Trigger, Weekly
from core.campaigns.reading import plan_data, plan_from
from core.shared.refusals import Invalid

WHOLE: dict[str, Any] = {
    "name": "Кава у листопаді",
    "kind": "promotion",
    "segment": "ready:active",
    "arms": [{"name": "control", "share": 1000}, {"name": "A", "share": 4500}, {"name": "B", "share": 4500}],
    "contents": {
        "A": {
            "text": {"uk": "Вітаємо, {name|друже}!\nКава −20 %.", "en": "Hello, {name|friend}!"},
            "picture": "coffee.png",
            "links": [
                {"label": {"uk": "На сайт"}, "leads": "url", "url": "https://example.com/coffee?x=1"},
                {"label": {"uk": "Картка"}, "leads": "card", "url": None},
            ],
        },
        "B": {"text": {"uk": "Інше"}, "picture": None, "links": []},
    },
    "voucher_offer": "coffee-20",
    "voucher_days": 7,
    "own_offers": False,
    "schedule": {"every": "once", "at": "2026-12-01T10:00:00+00:00"},
    "channels": ["viber", "telegram"],
    "priority": 5,
    "deliver_hours": 12,
    "resend_unknown": False,
    "await_session": True,
    "budget": 100000,
    "window_days": 14,
    "margin_percent": 25,
}


def test_a_plan_is_the_same_there_and_back() -> None:
    plan = plan_from(WHOLE)
    assert plan_data(plan) == WHOLE
    assert plan.schedule == Once(datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert plan.contents["A"].links[1].leads is Leads.CARD
    assert [one.name for one in plan.treated] == ["A", "B"]


def test_a_new_promotion_has_a_control_group_without_anybody_asking() -> None:
    plan = plan_from({"name": "x"})
    assert plan.arms == (Arm(CONTROL, 1000), Arm("A", 9000))
    assert (plan.kind, plan.window_days, plan.deliver_hours) == (Kind.PROMOTION, 28, 24)
    assert plan_from(plan_data(plan)) == plan


def test_a_service_message_has_no_control_and_carries_no_offers() -> None:
    plan = plan_from({"name": "x", "kind": "service"})
    assert plan.arms == (Arm("A", 10000),)
    assert plan_from(plan_data(plan)) == plan


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"every": "week", "weekday": 1, "at": "10:00"}, Weekly(1, time(10))),
        ({"every": "event", "trigger": "birthday", "days": 3, "at": "09:30"}, On(Trigger.BIRTHDAY, 3, time(9, 30))),
        ({"every": "once"}, Once(None)),
    ],
)
def test_each_schedule_is_read(given: dict[str, Any], made: Any) -> None:
    assert plan_from({"name": "x", "schedule": given}).schedule == made


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 81}, "name"), ({"name": "a\x00b"}, "name"), ({"kind": "spam"}, "kind"),
        ({"arms": [{"name": "A", "share": 10000}]}, "control"),
        ({"arms": [{"name": "control", "share": 499}, {"name": "A", "share": 9501}]}, "control"),
        ({"arms": [{"name": "control", "share": 1000}, {"name": "A", "share": 8000}]}, "arms"),
        ({"contents": {"C": {}}}, "contents"), ({"contents": {"control": {"text": {"uk": "x"}}}}, "contents"),
        ({"contents": {"A": {"text": {"de": "x"}}}}, "contents.A.text"),
        ({"contents": {"A": {"text": {"uk": "{price}"}}}}, "contents.A.text.uk"),
        ({"contents": {"A": {"text": {"uk": "x" * 4001}}}}, "contents.A.text.uk"),
        ({"contents": {"A": {"text": {"uk": "a\x07"}}}}, "contents.A.text.uk"),
        ({"contents": {"A": {"picture": "../etc/passwd"}}}, "contents.A.picture"),
        ({"contents": {"A": {"links": [{"leads": "url", "url": "javascript:alert(1)"}]}}}, "contents.A.links.0.url"),
        ({"contents": {"A": {"links": [{"leads": "url", "url": "https://a@b.com"}]}}}, "contents.A.links.0.url"),
        ({"contents": {"A": {"links": [{"leads": "card", "url": "https://b.com"}]}}}, "contents.A.links.0.url"),
        ({"contents": {"A": {"links": [{"label": {"uk": "x" * 33}}]}}}, "contents.A.links.0.label.uk"),
        ({"schedule": {"every": "week", "weekday": 8, "at": "10:00"}}, "schedule.weekday"),
        ({"schedule": {"every": "week", "weekday": 1, "at": "25:00"}}, "schedule.at"),
        ({"schedule": {"every": "once", "at": "2026-12-01T10:00:00"}}, "schedule.at"),
        ({"schedule": {"every": "event", "trigger": "flood", "at": "10:00"}}, "schedule.trigger"),
        ({"schedule": {"every": "day", "at": "10:00"}}, "schedule.every"),
        ({"channels": ["Viber!"]}, "channels"), ({"priority": 10}, "priority"), ({"budget": -1}, "budget"),
        ({"window_days": 0}, "window_days"), ({"kind": "service", "own_offers": True}, "own_offers"),
        ({"kind": "service", "arms": [{"name": "control", "share": 1000}, {"name": "A", "share": 9000}]}, "arms"),
        ({"surprise": 1}, "surprise"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        plan_from({"name": "x", **change})
    assert refused.value.field == field
