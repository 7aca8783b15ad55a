"""Reads about stores and tills."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.slices import slice_of
from adapters.db.tables import stores, till_misses, till_sightings, tills
from core.shared.listing import Asked, Slice
from core.stores.views import StoreRow, TillRow

_DAY = timedelta(days=1)
_LIVING = (
    select(func.count()).select_from(tills).where(tills.c.store == stores.c.id, tills.c.revoked_at.is_(None))
).scalar_subquery()
_STORES = select(stores, _LIVING.label("tills"))


class ShopReads:
    """Satisfies `adapters.console.shopports.ShopViews`."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    async def tills_of(self, asked: Asked) -> Slice[TillRow]:
        """With their misses of the last day."""
        chosen = self._tills()
        if "name" in asked.filters:
            chosen = chosen.where(_holds(tills.c.name, asked.filters["name"]))
        if "store" in asked.filters:
            chosen = chosen.where(tills.c.store == asked.filters["store"])
        if "state" in asked.filters:
            living = tills.c.revoked_at.is_(None)
            chosen = chosen.where(living if asked.filters["state"] == "living" else ~living)
        named = chosen.selected_columns
        sortable = {"name": tills.c.name, "store": stores.c.name, "seen": till_sightings.c.seen_at,
                    "misses": named["misses"]}  # fmt: skip
        order = (tills.c.revoked_at.is_not(None), stores.c.name, tills.c.name, tills.c.id)
        async with self._engine.connect() as connection:
            return await slice_of(connection, chosen, asked, sortable=sortable, order=order, made=_till)

    async def till(self, till: str) -> TillRow | None:
        """By id."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(self._tills().where(tills.c.id == till))).one_or_none()
        return None if row is None else _till(row)

    async def stores_of(self, asked: Asked) -> Slice[StoreRow]:
        """Names by what they hold."""
        chosen = _STORES
        for name, column in (("name", stores.c.name), ("city", stores.c.city), ("group", stores.c.store_group)):
            if name in asked.filters:
                chosen = chosen.where(_holds(column, asked.filters[name]))
        of = stores.c
        sortable = {"name": of.name, "id": of.id, "city": of.city, "group": of.store_group}
        async with self._engine.connect() as connection:
            return await slice_of(
                connection, chosen, asked, sortable=sortable, order=(of.city, of.name, of.id), made=_store
            )

    async def store(self, store: str) -> StoreRow | None:
        """By id."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_STORES.where(stores.c.id == store))).one_or_none()
        return None if row is None else _store(row)

    async def choice(self) -> Sequence[StoreRow]:
        """All of them: shops are hundreds at most."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(_STORES.order_by(stores.c.city, stores.c.name, stores.c.id))
            return [_store(row) for row in rows]

    def _tills(self) -> Select[Any]:
        lately = and_(till_misses.c.till == tills.c.id, till_misses.c.at > self._clock() - _DAY)
        misses = select(func.count()).select_from(till_misses).where(lately).scalar_subquery()
        seen = (till_sightings.c.seen_at, till_sightings.c.next_seen_at)
        return (
            select(tills, stores.c.name.label("store_name"), *seen, misses.label("misses"))
            .join(stores, stores.c.id == tills.c.store)
            .join(till_sightings, till_sightings.c.till == tills.c.id, isouter=True)
        )


def _holds(column: Column[Any], typed: str) -> ColumnElement[bool]:
    """As typed, and as a name begins: SQLite folds the case of Latin letters alone."""
    return or_(
        column.contains(typed, autoescape=True),
        column.contains(typed[:1].upper() + typed[1:], autoescape=True),
        func.lower(column).contains(typed.lower(), autoescape=True),
    )


def _till(row: Row[Any]) -> TillRow:
    return TillRow(
        row.id, row.name, row.store, row.store_name, row.created_at, row.revoked_at is not None, row.seen_at,
        row.misses, row.next_hash is not None,
        row.next_seen_at if row.next_at is not None and row.next_seen_at and row.next_seen_at >= row.next_at else None,
    )  # fmt: skip


def _store(row: Row[Any]) -> StoreRow:
    return StoreRow(
        row.id, row.name, row.city, row.street, row.store_group, row.hours, row.lat, row.lon, row.tills
    )  # fmt: skip
