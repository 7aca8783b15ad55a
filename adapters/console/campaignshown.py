"""What pages of campaigns show: rows of the list, messages, previews, what happened; and the week's ready campaign."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from adapters.console.campaignports import Preview
from adapters.console.campaignsaid import KINDS, Said
from adapters.console.lists import Column, Filter, Listing
from adapters.console.telling import Teller
from bot.words import Words, say
from core.campaigns.model import Campaign, Content, Kind, Plan, State, Weekly
from core.campaigns.views import CampaignRow
from core.shared.listing import Asked, Slice, slice_of_rows
from core.shared.values import Language


def listing_of(path: str, said: Said, tell: Teller) -> Listing[CampaignRow]:
    """The list: what, in which state, how far."""
    states = [(one.value, said.say(Words(f"desk.state-{one}"))) for one in State]
    return Listing(
        path,
        "campaigns",
        (
            Column("name", "desk.name", lambda one: one.campaign.plan.name,
                   link=lambda one: f"{path}/{one.campaign.id}", wraps="words"),
            Column("state", "desk.state", lambda one: said.state(one.campaign),
                   lambda one: one.campaign.state.value, state=lambda one: KINDS[one.campaign.state]),
            Column("sent", "desk.mark-sent", lambda one: one.outcomes.get("sent", 0), number=True),
            Column("waiting", "desk.mark-waiting", lambda one: one.outcomes.get("waiting", 0), number=True),
            Column("tapped", "desk.mark-tapped", lambda one: one.outcomes.get("tapped", 0), number=True),
            Column("changed", "desk.changed",
                   lambda one: tell.at(one.campaign.changed_at),
                   lambda one: one.campaign.changed_at.isoformat()),
            Column("by", "desk.by", lambda one: one.campaign.changed_by),
        ),
        (Filter("name", "desk.name"), Filter("state", "desk.state", states)),
        "desk.empty",
    )  # fmt: skip


def narrowed(rows: Sequence[CampaignRow], asked: Asked) -> Slice[CampaignRow]:
    """The page of the list that is asked for."""
    wanted, state = asked.filters.get("name", "").casefold(), asked.filters.get("state", "")
    found = [
        one
        for one in rows
        if wanted in one.campaign.plan.name.casefold() and state in ("", one.campaign.state.value)
    ]  # fmt: skip
    return slice_of_rows(found, asked, _SORTS)


_SORTS: Mapping[str, Any] = {
    "name": lambda one: one.campaign.plan.name.casefold(),
    "state": lambda one: one.campaign.state.value,
    "sent": lambda one: one.outcomes.get("sent", 0),
    "waiting": lambda one: one.outcomes.get("waiting", 0),
    "tapped": lambda one: one.outcomes.get("tapped", 0),
    "changed": lambda one: one.campaign.changed_at,
    "by": lambda one: one.campaign.changed_by,
}


def contents_of(plan: Plan, said: Said) -> Sequence[Mapping[str, Any]]:
    """Each arm's message: its words, picture and buttons; without words it is still to be written."""
    found = []
    for arm in plan.treated:
        content = plan.contents.get(arm.name)
        texts = content.text if content is not None else {}
        labels = [
            one.label.get(said.language) or next(iter(one.label.values()), "")
            for one in (content.links if content is not None else ())
        ]
        text = texts.get(said.language) or next(iter(texts.values()), "")
        found.append(
            {"arm": arm.name, "text": text, "labels": labels,
             "languages": ", ".join(said.say(Words(f"language.{one}")) for one in texts),
             "picture": content.picture if content is not None else ""}
        )  # fmt: skip
    return found


def previewed(shown: Sequence[Preview], said: Said) -> dict[str, Any]:
    """Previews by messenger, and in each by person."""
    channels: dict[str, list[Mapping[str, Any]]] = {}
    for one in shown:
        who = said.say(Words(f"desk.sample-{one.who}", {"name": one.name or "—"}))
        channels.setdefault(said.channel(one.channel), []).append({"who": who, "bubbles": one.bubbles})
    return {"channels": channels}


def history_of(one: Campaign, said: Said) -> Sequence[str]:
    """Who made it, approved it, started it, and when."""
    zone = said.programme.timezone
    told = [said.say(say("desk.was-made", who=one.created_by, at=one.created_at.astimezone(zone)))]
    if one.changed_at != one.created_at:
        told.append(said.say(say("desk.was-changed", who=one.changed_by, at=one.changed_at.astimezone(zone))))
    if one.approved_at is not None:
        told.append(said.say(say("desk.was-approved", who=one.approved_by, at=one.approved_at.astimezone(zone))))
    if one.started_at is not None:
        told.append(said.say(say("desk.was-started", who=one.started_by, at=one.started_at.astimezone(zone))))
    if one.ended_at is not None:
        told.append(said.say(say("desk.was-ended", at=one.ended_at.astimezone(zone))))
    return told


def weekly_plan(said: Said) -> Plan:
    """Every Monday everybody who buys is told their own offers of the week; its words can be changed like any."""
    texts = {}
    for one in Language:
        name = f"{{name|{said.texts.say(say('desk.week-hello'), one)}}}"
        texts[one.value] = said.texts.say(say("desk.week-text", name=name), one)
    return Plan(
        said.say(say("desk.week-name")),
        Kind.PROMOTION,
        contents={"A": Content(texts)},
        own_offers=True,
        schedule=Weekly(1, time(10)),
        priority=5,
        deliver_hours=48,
    )
