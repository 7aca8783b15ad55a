"""Reads about imports."""

from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.importrows import import_of_row
from adapters.db.slices import slice_of
from adapters.db.tables import import_changes, imports
from core.imports.model import Import, ImportState
from core.shared.listing import Asked, Slice

_of, _change = imports.c, import_changes.c
_CHUNK = 2_000


class ImportReads:
    """Lists and single imports."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def rows(self, asked: Asked) -> Slice[Import]:
        """The newest first."""
        chosen = select(imports)
        for name, column in (("kind", _of.kind), ("state", _of.state), ("by", _of.by)):
            if name in asked.filters:
                chosen = chosen.where(column == asked.filters[name])
        sortable = {"at": _of.at, "name": _of.name, "kind": _of.kind, "by": _of.by, "good": _of.good,
                    "rejected": _of.rejected}  # fmt: skip
        async with self._engine.connect() as connection:
            return await slice_of(
                connection, chosen, asked, sortable=sortable, order=(_of.at.desc(), _of.id), made=import_of_row
            )

    async def get(self, id: str) -> Import | None:
        """By id."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(imports).where(_of.id == id))).one_or_none()
        return None if row is None else import_of_row(row)

    async def same(self, one: Import) -> Import | None:
        """Another one of the same bytes, in the house."""
        done = (_of.digest == one.digest, _of.state == ImportState.DONE.value, _of.id != one.id)
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(imports).where(*done).order_by(_of.at.desc()).limit(1))
            row = rows.one_or_none()
        return None if row is None else import_of_row(row)

    async def codes(self, id: str) -> AsyncIterator[tuple[str, str]]:
        """In the order of their making."""
        after = 0
        async with self._engine.connect() as connection:
            while True:
                chosen = select(import_changes).where(_change["import"] == id, _change.id > after)
                rows = (await connection.execute(chosen.order_by(_change.id).limit(_CHUNK))).all()
                if not rows:
                    return
                for row in rows:
                    yield row.key, (row.after or {}).get("offer", "")
                after = rows[-1].id
