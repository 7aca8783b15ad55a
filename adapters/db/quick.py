"""One statement at the speed of the driver: inline on SQLite, on dedicated prepared connections on PostgreSQL.

A till asks this once for every customer in the queue. The pool of the pages' engine costs a reset, a ping and a
transaction around each statement (performance.md 2a: dedicated and prepared is 3.4 times faster; inline SQLite is
137 times faster than an ORM), so this way goes around it. Values come back as the driver has them.
"""

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import psycopg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.engines import POSTGRES_OPTIONS, is_sqlite
from adapters.db.lanes import SQLITE_AWAY, Busy

_CONNECTIONS = 4
Values = Mapping[str, Any]


class Quick(Protocol):
    """The rows of the one statement. Raises Busy when the database does not answer."""

    async def rows(self, values: Values) -> Sequence[tuple[Any, ...]]: ...

    def instant(self, value: Any) -> datetime | None:
        """A value of a column that holds an instant."""
        ...

    def bound(self, instant: datetime) -> Any:
        """An instant as a parameter."""
        ...


def quick(engine: AsyncEngine, statement: str) -> Quick:
    """The statement over the engine's database, `:name` for its parameters; closed when the engine is disposed of."""
    url = engine.url.render_as_string(hide_password=False)
    made = _Inline(engine, statement) if is_sqlite(url) else _Dedicated(engine, statement)

    @event.listens_for(engine.sync_engine, "engine_disposed")
    def _close(disposed: Any) -> None:
        del disposed
        made.close()

    return made


class _Inline:
    """SQLite on the loop's own thread: the statement takes microseconds, a thread hop takes ten times as long."""

    def __init__(self, engine: AsyncEngine, statement: str) -> None:
        self._path, self._statement = str(engine.url.database), statement
        self._connection: sqlite3.Connection | None = None

    async def rows(self, values: Values) -> Sequence[tuple[Any, ...]]:
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, timeout=1, isolation_level=None)
                self._connection.execute("PRAGMA query_only=ON")
            return self._connection.execute(self._statement, values).fetchall()
        except sqlite3.OperationalError as error:
            self.close()
            if error.sqlite_errorcode & 0xFF in SQLITE_AWAY:
                raise Busy from error
            raise

    def instant(self, value: Any) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)

    def bound(self, instant: datetime) -> Any:
        return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Dedicated:
    """PostgreSQL: a few connections that do nothing else, the statement prepared, no transaction around it."""

    def __init__(self, engine: AsyncEngine, statement: str) -> None:
        _, self._to = engine.sync_engine.dialect.create_connect_args(engine.url)
        self._statement = _for_psycopg(statement)
        self._open: set[psycopg.AsyncConnection[Any]] = set()
        self._free: asyncio.LifoQueue[psycopg.AsyncConnection[Any] | None] = asyncio.LifoQueue()
        for _ in range(_CONNECTIONS):
            self._free.put_nowait(None)

    async def rows(self, values: Values) -> Sequence[tuple[Any, ...]]:
        connection = await self._free.get()
        try:
            for last in (False, True):
                if connection is None or connection.closed:
                    connection = await self._connect()
                try:
                    return await (await connection.execute(self._statement, values, binary=True)).fetchall()
                except psycopg.OperationalError:  # the server was restarted, or is gone
                    self._drop(connection)
                    connection = None
                    if last:
                        raise
            raise AssertionError("one of the two tries returns or raises")
        except psycopg.OperationalError as error:
            raise Busy from error
        except asyncio.CancelledError:  # the answer may still be on its way to this connection
            if connection is not None:
                self._drop(connection)
            connection = None
            raise
        finally:
            self._free.put_nowait(connection)

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        options = f"{POSTGRES_OPTIONS} -c default_transaction_read_only=on"
        given = {**self._to, "options": options}
        connection = await psycopg.AsyncConnection.connect(**given, autocommit=True, prepare_threshold=0)
        self._open.add(connection)
        return connection

    def _drop(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._open.discard(connection)
        with contextlib.suppress(psycopg.Error):
            connection.pgconn.finish()

    def instant(self, value: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def bound(self, instant: datetime) -> Any:
        return instant

    def close(self) -> None:
        for connection in list(self._open):
            self._drop(connection)


def _for_psycopg(statement: str) -> Any:
    """`:name` as psycopg writes it; `::` is no parameter."""
    return re.sub(r"(?<!:):(\w+)", r"%(\1)s", statement.replace("%", "%%"))
