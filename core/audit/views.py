"""What pages read of the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A line as it is shown; `hash` chains it to the one before."""

    number: int
    at: datetime
    login: str
    role: str
    verb: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    why: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The newest line: whoever has written its number and hash down knows later whether a line was changed or cut."""

    number: int
    at: datetime
    hash: str
