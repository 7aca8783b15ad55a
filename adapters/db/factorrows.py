"""Second factors as rows: a code's step and a recovery code are each used by one conditional statement."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from adapters.db.sql import flat, one, put
from adapters.db.tables import recovery_codes, staff_factors
from core.shared.values import StaffId
from core.staff.factor import Factor

_of, _code = staff_factors.c, recovery_codes.c


class FactorRows:
    """Satisfies `core.staff.ports.Factors`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, staff: StaffId) -> Factor | None:
        """The member's."""
        row = one(self._connection, select(staff_factors).where(_of.staff == staff))
        return None if row is None else Factor(StaffId(row.staff), row.salt, row.since, row.last_step)

    def put(self, factor: Factor) -> None:
        """As given."""
        put(self._connection, staff_factors, [flat(factor)])

    def use_step(self, staff: StaffId, step: int) -> bool:
        """Of two who type the same code one is let in."""
        fresh = update(staff_factors).where(_of.staff == staff, _of.last_step < step)
        return self._connection.execute(fresh.values(last_step=step)).rowcount == 1

    def put_recovery(self, staff: StaffId, digests: Sequence[str]) -> None:
        """Instead of the former ones."""
        self._connection.execute(delete(recovery_codes).where(_code.staff == staff))
        self._connection.execute(recovery_codes.insert(), [{"staff": staff, "digest": one} for one in digests])

    def use_recovery(self, staff: StaffId, digest: str) -> bool:
        """Once."""
        used = delete(recovery_codes).where(_code.staff == staff, _code.digest == digest)
        return self._connection.execute(used).rowcount == 1

    def remove(self, staff: StaffId) -> None:
        """Both tables."""
        self._connection.execute(delete(recovery_codes).where(_code.staff == staff))
        self._connection.execute(delete(staff_factors).where(_of.staff == staff))
