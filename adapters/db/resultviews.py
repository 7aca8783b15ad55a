"""Reads for the pages of results."""

from collections.abc import Sequence

from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.campaigntables import campaigns
from adapters.db.resulttables import campaign_results
from core.campaigns.results import HOLDOUT, WHOLE_RUN, Result, result_from
from core.campaigns.resultviews import ResultRow
from core.shared.listing import Asked, Slice

_of = campaign_results.c


class ResultReads:
    """Satisfies `adapters.console.resultports.ResultViews`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def results(self, asked: Asked) -> Slice[ResultRow]:
        """The newest first. Names are compared here: SQLite folds Latin letters only, and campaigns are hundreds."""
        chosen = select(_of.campaign, _of.run, _of.made_at, campaigns.c.name, campaigns.c.created_at).outerjoin(
            campaigns, campaigns.c.id == _of.campaign
        )
        async with self._engine.connect() as connection:
            rows = await connection.execute(chosen.where(or_(_of.run == WHOLE_RUN, _of.campaign == HOLDOUT)))
            found = [(row.name or "", row.created_at or row.made_at, row.campaign, row.run) for row in rows]
            name = asked.filters.get("name", "").casefold()
            found = [one for one in found if name in one[0].casefold()]
            if asked.sort == "name":
                found.sort(key=lambda one: (one[0].casefold(), one[2:]), reverse=asked.down)
            else:
                found.sort(key=lambda one: (one[1], one[2:]), reverse=True)
            page = found[asked.skipped : asked.skipped + asked.size]
            keys = [one[2:] for one in page]
            rows = await connection.execute(select(campaign_results).where(tuple_(_of.campaign, _of.run).in_(keys)))
            figures = {(row.campaign, row.run): row.figures for row in rows}
        return Slice([ResultRow(one[0], result_from(figures[one[2:]])) for one in page], len(found))

    async def result(self, campaign: str, run: int) -> ResultRow | None:
        """By its key."""
        chosen = select(_of.figures, campaigns.c.name).outerjoin(campaigns, campaigns.c.id == _of.campaign)
        async with self._engine.connect() as connection:
            row = (await connection.execute(chosen.where(_of.campaign == campaign, _of.run == run))).one_or_none()
        return None if row is None else ResultRow(row.name or "", result_from(row.figures))

    async def runs(self, campaign: str) -> Sequence[Result]:
        """By the campaign's part of the key."""
        chosen = select(_of.figures).where(_of.campaign == campaign, _of.run != WHOLE_RUN).order_by(_of.run.desc())
        async with self._engine.connect() as connection:
            return [result_from(figures) for figures in (await connection.execute(chosen)).scalars()]
