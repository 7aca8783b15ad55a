"""Keys of money operations as rows: the unique key decides who of two twins acts and who hears the answer."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.db.ledgertables import once_keys
from adapters.db.prepared import Prepared
from core.ledger.ports import Known

_CLAIM = Prepared(
    {
        "sqlite": sqlite.insert(once_keys).on_conflict_do_nothing().returning(once_keys.c.key),
        "postgresql": postgresql.insert(once_keys).on_conflict_do_nothing().returning(once_keys.c.key),
    }
)
_KNOWN = Prepared(
    select(once_keys.c.digest, once_keys.c.answer).where(
        once_keys.c.source == bindparam("p_source"), once_keys.c.key == bindparam("p_key")
    )
)
_ANSWERED = Prepared(
    update(once_keys)
    .where(once_keys.c.source == bindparam("p_source"), once_keys.c.key == bindparam("p_key"))
    .values(answer=bindparam("p_answer"))
)


class OnceRows:
    """Satisfies `core.ledger.ports.Once`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, source: str, key: str, digest: str, at: datetime) -> Known | None:
        """The insert waits for a twin that is under way; whoever loses reads what the winner answered."""
        row = {"source": source, "key": key, "digest": digest, "answer": "", "at": at}
        claimed = _CLAIM.value(self._connection, row)
        if claimed is not None:
            return None
        known = _KNOWN.one(self._connection, {"p_source": source, "p_key": key})
        return Known(known.digest, known.answer)

    def answered(self, source: str, key: str, answer: str) -> None:
        """The answer stands."""
        _ANSWERED.run(self._connection, {"p_source": source, "p_key": key, "p_answer": answer})
