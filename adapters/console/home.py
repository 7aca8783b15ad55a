"""The console's home, as a page and as JSON: how the house stands, and what somebody should look at."""

from typing import Any

from aiohttp import web

from adapters.console.door import API, Door
from adapters.console.figures import Counts
from adapters.console.homemodels import (
    AttentionOut,
    CampaignOut,
    DayOut,
    HomeOut,
    PointsOut,
    QuestionOut,
    SourceOut,
    WeekOut,
)
from adapters.console.homeports import HomeViews, Seen
from adapters.console.homeshown import shown
from adapters.console.ports import House, WeekViews
from adapters.console.telling import Teller
from adapters.http.api import Endpoint
from core.offers.weekly import week_at

SEES_HOME = ("owner", "marketer", "analyst", "support")


class HomePages:
    """`/console` and `/console/api/v1/home`."""

    def __init__(self, door: Door, views: HomeViews, weeks: WeekViews, reads: House) -> None:
        self._door, self._views, self._weeks, self._reads = door, views, weeks, reads
        door.page("/console", self.page, SEES_HOME)
        door.endpoint(Endpoint("GET", f"{API}/home", "How the house stands", self.told, answer=HomeOut), SEES_HOME)

    async def page(self, request: web.Request) -> web.Response:
        """Attention first, then the figures."""
        seen = await self._seen()
        return self._door.show(
            request, "home.html", **shown(Teller(self._door, request), self._out(request, seen), seen)
        )

    async def told(self, request: web.Request, given: None) -> HomeOut:
        """The same as JSON."""
        del given
        return self._out(request, await self._seen())

    async def _seen(self) -> Seen:
        now = self._door.clock()
        week = week_at(now, self._door.programme.timezone)
        return Seen(
            now,
            await self._views.home(now),
            await self._reads.do("home", lambda work: work.questionnaires.newest().questions),
            week,
            week in await self._weeks.weeks(),
            await self._weeks.plan(week),
            await self._weeks.report(week),
        )

    def _out(self, request: web.Request, seen: Seen) -> HomeOut:
        view, counts, rules = seen.view, Counts(request), self._door.programme
        all_of = view.counted
        return HomeOut(
            at=seen.now,
            counted_at=all_of.at if all_of is not None else None,
            cards_today=counts.number(view.cards_today),
            cards_week=counts.number(view.cards_week),
            cards=counts.number(all_of.cards) if all_of is not None else None,
            days=[DayOut(day=one.day, cards=counts.number(one.cards)) for one in view.days],
            seconds_to_card=view.waited if view.waited_of and counts.number(view.waited_of) else None,
            seconds_to_card_of=counts.number(view.waited_of),
            plastics=all_of.plastics if all_of is not None else None,
            plastics_restored=counts.number(all_of.restored) if all_of is not None else None,
            sources=[
                SourceOut(
                    channel=one.channel, source=one.source, met=counts.number(one.met),
                    proven=counts.number(one.proven), cards=counts.number(one.cards),
                    restored=counts.number(one.restored),
                )
                for one in (all_of.sources if all_of is not None else ())
            ],
            began=counts.number(all_of.began) if all_of is not None else None,
            questions=[
                QuestionOut(
                    question=one.key, asked=counts.number(all_of.asked.get(one.key, 0)),
                    answered=counts.number(all_of.answered.get(one.key, 0)),
                )
                for one in seen.questions
            ] if all_of is not None else [],
            points=PointsOut(
                active=all_of.active, pending=all_of.pending, debt=all_of.debt, expiring=all_of.expiring_points,
                expiring_people=counts.number(all_of.expiring_people),
                liability=max(0, all_of.active - all_of.debt) * rules.point_value_minor, currency=rules.currency,
            ) if all_of is not None else None,
            week=_week(seen),
            campaigns=[
                CampaignOut(
                    id=one.id, name=one.name, state=one.state, kind=one.kind, why=one.why, started_at=one.started_at,
                    spent=one.spent, sent=counts.number(one.sent), waiting=counts.number(one.waiting),
                )
                for one in view.campaigns
            ],
            attention=_attention(seen),
        )  # fmt: skip


def _week(seen: Seen) -> WeekOut | None:
    """This week's offers, once they are planned."""
    if seen.planned is None:
        return None
    figures: Any = seen.planned.figures
    report = seen.report
    return WeekOut(
        week=seen.week, offers=int(figures.get("offers", 0)),
        people=int(figures.get("owners", 0)) - int(figures.get("empty", 0)), coverage=figures.get("coverage"),
        redeemed=report.whole.redeemed.offers if report is not None else None,
        redemption=report.whole.redemption.value if report is not None else None,
    )  # fmt: skip


def _attention(seen: Seen) -> list[AttentionOut]:
    """What does not go by itself, the worst first, each with where to go."""
    view = seen.view
    found = [
        AttentionOut(code="campaign-paused", name=one.name, why=one.why, link=f"/console/campaigns/{one.id}")
        for one in view.campaigns
        if one.state == "paused" and one.why and one.why != "asked"
    ]
    found += [AttentionOut(code=f"hook-{what}", name=channel) for channel, what in sorted(view.hooks.items())]
    if view.parked:
        found.append(AttentionOut(code="parked", count=view.parked))
    if view.unsent:
        found.append(AttentionOut(code="unsent", count=view.unsent))
    if seen.has_items and seen.planned is None:
        found.append(AttentionOut(code="no-plan", name=seen.week, link=f"/console/week?week={seen.week}"))
    found += [
        AttentionOut(code="till-silent", name=f"{one.store}, {one.name}", since=one.last, link="/console/tills")
        for one in view.silent
    ]
    return found
