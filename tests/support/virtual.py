"""Time that passes at once: an event loop that does not sleep but moves its clock, and lanes without threads."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from adapters.db.work import DbWork
from adapters.delivery.campaigns.virtual import VirtualLoop
from tests.support.world import World

T = TypeVar("T")


class Killed(BaseException):
    """The process is gone: nothing it does is written any more."""


def run_virtually(world: World, made: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The coroutine's result; the world's clock moves with the loop's."""
    loop = VirtualLoop()
    began = world.clock.now
    clock = world.clock

    class Moving:
        """The world's clock by the loop's."""

        def __call__(self) -> datetime:
            clock.now = began + timedelta(seconds=loop.time())
            return clock.now

    object.__setattr__(world.outside, "clock", Moving())
    try:
        return loop.run_until_complete(made())
    finally:
        world.outside.clock()
        object.__setattr__(world.outside, "clock", clock)
        loop.close()


class DirectLanes:
    """Each work at once, on one connection, committed before the answer; `dead`: as after kill -9."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._connection: Connection | None = None
        self.dead = False
        self.works = 0
        self.kill_at: int | None = None
        """The work, counted from now, before or after whose commit the process is killed; the sign says which."""

    async def do(self, key: str, job: Callable[[DbWork], T]) -> T:
        """The job's result. Raises Killed once the process is gone."""
        del key
        await asyncio.sleep(0)
        if self.dead:
            raise Killed
        self.works += 1
        if self.kill_at == -self.works:
            self.dead = True
            raise Killed
        if self._connection is None:
            self._connection = self._world.engine.connect()
        with self._connection.begin():
            result = job(DbWork(self._connection, self._world.outside))
        if self.kill_at == self.works:
            self.dead = True
            raise Killed
        return result

    def close(self) -> None:
        """The connection is given back."""
        if self._connection is not None:
            self._connection.close()
