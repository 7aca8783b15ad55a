"""A voucher and how it moves: issued, reserved, redeemed, back again, expired or void."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.shared.refusals import Conflict
from core.shared.values import CustomerId


class VoucherState(StrEnum):
    """Where a voucher stands."""

    ISSUED = "issued"
    RESERVED = "reserved"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    VOID = "void"


MOVES: dict[tuple[VoucherState, str], VoucherState] = {
    (VoucherState.ISSUED, "reserve"): VoucherState.RESERVED,
    (VoucherState.RESERVED, "release"): VoucherState.ISSUED,
    (VoucherState.RESERVED, "redeem"): VoucherState.REDEEMED,
    (VoucherState.REDEEMED, "rollback"): VoucherState.ISSUED,
    (VoucherState.ISSUED, "expire"): VoucherState.EXPIRED,
    (VoucherState.ISSUED, "void"): VoucherState.VOID,
}
"""The only place that knows the moves. A till that redeems at once reserves and redeems in one transaction."""


def target(state: VoucherState, move: str) -> VoucherState:
    """Where the move leads. Raises Conflict (`voucher-<state>`) when the table has no such move."""
    found = MOVES.get((state, move))
    if found is None:
        raise Conflict(f"voucher-{state}")
    return found


@dataclass(frozen=True, slots=True)
class Voucher:
    """A right to one offer, once. `customer` None: whoever brings it, or whoever proves the phone of `phone_hash`."""

    code: str
    offer: str
    customer: CustomerId | None = None
    phone_hash: str | None = None
    state: VoucherState = VoucherState.ISSUED
    valid_from: date | None = None
    valid_until: date | None = None
    reserved_by: str | None = None
    reserved_until: datetime | None = None
    sale: str | None = None

    @property
    def owned(self) -> bool:
        """True when it is somebody's."""
        return self.customer is not None or self.phone_hash is not None

    def over(self, day: date) -> bool:
        """True when its last day has passed."""
        return self.valid_until is not None and self.valid_until < day

    def free(self, now: datetime, hold: str | None) -> bool:
        """True when it can be redeemed now, by whoever holds it if it is reserved."""
        if self.state is VoucherState.RESERVED:
            return self.reserved_by == hold or (self.reserved_until is not None and self.reserved_until <= now)
        return self.state is VoucherState.ISSUED


@dataclass(frozen=True, slots=True)
class Batch:
    """So many codes of one offer, made at once by somebody of the staff; `made` of them are there."""

    id: str
    offer: str
    count: int
    made: int
    valid_from: date | None
    valid_until: date | None
    made_at: datetime
    made_by: str
    voided_at: datetime | None = None
    voided_by: str = ""
