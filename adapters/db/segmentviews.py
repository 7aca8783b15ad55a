"""Reads of segments: counted, listed and explained by the database, on connections that cannot write.

Who bought what is told by the lake and comes in with the question (`Scene.unlike`).
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, false, func, literal, not_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.db.formersql import FORMER, LIVES
from adapters.db.outside import Outside
from adapters.db.profiletables import customer_features
from adapters.db.reachsql import EVERYBODY, NOT_AGREED, reach
from adapters.db.segmentfacts import LIVING
from adapters.db.segmentsof import true_of
from adapters.db.segmentsql import Scene, condition, people
from adapters.db.segmenttotals import total
from adapters.db.segmentvalues import value_of, value_query
from adapters.db.standing import CHANNELS
from adapters.db.surveytables import questionnaires
from adapters.db.tables import addresses, card_numbers, cards, consents, counters, customers
from adapters.db.types import is_among
from adapters.db.weektables import CURRENT, plans
from core.customers.model import Purpose
from core.offers.weekly import monday_of
from core.segments.fields import Op
from core.segments.model import Bought, Every, FieldTest, Leaf, Node, leaves
from core.segments.views import Freshness, Member, Page, Reach, Reason, Size, Value, Why
from core.shared.listing import Asked
from core.shared.values import till_name
from core.surveys.data import questionnaire_from
from core.surveys.model import Questionnaire

CHUNK = 5_000
"""Phones or ids read at a time."""
AGREED = FieldTest("marketing", Op.YES)
PROFILED = FieldTest("profiling", Op.YES)
PROVEN = FieldTest("phone_proven", Op.YES)
ROOM: Mapping[str, Sequence[str]] = {
    "postgresql": (
        "set local work_mem = '192MB'",
        "set local enable_nestloop = off",
        "set local random_page_cost = 1.1",
    ),
    "sqlite": ("pragma temp_store = memory", "pragma cache_size = -65536"),
}
"""Questions about everybody: sets of a million ids are hashed in memory, and never looked through a million times
because a planner took them for small."""
_person = customers.c
_SORTS = {"joined": _person.created_at, "last": customer_features.c.last_day}
Unlike = Mapping[Bought, Collection[str]]


class SegmentReads:
    """People of a segment. A question that takes the database longer than five seconds is given up by it."""

    def __init__(self, engine: AsyncEngine, outside: Outside) -> None:
        self._engine, self._outside = engine, outside

    @property
    def today(self) -> date:
        """The programme's day."""
        return self._outside.clock().astimezone(self._outside.programme.timezone).date()

    async def count(self, tree: Node, unlike: Unlike) -> Reach:
        """One statement, one pass; those who can be written to are among the consented ones."""
        async with self._roomy() as connection:
            scene = await self._scene(connection, unlike)
            statement = union_all(reach(scene, tree), select(literal(EVERYBODY), LIVING))
            found: dict[int, int] = {row[0]: row[1] for row in await connection.execute(statement)}
            fresh = await self._freshness(connection)
        everybody = found.pop(EVERYBODY)
        consented = {bits: many for bits, many in found.items() if bits != NOT_AGREED}
        channels = {
            name: many for at, name in enumerate(CHANNELS)
            if (many := sum(count for bits, count in consented.items() if bits >> at & 1))
        }  # fmt: skip
        reachable = sum(consented.values()) - consented.get(0, 0)
        return Reach(everybody, sum(found.values()), sum(consented.values()), reachable, channels, fresh)

    async def size(self, tree: Node, unlike: Unlike) -> Size:
        """Nobody is looked up in another table where the customer table alone answers."""
        async with self._roomy() as connection:
            scene = await self._scene(connection, unlike)
            everybody, many = (await connection.execute(select(LIVING, total(scene, tree).scalar_subquery()))).one()
        return Size(everybody, many)

    async def members(self, tree: Node, unlike: Unlike, asked: Asked, after: str | None = None) -> Page:
        """As the list asks for them; with `after` the next ones by id, which costs the last of a million no more than
        the first."""
        async with self._roomy() as connection:
            scene = await self._scene(connection, unlike)
            chosen = _narrowed(people(scene, tree), scene, asked)
            in_all = None
            if after is None:
                counted = select(func.count()).select_from(chosen.subquery()) if asked.filters else total(scene, tree)
                in_all = int((await connection.execute(counted)).scalar_one())
                chosen = _in_order(chosen, asked).offset(asked.skipped)
            else:
                chosen = chosen.where(_person.id > after).order_by(_person.id)
            found = (await connection.execute(chosen.limit(asked.size + 1))).scalars().all()
        shown = found[: asked.size]
        return Page(await self.told(shown), shown[-1] if len(found) > asked.size else None, in_all)

    async def everybody(self, tree: Node, unlike: Unlike, asked: Asked) -> AsyncIterator[Sequence[str]]:
        """The ids of all of the list, in its order and as of one moment, chunk by chunk."""
        async with self._roomy() as connection:
            scene = await self._scene(connection, unlike)
            rows = await connection.stream(_in_order(_narrowed(people(scene, tree), scene, asked), asked))
            async for some in rows.scalars().partitions(CHUNK):
                yield some

    async def told(self, people: Sequence[str]) -> Sequence[Member]:
        """What a list says of each of them, in this order, without those who are gone by now."""
        async with self._engine.connect() as connection:
            return await _told(connection, people)

    async def whose(self, numbers: Sequence[str], phone: str | None) -> str | None:
        """The customer of a card's number or of a phone, or with this id; the living self of somebody merged away."""
        named = select(cards.c.customer).join(card_numbers, card_numbers.c.card == cards.c.id)
        chosen = union_all(
            select(_person.id).where(_person.id.in_(numbers)),
            named.where(card_numbers.c.number.in_(numbers), cards.c.customer.is_not(None)),
            select(_person.id).where(_person.phone == phone) if phone else select(_person.id).where(false()),
        )
        async with self._engine.connect() as connection:
            who = (await connection.execute(chosen)).scalars().first()
            while who is not None:
                into = (await connection.execute(select(_person.merged_into).where(_person.id == who))).scalar()
                if into is None:
                    break
                who = into
        return who

    async def why(self, tree: Node, unlike: Unlike, amounts: Mapping[Bought, int], customer: str) -> Why | None:
        """Each test of the tree, asked of one person; None: nobody has that id."""
        tests = list(dict.fromkeys(leaves(tree)))
        async with self._roomy() as connection:
            scene = await self._scene(connection, unlike)
            row = (await connection.execute(select(customers).where(_person.id == customer))).one_or_none()
            if row is None:
                return None
            asked = [
                select(literal(at)).where(exists(people(scene, one).where(_person.id == customer)))
                for at, one in enumerate((tree, *tests))
            ]
            true = set((await connection.execute(union_all(*asked))).scalars())
            reasons = [
                Reason(leaf, at in true, await self._value(connection, scene, leaf, customer, at in true, amounts))
                for at, leaf in enumerate(tests, 1)
            ]
            fresh = await self._freshness(connection)
        living = row.merged_into is None and row.forgotten_at is None
        return Why(customer, till_name(row.name), living, 0 in true, reasons, fresh)

    async def of_one(self, trees: Mapping[str, Node], unlike: Unlike, selves: Sequence[str]) -> Set[str]:
        """The keys of the trees that are true of one person: the first of `selves`, who are all that they were."""
        async with self._engine.connect() as connection:
            return await true_of(connection, await self._scene(connection, unlike), trees, selves)

    async def _value(
        self, connection: AsyncConnection, scene: Scene, leaf: Leaf, customer: str, holds: bool,
        amounts: Mapping[Bought, int],
    ) -> Value:  # fmt: skip
        if isinstance(leaf, Bought):
            return amounts[leaf]
        query = value_query(scene, leaf, customer)
        return holds if query is None else value_of(scene, leaf, (await connection.execute(query)).scalars().all())

    async def phones(self, tree: Node, unlike: Unlike, kept_out: Callable[[str], bool]) -> AsyncIterator[Sequence[str]]:
        """Proven phones, E.164, of those who agreed to marketing and did not forbid profiling, chunk by chunk.

        Without customers who are `kept_out` by their id, or by that of somebody who was merged into them.
        """
        async with self._roomy() as connection:
            scene = await self._scene(connection, unlike)
            former = await connection.execute(select(FORMER.c.id, FORMER.c.who))
            stuck = {row.who for row in former if kept_out(row.id)}
            chosen = people(scene, Every((tree, AGREED, PROFILED, PROVEN))).add_columns(_person.phone)
            rows = await connection.stream(chosen.where(_person.phone.is_not(None)))
            async for some in rows.partitions(CHUNK):
                yield [row.phone for row in some if row.id not in stuck and not kept_out(row.id)]

    @asynccontextmanager
    async def _roomy(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            for said in ROOM[connection.dialect.name]:
                await connection.exec_driver_sql(said)
            yield connection

    async def _scene(self, connection: AsyncConnection, unlike: Unlike) -> Scene:
        rules, zone = self._outside.programme, self._outside.programme.timezone
        newest = select(questionnaires).order_by(questionnaires.c.version.desc()).limit(1)
        row = (await connection.execute(newest)).one_or_none()
        asked: Questionnaire = (
            self._outside.questionnaire if row is None else questionnaire_from(row.data, version=row.version)
        )
        return Scene(
            self.today,
            lambda day: datetime(day.year, day.month, day.day, tzinfo=zone),
            asked, rules.gate_questions, connection.dialect.name, unlike, rules.club_questions,
        )  # fmt: skip

    async def _freshness(self, connection: AsyncConnection) -> Freshness:
        """The customer table is of the day before its week, or before the day on which a later plan was made."""
        mark = (await connection.execute(select(counters.c.value).where(counters.c.name == "lake"))).scalar()
        has = (await connection.execute(select(customer_features.c.week).limit(1))).scalar()
        made = select(func.max(plans.c.made_at)).where(plans.c.week == has, plans.c.state == CURRENT)
        at: datetime | None = (await connection.execute(made)).scalar() if has else None
        day: date | None = None
        if has and at is not None:
            day = min(monday_of(has), at.astimezone(self._outside.programme.timezone).date()) - timedelta(days=1)
        bought = None if mark is None else datetime.fromtimestamp(mark / 1_000_000, UTC)
        return Freshness(self._outside.clock(), bought, day)


def _narrowed(chosen: Select[Any], scene: Scene, asked: Asked) -> Select[Any]:
    """By the filters of the list."""
    wanted, of = asked.filters, addresses.c
    if channel := wanted.get("channel"):
        chosen = chosen.where(_person.id.in_(select(of.customer).where(of.channel == channel, of.subscribed.is_(True))))
    if language := wanted.get("language"):
        chosen = chosen.where(_person.language == language)
    if agreed := wanted.get("agreed"):
        holds = condition(scene, AGREED)
        chosen = chosen.where(holds if agreed == "yes" else not_(holds))
    return chosen


def _in_order(chosen: Select[Any], asked: Asked) -> Select[Any]:
    """As it is sorted; of equals, and where nothing is asked, by id."""
    by = _SORTS.get(asked.sort)
    first = () if by is None else ((by.desc() if asked.down else by.asc()).nulls_last(),)
    return chosen.order_by(*first, _person.id)


async def _told(connection: AsyncConnection, who: Sequence[str]) -> list[Member]:
    """One table after the other is asked by their ids: a condition of everybody would be made for everybody."""
    dialect, of, said = connection.dialect.name, addresses.c, consents.c
    channels: dict[str, set[str]] = {}
    written = select(of.customer, of.channel).where(is_among(of.customer, who, dialect), of.subscribed.is_(True))
    for row in await connection.execute(written):
        channels.setdefault(row.customer, set()).add(row.channel)
    words = select(said.customer, said.given).where(
        is_among(said.customer, who, dialect), said.purpose == Purpose.MARKETING.value
    )
    agreed = {row.customer: row.given for row in await connection.execute(words.order_by(said.at, said.id))}
    chosen = (
        select(_person.id, _person.name, _person.phone, _person.language, _person.created_at)
        .add_columns(customer_features.c.last_day)
        .select_from(customers.outerjoin(customer_features, customer_features.c.owner == _person.id))
        .where(is_among(_person.id, who, dialect), *LIVES)
    )
    rows = {row.id: row for row in await connection.execute(chosen)}
    return [
        Member(
            row.id, till_name(row.name), (row.phone or "")[-4:], row.language, sorted(channels.get(row.id, ())),
            agreed.get(row.id, Purpose.MARKETING.unless_withdrawn), row.created_at, row.last_day,
        )
        for row in (rows[one] for one in who if one in rows)
    ]  # fmt: skip
