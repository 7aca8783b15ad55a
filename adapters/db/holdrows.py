"""Holds as rows: points that an open receipt claims, ended once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from adapters.db.ledgertables import holds
from adapters.db.prepared import Prepared
from core.ledger.model import Hold, HoldId, HoldState, OperationId
from core.shared.values import CustomerId

_OPEN_HOLDS = Prepared(
    select(holds).where(holds.c.customer == bindparam("p_customer"), holds.c.state == "open").order_by(holds.c.until)
)
_CLOSE_HOLD = Prepared(
    update(holds).where(holds.c.id == bindparam("p_hold"), holds.c.state == "open").values(state=bindparam("p_state"))
)
_HOLD = Prepared(select(holds).where(holds.c.id == bindparam("p_hold")))
_NEW_HOLD = Prepared(holds.insert())


class HoldRows:
    """The holds' part of `core.ledger.ports.Ledger`."""

    _connection: Connection

    def hold(self, hold: HoldId) -> Hold | None:
        """By id."""
        row = _HOLD.one(self._connection, {"p_hold": hold})
        return None if row is None else _hold_of_row(row)

    def holds(self, customer: CustomerId) -> Sequence[Hold]:
        """The open ones, soonest end first."""
        rows = _OPEN_HOLDS.all(self._connection, {"p_customer": customer})
        return [_hold_of_row(row) for row in rows]

    def add_hold(self, hold: Hold) -> None:
        """Open."""
        _NEW_HOLD.run(
            self._connection,
            {
                "id": hold.id,
                "operation": hold.operation,
                "customer": hold.customer,
                "points": hold.points,
                "until": hold.until,
                "source": hold.source,
                "state": hold.state.value,
            },
        )

    def close_hold(self, hold: HoldId, state: HoldState) -> bool:
        """One conditional update decides who ends it."""
        return _CLOSE_HOLD.run(self._connection, {"p_hold": hold, "p_state": state.value}) == 1


def _hold_of_row(row: Row[Any]) -> Hold:
    customer = CustomerId(row.customer)
    return Hold(
        HoldId(row.id), OperationId(row.operation), customer, row.points, row.until, row.source, HoldState(row.state)
    )
