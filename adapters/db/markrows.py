"""What platforms say of messages after they were sent: delivered, seen; each is counted once for a person and run."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from adapters.db.campaigncounts import Tally
from adapters.db.campaigntables import campaign_people
from adapters.db.prepared import Prepared
from adapters.db.sql import belongs, to
from adapters.db.tables import addresses, customers
from core.campaigns.model import Outcome
from core.shared.values import Address

_row, _person = campaign_people.c, customers.c
_WHOSE = Prepared(select(addresses.c.customer).where(belongs(addresses)))
_SELVES = Prepared(
    select(_person.id).where(or_(_person.id == bindparam("p_id"), _person.merged_into == bindparam("p_id")))
)
_KEY = (_row.run == bindparam("p_run"), _row.serial == bindparam("p_serial"))


class MarkRows:
    """Satisfies `core.campaigns.sending.Marks`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def receipt(self, address: Address, message: str, *, seen: bool, at: datetime) -> bool:
        """By the person and the message's token: what is seen has been delivered."""
        found = self.rows(address, _row.message == message)
        for row in found:
            self._mark(row, self._news(row, seen, at))
        return bool(found)

    def unknown(self, address: Address, *, since: datetime, until: datetime) -> Sequence[Any]:
        """The person's messages by the channel, settled between, that may have come or not."""
        return self.rows(address, _row.outcome == Outcome.UNKNOWN.value, _row.at.between(since, until))

    def came(self, row: Any, message: str, *, seen: bool, at: datetime) -> None:
        """The row's message, until now of unknown fate, is this one of the platform's."""
        self._mark(row, self._news(row, seen, at), message)

    def rows(self, address: Address, *conditions: Any) -> Sequence[Any]:
        """Rows of the person, and of their former selves, by the address's channel; they are locked."""
        whose = _WHOSE.value(self._connection, to(address))
        if whose is None:
            return []
        selves = [row.id for row in _SELVES.all(self._connection, {"p_id": whose})]
        chosen = select(campaign_people).where(_row.customer.in_(selves), _row.channel == address.channel, *conditions)
        return self._connection.execute(chosen.order_by(_row.run, _row.serial).with_for_update()).all()

    def _news(self, row: Any, seen: bool, at: datetime) -> dict[str, datetime]:
        return {name: at for name in ("delivered_at", "seen_at")[: 1 + seen] if getattr(row, name) is None}

    def _mark(self, row: Any, marks: dict[str, datetime], message: str | None = None) -> None:
        """With the marks it is known that the message came."""
        if not marks:
            return
        tally, values = Tally(row.run), dict[str, Any](marks)
        if message is not None:
            values["message"] = message
        for name in marks:
            tally.mark(row.arm, row.channel or "", name.removesuffix("_at"))
        if row.outcome == Outcome.UNKNOWN.value:
            values |= {"outcome": Outcome.SENT.value, "reason": ""}
            tally.turn(row.arm, row.channel or "", (row.outcome, row.reason), (Outcome.SENT.value, ""))
        self._connection.execute(
            update(campaign_people).where(*_KEY).values(**values), {"p_run": row.run, "p_serial": row.serial}
        )
        tally.write(self._connection, max(marks.values()))
