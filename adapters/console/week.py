"""The page of the week's offers: what was planned, what came of it, which ranking chooses, and what was learned."""

from collections.abc import Callable
from functools import partial

from aiohttp import web

from adapters.console.ports import ConsoleWork, House, WeekViews
from adapters.console.weekfile import csv_of
from adapters.console.weekshown import Shown
from adapters.http.sessions import SESSION, Sessions
from bot.ports import Texts
from core.offers import challenging
from core.offers.rankings import LEAST_SHARE, MOST_SHARE, Ranking, ranking_named
from core.offers.verdicts import verdict
from core.programme.model import Programme
from core.shared.refusals import Invalid, Refusal
from core.shared.values import Language

CHANGES = ("owner", "marketer")
SEES_WEEK = (*CHANGES, "analyst")
_PATH = "/console/week"
Show = Callable[..., web.Response]


class WeekPages:
    """`/console/week` and its file."""

    def __init__(
        self, *, house: House, views: WeekViews, texts: Texts, programme: Programme, show: Show,
        language_of: Callable[[web.Request], Language],
    ) -> None:  # fmt: skip
        self._house, self._views, self._texts, self._programme = house, views, texts, programme
        self._show, self._language_of = show, language_of

    def add_routes(self, app: web.Application, sessions: Sessions) -> None:
        """The page is part of the app, with the roles that may see it and those that may switch a ranking."""
        app.router.add_get(_PATH, sessions.guard(self.page, *SEES_WEEK, page=True))
        app.router.add_get(f"{_PATH}/report.csv", sessions.guard(self.file, *SEES_WEEK, page=True))
        app.router.add_post(f"{_PATH}/ranking", sessions.guard(self.switch, *CHANGES, page=True))

    async def page(
        self, request: web.Request, error: str = "", status: int = 200, given: tuple[str, str] = ("", "20")
    ) -> web.Response:
        """The week that is asked for, else the newest with a plan; `given`: what stood in a form that was refused."""
        views, weeks = self._views, await self._views.weeks()
        week = request.query.get("week", "")
        if week not in weeks:
            week = await self._newest(list(weeks))
        planned, report = await views.plan(week), await views.report(week)
        told = verdict(report, await views.before(week)) if report is not None else None
        shown = Shown(self._texts, self._language_of(request), self._programme.timezone)
        refusal = {"name": error, "least": LEAST_SHARE, "most": MOST_SHARE} if error else {}
        return self._show(
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
            may_change=request[SESSION].role in CHANGES,
            refusal=refusal,
            given=given,
        )

    async def file(self, request: web.Request) -> web.Response:
        """The week's report for a spreadsheet."""
        report = await self._views.report(request.query.get("week", ""))
        if report is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": f'attachment; filename="kartka-{report.week}.csv"'}
        return web.Response(text=csv_of(report), content_type="text/csv", charset="utf-8", headers=headers)

    async def switch(self, request: web.Request) -> web.StreamResponse:
        """A challenge is begun, won or stopped; what cannot be is told above the form, which keeps what stood in it."""
        form = await request.post()
        name, share = str(form.get("ranking", ""))[:32], str(form.get("share", ""))[:8]
        by = request[SESSION].login
        job: Callable[[ConsoleWork], object]
        try:
            match str(form.get("do", "")):
                case "challenge":
                    job = partial(_challenge, ranking=ranking_named(name), share=_whole(share), by=by)
                case "promote":
                    job = partial(challenging.promote, by=by)
                case "stop":
                    job = partial(challenging.stop, by=by)
                case _:
                    raise web.HTTPBadRequest
            await self._house.do("rankings", job)
        except Refusal as refusal:
            status = 422 if isinstance(refusal, Invalid) else 409
            return await self.page(request, refusal.code, status, (name, share))
        raise web.HTTPSeeOther(f"{_PATH}#ranking")

    async def _newest(self, weeks: list[str]) -> str:
        for week in weeks:
            if await self._views.plan(week) is not None:
                return week
        return weeks[0] if weeks else ""


def _challenge(work: ConsoleWork, ranking: Ranking, share: int, by: str) -> object:
    return challenging.challenge(work, ranking=ranking, share=share, by=by)


def _whole(text: str) -> int:
    """A whole percent; what is none is out of bounds."""
    return int(text) if text.isdecimal() else 0
