"""A page of a list out of a statement: sorted by an allowed column, counted, cut."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.shared.listing import Asked, Slice

R = TypeVar("R")


async def slice_of(
    connection: AsyncConnection,
    chosen: Select[Any],
    asked: Asked,
    *,
    sortable: Mapping[str, ColumnElement[Any]],
    order: tuple[ColumnElement[Any], ...],
    made: Callable[[Row[Any]], R],
) -> Slice[R]:
    """The page that is asked for. `order` is the list's own and settles ties; a column that is not sortable is passed
    over. `chosen` is already narrowed by the filters.
    """
    total = int(
        (await connection.execute(select(func.count()).select_from(chosen.order_by(None).subquery()))).scalar_one()
    )
    by = sortable.get(asked.sort)
    first = () if by is None else ((by.desc() if asked.down else by.asc()).nulls_last(),)
    rows = await connection.execute(chosen.order_by(*first, *order).offset(asked.skipped).limit(asked.size))
    return Slice([made(row) for row in rows], total)
