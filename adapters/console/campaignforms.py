"""The steps of a campaign's wizard as forms: what stands in each, and the plan with what a form says of its step.

A step changes its own part of the plan and nothing else, so that two people who edit different steps lose nothing.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from core.campaigns.arms import CONTROL, USUAL_CONTROL, WHOLE
from core.campaigns.model import Kind, Leads, Link, On, Once, Plan, Weekly
from core.campaigns.reading import MOST_LINKS, plan_data, plan_from
from core.shared.refusals import Invalid
from core.shared.values import Language

Form = Mapping[str, str]
STEPS = ("who", "what", "measure", "when", "limits")
CHANNELS = ("telegram", "viber", "web")
ARMS = ("A", "B", "C", "D")
LONGEST_FIELD = 5_000


def filled_form(step: str, plan: Plan, zone: tzinfo) -> dict[str, str]:
    """What stands in the fields of the step, as a browser would send it."""
    return _FILL[step](plan, zone)


def changed(step: str, plan: Plan, form: Form, zone: tzinfo) -> Plan:
    """The plan with what the form says of the step. Raises Invalid with the place of what cannot be used."""
    return plan_from({**plan_data(plan), **_READ[step](plan, form, zone)})


def content_form(plan: Plan, arm: str) -> dict[str, str]:
    """The fields of one arm's message, named `text:<arm>:<language>`, `link:<arm>:<place>:label:<language>`, …"""
    content = plan.contents.get(arm)
    found = {f"picture:{arm}": content.picture if content is not None else ""}
    for language in Language:
        found[f"text:{arm}:{language}"] = content.text.get(language, "") if content is not None else ""
    for place in range(MOST_LINKS):
        link = content.links[place] if content is not None and place < len(content.links) else Link({}, Leads.CARD)
        there = content is not None and place < len(content.links)
        found[f"link:{arm}:{place}:leads"] = link.leads.value if there else ""
        found[f"link:{arm}:{place}:url"] = link.url
        for language in Language:
            found[f"link:{arm}:{place}:label:{language}"] = link.label.get(language, "")
    return found


def _fill_who(plan: Plan, zone: tzinfo) -> dict[str, str]:
    del zone
    told = {"name": plan.name, "kind": plan.kind.value, "segment": plan.segment}
    return {**told, **{f"channel:{one}": "1" if one in plan.channels or not plan.channels else "" for one in CHANNELS}}


def _read_who(plan: Plan, form: Form, zone: tzinfo) -> dict[str, Any]:
    del zone
    kind = form.get("kind", plan.kind.value)
    chosen = [one for one in CHANNELS if form.get(f"channel:{one}")]
    if not chosen:
        raise Invalid("channels", expected="at least one channel")
    told: dict[str, Any] = {
        "name": form.get("name", "").strip(), "kind": kind, "segment": form.get("segment", ""),
        "channels": [] if len(chosen) == len(CHANNELS) else chosen,
    }  # fmt: skip
    if kind == plan.kind.value:
        return told
    service = kind == Kind.SERVICE.value
    arms = [("A", WHOLE)] if service else [(CONTROL, USUAL_CONTROL), ("A", WHOLE - USUAL_CONTROL)]
    kept = {"A": plan_data(plan)["contents"].get("A")} if "A" in plan.contents else {}
    told |= {"arms": [{"name": name, "share": share} for name, share in arms], "contents": kept}
    return told | ({"own_offers": False} if service else {})


def _fill_what(plan: Plan, zone: tzinfo) -> dict[str, str]:
    del zone
    told = {"voucher_offer": plan.voucher_offer or "", "voucher_days": str(plan.voucher_days),
            "own_offers": "1" if plan.own_offers else ""}  # fmt: skip
    for arm in plan.treated:
        told |= content_form(plan, arm.name)
    return told


def _read_what(plan: Plan, form: Form, zone: tzinfo) -> dict[str, Any]:
    del zone
    return {
        "contents": {arm.name: _content(form, arm.name) for arm in plan.treated},
        "voucher_offer": form.get("voucher_offer") or None,
        "voucher_days": whole(form, "voucher_days"),
        "own_offers": bool(form.get("own_offers")) and plan.kind is Kind.PROMOTION,
    }


def _content(form: Form, arm: str) -> dict[str, Any]:
    texts = {one.value: form.get(f"text:{arm}:{one}", "").replace("\r\n", "\n").strip() for one in Language}
    links = []
    for place in range(MOST_LINKS):
        leads = form.get(f"link:{arm}:{place}:leads", "")
        if not leads:
            continue
        label = {one.value: form.get(f"link:{arm}:{place}:label:{one}", "").strip() for one in Language}
        url = form.get(f"link:{arm}:{place}:url", "").strip() if leads == Leads.URL else ""
        links.append({"label": label, "leads": leads, "url": url or None})
    return {"text": texts, "picture": form.get(f"picture:{arm}") or None, "links": links}


def _fill_measure(plan: Plan, zone: tzinfo) -> dict[str, str]:
    del zone
    shares = {one.name: _percent(one.share) for one in plan.arms}
    told = {f"share:{one}": shares.get(one, "") for one in (CONTROL, *ARMS)}
    return {**told, "window_days": str(plan.window_days), "margin_percent": str(plan.margin_percent)}


def _read_measure(plan: Plan, form: Form, zone: tzinfo) -> dict[str, Any]:
    del zone
    told: dict[str, Any] = {name: whole(form, name) for name in ("window_days", "margin_percent")}
    if plan.kind is Kind.SERVICE:
        return told
    names = [CONTROL, *(one for one in ARMS if form.get(f"share:{one}", "").strip())]
    arms = [{"name": one, "share": _share(form.get(f"share:{one}", ""), one)} for one in names]
    kept = {name: one for name, one in plan_data(plan)["contents"].items() if name in names}
    return {**told, "arms": arms, "contents": kept}


def _fill_when(plan: Plan, zone: tzinfo) -> dict[str, str]:
    told = {"every": "now", "at": "", "weekday": "1", "week_at": "10:00", "trigger": "birthday", "days": "0",
            "event_at": "10:00", "deliver_hours": str(plan.deliver_hours), "priority": str(plan.priority)}  # fmt: skip
    match plan.schedule:
        case Once(at) if at is not None:
            told |= {"every": "once", "at": f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"}
        case Weekly(weekday, clock):
            told |= {"every": "week", "weekday": str(weekday), "week_at": f"{clock:%H:%M}"}
        case On(trigger, days, clock):
            told |= {"every": "event", "trigger": trigger.value, "days": str(days), "event_at": f"{clock:%H:%M}"}
        case _:
            pass
    return told


def _read_when(plan: Plan, form: Form, zone: tzinfo) -> dict[str, Any]:
    del plan
    schedule: dict[str, Any]
    match form.get("every", "now"):
        case "once":
            schedule = {"every": "once", "at": _instant(form.get("at", ""), zone)}
        case "week":
            schedule = {"every": "week", "weekday": whole(form, "weekday"), "at": form.get("week_at", "")}
        case "event":
            schedule = {"every": "event", "trigger": form.get("trigger", ""), "days": whole(form, "days"),
                        "at": form.get("event_at", "")}  # fmt: skip
        case _:
            schedule = {"every": "once", "at": None}
    return {"schedule": schedule, **{name: whole(form, name) for name in ("deliver_hours", "priority")}}


def _fill_limits(plan: Plan, zone: tzinfo) -> dict[str, str]:
    del zone
    budget = "" if plan.budget is None else f"{plan.budget // 100}.{plan.budget % 100:02d}"
    flags = {"await_session": plan.await_session, "resend_unknown": plan.resend_unknown}
    return {"budget": budget, **{name: "1" if on else "" for name, on in flags.items()}}


def _read_limits(plan: Plan, form: Form, zone: tzinfo) -> dict[str, Any]:
    del plan, zone
    flags = {name: bool(form.get(name)) for name in ("await_session", "resend_unknown")}
    return {"budget": _money(form.get("budget", "")), **flags}


def whole(form: Form, name: str) -> int:
    """The field as a whole number. Raises Invalid with its name."""
    text = form.get(name, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise Invalid(name, expected="a whole number")
    return int(text)


def _share(text: str, arm: str) -> int:
    """Hundredths of a percent of what was typed as percent; nothing is no share."""
    units, _, rest = (text.strip().replace(",", ".") or "0").partition(".")
    if not all(one.isascii() and one.isdecimal() for one in (units, rest or "0")) or len(units) > 3 or len(rest) > 2:
        raise Invalid(f"share.{arm}", "share", expected="a percentage such as 45 or 33.33")
    return int(units) * 100 + int(rest.ljust(2, "0"))


def _percent(share: int) -> str:
    return f"{share / 100:g}"


def _money(text: str) -> int | None:
    given = text.strip().replace(" ", "").replace("\u00a0", "").replace(",", ".")
    if not given:
        return None
    units, _, rest = given.partition(".")
    if not all(one.isascii() and one.isdecimal() for one in (units, rest or "0")) or len(units) > 8 or len(rest) > 2:
        raise Invalid("budget", expected="an amount such as 1500 or 99.50")
    return int(units) * 100 + int(rest.ljust(2, "0"))


def _instant(text: str, zone: tzinfo) -> str:
    """The wall clock of the programme's zone as an instant; one that the change of the clock leaves out is moved on."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=zone).isoformat()
    except ValueError:
        raise Invalid("schedule.at", expected="a day and a time") from None


_FILL = {"who": _fill_who, "what": _fill_what, "measure": _fill_measure, "when": _fill_when, "limits": _fill_limits}
_READ = {"who": _read_who, "what": _read_what, "measure": _read_measure, "when": _read_when, "limits": _read_limits}
