"""Segments in their list, and everything that a test of one can name, for pickers."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.db.campaigntables import campaigns, segments
from adapters.db.outside import Outside
from adapters.db.segmentrows import AHEAD, in_groups, known_among, segment_of
from adapters.db.surveytables import questionnaires
from adapters.db.tables import addresses, customers, products, stores
from core.segments.fields import Dimension
from core.segments.fitting import Asked, Thing
from core.segments.model import Bought
from core.segments.views import Choices, Kept
from core.shared.values import Language
from core.surveys.data import questionnaire_from
from core.surveys.model import CHOOSING

_MOST = 500
"""Of each kind in a picker; whoever has more types what they mean."""
_of = segments.c
_BY = {Dimension.SKU: products.c.sku, Dimension.CATEGORY: products.c.category, Dimension.BRAND: products.c.brand}


class SegmentLists:
    """What stands beside people: the segments themselves, goods, stores, questions, campaigns."""

    def __init__(self, engine: AsyncEngine, outside: Outside) -> None:
        self._engine, self._outside = engine, outside

    async def kept(self, *, archived: bool = False) -> Sequence[Kept]:
        """Segments by name, those that were put away apart."""
        async with self._engine.connect() as connection:
            used: dict[str, list[str]] = {}
            segment = campaigns.c.plan["segment"].as_string()
            ahead = select(segment, campaigns.c.name).where(campaigns.c.state.in_([one.value for one in AHEAD]))
            for row in await connection.execute(ahead.order_by(campaigns.c.name)):
                used.setdefault(row[0], []).append(row[1])
            rows = await connection.execute(select(segments).where(_of.archived.is_(archived)))
            found = [Kept(segment_of(row), row.tree, used.get(row.id, ())) for row in rows]
        return sorted(found, key=lambda one: one.segment.name.casefold())

    async def one(self, segment: str) -> Kept | None:
        """The segment, also one that was put away."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(segments).where(_of.id == segment))).one_or_none()
        return None if row is None else Kept(segment_of(row), row.tree)

    async def asked(self) -> Asked:
        """The newest questionnaire and its questions of clubs."""
        async with self._engine.connect() as connection:
            return await self._asked(connection)

    async def missing(self, wanted: Mapping[Thing, Collection[str]]) -> Mapping[Thing, Collection[str]]:
        """Which of the names nothing of the kind has."""
        found: dict[Thing, Collection[str]] = {}
        async with self._engine.connect() as connection:
            for thing, names in wanted.items():
                known = (await connection.execute(known_among(thing, names))).scalars()
                found[thing] = set(names) - set(known)
        return found

    async def goods(self, leaf: Bought) -> Sequence[tuple[str, str, str]]:
        """Sku, category and brand of the goods that the test names by category or brand."""
        column = _BY.get(leaf.dimension)
        if column is None or leaf.dimension is Dimension.SKU:
            return []
        chosen = select(products.c.sku, products.c.category, products.c.brand).where(column.in_(leaf.among))
        async with self._engine.connect() as connection:
            return [(row.sku, row.category, row.brand) for row in await connection.execute(chosen)]

    async def stores_of(self, leaf: Bought) -> Sequence[str]:
        """The stores of the groups that the test names."""
        if leaf.dimension is not Dimension.GROUP:
            return []
        async with self._engine.connect() as connection:
            return list((await connection.execute(in_groups(leaf.among))).scalars())

    async def choices(self, language: Language) -> Choices:
        """By name of the field or of what purchases are told apart by; values with their words."""
        async with self._engine.connect() as connection:

            async def listed(chosen: Select[Any]) -> list[tuple[str, str]]:
                return [(row[0], row[-1]) for row in await connection.execute(chosen.limit(_MOST)) if row[0]]

            def distinct(column: Any) -> Select[Any]:
                return select(column).where(column != "").distinct().order_by(column)

            asked = await self._asked(connection)
            store = await listed(select(stores.c.id, stores.c.name).order_by(stores.c.name, stores.c.id))
            category = await listed(distinct(products.c.category))
            lists: dict[str, Sequence[tuple[str, str]]] = {
                "sku": await listed(select(products.c.sku, products.c.name).order_by(products.c.name, products.c.sku)),
                "category": category, "top_category": category, "store": store, "top_store": store,
                "brand": await listed(distinct(products.c.brand)),
                "store_group": await listed(distinct(stores.c.store_group)),
                "channel": await listed(distinct(addresses.c.channel)),
                "campaign": await listed(select(campaigns.c.id, campaigns.c.name).order_by(campaigns.c.name)),
                "city": await listed(self._common(customers.c.city)),
                "source": await listed(self._common(customers.c.source)),
                "sex": await listed(distinct(customers.c.sex)),
            }  # fmt: skip
        questions = asked.questionnaire.questions
        lists["answer"] = [(one.key, one.name[language]) for one in questions]
        for one in questions:
            if one.kind in CHOOSING:
                lists[f"answer.{one.key}"] = [(option.key, option.label[language]) for option in one.options]
        lists["club"] = [pair for key in asked.clubs for pair in lists.get(f"answer.{key}", ())]
        return Choices(lists)

    def _common(self, column: Any) -> Select[Any]:
        """What most people have: rare texts may be anybody's own."""
        return select(column).where(column != "").group_by(column).order_by(func.count().desc(), column)

    async def _asked(self, connection: AsyncConnection) -> Asked:
        newest = select(questionnaires).order_by(questionnaires.c.version.desc()).limit(1)
        row = (await connection.execute(newest)).one_or_none()
        found = self._outside.questionnaire if row is None else questionnaire_from(row.data, version=row.version)
        return Asked(found, self._outside.programme.club_questions)
