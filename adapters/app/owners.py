"""Whose purchases are whose by now, and sets that are read in chunks, each a work of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from adapters.db.work import DbWork

Do = Callable[[Callable[[DbWork], Any]], Any]
T = TypeVar("T")
_READ = 10_000
"""Rows in one reading work."""


def former_owners(do: Do) -> Mapping[str, str]:
    """Whose purchases are somebody's by now: of merged customers, and of phones that were proven since."""
    into = dict(all_of(do, lambda work, after: work.planning.merged(after, _READ), lambda row: row[0]))
    after: str | None = ""
    while after is not None:
        found, after = do(partial(_some_proven, after=after))
        into.update(found)
    return {owner: _last(owner, into) for owner in into}


def _some_proven(work: DbWork, after: str) -> tuple[Mapping[str, str], str | None]:
    return work.planning.proven(after, _READ)


def _last(owner: str, into: Mapping[str, str]) -> str:
    while owner in into:
        owner = into[owner]
    return owner


def all_of(do: Do, read: Callable[[DbWork, str], Sequence[T]], key: Callable[[T], str]) -> Iterator[T]:
    """Every row of a set that is read in chunks."""
    after = ""
    while rows := do(partial(_read, read=read, after=after)):
        yield from rows
        after = key(rows[-1])


def _read(work: DbWork, read: Callable[[DbWork, str], Sequence[T]], after: str) -> Sequence[T]:
    return read(work, after)
