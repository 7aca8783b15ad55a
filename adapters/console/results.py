"""The pages of results: what each campaign did against those who were told nothing, as pages, as JSON, as a file."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from adapters.console.door import API, Door
from adapters.console.figures import is_analyst
from adapters.console.lists import Column, Filter, Listing
from adapters.console.resultdata import ResultOut, ResultsOut, csv_of, result_of, summary_of
from adapters.console.resultports import ResultViews
from adapters.console.resultshown import Shown
from adapters.console.shopports import ShopViews
from adapters.console.telling import NOTHING, Teller
from adapters.http.api import Endpoint
from adapters.http.problems import Problem
from core.campaigns.fives import result_in_fives
from core.campaigns.results import HOLDOUT, WHOLE_RUN
from core.campaigns.resultviews import ResultRow
from core.shared.listing import Asked, Slice

SEES_RESULTS = ("owner", "marketer", "analyst")
_PATH = "/console/results"
_RUN = {"run": {"type": "integer", "description": "A run by itself; all together without it."}}


class ResultPages:
    """`/console/results` and the same below `/console/api/v1/results`."""

    def __init__(self, door: Door, views: ResultViews, shop: ShopViews) -> None:
        self._door, self._views, self._shop = door, views, shop
        door.page(_PATH, self.page, SEES_RESULTS)
        door.page(f"{_PATH}/{{campaign}}", self.one, SEES_RESULTS)
        door.page(f"{_PATH}/{{campaign}}/result.csv", self.file, SEES_RESULTS)
        query: dict[str, dict[str, Any]] = {"name": {"type": "string"}, "page": {"type": "integer"}}
        door.endpoint(
            Endpoint("GET", f"{API}/results", "What campaigns did, the newest first", self.rows, answer=ResultsOut,
                     query=query),
            SEES_RESULTS,
        )  # fmt: skip
        door.endpoint(
            Endpoint("GET", f"{API}/results/{{campaign}}", "What a campaign did, or `holdout` with a month as its run",
                     self.data, answer=ResultOut, query=_RUN, problems={404: ("unknown-result",)}),
            SEES_RESULTS,
        )  # fmt: skip

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The list."""
        return await self._door.listed(request, self._listing(request), self._found(request), "results.html")

    async def one(self, request: web.Request) -> web.Response:
        """Everything about one."""
        row = await self._row(request)
        if row is None:
            raise web.HTTPNotFound
        shown = self._shown(request)
        stores = {store.id: store.name for store in await self._shop.choice()}
        campaign = row.result.campaign
        runs = await self._views.runs(campaign)
        zone = self._door.programme.timezone
        choices = [
            (one.run, shown.name(ResultRow("", one)) if campaign == HOLDOUT
             else shown.say("results.run", number=one.run, at=one.since.astimezone(zone)))
            for one in runs
        ]  # fmt: skip
        if campaign != HOLDOUT and choices:
            choices.insert(0, (WHOLE_RUN, shown.say("results.all-runs")))
        return self._door.show(
            request, "result.html", one=shown.result(row, lambda store: stores.get(store, store)), runs=choices,
            run=row.result.run, campaign=campaign,
            campaign_page="" if campaign == HOLDOUT else f"/console/campaigns/{campaign}",
        )  # fmt: skip

    async def file(self, request: web.Request) -> web.Response:
        """Every number of one, for a spreadsheet; that somebody took it is noted."""
        row = await self._row(request)
        if row is None:
            raise web.HTTPNotFound
        one = row.result
        await self._door.note(request, "result.export", one.campaign, after={"run": one.run})
        headers = {"Content-Disposition": f'attachment; filename="kartka-result-{one.campaign}-{one.run}.csv"'}
        return web.Response(text=csv_of(row), content_type="text/csv", charset="utf-8", headers=headers)

    async def rows(self, request: web.Request, given: None) -> ResultsOut:
        """The list as JSON."""
        del given
        found = await self._found(request)(self._listing(request).asked(request))
        return ResultsOut(rows=[summary_of(row) for row in found.rows], total=found.total)

    async def data(self, request: web.Request, given: None) -> ResultOut:
        """One as JSON."""
        del given
        row = await self._row(request)
        if row is None:
            raise Problem(404, "unknown-result", "nothing was counted of this campaign or run yet")
        return result_of(row)

    async def _row(self, request: web.Request) -> ResultRow | None:
        """By the path and the query's run; of the holdout the newest month without one."""
        campaign, run = request.match_info["campaign"][:36], request.query.get("run", "")
        number = int(run) if run.isascii() and run.isdecimal() and len(run) < 8 else WHOLE_RUN
        if campaign == HOLDOUT and number == WHOLE_RUN:
            months = await self._views.runs(HOLDOUT)
            number = months[0].run if months else WHOLE_RUN
        row = await self._views.result(campaign, number)
        return None if row is None else _seen(request, row)

    def _found(self, request: web.Request) -> Callable[[Asked], Awaitable[Slice[ResultRow]]]:
        async def found(asked: Asked) -> Slice[ResultRow]:
            page = await self._views.results(asked)
            return replace(page, rows=[_seen(request, row) for row in page.rows])

        return found

    def _shown(self, request: web.Request) -> Shown:
        return Shown(self._door.texts, self._door.language(request), self._door.programme)

    def _listing(self, request: web.Request) -> Listing[ResultRow]:
        shown = self._shown(request)
        tell = Teller(self._door, request)

        def window(row: ResultRow) -> str:
            return f"{tell.day(row.result.since)} – {tell.day(row.result.until)}"

        def gain(row: ResultRow) -> str:
            return NOTHING if row.result.gain is None else shown.money(row.result.gain.value)

        def plain_gain(row: ResultRow) -> float | str:
            return "" if row.result.gain is None else round(row.result.gain.value)

        return Listing(
            _PATH,
            "results",
            (
                Column("name", "results.campaign", shown.name, link=_link, wraps="words"),
                Column("verdict", "results.verdict", lambda row: shown.short(row.result), sorts=False,
                       state=lambda row: shown.look(row.result)),
                Column("people", "results.people", lambda row: row.result.people, sorts=False, number=True),
                Column("response", "results.response",
                       lambda row: shown.difference(row.result.whole.response, shown.points), sorts=False, number=True),
                Column("gain", "results.gain", gain, plain_gain, sorts=False, number=True),
                Column("window", "results.window", window, sorts=False, wraps="words"),
            ),
            (Filter("name", "results.campaign"),),
            "results.empty",
        )  # fmt: skip


def _seen(request: web.Request, row: ResultRow) -> ResultRow:
    """As the role may see it."""
    return replace(row, result=result_in_fives(row.result)) if is_analyst(request) else row


def _link(row: ResultRow) -> str:
    one = row.result
    return f"{_PATH}/{one.campaign}" + (f"?run={one.run}" if one.campaign == HOLDOUT else "")
