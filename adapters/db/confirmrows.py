"""Questions to customers at the till, as rows: decided once, used once."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from adapters.db.outside import Outside
from adapters.db.saletables import confirmations, quiet_customers
from adapters.db.sql import put
from core.sales.model import Confirmation, ConfirmationId, ConfirmationState, SaleId
from core.shared.values import CustomerId

_GET = select(confirmations).where(confirmations.c.id == bindparam("p_id"))
_DECIDE = (
    update(confirmations)
    .where(confirmations.c.id == bindparam("p_id"), confirmations.c.state == "waiting")
    .values(state=bindparam("p_state"), decided_at=bindparam("p_at"))
)
_USE = (
    update(confirmations)
    .where(confirmations.c.id == bindparam("p_id"), confirmations.c.sale.is_(None))
    .values(sale=bindparam("p_sale"))
)


_QUIET = select(quiet_customers.c.customer).where(quiet_customers.c.customer == bindparam("p_customer"))


class ConfirmationRows:
    """The confirmations' part of `core.sales.ports.Sales`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside, self._locks = connection, outside, outside.locks

    def add_confirmation(self, asked: Confirmation) -> None:
        """It waits."""
        row = {
            "id": asked.id,
            "customer": asked.customer,
            "source": asked.source,
            "points": asked.points,
            "asked_at": asked.asked_at,
            "expires_at": asked.expires_at,
            "state": asked.state.value,
        }
        self._connection.execute(insert(confirmations), row)

    def confirmation(self, asked: ConfirmationId, *, lock: bool = False) -> Confirmation | None:
        """By id."""
        chosen = _GET.with_for_update() if lock and self._locks else _GET
        row = self._connection.execute(chosen, {"p_id": asked}).one_or_none()
        return None if row is None else _of_row(row)

    def decide(self, asked: ConfirmationId, state: ConfirmationState, at: datetime) -> bool:
        """The first tap counts."""
        return self._connection.execute(_DECIDE, {"p_id": asked, "p_state": state.value, "p_at": at}).rowcount == 1

    def spend_confirmation(self, asked: ConfirmationId, sale: SaleId) -> bool:
        """One sale."""
        return self._connection.execute(_USE, {"p_id": asked, "p_sale": sale}).rowcount == 1


class QuietRows:
    """Satisfies `bot.ports.Quiet`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def asked(self, customer: CustomerId) -> bool:
        """True when they asked for quiet."""
        return self._connection.execute(_QUIET, {"p_customer": customer}).first() is not None

    def ask(self, customer: CustomerId, *, quiet: bool) -> None:
        """From now on."""
        if quiet:
            put(self._connection, quiet_customers, [{"customer": customer}])
        else:
            self._connection.execute(delete(quiet_customers).where(quiet_customers.c.customer == customer))


def _of_row(row: Row[Any]) -> Confirmation:
    return Confirmation(
        ConfirmationId(row.id),
        CustomerId(row.customer),
        row.source,
        row.points,
        row.asked_at,
        row.expires_at,
        ConfirmationState(row.state),
        row.decided_at,
        SaleId(row.sale) if row.sale else None,
    )
