"""What verbs need to know the rules."""

from typing import Protocol

from core.programme.model import Programme
from core.shared.work import Work


class ProgrammeWork(Work, Protocol):
    """Work under a retailer's rules."""

    @property
    def programme(self) -> Programme: ...
