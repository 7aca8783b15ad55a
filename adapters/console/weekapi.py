"""The week's offers as JSON, for programs: the plan, its report, which ranking chooses, and the change of that."""

from datetime import datetime
from typing import Any, Literal

from aiohttp import web

from adapters.console.door import API, Door
from adapters.console.ports import WeekViews
from adapters.console.week import CHANGES, SEES_WEEK, WeekPages
from adapters.http.api import Answer, Body, Endpoint
from core.offers.rankings import Switch
from core.offers.reporting import STAGES, Funnel, Report
from core.shared.refusals import Unknown


class StageOut(Answer):
    """How many offers came so far, and of how many people."""

    offers: int
    people: int


class LineOut(Answer):
    """A part of the report: `all`, a `reason` by its name, or an arm with the ranking that chose for it."""

    group: str
    name: str
    stages: dict[str, StageOut]


class SwitchOut(Answer):
    """Which ranking chooses, and which one tries to do better for `share` percent of the people."""

    champion: str
    challenger: str | None
    share: int
    since: datetime | None
    by: str


class WeekOut(Answer):
    """A week: its plan (None: not planned) with what it came to, and its report (None: not made yet)."""

    week: str
    weeks: list[str]
    planned_at: datetime | None
    figures: dict[str, Any]
    report: list[LineOut] | None
    ranking: SwitchOut


class RankingIn(Body):
    """`challenge` with a ranking and its share of the people, `promote` the challenger, or `stop` it."""

    do: Literal["challenge", "promote", "stop"]
    ranking: str = ""
    share: int = 0


class WeekApi:
    """`/console/api/v1/week`."""

    def __init__(self, door: Door, views: WeekViews, pages: WeekPages) -> None:
        self._views, self._pages = views, pages
        at = f"{API}/week"
        door.endpoint(
            Endpoint("GET", at, "A week of offers; without `week` the newest with a plan", self.told, answer=WeekOut,
                     query={"week": {"type": "string"}}, problems={404: ["unknown-week"]}),
            SEES_WEEK,
        )  # fmt: skip
        door.endpoint(
            Endpoint("POST", f"{at}/ranking", "Which ranking chooses", self.turn, RankingIn, SwitchOut,
                     problems={409: ["no-challenge", "challenge-runs"],
                               422: ["unknown-ranking", "bad-share", "challenges-itself"]}),
            CHANGES,
        )  # fmt: skip

    async def told(self, request: web.Request, given: None) -> WeekOut:
        """As the page shows it."""
        del given
        weeks = list(await self._views.weeks())
        week = request.query.get("week") or await self._pages.newest(weeks)
        if week and week not in weeks:
            raise Unknown("unknown-week", week=week[:16])
        planned, report = await self._pages.told(request, week)
        return WeekOut(
            week=week, weeks=weeks, planned_at=planned.made_at if planned is not None else None,
            figures=dict(planned.figures) if planned is not None else {},
            report=_lines(report) if report is not None else None, ranking=_switch(await self._views.switch()),
        )  # fmt: skip

    async def turn(self, request: web.Request, given: RankingIn) -> SwitchOut:
        """By the verbs of the page."""
        await self._pages.turned(request, given.do, given.ranking, given.share)
        return _switch(await self._views.switch())


def _switch(one: Switch) -> SwitchOut:
    challenger = one.challenger.value if one.challenger is not None else None
    return SwitchOut(champion=one.champion.value, challenger=challenger, share=one.share, since=one.since, by=one.by)


def _lines(report: Report) -> list[LineOut]:
    return [
        _line("all", "", report.whole),
        *(_line("reason", kind.value, funnel) for kind, funnel in report.kinds.items()),
        *(_line(arm.value, report.switch.ranking(arm).value, one.funnel) for arm, one in report.arms.items()),
    ]


def _line(group: str, name: str, funnel: Funnel) -> LineOut:
    counts = {stage: getattr(funnel, stage) for stage in STAGES}
    stages = {stage: StageOut(offers=one.offers, people=one.people) for stage, one in counts.items()}
    return LineOut(group=group, name=name, stages=stages)
