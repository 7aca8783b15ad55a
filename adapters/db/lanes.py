"""Lanes: a thread with a connection that takes whatever waits, commits once and then answers everybody.

Each item has its own savepoint: a refusal or fault undoes its own item alone. A failed commit fails them all, and
they are done again (design section 6, performance.md 1c and 2c: group commit is what bounds a till).
"""

import asyncio
import contextlib
import queue
import random
import sqlite3
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from adapters.db.outside import Outside
from adapters.db.savepoints import KEEP, SET, UNDO, speaker
from adapters.db.work import DbWork

T = TypeVar("T")
_BATCH = 128
"""Items in one transaction: enough to share a sync, few enough that nobody waits long."""
_TURN_SECONDS = 0.05
"""After so long a transaction takes in no further item: nobody waits for more than one turn (design section 6)."""
PATIENCE = 5.0
"""Seconds of trying again before an item is given up with Busy (reliability.md section 3)."""
_MOST_RACES = 3
_SQLSTATES = {"40001", "40P01", "55P03"}
SQLITE_AWAY = {5, 6, 10, 13, 14}
"""BUSY, LOCKED, IOERR, FULL, CANTOPEN: the way to the file, not the statement, was wrong."""


_DRIVER_ERRORS = (sqlite3.Error, psycopg.Error)
_TAKEN = (sqlite3.IntegrityError, psycopg.IntegrityError)


class Busy(Exception):
    """Nothing happened: the database could not take the work in time. Try again a little later."""


@dataclass(slots=True, eq=False)
class _Item:
    job: Callable[[DbWork], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    since: float
    result: Any = None
    error: BaseException | None = None
    races: int = 0
    """How often a unique key of this item was taken by somebody at the same moment."""


class Lane:
    """One thread, one connection, one queue."""

    def __init__(self, engine: Engine, outside: Outside, name: str, patience: float) -> None:
        self._engine, self._outside, self._patience = engine, outside, patience
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._closing = False
        self._begun = False
        """Whether the transaction at hand was reached at all; if not, the database is out, and no item is to blame."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: _Item) -> None:
        """The item waits for the lane."""
        with self._door:  # an item behind the closing sign would never be answered
            if self._closing:
                raise Busy
            self._queue.put(item)

    def close(self) -> None:
        """What waits is done; then the thread ends."""
        with self._door:
            self._closing = True
            self._queue.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        connection: Connection | None = None
        while True:
            items, ended = self._take()
            if items:
                connection = self._do(items, connection)
            if ended:
                break
        if connection is not None:
            connection.close()

    def _take(self) -> tuple[list[_Item], bool]:
        first = self._queue.get()
        items: list[_Item] = []
        while first is not None:
            items.append(first)
            if len(items) >= _BATCH:
                return items, False
            try:
                first = self._queue.get_nowait()
            except queue.Empty:
                return items, False
        return items, True

    def _do(self, items: list[_Item], connection: Connection | None) -> Connection | None:
        """All items together; after a failure each alone, so that the one that cannot be done fails alone."""
        failures = 0
        while items:
            turn = items[:1] if failures else items
            try:
                if connection is None:
                    connection = self._engine.connect()
                items = self._transact(connection, turn) + items[len(turn) :]
            except Exception as error:  # those who wait must be answered and the thread live on, whatever it was
                _discard(connection)
                connection = None
                failures += 1
                items = self._after_failure(error, turn, items)
                if items:
                    time.sleep(min(0.5, 0.01 * 2**failures) * random.uniform(0.5, 1.5))  # jitter, not chance
        return connection

    def _after_failure(self, error: Exception, turn: list[_Item], items: list[_Item]) -> list[_Item]:
        """What is to be tried again: everything but the item that failed alone, or, in an outage, those too late."""
        again, now = _transient(error), time.monotonic()
        tried = items if again and not self._begun else turn if len(turn) == 1 else []
        given_up = [item for item in tried if not again or now - item.since > self._patience]
        for item in given_up:
            item.error = Busy() if again else error
        _answer(given_up)
        return [item for item in items if item not in given_up]

    def _transact(self, connection: Connection, items: list[_Item]) -> list[_Item]:
        """Items are committed and answered, but those, given back, that lost a race or found the turn over."""
        back: list[_Item] = []
        waiting = deque(items)
        self._begun = False
        with connection.begin():
            self._begun = True
            say = speaker(connection, together=len(items) > 1)
            over = time.monotonic() + _TURN_SECONDS
            while waiting and time.monotonic() < over:
                item = waiting.popleft()
                item.result = item.error = None
                say(SET)
                try:
                    item.result = item.job(DbWork(connection, self._outside))
                    say(KEEP)
                except BaseException as error:  # goes to whoever asked, an exit too: the lane belongs to everybody
                    if _transient(error):
                        raise
                    say(UNDO)
                    item.error = error
                    if isinstance(_of_driver(error), _TAKEN) and item.races < _MOST_RACES:
                        item.races += 1
                        back.append(item)
        back += waiting
        kept = set(back)
        _answer([item for item in items if item not in kept])
        return back


class Lanes:
    """Where work is done: one writing lane on SQLite, several on PostgreSQL, chosen by a hash of the key."""

    def __init__(self, engine: Engine, outside: Outside, *, count: int, patience: float = PATIENCE) -> None:
        self._lanes = [Lane(engine, outside, f"lane-{number}", patience) for number in range(count)]

    async def do(self, key: str, job: Callable[[DbWork], T]) -> T:
        """The job's result once it is committed. What the job raises is raised here, with nothing of it done.

        Raises Busy when the database could not take it within five seconds.
        """
        loop = asyncio.get_running_loop()
        item = _Item(job, loop, loop.create_future(), time.monotonic())
        self._lanes[zlib.crc32(key.encode()) % len(self._lanes)].put(item)
        result: T = await item.future
        return result

    async def close(self) -> None:
        """Every lane finishes what waits."""
        await asyncio.gather(*(asyncio.to_thread(lane.close) for lane in self._lanes))


def do_now(engine: Engine, outside: Outside, job: Callable[[DbWork], T], *, patience: float = PATIENCE) -> T:
    """The same work at once, for commands: one transaction, committed when the job returns. Raises Busy."""
    until = time.monotonic() + patience
    while True:
        try:
            with engine.begin() as connection:
                return job(DbWork(connection, outside))
        except DBAPIError as error:
            if not _transient(error):
                raise
            if time.monotonic() > until:
                raise Busy from error
        time.sleep(random.uniform(0.05, 0.2))  # two who collided must not meet again


def _answer(items: list[_Item]) -> None:
    """Everybody hears at once: a loop is woken once for all that it asked, and waking it is a system call."""
    asked: dict[asyncio.AbstractEventLoop, list[_Item]] = {}
    for item in items:
        asked.setdefault(item.loop, []).append(item)
    for loop, told in asked.items():
        with contextlib.suppress(RuntimeError):  # the loop that asked is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, told)


def _settle(items: list[_Item]) -> None:
    for item in items:
        if item.future.done():
            continue
        if item.error is not None:
            item.future.set_exception(item.error)
        else:
            item.future.set_result(item.result)


def _discard(connection: Connection | None) -> None:
    """The connection may be broken or in a failed transaction: the next try gets a fresh one.

    It is thrown away because it is broken, so it may refuse in any way, and none of them matters.
    """
    if connection is not None:
        with contextlib.suppress(Exception):
            connection.invalidate()
        with contextlib.suppress(Exception):
            connection.close()


def _of_driver(error: BaseException | None) -> BaseException | None:
    """The driver's own error, also when SQLAlchemy or a room has wrapped it."""
    while error is not None and not isinstance(error, _DRIVER_ERRORS):
        error = error.orig if isinstance(error, DBAPIError) else error.__cause__
    return error


def _transient(error: BaseException) -> bool:
    """Lost connection, deadlock, serialization, lock timeout, a busy file or a full disk: worth another try."""
    found = _of_driver(error)
    if isinstance(found, sqlite3.Error):
        return getattr(found, "sqlite_errorcode", 0) & 0xFF in SQLITE_AWAY
    if isinstance(found, psycopg.Error):
        lost = isinstance(found, psycopg.OperationalError | psycopg.InterfaceError)
        return lost or found.sqlstate in _SQLSTATES
    return False
