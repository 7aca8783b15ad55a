"""Points as rows: every statement is built once, here, and the purse is locked before anything is decided."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.db.happened import HappenedRows
from adapters.db.holdrows import HoldRows
from adapters.db.ledgertables import entries, holds, lots, members, operations, purses
from adapters.db.prepared import Prepared, Step, together
from core.ledger.model import Account, Entry, Kind, Lot, LotId, Operation, OperationId, Purse
from core.shared.values import CustomerId

_NEW_PURSE = Prepared(
    {
        "sqlite": sqlite.insert(purses).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(purses).on_conflict_do_nothing(),
    }
)
_OF_PURSE = select(purses).where(purses.c.customer == bindparam("p_customer"))
_PURSE, _LOCKED_PURSE = Prepared(_OF_PURSE), Prepared(_OF_PURSE.with_for_update())
_CHANGE = Prepared(
    update(purses)
    .where(purses.c.customer == bindparam("p_customer"))
    .values(
        active=purses.c.active + bindparam("p_active"),
        pending=purses.c.pending + bindparam("p_pending"),
        held=purses.c.held + bindparam("p_held"),
        debt=purses.c.debt + bindparam("p_debt"),
        number=purses.c.number + 1,
        due_at=case(
            (or_(purses.c.due_at.is_(None), purses.c.due_at > bindparam("p_due", type_=purses.c.due_at.type)),
             func.coalesce(bindparam("p_due", type_=purses.c.due_at.type), purses.c.due_at)),
            else_=purses.c.due_at,
        ),
    )
    .returning(purses)
)  # fmt: skip
_DUE = Prepared(update(purses).where(purses.c.customer == bindparam("p_customer")).values(due_at=bindparam("p_due")))
_LIVING_LOTS = Prepared(
    select(lots)
    .where(lots.c.customer == bindparam("p_customer"), lots.c.pending + lots.c.active + lots.c.held > 0)
    .order_by(lots.c.expires_at.is_(None), lots.c.expires_at, lots.c.number)
)
_LOTS_OF = Prepared(
    select(lots)
    .where(
        or_(
            lots.c.operation == bindparam("p_operation"),
            lots.c.id.in_(select(entries.c.lot).where(entries.c.operation == bindparam("p_operation"))),
        )
    )
    .order_by(lots.c.number)
)
_CHANGE_LOT = Prepared(
    update(lots)
    .where(lots.c.id == bindparam("p_lot"))
    .values(
        pending=lots.c.pending + bindparam("p_pending"),
        active=lots.c.active + bindparam("p_active"),
        held=lots.c.held + bindparam("p_held"),
    )
)
_ENTRIES = Prepared(select(entries).where(entries.c.operation == bindparam("p_operation")).order_by(entries.c.id))
_OPERATION_OF = Prepared(
    select(operations.c.id).where(operations.c.source == bindparam("p_source"), operations.c.key == bindparam("p_key"))
)
_ADJUSTED = Prepared(
    select(func.coalesce(func.sum(func.abs(entries.c.amount)), 0))
    .join(operations, operations.c.id == entries.c.operation)
    .where(
        operations.c.source == bindparam("p_source"),
        operations.c.at >= bindparam("p_since"),
        entries.c.account == Account.ADJUSTED.value,
    )
)
_EXPIRED_POINTS = Prepared(
    select(func.coalesce(func.sum(entries.c.amount), 0)).where(
        entries.c.customer == bindparam("p_customer"),
        entries.c.operation.in_(
            select(operations.c.id).where(
                or_(operations.c.kind == Kind.EXPIRE.value, operations.c.kind == Kind.REINSTATE.value)
            )
        ),
    )
)
_NEW_OPERATION, _NEW_MEMBER = Prepared(operations.insert()), Prepared(members.insert())
_TOLD = ("customer", "number", "active", "pending", "held", "debt")
_NEW_LOT, _NEW_ENTRY = Prepared(lots.insert()), Prepared(entries.insert())
_ACCOUNTS = (Account.ACTIVE, Account.PENDING, Account.HELD)


class LedgerRows(HappenedRows, HoldRows):
    """Satisfies `core.ledger.ports.Ledger`. `locks=False` is for the test that must then see money go wrong."""

    def __init__(self, connection: Connection, *, locks: bool = True) -> None:
        super().__init__(connection)
        self._purse = _LOCKED_PURSE if locks else _PURSE

    def lock(self, customers: Collection[CustomerId]) -> Mapping[CustomerId, Purse]:
        """Rows are made where there are none: what is not there cannot be locked."""
        found = {}
        for customer in sorted(customers):
            row = self._purse.one(self._connection, {"p_customer": customer})
            if row is None:
                _NEW_PURSE.run(self._connection, {"customer": customer})
                row = self._purse.one(self._connection, {"p_customer": customer})
            found[customer] = purse_of_row(row)
        return found

    def purse(self, customer: CustomerId) -> Purse:
        """As it stands."""
        row = _PURSE.one(self._connection, {"p_customer": customer})
        return Purse(customer) if row is None else purse_of_row(row)

    def lots(self, customer: CustomerId) -> Sequence[Lot]:
        """In spending order, by the index of living lots."""
        return [lot_of_row(row) for row in _LIVING_LOTS.all(self._connection, {"p_customer": customer})]

    def lots_of(self, operation: OperationId) -> Sequence[Lot]:
        """By the operation and by its entries."""
        return [lot_of_row(row) for row in _LOTS_OF.all(self._connection, {"p_operation": operation})]

    def entries(self, operation: OperationId) -> Sequence[Entry]:
        """As posted."""
        rows = _ENTRIES.all(self._connection, {"p_operation": operation})
        return [entry_of_row(row) for row in rows]

    def expired_points(self, customer: CustomerId) -> int:
        """What expired less what was reinstated."""
        return -int(_EXPIRED_POINTS.value(self._connection, {"p_customer": customer}))

    def operation_of(self, source: str, key: str) -> OperationId | None:
        """By its unique pair."""
        found = _OPERATION_OF.value(self._connection, {"p_source": source, "p_key": key})
        return None if found is None else OperationId(found)

    def adjusted_by(self, source: str, since: datetime) -> int:
        """By the source's own keys."""
        return int(_ADJUSTED.value(self._connection, {"p_source": source, "p_since": since}))

    def post(
        self, operation: Operation, posted: Sequence[Entry], *, new: Sequence[Lot] = (), due: datetime | None = None
    ) -> Mapping[CustomerId, Purse]:
        """Purses and lots change by what the entries say, never to a number somebody has computed."""
        connection = self._connection
        by_lot, by_customer = _sums(posted)
        steps: list[Step] = [(_NEW_OPERATION, _row_of_operation(operation))]
        steps += [(_NEW_LOT, _row_of_lot(lot, by_lot.pop(lot.id))) for lot in new]
        steps += [(_NEW_ENTRY, _row_of_entry(operation, one)) for one in posted]
        steps += [
            (_CHANGE_LOT, {"p_lot": lot, **change}) for lot, change in sorted(by_lot.items()) if any(change.values())
        ]
        after = {}
        for customer, change in sorted(by_customer.items()):
            (row,) = together(connection, [*steps, (_CHANGE, {"p_customer": customer, "p_due": due, **change})])
            after[customer] = purse_of_row(row)
            steps = [(_NEW_MEMBER, {"operation": operation.id, **{name: getattr(row, name) for name in _TOLD}})]
        together(connection, steps)
        return after

    def due(self, customer: CustomerId, at: datetime | None) -> None:
        """Exactly, after everything due was done."""
        _DUE.run(self._connection, {"p_customer": customer, "p_due": at})

    def own(self, owned: Collection[LotId], customer: CustomerId) -> None:
        """The holds of the former owner follow the lots."""
        connection = self._connection
        if not owned:
            return
        before = select(lots.c.customer).where(lots.c.id.in_(owned))
        former = set(connection.execute(before).scalars()) - {customer}
        connection.execute(update(lots).where(lots.c.id.in_(owned)).values(customer=customer))
        still = and_(holds.c.customer.in_(former), holds.c.state == "open")
        connection.execute(update(holds).where(still).values(customer=customer))


def purse_of_row(row: Row[Any]) -> Purse:
    """A row of `purses` as the core knows it."""
    return Purse(CustomerId(row.customer), row.active, row.pending, row.held, row.debt, row.number, row.due_at)


def lot_of_row(row: Row[Any]) -> Lot:
    """A row of `lots` as the core knows it."""
    return Lot(
        LotId(row.id),
        CustomerId(row.customer),
        OperationId(row.operation),
        Kind(row.source),
        row.earned,
        row.issued_at,
        row.activates_at,
        row.expires_at,
        row.pending,
        row.active,
        row.held,
        row.number,
    )


def entry_of_row(row: Row[Any]) -> Entry:
    """A row of `entries` as the core knows it."""
    lot = None if row.lot is None else LotId(row.lot)
    return Entry(Account(row.account), row.amount, None if row.customer is None else CustomerId(row.customer), lot)


def _sums(posted: Sequence[Entry]) -> tuple[dict[LotId, dict[str, int]], dict[CustomerId, dict[str, int]]]:
    """What changes in each lot and purse. An active entry without a lot is a debt: minus makes it, plus repays it."""
    by_lot: dict[LotId, dict[str, int]] = defaultdict(lambda: {f"p_{account}": 0 for account in _ACCOUNTS})
    by_customer: dict[CustomerId, dict[str, int]] = defaultdict(
        lambda: {**{f"p_{account}": 0 for account in _ACCOUNTS}, "p_debt": 0}
    )
    for one in posted:
        if one.customer is None:
            continue
        purse = by_customer[one.customer]
        if one.lot is None:
            purse["p_debt"] -= one.amount
        else:
            purse[f"p_{one.account}"] += one.amount
            by_lot[one.lot][f"p_{one.account}"] += one.amount
    return dict(by_lot), dict(by_customer)


def _row_of_entry(operation: Operation, entry: Entry) -> dict[str, Any]:
    return {
        "operation": operation.id, "account": entry.account.value, "customer": entry.customer, "lot": entry.lot,
        "amount": entry.amount,
    }  # fmt: skip


def _row_of_operation(operation: Operation) -> dict[str, Any]:
    return {
        "id": operation.id,
        "kind": operation.kind.value,
        "source": operation.source,
        "key": operation.key,
        "at": operation.at,
        "business_at": operation.business_at,
        "actor": operation.actor,
        "reason": operation.reason,
        "corrects": operation.corrects,
    }


def _row_of_lot(lot: Lot, change: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": lot.id,
        "customer": lot.customer,
        "operation": lot.operation,
        "source": lot.source.value,
        "earned": lot.earned,
        "issued_at": lot.issued_at,
        "activates_at": lot.activates_at,
        "expires_at": lot.expires_at,
        "pending": change["p_pending"],
        "active": change["p_active"],
        "held": change["p_held"],
    }
