"""The savepoint around each item of a lane, said the shortest way there is.

Half of what a lane tells PostgreSQL is savepoints. SQLAlchemy's own costs 75 us; a pair through psycopg 29, through
libpq 12; through SQLite's driver 3.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus
from sqlalchemy import Connection

SET, KEEP, UNDO = "savepoint item", "release savepoint item", "rollback to savepoint item"


def speaker(connection: Connection) -> Callable[[str], Any]:
    """Tells the connection's database one of `SET`, `KEEP` and `UNDO`. Raises the driver's errors."""
    driver: Any = connection.connection.dbapi_connection
    return partial(_tell_postgres, driver.pgconn) if isinstance(driver, psycopg.Connection) else driver.execute


def _tell_postgres(libpq: psycopg.pq.abc.PGconn, words: str) -> None:
    # psycopg begins the transaction before the first statement that it sends itself; these words go past it.
    begin = "begin;" if libpq.transaction_status == TransactionStatus.IDLE else ""
    result = libpq.exec_((begin + words).encode())
    if result.status == ExecStatus.COMMAND_OK:
        return
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        raise psycopg.OperationalError("the connection is lost")  # the server itself had no word in this
    raise psycopg.errors.error_from_result(result)
