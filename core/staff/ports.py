"""What the verbs about staff need."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.programme.ports import ProgrammeWork
from core.shared.values import StaffId
from core.staff.factor import Factor
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

    def end_session(self, session: str) -> bool:
        """The session that this begins the hash of is over; False when there is none."""
        ...

    def seen(self, staff: StaffId, at: datetime) -> None:
        """The member has logged in."""
        ...


class Factors(Protocol):
    """Second factors and recovery codes."""

    def get(self, staff: StaffId) -> Factor | None: ...

    def put(self, factor: Factor) -> None: ...

    def use_step(self, staff: StaffId, step: int) -> bool:
        """False when a code of this step, or a later one, was taken meanwhile."""
        ...

    def put_recovery(self, staff: StaffId, digests: Sequence[str]) -> None:
        """These are the member's recovery codes, and no others."""
        ...

    def use_recovery(self, staff: StaffId, digest: str) -> bool:
        """False when there is no such code any more."""
        ...

    def remove(self, staff: StaffId) -> None:
        """There is no factor and no recovery code."""
        ...


class StaffWork(ProgrammeWork, Protocol):
    """Work that reaches the staff."""

    @property
    def staff(self) -> Staff: ...

    @property
    def factors(self) -> Factors: ...
