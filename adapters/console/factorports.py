"""What the pages about staff, sessions and the second factor read."""

from collections.abc import Sequence
from typing import Protocol

from core.shared.listing import Asked, Slice
from core.staff.views import FactorRow, SessionRow, StaffRow


class FactorViews(Protocol):
    """Reads of second factors."""

    async def factor(self, staff: str) -> FactorRow: ...


class StaffViews(FactorViews, Protocol):
    """Reads of the staff."""

    async def members(self, asked: Asked) -> Slice[StaffRow]:
        """By login, the closed ones last; filters `login`, which it holds, and `role`."""
        ...

    async def member(self, staff: str) -> StaffRow | None: ...

    async def sessions(self) -> Sequence[SessionRow]:
        """Who is logged in, the last seen first."""
        ...
