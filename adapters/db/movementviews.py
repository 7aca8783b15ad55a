"""Reads for the console's pages about a customer's points and purchases, under every id that the person had."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.db.ledgertables import entries, members, operations
from adapters.db.saletables import returns, sale_lines, sales
from adapters.db.slices import slice_of
from adapters.db.tables import stores
from core.sales.customerviews import Bought, Movement, ReceiptRow
from core.shared.listing import Asked, Slice
from core.shared.values import CustomerId

_returned = sales.alias("returned_sale")
_op = operations.c


class MovementReads:
    """The points' and purchases' part of `adapters.console.customerports.CustomerViews`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def movements(self, people: Sequence[CustomerId], asked: Asked) -> Slice[Movement]:
        """By the customer's own numbering; then the entries of the page's operations."""
        mine = select(members.c.operation).where(members.c.customer.in_(people)).distinct()
        chosen = (
            select(
                _op.id, _op.kind, _op.at, _op.actor, _op.reason,
                func.coalesce(sales.c.receipt, _returned.c.receipt, "").label("receipt"),
                func.coalesce(stores.c.name, sales.c.store, _returned.c.store, "").label("store"),
            )
            .outerjoin(sales, sales.c.operation == _op.id)
            .outerjoin(returns, returns.c.operation == _op.id)
            .outerjoin(_returned, _returned.c.id == returns.c.sale)
            .outerjoin(stores, stores.c.id == func.coalesce(sales.c.store, _returned.c.store))
            .where(_op.id.in_(mine))
        )  # fmt: skip
        if "kind" in asked.filters:
            chosen = chosen.where(_op.kind == asked.filters["kind"])
        async with self._engine.connect() as connection:
            found = await slice_of(
                connection, chosen, asked, sortable={"at": _op.at, "kind": _op.kind},
                order=(_op.at.desc(), _op.id.desc()), made=lambda row: row,
            )  # fmt: skip
            ids = [row.id for row in found.rows]
            changes, left = await _changes(connection, people, ids), await _left(connection, people, ids)
        return Slice([_movement(row, changes[row.id], left.get(row.id, 0)) for row in found.rows], found.total)

    async def receipts(self, people: Sequence[CustomerId], asked: Asked) -> Slice[ReceiptRow]:
        """By the index of a customer's sales; then the lines of the page's receipts."""
        of = sales.c
        chosen = (
            select(of.id, of.sold_at, of.receipt, of.total, of.points_spent, of.earned, of.returned,
                   func.coalesce(stores.c.name, of.store).label("store"))
            .outerjoin(stores, stores.c.id == of.store)
            .where(of.customer.in_(people))
        )  # fmt: skip
        if "receipt" in asked.filters:
            chosen = chosen.where(of.receipt == asked.filters["receipt"])
        async with self._engine.connect() as connection:
            found = await slice_of(
                connection, chosen, asked, sortable={"sold": of.sold_at, "total": of.total},
                order=(of.sold_at.desc(), of.id.desc()), made=lambda row: row,
            )  # fmt: skip
            line = sale_lines.c
            some = select(line.sale, line.sku, line.name, line.milli, line.total)
            ids = [row.id for row in found.rows]
            lines: dict[str, list[Bought]] = defaultdict(list)
            for row in await connection.execute(some.where(line.sale.in_(ids)).order_by(line.sale, line.line)):
                lines[row.sale].append(Bought(row.name or row.sku, row.milli, row.total))
        return Slice([_receipt(row, lines[row.id]) for row in found.rows], found.total)


async def _changes(
    connection: AsyncConnection, people: Sequence[CustomerId], operations_: Sequence[str]
) -> dict[str, dict[str, int]]:
    """What each operation did to these people's accounts together."""
    of = entries.c
    chosen = select(of.operation, of.account, func.sum(of.amount).label("amount"))
    rows = await connection.execute(
        chosen.where(of.operation.in_(operations_), of.customer.in_(people)).group_by(of.operation, of.account)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[row.operation][row.account] = int(row.amount)
    return found


async def _left(
    connection: AsyncConnection, people: Sequence[CustomerId], operations_: Sequence[str]
) -> dict[str, int]:
    """What was theirs after each operation; of several selves in one, the sum."""
    of = members.c
    left = func.sum(of.active + of.held - of.debt).label("left")
    chosen = select(of.operation, left).where(of.operation.in_(operations_), of.customer.in_(people))
    return {row.operation: int(row.left) for row in await connection.execute(chosen.group_by(of.operation))}


def _movement(row: Row[Any], change: dict[str, int], left: int) -> Movement:
    active, pending, held = (change.get(name, 0) for name in ("active", "pending", "held"))
    return Movement(
        row.id, row.kind, row.at, active, pending, held, left, row.actor, row.reason, row.store, row.receipt
    )


def _receipt(row: Row[Any], lines: Sequence[Bought]) -> ReceiptRow:
    return ReceiptRow(
        row.id, row.sold_at, row.store, row.receipt, row.total, row.points_spent, row.earned, row.returned, lines
    )
