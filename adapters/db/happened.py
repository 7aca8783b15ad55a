"""What happened to a customer's points, as they see it."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, func, select

from adapters.db.ledgertables import entries, operations
from adapters.db.saletables import sales
from core.ledger.model import Kind
from core.ledger.ports import Happened
from core.shared.values import CustomerId

_RETURNED = sales.alias("sold")
_CHANGED = (
    select(entries.c.operation, func.sum(entries.c.amount).label("change"))
    .where(entries.c.customer.in_(bindparam("p_people", expanding=True)))
    .group_by(entries.c.operation)
    .having(func.sum(entries.c.amount) != 0)
    .subquery()
)
_HAPPENED = (
    select(
        operations.c.kind,
        operations.c.at,
        _CHANGED.c.change,
        sales.c.id.label("sale"),
        func.coalesce(sales.c.store, _RETURNED.c.store).label("store"),
        sales.c.total,
    )
    .join(_CHANGED, _CHANGED.c.operation == operations.c.id)
    .outerjoin(sales, sales.c.operation == operations.c.id)
    .outerjoin(_RETURNED, _RETURNED.c.operation == operations.c.corrects)
    .order_by(operations.c.at.desc(), operations.c.id.desc())
    .limit(bindparam("p_limit"))
)


class HappenedRows:
    """The history's part of `core.ledger.ports.Ledger`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def happened(self, people: Collection[CustomerId], limit: int) -> Sequence[Happened]:
        """By the customers' own numbering, with the receipt that each belongs to."""
        rows = self._connection.execute(_HAPPENED, {"p_people": list(people), "p_limit": limit})
        return [
            Happened(Kind(row.kind), row.at, int(row.change), row.sale, row.store or "", row.total or 0) for row in rows
        ]
