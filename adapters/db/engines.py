"""Engines with the settings that keep money safe, and the check that the server really has them."""

import asyncio
import fcntl
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_ALWAYS = "-c jit=off"
"""Compiling a statement takes longer than any of ours runs."""
POSTGRES_OPTIONS = (
    f"{_ALWAYS} -c lock_timeout=2000 -c statement_timeout=5000 -c idle_in_transaction_session_timeout=10000"
)
"""No statement waits for a lock for longer than 2 s or runs for longer than 5 (reliability.md section 3)."""
DEFAULT_LANES = 4


__all__ = [
    "AlreadyServed",
    "AsyncEngine",
    "DatabaseAway",
    "DatabaseError",
    "Engine",
    "UnsafeDatabase",
    "answers",
    "bulk_engine",
    "clock_of",
    "is_sqlite",
    "must_be_safe",
    "read_engine",
    "serve_alone",
    "sync_engine",
]
DatabaseError = DBAPIError
"""What a database, or the way to it, raises; for rooms that know no SQL."""
DatabaseAway = (OperationalError, InterfaceError)
"""Those of them that say: nothing happened, the way to the database was wrong. Others are faults of ours."""


class UnsafeDatabase(Exception):
    """The database would lose what it has confirmed; the text says which setting to change."""

    def __init__(self, text: str, setting: str) -> None:
        super().__init__(text)
        self.setting = setting


class AlreadyServed(Exception):
    """Another process serves this file."""


def is_sqlite(url: str) -> bool:
    """True for an embedded database."""
    return make_url(url).get_backend_name() == "sqlite"


def sync_engine(url: str, *, patient: bool = False, writes: bool = True, connections: int = 8) -> Engine:
    """The engine of lanes and commands; parameters never stand in its errors.

    `patient`: statements may take long (migrations, imports). Not `writes`: for lanes that only look.
    `connections`: how many are kept open, one for each lane.
    """
    target = make_url(url)
    if is_sqlite(url):
        Path(str(target.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(target.set(drivername="sqlite"), hide_parameters=True)
        _careful_sqlite(engine, 30_000 if patient else 2_000, writes=writes)
        return engine
    options = _ALWAYS if patient else POSTGRES_OPTIONS
    options += "" if writes else " -c default_transaction_read_only=on"
    return create_engine(
        target, hide_parameters=True, pool_pre_ping=True, pool_size=connections, connect_args={"options": options}
    )


def bulk_engine(url: str) -> Engine:
    """The engine of set-based work beside a running house: one connection, no limit of time, statements may be long.

    On SQLite a transaction begins without the right to write, so that what is looked up first makes nobody wait.
    """
    target = make_url(url)
    if not is_sqlite(url):
        return create_engine(target, hide_parameters=True, pool_size=1, connect_args={"options": _ALWAYS})
    engine = create_engine(target.set(drivername="sqlite"), hide_parameters=True, pool_size=1)
    _careful_sqlite(engine, 30_000, writes=True, at_once=False)
    return engine


def read_engine(url: str) -> AsyncEngine:
    """The engine of pages: asynchronous, on connections that cannot write."""
    target = make_url(url)
    if is_sqlite(url):
        engine = create_async_engine(target, hide_parameters=True, connect_args={"timeout": 30})

        @event.listens_for(engine.sync_engine, "connect")
        def _read_only(connection: Any, record: Any) -> None:
            del record
            connection.execute("PRAGMA query_only=ON")

        return engine
    options = f"{POSTGRES_OPTIONS} -c default_transaction_read_only=on"
    return create_async_engine(
        target, hide_parameters=True, pool_pre_ping=True, pool_size=8, connect_args={"options": options}
    )


def _careful_sqlite(engine: Engine, wait_ms: int, *, writes: bool, at_once: bool = True) -> None:
    """WAL, synchronous FULL, foreign keys, and BEGIN IMMEDIATE: the driver's own transactions lose updates silently.

    `wait_ms`: how long a statement waits for another process' writing before it says so. Not `at_once`: for whoever
    decides nothing by what they have read before they write.
    """

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, record: Any) -> None:
        del record
        connection.isolation_level = None
        for pragma in (f"busy_timeout={wait_ms}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

        if not writes:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes and at_once else "BEGIN")


def must_be_safe(engine: Engine) -> None:
    """Nothing, or UnsafeDatabase when a crash could lose what was confirmed (reliability.md 0.4)."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            if connection.execute(text("PRAGMA synchronous")).scalar() not in {2, 3}:
                raise UnsafeDatabase("SQLite does not run with synchronous=FULL", "synchronous")
            return
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            if connection.execute(text(f"SHOW {setting}")).scalar() == "off":
                raise UnsafeDatabase(f"PostgreSQL runs with {setting} = off; set it to on", setting)


async def answers(engine: AsyncEngine) -> bool:
    """True when the database answers within two seconds."""
    try:
        async with asyncio.timeout(2), engine.connect() as connection:
            await connection.execute(text("select 1"))
    except (TimeoutError, DBAPIError):
        return False
    return True


def clock_of(engine: Engine) -> float:
    """The database's own clock, seconds since 1970."""
    now = (
        "select (julianday('now') - 2440587.5) * 86400.0"
        if engine.dialect.name == "sqlite"
        else "select extract(epoch from now())"
    )
    with engine.connect() as connection:
        return float(connection.execute(text(now)).scalar_one())


def serve_alone(path: Path) -> int:
    """The lock that one `serve` holds on a file, as an open descriptor. Raises AlreadyServed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(f"{path}.serve", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise AlreadyServed(f"{path} is served by another process; stop that one first") from None
    return descriptor
