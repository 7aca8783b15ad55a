"""What the verbs about staff need."""

from typing import Protocol

from core.programme.ports import ProgrammeWork
from core.shared.values import StaffId
from core.staff.model import StaffMember


class Staff(Protocol):
    """The people with a login."""

    def get(self, staff: StaffId) -> StaffMember | None: ...

    def by_login(self, login: str) -> StaffMember | None: ...

    def owners(self) -> int:
        """How many owners can still log in."""
        ...

    def add(self, member: StaffMember) -> None: ...

    def save(self, member: StaffMember) -> None: ...

    def end_sessions(self, staff: StaffId) -> None:
        """Every session of this person is over."""
        ...


class StaffWork(ProgrammeWork, Protocol):
    """Work that reaches the staff."""

    @property
    def staff(self) -> Staff: ...
