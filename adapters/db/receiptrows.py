"""What platforms say of messages that were sent, on record until it is known whose message it was: rows and back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, select, update

from adapters.db.campaigntables import campaign_people, campaign_receipts
from adapters.db.markrows import MarkRows
from adapters.db.prepared import Prepared
from adapters.db.sql import belongs, both, columns_of, to
from adapters.db.tables import addresses, outbox
from core.campaigns.model import Outcome
from core.shared.values import Address

AGAIN = (timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=60))
"""A receipt of a message that nobody knows is tried again after these: it may have overtaken our own record of it."""
_EARLY, _LONG = timedelta(minutes=1), timedelta(days=14)
"""Two clocks differ by less than the first; for the second a platform tries to deliver (channels.md 1.5)."""
_of, _row = campaign_receipts.c, campaign_people.c
_KNOWN = Prepared(select(exists().where(belongs(addresses))))
_ADD = both(campaign_receipts, lambda insert: insert.on_conflict_do_nothing())
_DUE = Prepared(
    select(campaign_receipts)
    .where(_of.due_at <= bindparam("p_now"))
    .order_by(_of.due_at)
    .limit(bindparam("p_limit"))
    .with_for_update(skip_locked=True)
)
_LATER = Prepared(
    update(campaign_receipts).where(_of.id == bindparam("p_id")).values(turn=_of.turn + 1, due_at=bindparam("p_due_at"))
)
_DONE = Prepared(delete(campaign_receipts).where(_of.id == bindparam("p_id")))


class ReceiptRows:
    """Satisfies `core.campaigns.sending.Receipts`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection, self._now, self._marks = connection, now, MarkRows(connection)

    def keep(self, address: Address, message: str, *, seen: bool, at: datetime) -> None:
        """Several devices of one person say the same: it is kept once; of somebody who is forgotten it is not kept."""
        if not _KNOWN.value(self._connection, to(address)):
            return
        row = {**columns_of(address), "message": message, "seen": seen, "at": at, "turn": 0, "due_at": self._now}
        _ADD.run(self._connection, row)

    def apply(self, limit: int) -> int:
        """Those that are due; what another process applies now is left to it."""
        rows = _DUE.all(self._connection, {"p_now": self._now, "p_limit": limit})
        for row in rows:
            address = Address(row.channel, row.bot, row.user_key)
            known = self._marks.receipt(address, row.message, seen=row.seen, at=row.at)
            if not known and row.turn < len(AGAIN):
                _LATER.run(self._connection, {"p_id": row.id, "p_due_at": self._now + AGAIN[row.turn]})
                continue
            if not known:
                self._of_lost_answer(address, row)
            _DONE.run(self._connection, {"p_id": row.id})
        return len(rows)

    def _of_lost_answer(self, address: Address, row: Any) -> None:
        """A message of ours came whose answer nobody has: where one alone can be meant, it is that one."""
        candidates = self._marks.unknown(address, since=row.at - _LONG, until=row.at + _EARLY)
        if len(candidates) == 1 and not self._others(address, candidates[0].at - _EARLY, row.at + _EARLY):
            self._marks.came(candidates[0], row.message, seen=row.seen, at=row.at)

    def _others(self, address: Address, since: datetime, until: datetime) -> bool:
        """Whether the person was written to otherwise meanwhile, so that it may be that message's."""
        of = outbox.c
        mine = (of.channel == address.channel, of.bot == address.bot, of.user_key == address.user)
        letter = select(exists().where(*mine, of.created_at >= since, of.created_at <= until))
        if self._connection.execute(letter).scalar():
            return True
        known: Sequence[Any] = self._marks.rows(
            address, _row.outcome == Outcome.SENT.value, _row.at.between(since, until)
        )
        return bool(known)
