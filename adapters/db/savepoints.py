"""The savepoint around each item of a lane, said the shortest way there is.

Half of what a lane tells PostgreSQL is savepoints. SQLAlchemy's own costs 75 us; a pair through psycopg 29, through
libpq 12; through SQLite's driver 3. An item alone in its transaction needs none there.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus
from sqlalchemy import Connection

SET, KEEP, UNDO = "savepoint item", "release savepoint item", "rollback to savepoint item;release savepoint item"
_ALONE = {SET: "", KEEP: "", UNDO: "rollback"}
_TOGETHER = "set local lock_timeout = 200;"
"""Items that share a transaction hold each other's locks, in no order that another lane knows: two such lanes could
stop each other. Neither waits for long; each of their items is then done alone, where locks have one order."""


def speaker(connection: Connection, *, together: bool) -> Callable[[str], Any]:
    """Tells the connection's database one of `SET`, `KEEP` and `UNDO`. Raises the driver's errors."""
    driver: Any = connection.connection.dbapi_connection
    if isinstance(driver, psycopg.Connection):
        return partial(_tell_postgres, driver.pgconn, together)
    return partial(_tell_sqlite, driver)


def _tell_sqlite(driver: Any, words: str) -> None:
    for one in words.split(";"):
        driver.execute(one)


def _tell_postgres(libpq: psycopg.pq.abc.PGconn, together: bool, words: str) -> None:
    said = words if together else _ALONE[words]
    if libpq.transaction_status == TransactionStatus.IDLE and words == SET:
        # psycopg begins the transaction before the first statement that it sends itself; these words go past it.
        said = f"begin;{_TOGETHER if together else ''}{said}"
    if not said:
        return
    result = libpq.exec_(said.encode())
    if result.status == ExecStatus.COMMAND_OK:
        return
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        raise psycopg.OperationalError("the connection is lost")  # the server itself had no word in this
    raise psycopg.errors.error_from_result(result)
