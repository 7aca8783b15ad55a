"""What the pages of imports need: a desk where files arrive and work on them begins."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.imports.guessing import Guess
from core.imports.model import Import
from core.imports.reasons import Reason
from core.shared.listing import Asked, Slice


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that has arrived."""

    id: str
    name: str
    digest: str
    size: int
    guess: Guess


class ImportDesk(Protocol):
    """Files of the console."""

    @property
    def most(self) -> int:
        """Bytes of the largest file that is taken."""
        ...

    async def take(self, name: str, size: int | None, chunks: AsyncIterator[bytes]) -> Taken: ...

    async def sample(self, id: str) -> Sequence[Mapping[str, str]]: ...

    async def rows(self, asked: Asked) -> Slice[Import]:
        """The newest first; filters `kind`, `state`, `by`."""
        ...

    async def get(self, id: str) -> Import | None: ...

    async def same(self, one: Import) -> Import | None: ...

    def progress(self, id: str) -> int: ...

    def rejects(self, id: str) -> Iterator[tuple[int, Reason]] | None: ...

    def codes(self, id: str) -> AsyncIterator[tuple[str, str]]: ...

    def begin(self, id: str, what: str, by: str) -> None: ...
