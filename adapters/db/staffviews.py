"""Reads about the staff: members, sessions, second factors."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.slices import slice_of
from adapters.db.tables import recovery_codes, sessions, staff, staff_factors
from core.shared.listing import Asked, Slice
from core.staff.views import FactorRow, SessionRow, StaffRow

_ID = 16
"""Characters of a session's hash that name it; the hash itself opens nothing either."""

_MEMBERS = select(staff, staff_factors.c.since).join(staff_factors, staff_factors.c.staff == staff.c.id, isouter=True)


class StaffReads:
    """Satisfies `adapters.console.factorports.StaffViews`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def members(self, asked: Asked) -> Slice[StaffRow]:
        """With their second factors."""
        of, chosen = staff.c, _MEMBERS
        if "login" in asked.filters:
            chosen = chosen.where(of.login.contains(asked.filters["login"].lower(), autoescape=True))
        if "role" in asked.filters:
            chosen = chosen.where(of.role == asked.filters["role"])
        sortable = {"login": of.login, "role": of.role, "sends": of.sends, "last": of.last_login_at}
        order = (of.disabled_at.is_not(None), of.login)
        async with self._engine.connect() as connection:
            return await slice_of(connection, chosen, asked, sortable=sortable, order=order, made=_member)

    async def member(self, member: str) -> StaffRow | None:
        """By id."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_MEMBERS.where(staff.c.id == member))).one_or_none()
        return None if row is None else _member(row)

    async def sessions(self) -> Sequence[SessionRow]:
        """Of members who may log in."""
        chosen = select(sessions, staff.c.login, staff.c.role).join(staff, staff.c.id == sessions.c.staff)
        living = chosen.where(staff.c.disabled_at.is_(None)).order_by(sessions.c.seen_at.desc(), sessions.c.token_hash)
        async with self._engine.connect() as connection:
            return [
                SessionRow(row.token_hash[:_ID], row.login, row.role, row.created_at, row.seen_at, bool(row.factored))
                for row in await connection.execute(living)
            ]

    async def factor(self, member: str) -> FactorRow:
        """How many recovery codes are left."""
        left = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.staff == member)
        since = select(staff_factors.c.since).where(staff_factors.c.staff == member)
        async with self._engine.connect() as connection:
            return FactorRow(
                (await connection.execute(since)).scalar(), int((await connection.execute(left)).scalar_one())
            )


def _member(row: Row[Any]) -> StaffRow:
    return StaffRow(
        row.id, row.login, row.role, bool(row.one_time), row.disabled_at is not None, bool(row.sends),
        row.last_login_at, row.since,
    )  # fmt: skip
