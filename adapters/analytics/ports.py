"""What runs expressions, and how it shows the lake's lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Moved:
    """A lake's folder whose owners have become others since: of merged customers, of phones that were proven."""

    lake: Path
    into: Mapping[str, str]
    """By the owner that stands in the lake: who that is now."""


Source: TypeAlias = Path | Moved | pa.Table
"""A lake's folder, one with moved owners, or a table in the lake's columns."""


class CouldNotReach(ValueError):
    """The engine's server does not answer; the text says which and what to look at."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lake's lines on an engine: all of them, and a part of them, which is another part after each of the turns.

    A receipt and what came back of it lie in one part. The expressions over a part are made and compiled once.
    """

    table: Any
    part: Any
    turns: Sequence[Callable[[], None]]
    broken: Callable[[], Sequence[str]] = tuple
    """Files of the lake that cannot be read and are set aside, as far as that is known by now."""
    here: Any = None
    """The lines themselves (`Source`) or a history of them, where the engine lies in this process: compiled loops make
    the totals of them."""


class Engine(Protocol):
    """What runs expressions."""

    @property
    def name(self) -> str:
        """As people call it."""
        ...

    def lines(self, source: Source) -> Lines:
        """The lines of a lake's folder, or of a table in the lake's columns."""
        ...

    def small(self, name: str, data: pa.Table, key: str = "") -> Any:
        """A table of ours is there under this name; with a `key` its column `p` is what `LINES` has for that column."""
        ...

    def keep(self, name: str, expression: Any, *, more: bool = False) -> Any:
        """Its rows are computed, once, and stand under this name until the engine closes; with `more`, beside those
        that stand there."""
        ...

    def fetch(self, expression: Any) -> pa.Table:
        """Its rows in whatever types the engine answers with."""
        ...

    def close(self) -> None:
        """Nothing is left behind on the engine."""
        ...
