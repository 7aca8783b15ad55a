"""What writing into the audit log needs."""

from typing import Protocol

from core.audit.model import Entry
from core.shared.work import Work


class Audit(Protocol):
    """The log; nothing in it is ever changed."""

    def note(self, entry: Entry) -> None:
        """The line is written with the work that it is about, or not at all."""
        ...


class AuditWork(Work, Protocol):
    """Work that is noted."""

    @property
    def audit(self) -> Audit: ...
