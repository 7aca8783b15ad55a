"""The lake's word on who bought what, kept ready: what is asked again while somebody edits a segment costs nothing.

The engine is loaded when the first test of purchases comes, and works on a thread of its own.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pyarrow as pa

from adapters.app.owners import former_owners
from adapters.db.lanes import Lanes
from adapters.lake.files import Files
from core.segments.model import Bought

T = TypeVar("T")
_FRESH_SECONDS = 600
"""How long it may take until purchases of a merged customer, or under a phone just proven, count for the person."""
_MOST = 2_000_000
"""Owners in remembered answers, 200 MB at most."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What a test names, resolved: goods of its category or brand, stores of its groups."""

    rows: tuple[tuple[str, str, str], ...]
    stores: tuple[str, ...]

    @property
    def table(self) -> pa.Table:
        """Sku, category, brand."""
        columns = zip(("sku", "category", "brand"), range(3), strict=True)
        return pa.table({name: pa.array([row[at] for row in self.rows], pa.string()) for name, at in columns})


_Question: TypeAlias = tuple[Bought, Goods, date]


class LakeBuyers:
    """Buyers of the lake as it is; another state of it, or of whose purchases are whose, begins anew."""

    def __init__(self, lake: Path, reads: Lanes) -> None:
        self._lake, self._reads = lake, reads
        self._turn = asyncio.Lock()
        self._into: Mapping[str, str] | None = None
        self._known_since = 0.0
        self._renewing: asyncio.Task[None] | None = None
        self._buyers: Any = None
        self._stands_for: Any = None
        self._answers: OrderedDict[_Question, Sequence[str]] = OrderedDict()

    async def unlike(self, leaf: Bought, goods: Goods, today: date) -> Sequence[str]:
        """See `adapters.analytics.buyers`."""
        async with self._turn:
            await self._ready()
            key = (leaf, goods, today)
            if key not in self._answers:
                unlike = self._buyers.unlike
                found = await asyncio.to_thread(unlike, goods.table, leaf, today, stores=goods.stores)
                self._remember(key, found)
            self._answers.move_to_end(key)
            return self._answers[key]

    async def amount(self, leaf: Bought, goods: Goods, today: date, owner: str) -> int:
        """What the test counts of one owner."""
        async with self._turn:
            await self._ready()
            amount = self._buyers.amount
            found: int = await asyncio.to_thread(amount, goods.table, leaf, today, owner, stores=goods.stores)
            return found

    async def close(self) -> None:
        """The engine and its thread are gone."""
        if self._renewing is not None:
            self._renewing.cancel()
        async with self._turn:
            self._let_go()

    async def _ready(self) -> None:
        """The engine stands for the lake as it is now."""
        if self._into is None:
            await self._renew()
        elif time.monotonic() - self._known_since > _FRESH_SECONDS and self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())
        stands = (id(self._into), await asyncio.to_thread(_signature, self._lake))
        if stands != self._stands_for:
            self._let_go()
            self._buyers = await asyncio.to_thread(_open, self._lake, self._into or {})
            self._stands_for = stands

    async def _renew(self) -> None:
        """Whose purchases are whose, read in chunks between other people's questions."""
        loop = asyncio.get_running_loop()

        def do(job: Callable[[Any], T]) -> T:
            return asyncio.run_coroutine_threadsafe(self._reads.do("segments", job), loop).result()

        try:
            into = await asyncio.to_thread(former_owners, do)
            if into != self._into:
                self._into = into
            self._known_since = time.monotonic()
        finally:
            self._renewing = None

    def _remember(self, key: _Question, found: Sequence[str]) -> None:
        self._answers[key] = found
        while sum(map(len, self._answers.values())) > _MOST and len(self._answers) > 1:
            self._answers.popitem(last=False)

    def _let_go(self) -> None:
        self._answers.clear()
        if self._buyers is not None:
            self._buyers.close()
            self._buyers = None
            self._stands_for = None


def _open(lake: Path, into: Mapping[str, str]) -> Any:
    source = import_module("adapters.analytics.ports").Moved(lake, into) if into else lake
    return import_module("adapters.analytics.buyers").Buyers(source)


def _signature(lake: Path) -> tuple[Any, ...]:
    """Another one whenever a file comes, goes or is replaced."""
    files = Files(lake)
    return tuple(
        (str(one.path), stat.st_mtime_ns, stat.st_size)
        for month in files.months()
        for one in files.counting(month)
        if (stat := one.path.stat())
    )
