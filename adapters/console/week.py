"""The page of the week's offers: what was planned, what came of it, which ranking chooses, and what was learned."""

from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web

from adapters.console.door import Door
from adapters.console.figures import is_analyst
from adapters.console.ports import ConsoleWork, WeekViews
from adapters.console.weekfile import csv_of
from adapters.console.weekshown import Shown
from adapters.http.sessions import SESSION
from core.offers import challenging
from core.offers.fives import planned_in_fives, report_in_fives
from core.offers.rankings import LEAST_SHARE, MOST_SHARE, Ranking, ranking_named
from core.offers.reporting import Report
from core.offers.verdicts import verdict
from core.offers.weekly import Planned
from core.shared.refusals import Invalid, Refusal

CHANGES = ("owner", "marketer")
SEES_WEEK = (*CHANGES, "analyst")
_PATH = "/console/week"


class WeekPages:
    """`/console/week` and its file."""

    def __init__(self, door: Door, views: WeekViews) -> None:
        self._door, self._views = door, views
        door.page(_PATH, self.page, SEES_WEEK)
        door.page(f"{_PATH}/report.csv", self.file, SEES_WEEK)
        door.action(f"{_PATH}/ranking", self.switch, CHANGES)

    async def page(
        self, request: web.Request, error: str = "", status: int = 200, given: tuple[str, str] = ("", "20")
    ) -> web.Response:
        """The week that is asked for, else the newest with a plan; `given`: what stood in a form that was refused."""
        views, weeks = self._views, await self._views.weeks()
        week = request.query.get("week", "")
        if week not in weeks:
            week = await self.newest(list(weeks))
        planned, report = await self.told(request, week)
        told = verdict(report, await views.before(week)) if report is not None else None
        shown = Shown(self._door.texts, self._door.language(request), self._door.programme.timezone)
        refusal = {"name": error, "least": LEAST_SHARE, "most": MOST_SHARE} if error else {}
        return self._door.show(
            request,
            "week.html",
            status,
            say=shown.say,
            weeks=[(one, shown.week(one)) for one in weeks],
            week=week,
            plan=shown.plan(planned) if planned is not None else None,
            report=shown.report(report) if report is not None else None,
            arms=shown.arms(report, told) if report is not None and told is not None else None,
            switch=shown.switch(await views.switch()),
            rankings=shown.rankings(),
            clusters=shown.clusters(planned.figures.get("clusters")) if planned is not None else None,
            churn=shown.churn(planned.figures.get("churn")) if planned is not None else None,
            order=self._order(shown, planned) if planned is not None else "",
            may_change=request[SESSION].role in CHANGES,
            refusal=refusal,
            given=given,
        )

    def _order(self, shown: Shown, planned: Planned) -> str:
        return shown.order(planned.figures.get("situations", {}), self._door.programme.currency)

    async def file(self, request: web.Request) -> web.Response:
        """The week's report for a spreadsheet."""
        _, report = await self.told(request, request.query.get("week", ""))
        if report is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": f'attachment; filename="kartka-{report.week}.csv"'}
        return web.Response(text=csv_of(report), content_type="text/csv", charset="utf-8", headers=headers)

    async def switch(self, request: web.Request) -> web.StreamResponse:
        """A challenge is begun, won or stopped; what cannot be is told above the form, which keeps what stood in it."""
        form = await request.post()
        name, share = str(form.get("ranking", ""))[:32], str(form.get("share", ""))[:8]
        try:
            await self.turned(request, str(form.get("do", "")), name, _whole(share))
        except Refusal as refusal:
            status = 422 if isinstance(refusal, Invalid) else 409
            return await self.page(request, refusal.code, status, (name, share))
        raise web.HTTPSeeOther(f"{_PATH}#ranking")

    async def turned(self, request: web.Request, do: str, name: str, share: int) -> None:
        """A challenge is begun, won or stopped, noted. Raises Invalid, Conflict."""
        by = request[SESSION].login
        job: Callable[[ConsoleWork], object]
        match do:
            case "challenge":
                job = partial(_challenge, ranking=ranking_named(name), share=share, by=by)
            case "promote":
                job = partial(challenging.promote, by=by)
            case "stop":
                job = partial(challenging.stop, by=by)
            case _:
                raise web.HTTPBadRequest
        await self._door.change(request, "ranking.switch", job, seen=_seen)

    async def told(self, request: web.Request, week: str) -> tuple[Planned | None, Report | None]:
        """The week's plan and its report, for whoever asks."""
        planned, report = await self._views.plan(week), await self._views.report(week)
        if not is_analyst(request):
            return planned, report
        return planned and planned_in_fives(planned), report and report_in_fives(report)

    async def newest(self, weeks: list[str]) -> str:
        """The newest week with a plan, else the newest of all."""
        for week in weeks:
            if await self._views.plan(week) is not None:
                return week
        return weeks[0] if weeks else ""


def _challenge(work: ConsoleWork, ranking: Ranking, share: int, by: str) -> object:
    return challenging.challenge(work, ranking=ranking, share=share, by=by)


def _seen(work: ConsoleWork) -> dict[str, Any]:
    return {**work.rankings.current().as_data(), "salt": ""}


def _whole(text: str) -> int:
    """A whole percent; what is none is out of bounds."""
    return int(text) if text.isdecimal() else 0
