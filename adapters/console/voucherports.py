"""What the pages of vouchers read."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from core.shared.listing import Asked, Slice
from core.vouchers.views import BatchPage, CodeRow, Figures, VoucherPage, VoucherRow


class VoucherViews(Protocol):
    """Reads for the pages of vouchers."""

    async def vouchers(self, asked: Asked) -> Slice[VoucherRow]:
        """By code; filters `code` (as it was typed), `offer`, `state`, `batch`."""
        ...

    async def voucher(self, code: str) -> VoucherPage | None: ...

    async def figures(self) -> Mapping[str, Figures]:
        """How the vouchers of every offer stand, by offer."""
        ...

    async def batches(self, asked: Asked) -> Slice[BatchPage]:
        """The newest first; filters `offer`, `state`, `by` (how a login begins); sorts `made`, `count`, `by`."""
        ...

    async def batch(self, batch: str) -> BatchPage | None: ...

    async def codes(self, batch: str) -> Sequence[CodeRow]:
        """All codes of the batch, in their order."""
        ...
