"""What the verbs about batches of vouchers need from outside."""

from collections.abc import Set
from datetime import datetime
from typing import Protocol

from core.vouchers.model import Batch
from core.vouchers.ports import VoucherWork


class Batches(Protocol):
    """Batches and the vouchers in them, many at once."""

    def get(self, batch: str, *, lock: bool = False) -> Batch | None:
        """`lock`: nobody else makes or voids codes of it before this work is over."""
        ...

    def add(self, batch: Batch) -> None: ...

    def void(self, batch: Batch) -> None:
        """The batch is marked."""
        ...

    def fill(self, batch: Batch, codes: Set[str], at: datetime) -> int:
        """These codes are vouchers of the batch; left out those that somebody has already; how many were new."""
        ...

    def void_some(self, batch: Batch, actor: str, at: datetime, limit: int) -> int:
        """So many of its issued vouchers, at most `limit`, are void, each with its move; how many."""
        ...


class BatchWork(VoucherWork, Protocol):
    """Work that reaches batches."""

    @property
    def batches(self) -> Batches: ...
