"""Lanes: a thread with a connection that takes whatever waits, commits once and then answers everybody.

Each item has its own savepoint: a refusal or fault undoes its own item alone. A failed commit fails them all, and
they are done again (design section 6, performance.md 1c and 2c: group commit is what bounds a till).
"""

import asyncio
import contextlib
import queue
import random
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from adapters.db.outside import Outside
from adapters.db.work import DbWork

T = TypeVar("T")
_BATCH = 128
"""Items in one transaction: enough to share a sync, few enough that nobody waits long."""
_PATIENCE = 5.0
"""Seconds of trying again before an item is given up with Busy (reliability.md section 3)."""
_MOST_RACES = 3
_TRANSIENT = {"40001", "40P01", "55P03"}


class Busy(Exception):
    """Nothing happened: the database could not take the work in time. Try again a little later."""


@dataclass(slots=True)
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

    def __init__(self, engine: Engine, outside: Outside, name: str) -> None:
        self._engine, self._outside = engine, outside
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: _Item) -> None:
        """The item waits for the lane."""
        if self._closing:
            raise Busy
        self._queue.put(item)

    def close(self) -> None:
        """What waits is done; then the thread ends."""
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
        """All items in one transaction; again, singly when it was one of them, while patience lasts."""
        attempt = 0
        while items:
            try:
                if connection is None:
                    connection = self._engine.connect()
                items = self._transact(connection, items)
            except Exception as error:
                _discard(connection)
                connection = None
                attempt += 1
                again = _transient(error)
                late = [item for item in items if not again or time.monotonic() - item.since > _PATIENCE]
                for item in late:
                    item.error = Busy() if again else error
                _answer(late)
                items = [item for item in items if item not in late]
                time.sleep(min(0.5, 0.01 * 2**attempt) * random.uniform(0.5, 1.5))  # jitter, not chance in the core
        return connection

    def _transact(self, connection: Connection, items: list[_Item]) -> list[_Item]:
        """Every item is committed and answered but those, given back, that lost a race on a unique key."""
        lost: list[_Item] = []
        with connection.begin():
            for item in items:
                item.result = item.error = None
                savepoint = connection.begin_nested()
                try:
                    item.result = item.job(DbWork(connection, self._outside))
                    savepoint.commit()
                except BaseException as error:
                    if _transient(error):
                        raise
                    savepoint.rollback()
                    item.error = error
                    if isinstance(_of_database(error), IntegrityError) and item.races < _MOST_RACES:
                        item.races += 1
                        lost.append(item)
        _answer([item for item in items if item not in lost])
        return lost


class Lanes:
    """Where work is done: one writing lane on SQLite, several on PostgreSQL, chosen by a hash of the key."""

    def __init__(self, engine: Engine, outside: Outside, *, count: int) -> None:
        self._lanes = [Lane(engine, outside, f"lane-{number}") for number in range(count)]

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


def do_now(engine: Engine, outside: Outside, job: Callable[[DbWork], T]) -> T:
    """The same work at once, for commands: one transaction, committed when the job returns."""
    with engine.begin() as connection:
        return job(DbWork(connection, outside))


def _answer(items: list[_Item]) -> None:
    for item in items:
        with contextlib.suppress(RuntimeError):  # the loop that asked is closed: nobody waits any more
            item.loop.call_soon_threadsafe(_settle, item)


def _settle(item: _Item) -> None:
    if item.future.done():
        return
    if item.error is not None:
        item.future.set_exception(item.error)
    else:
        item.future.set_result(item.result)


def _discard(connection: Connection | None) -> None:
    """The connection may be broken or in a failed transaction: the next try gets a fresh one."""
    if connection is not None:
        with contextlib.suppress(Exception):
            connection.invalidate()
        with contextlib.suppress(Exception):
            connection.close()


def _of_database(error: BaseException | None) -> DBAPIError | None:
    """The database's own error, also when a room has wrapped it."""
    while error is not None and not isinstance(error, DBAPIError):
        error = error.__cause__
    return error


def _transient(error: BaseException) -> bool:
    """Lost connection, deadlock, serialization, lock timeout, a busy file or a full disk: worth another try."""
    found = _of_database(error)
    if found is None:
        return False
    state = getattr(found.orig, "sqlstate", None)
    return isinstance(found, OperationalError) or found.connection_invalidated or state in _TRANSIENT
