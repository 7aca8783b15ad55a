"""The leader's lock: of many schedulers one does the chores, of many workers one sends for a bot's token; when it is
gone the next one leads."""

import contextlib
import hashlib
import threading

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

_LOCK = 726627901
"""The number of the advisory lock; a session that ends, however it ends, gives it back."""


def lock_of(name: str) -> int:
    """The number of the lock with the name: 63 bits that it alone decides."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 1


class Leader:
    """On PostgreSQL a session that holds the lock; an embedded database has one process, which leads."""

    def __init__(self, engine: Engine, lock: int = _LOCK) -> None:
        self._engine, self._lock = engine, lock
        self._session: Connection | None = None
        self._door = threading.Lock()

    def leads(self) -> bool:
        """True while this process has the lock. Raises DBAPIError where the database does not answer."""
        if self._engine.dialect.name != "postgresql":
            return True
        with self._door:
            if self._session is not None:
                try:
                    self._session.execute(text("select 1"))
                    return True
                except DBAPIError:
                    self._let_go()
            session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if session.execute(text("select pg_try_advisory_lock(:lock)"), {"lock": self._lock}).scalar():
                self._session = session
                return True
            session.close()
            return False

    def close(self) -> None:
        """Somebody else may lead."""
        with self._door:
            self._let_go()

    def _let_go(self) -> None:
        """A session that is broken refuses in its own ways; it has no lock any more."""
        if self._session is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._session.execute(text("select pg_advisory_unlock_all()"))
            with contextlib.suppress(SQLAlchemyError):
                self._session.close()
            self._session = None
