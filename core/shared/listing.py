"""A list as somebody looks at it: narrowed by filters, in an order, a page at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

R = TypeVar("R")
PAGE = 50
"""Rows of a page."""
MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown: filters by key (none is empty), the column to sort by (empty: the list's own order)."""

    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    down: bool = False
    page: int = 1
    size: int = PAGE

    @property
    def skipped(self) -> int:
        """How many rows stand before this page."""
        return (self.page - 1) * self.size


@dataclass(frozen=True, slots=True)
class Slice(Generic[R]):
    """The rows of a page, and how many there are on all pages together."""

    rows: Sequence[R]
    total: int


def slice_of_rows(rows: Sequence[R], asked: Asked, sorts: Mapping[str, Callable[[R], Any]]) -> Slice[R]:
    """The page that is asked for of rows that are all at hand, as they stand where nobody sorts them."""
    found = sorted(rows, key=sorts[asked.sort], reverse=asked.down) if asked.sort else rows
    return Slice(found[asked.skipped : asked.skipped + asked.size], len(found))
