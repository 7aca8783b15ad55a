"""The home in words and as a chart."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from babel.dates import format_date

from adapters.console.homemodels import AttentionOut, HomeOut
from adapters.console.homeports import Seen
from adapters.console.telling import NOTHING, Teller

_WHYS = {
    "errors": "home.why-errors",
    "budget": "home.why-budget",
    "late": "home.why-late",
    "restored": "home.why-restored",
    "control": "home.why-control",
}
"""Why the house pauses a campaign (`core.campaigns.model.Campaign.why`)."""
_STATES = {"running": "home.state-running", "paused": "home.state-paused"}
_ATTENTION = {
    "campaign-paused": ("home.campaign-paused", "home.campaign-paused-do"),
    "hook-missing": ("home.hook-missing", "home.hook-missing-do"),
    "hook-other": ("home.hook-other", "home.hook-other-do"),
    "hook-error": ("home.hook-error", "home.hook-error-do"),
    "parked": ("home.parked", "home.parked-do"),
    "unsent": ("home.unsent", "home.unsent-do"),
    "no-plan": ("home.no-plan", "home.no-plan-do"),
    "till-silent": ("home.till-silent", "home.till-silent-do"),
}
"""What somebody should look at, and what to do about it."""


def shown(tell: Teller, out: HomeOut, seen: Seen) -> dict[str, Any]:
    """What the template needs."""
    return {
        "tiles": _tiles(tell, out),
        "days": [(tell.day(one.day), tell.number(one.cards)) for one in out.days],
        "chart": _chart(tell, out),
        "is_new": all(one.cards == 0 for one in out.days),
        "counting": out.counted_at is None,
        "counted": tell.say("home.counted", at=tell.at(out.counted_at)) if out.counted_at is not None else "",
        "sources": [
            (tell.channel(one.channel), tell.source(one.source),
             *map(tell.number, (one.met, one.proven, one.cards, one.restored)))
            for one in out.sources
        ],
        "questions": _questions(tell, out, seen),
        "points": _points(tell, out),
        "week": _week(tell, out),
        "campaigns": [
            (one.name, f"/console/campaigns/{one.id}", one.state, tell.say(_STATES[one.state]),
             tell.at(one.started_at), tell.number(one.sent), tell.number(one.waiting), tell.money(one.spent))
            for one in out.campaigns
        ],
        "attention": [_attention(tell, one) for one in out.attention],
    }  # fmt: skip


def _tiles(tell: Teller, out: HomeOut) -> list[tuple[str, str]]:
    tiles = [
        (tell.number(out.cards_today), tell.say("console.cards-today")),
        (tell.number(out.cards_week), tell.say("console.cards-week")),
    ]
    if out.counted_at is not None:
        moved = f"{tell.number(out.plastics_restored)} / {tell.number(out.plastics)}"
        tiles += [(tell.number(out.cards), tell.say("console.cards-all")), (moved, tell.say("console.plastics"))]
    if out.seconds_to_card is not None:
        tiles.append((tell.lasting(timedelta(seconds=out.seconds_to_card)), tell.say("home.to-card")))
    return tiles


def _chart(tell: Teller, out: HomeOut) -> Mapping[str, Any]:
    """An option of ECharts."""
    return {
        "xAxis": {
            "type": "category",
            "data": [format_date(one.day, "d MMM", locale=tell.language) for one in out.days],
        },
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [{"type": "bar", "name": tell.say("home.issued"), "data": [one.cards for one in out.days]}],
    }


def _questions(tell: Teller, out: HomeOut, seen: Seen) -> list[tuple[str, str, str, int]]:
    """Name, how many answered, the share of those who were asked, the same for a bar."""
    names = {one.key: one.name for one in seen.questions}
    rows = []
    for one in out.questions:
        share = one.answered / one.asked if one.answered is not None and one.asked else None
        named = {str(language): text for language, text in names[one.question].items()}
        name = named.get(tell.language, one.question)
        rows.append((name, tell.number(one.answered), tell.percent(share), round(100 * (share or 0))))
    return rows if out.began != 0 else []


def _points(tell: Teller, out: HomeOut) -> list[tuple[str, str]]:
    points = out.points
    if points is None:
        return []
    return [
        (tell.number(points.active), tell.say("home.active")),
        (tell.number(points.pending), tell.say("home.pending")),
        (tell.number(points.expiring), tell.say("home.expiring", n=points.expiring_people or 0)
         if points.expiring_people is not None else tell.say("home.expiring-few")),
        (tell.money(points.liability), tell.say("home.liability")),
    ]  # fmt: skip


def _week(tell: Teller, out: HomeOut) -> list[tuple[str, str]]:
    week = out.week
    if week is None:
        return []
    return [
        (tell.number(week.offers), tell.say("home.offers")),
        (tell.number(week.people), tell.say("week.people")),
        (tell.percent(week.coverage), tell.say("week.coverage")),
        (NOTHING if week.redeemed is None else f"{tell.number(week.redeemed)} ({tell.percent(week.redemption)})",
         tell.say("home.redeemed")),
    ]  # fmt: skip


def _attention(tell: Teller, one: AttentionOut) -> tuple[str, str, str]:
    """What is wrong, what to do, where."""
    why, (what, todo) = tell.say(_WHYS[one.why]) if one.why in _WHYS else one.why, _ATTENTION[one.code]
    data: dict[str, str | int] = {"n": one.count, "name": one.name, "why": why, "at": tell.at(one.since)}
    return tell.say(what, **data), tell.say(todo, **data), one.link
