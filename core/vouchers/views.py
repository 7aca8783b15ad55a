"""What pages read about vouchers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from core.vouchers.model import Batch, Voucher


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """A voucher of the list, the batch it was made in, when it last moved."""

    voucher: Voucher
    batch: str
    changed_at: datetime


class CodeRow(NamedTuple):
    """A code as a file lists it."""

    code: str
    valid_until: date | None
    state: str


@dataclass(frozen=True, slots=True)
class VoucherMove:
    """One line of a voucher's moves; `cause` is the sale, the hold or the member of the staff."""

    at: datetime
    move: str
    cause: str


@dataclass(frozen=True, slots=True)
class VoucherPage:
    """A voucher with all that happened to it, oldest first."""

    row: VoucherRow
    moves: Sequence[VoucherMove]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many vouchers of an offer or a batch stand in which state."""

    by_state: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_state.values())

    @property
    def redeemed(self) -> int:
        """Those that paid for something."""
        return self.by_state.get("redeemed", 0)

    @property
    def percent(self) -> int:
        """How many of a hundred were redeemed."""
        return round(100 * self.redeemed / self.total) if self.total else 0


class Stands(StrEnum):
    """Whether a batch is whole."""

    READY = "ready"
    UNFINISHED = "unfinished"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A batch and how its vouchers stand."""

    batch: Batch
    figures: Figures

    @property
    def stands(self) -> Stands:
        """What is void stays so, whatever it lacks."""
        if self.batch.voided_at is not None:
            return Stands.VOID
        return Stands.READY if self.batch.made >= self.batch.count else Stands.UNFINISHED
