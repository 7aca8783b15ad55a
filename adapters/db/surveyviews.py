"""Reads for the pages of questionnaires: versions, how far people come, who answered what, counted by the database."""

from collections.abc import Sequence

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.formersql import ANSWERED
from adapters.db.surveyfunnel import funnel_of
from adapters.db.surveyrows import newest
from adapters.db.surveytables import questionnaires
from adapters.db.tables import stores
from core.shared.fives import FEWEST
from core.shared.values import StoreId
from core.stores.model import Store
from core.surveys.data import questionnaire_from
from core.surveys.model import Kind, Questionnaire
from core.surveys.views import Count, Funnel, VersionRow

_of = ANSWERED.c
"""Answers that count for a person: whoever was merged is one with the survivor."""
_TOLD = {Kind.CHOICE, Kind.CHOICES, Kind.RATING, Kind.STORE, Kind.CITY, Kind.NUMBER}
"""Kinds whose answers are counted one by one; a text, a day and an address are somebody's own words."""
_FREE = {Kind.CITY, Kind.NUMBER}
"""Kinds that people type: what few have typed could name somebody."""


class SurveyReads:
    """Satisfies `adapters.console.surveyports.SurveyViews`. `own`: what is asked before anybody published."""

    def __init__(self, engine: AsyncEngine, own: Questionnaire) -> None:
        self._engine, self._own = engine, own

    async def versions(self) -> Sequence[VersionRow]:
        """The newest first."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(questionnaires).order_by(questionnaires.c.version.desc()))).all()
        published = [VersionRow(row.version, row.at, row.actor, len(row.data["questions"])) for row in rows]
        return [*published, VersionRow(0, None, "", len(self._own.questions))]

    async def newest(self) -> Questionnaire:
        """The last one published, else the house's own."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(lambda plain: newest(plain, self._own))

    async def version(self, version: int) -> Questionnaire | None:
        """By number."""
        if version == 0:
            return self._own
        async with self._engine.connect() as connection:
            row = (
                await connection.execute(select(questionnaires).where(questionnaires.c.version == version))
            ).one_or_none()
        return None if row is None else questionnaire_from(row.data, version=row.version)

    async def funnel(self, questionnaire: Questionnaire) -> Funnel:
        """As `surveyfunnel.funnel_of`."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(lambda plain: funnel_of(plain, questionnaire))

    async def counts(self, questionnaire: Questionnaire) -> Sequence[Count]:
        """Of several chosen options each is counted; what fewer than five have typed stands together."""
        found: list[Count] = []
        async with self._engine.connect() as connection:
            for one in questionnaire.questions:
                value = _of.value if one.kind in _TOLD else literal("")
                chosen = select(value.label("value"), func.count().label("many")).where(_of.question == one.key)
                people: dict[str, int] = {}
                for row in await connection.execute(chosen.where(_of.kind == one.kind.value).group_by(value)):
                    parts = row.value.split(",") if one.kind is Kind.CHOICES else [row.value]
                    for part in parts:
                        people[part] = people.get(part, 0) + int(row.many)
                if one.kind in _FREE:
                    few = sum(many for many in people.values() if many < FEWEST)
                    people = {part: many for part, many in people.items() if many >= FEWEST} | (
                        {"": few} if few else {}
                    )
                found += [Count(one.key, part, many) for part, many in people.items()]
        return found

    async def stores(self) -> Sequence[Store]:
        """By city and name."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(stores).order_by(stores.c.city, stores.c.name))
            return [Store(StoreId(row.id), row.name, row.city, row.street) for row in rows]
