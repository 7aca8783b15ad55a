"""What is decided about a campaign, from JSON and back. What is not known is refused, with its place."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, assert_never

from core.campaigns.arms import CONTROL, USUAL_CONTROL, WHOLE, Arm, arms_of
from core.campaigns.model import Content, Kind, Leads, Link, On, Once, Plan, Schedule, Trigger, Weekly
from core.campaigns.wording import LONGEST, parts_of
from core.shared.fields import Fields
from core.shared.refusals import Invalid
from core.shared.values import Language

MOST_LINKS = 3
LONGEST_LABEL = 32
_NAME, _URL = 80, 500
_PICTURE = re.compile(r"[A-Za-z0-9_.-]{0,90}")
_CHANNEL = re.compile(r"[a-z]{1,16}")


def plan_from(data: object) -> Plan:
    """The plan that one object describes; what is left out has its usual value.

    It may be a draft: without contents, with an empty text. Raises Invalid with the place of what cannot be used.
    """
    fields = Fields(data, "")
    kind = fields.one_of("kind", Kind, Kind.PROMOTION)
    arms = _arms(fields, kind)
    made = Plan(
        name=fields.text("name", most=_NAME),
        kind=kind,
        segment=fields.text("segment", default="ready:active"),
        arms=arms,
        contents=_contents(fields, [one.name for one in arms if one.name != CONTROL]),
        voucher_offer=fields.text("voucher_offer", default="") or None,
        voucher_days=_between(fields, "voucher_days", 1, 366, 14),
        own_offers=fields.flag("own_offers"),
        schedule=_schedule(fields),
        channels=_channels(fields),
        priority=_between(fields, "priority", 0, 9, 0),
        deliver_hours=_between(fields, "deliver_hours", 1, 336, 24),
        resend_unknown=fields.flag("resend_unknown"),
        await_session=fields.flag("await_session"),
        budget=fields.maybe("budget"),
        window_days=_between(fields, "window_days", 1, 180, 28),
        margin_percent=_between(fields, "margin_percent", 1, 100, 30),
    )
    fields.end()
    if made.kind is Kind.SERVICE and made.own_offers:
        raise Invalid("own_offers", expected="false: offers are promotion, and a service message is not")
    return made


def plan_data(plan: Plan) -> dict[str, Any]:
    """The plan as `plan_from` reads it."""
    return {
        "name": plan.name,
        "kind": plan.kind.value,
        "segment": plan.segment,
        "arms": [{"name": one.name, "share": one.share} for one in plan.arms],
        "contents": {name: _content_data(one) for name, one in plan.contents.items()},
        "voucher_offer": plan.voucher_offer,
        "voucher_days": plan.voucher_days,
        "own_offers": plan.own_offers,
        "schedule": _schedule_data(plan.schedule),
        "channels": list(plan.channels),
        "priority": plan.priority,
        "deliver_hours": plan.deliver_hours,
        "resend_unknown": plan.resend_unknown,
        "await_session": plan.await_session,
        "budget": plan.budget,
        "window_days": plan.window_days,
        "margin_percent": plan.margin_percent,
    }


def _arms(fields: Fields, kind: Kind) -> tuple[Arm, ...]:
    given = fields.take("arms")
    if kind is Kind.SERVICE:
        if given is not None and given != [{"name": "A", "share": WHOLE}]:
            raise Invalid("arms", expected="none: everybody gets a service message")
        return (Arm("A", WHOLE),)
    if given is None:
        return arms_of([Arm(CONTROL, USUAL_CONTROL), Arm("A", WHOLE - USUAL_CONTROL)])
    if not isinstance(given, list) or len(given) > 10:
        raise Invalid("arms", expected="a list of at most 10 arms")
    found = []
    for at, one in enumerate(given):
        arm = Fields(one, f"arms.{at}")
        found.append(Arm(arm.text("name", most=16), arm.whole("share")))
        arm.end()
    return arms_of(found)


def _contents(fields: Fields, arms: list[str]) -> dict[str, Content]:
    given = fields.take("contents")
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not set(given) <= set(arms):
        raise Invalid("contents", expected=f"an object of contents for some of {', '.join(arms)}")
    return {name: _content(given[name], f"contents.{name}") for name in arms if name in given}


def _content(data: object, place: str) -> Content:
    fields = Fields(data, place)
    texts = _texts(fields.take("text"), fields.at("text"), LONGEST, lines=True)
    for language, text in texts.items():
        parts_of(text, f"{fields.at('text')}.{language}")
    picture = fields.take("picture") or ""
    if not isinstance(picture, str) or not _PICTURE.fullmatch(picture):
        raise Invalid(fields.at("picture"), expected="the name of a picture that was sent before")
    links = fields.take("links") or []
    if not isinstance(links, list) or len(links) > MOST_LINKS:
        raise Invalid(fields.at("links"), expected=f"a list of at most {MOST_LINKS} buttons")
    fields.end()
    return Content(texts, picture, tuple(_link(one, f"{fields.at('links')}.{at}") for at, one in enumerate(links)))


def _content_data(content: Content) -> dict[str, Any]:
    links = [{"label": dict(one.label), "leads": one.leads.value, "url": one.url or None} for one in content.links]
    return {"text": dict(content.text), "picture": content.picture or None, "links": links}


def _link(data: object, place: str) -> Link:
    fields = Fields(data, place)
    label = _texts(fields.take("label"), fields.at("label"), LONGEST_LABEL)
    leads, url = fields.one_of("leads", Leads, Leads.CARD), fields.text("url", most=_URL, default="")
    fields.end()
    if leads is Leads.URL and not _is_https(url):
        raise Invalid(fields.at("url"), expected="an address that begins with https://")
    if leads is not Leads.URL and url:
        raise Invalid(fields.at("url"), expected="nothing: only a button that leads to a page has an address")
    return Link(label, leads, url)


def _is_https(url: str) -> bool:
    host = url.removeprefix("https://").split("/")[0]
    return url.startswith("https://") and bool(host) and not set(url) & set(" <>\"'\\") and "@" not in host


def _texts(data: object, place: str, most: int, *, lines: bool = False) -> dict[str, str]:
    if data is None:
        return {}
    if not isinstance(data, Mapping) or not set(data) <= set(Language):
        raise Invalid(place, expected=f"an object of texts for some of {', '.join(Language)}")
    for language, text in data.items():
        fine = isinstance(text, str) and len(text) <= most and _is_printable(text, lines=lines)
        if not fine:
            raise Invalid(f"{place}.{language}", expected=f"a text of at most {most} characters")
    return {one.value: str(data[one]) for one in Language if data.get(one)}


def _is_printable(text: str, *, lines: bool) -> bool:
    return (text.replace("\n", "").replace("\u200d", "").replace("\ufe0f", "") if lines else text).isprintable()


def _schedule(fields: Fields) -> Schedule:
    given = fields.take("schedule")
    if given is None:
        return Once()
    told = Fields(given, "schedule")
    every = told.text("every", most=8, default="once")
    made: Schedule
    if every == "once":
        made = Once(_instant(told, "at"))
    elif every == "week":
        made = Weekly(_between(told, "weekday", 1, 7, 1), _time(told, "at"))
    elif every == "event":
        trigger = told.one_of("trigger", Trigger, Trigger.BIRTHDAY)
        made = On(trigger, _between(told, "days", 0, 60, 0), _time(told, "at"))
    else:
        raise Invalid("schedule.every", expected="one of once, week, event")
    told.end()
    return made


def _schedule_data(schedule: Schedule) -> dict[str, Any]:
    match schedule:
        case Once(at):
            return {"every": "once", "at": None if at is None else at.isoformat()}
        case Weekly(weekday, clock):
            return {"every": "week", "weekday": weekday, "at": f"{clock:%H:%M}"}
        case On(trigger, days, clock):
            return {"every": "event", "trigger": trigger.value, "days": days, "at": f"{clock:%H:%M}"}
        case _:
            assert_never(schedule)


def _instant(fields: Fields, key: str) -> datetime | None:
    value = fields.take(key)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid(fields.at(key), expected="an instant with its zone, such as 2026-12-01T10:00:00+02:00")
    return found


def _time(fields: Fields, key: str) -> time:
    value = fields.take(key)
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise Invalid(fields.at(key), expected="a time such as 10:00")
    hours, minutes = value.split(":")
    return time(int(hours), int(minutes))


def _channels(fields: Fields) -> tuple[str, ...]:
    value = fields.take("channels")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) and _CHANNEL.fullmatch(one) for one in value):
        raise Invalid("channels", expected="a list of channels")
    return tuple(dict.fromkeys(value))


def _between(fields: Fields, key: str, least: int, most: int, usual: int) -> int:
    value = fields.whole(key, least=least, default=usual)
    if value > most:
        raise Invalid(fields.at(key), expected=f"a whole number from {least} to {most}")
    return value
