"""What importing needs from the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.audit.ports import AuditWork
from core.imports.model import Import


class Imports(Protocol):
    """Files that were brought."""

    def get(self, id: str, *, lock: bool = False) -> Import | None: ...

    def add(self, one: Import) -> None: ...

    def save(self, one: Import) -> None: ...

    def same(self, digest: str) -> Sequence[Import]:
        """Imports of the very same bytes that are in the house, the newest first."""
        ...

    def left(self, before: datetime) -> Sequence[str]:
        """Ids of those whose file need not be kept: older ones, in the order of arrival."""
        ...


class ImportWork(AuditWork, Protocol):
    """Work that reaches imports."""

    @property
    def imports(self) -> Imports: ...
