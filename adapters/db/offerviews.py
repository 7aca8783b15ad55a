"""Reads for the pages of offers: every current version with its counters, what conditions can name, examples."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.db.lanes import Lanes
from adapters.db.offerrows import ALL
from adapters.db.saletables import offer_people, offer_uses, offers, vouchers
from adapters.db.tables import products, stores
from core.offers.model import Offer
from core.offers.reading import offer_from
from core.offers.views import OfferPage, OfferRow, Wares
from core.sales.basket import Line
from core.sales.examples import Example, Exampled, example
from core.stores.views import StoreRow

_ROWS = (
    select(offers.c.id, offers.c.version, offers.c.body, offers.c.at, offer_uses.c.uses, offer_uses.c.spent)
    .outerjoin(offer_uses, (offer_uses.c.offer == offers.c.id) & (offer_uses.c.customer == ALL))
    .where(offers.c.current)
    .order_by(offers.c.id)
)
_MOST_WORDS = 500


class OfferReads:
    """Satisfies `adapters.console.offerports.OfferViews`. `lanes` only look."""

    def __init__(self, engine: AsyncEngine, lanes: Lanes) -> None:
        self._engine, self._lanes = engine, lanes
        self._read: dict[str, Offer] = {}

    async def offers(self) -> Sequence[OfferRow]:
        """Each version is read from its data once."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(_ROWS)).all()
        found = [self._row(row) for row in rows]
        self._read = {one.offer.id: one.offer for one in found}
        return found

    async def offer(self, offer: str) -> OfferPage | None:
        """The newest version, what became of the earlier ones, its people and vouchers."""
        if not offer.isprintable():
            return None
        async with self._engine.connect() as connection:
            row = (await connection.execute(_ROWS.where(offers.c.id == offer))).one_or_none()
            if row is None:
                return None
            of = select(offers.c.version, offers.c.at).where(offers.c.id == offer).order_by(offers.c.version.desc())
            versions = [(int(one.version), one.at) for one in await connection.execute(of)]
            people = select(func.count()).select_from(offer_people).where(offer_people.c.offer == offer)
            named = int((await connection.execute(people)).scalar_one())
            states = select(vouchers.c.state, func.count()).where(vouchers.c.offer == offer).group_by(vouchers.c.state)
            out = {state: int(count) for state, count in await connection.execute(states)}
        return OfferPage(self._row(row), versions, named, out)

    async def wares(self) -> Wares:
        """Words of the catalogue by name."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(stores).order_by(stores.c.city, stores.c.name))
            places = [StoreRow(row.id, row.name, row.city) for row in rows]
            return Wares(places, await _words(connection, "category"), await _words(connection, "brand"))

    async def sample(self) -> Sequence[Line]:
        """The first of each of three categories."""
        firsts = select(func.min(products.c.sku)).where(products.c.price > 0).group_by(products.c.category)
        chosen = select(products).where(products.c.sku.in_(firsts)).order_by(products.c.category).limit(3)
        async with self._engine.connect() as connection:
            return [
                Line(row.sku, 1000, row.price, row.name, row.category, row.brand)
                for row in await connection.execute(chosen)
            ]

    async def example(self, draft: Offer, of: Example) -> Exampled:
        """By the verb of the core."""
        return await self._lanes.do("example", lambda work: example(work, draft=draft, of=of))

    def _row(self, row: Any) -> OfferRow:
        known = self._read.get(row.id)
        offer = known if known is not None and known.version == row.version else offer_from(row.body, row.version)
        return OfferRow(offer, row.at, int(row.uses or 0), int(row.spent or 0))


async def _words(connection: AsyncConnection, column: str) -> Sequence[str]:
    word = products.c[column]
    chosen = select(word).where(word != "").distinct().order_by(word).limit(_MOST_WORDS)
    return list((await connection.execute(chosen)).scalars())
