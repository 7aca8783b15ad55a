"""Batches of vouchers: so many codes of one offer, made a chunk at a time, and voided so.

A till never waits for more than one chunk; what was cut off is seen in the batch, and gone on with.
"""

from dataclasses import dataclass, replace
from datetime import date

from core.offers.editing import offer_of_id
from core.offers.model import Audience
from core.shared.refusals import Conflict, Invalid, Unknown
from core.vouchers.actions import fresh_code
from core.vouchers.batchports import BatchWork
from core.vouchers.model import Batch

MOST = 100_000
"""Codes of one batch."""
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Made:
    """How a batch stands after a chunk."""

    made: int
    left: int


def start(work: BatchWork, *, offer: str, count: int, first: date | None, last: date | None, actor: str) -> Batch:
    """A batch is there, its codes still to be made. Raises Unknown (`unknown-offer`), Invalid with its field."""
    found, today = offer_of_id(work, offer), work.now.astimezone(work.programme.timezone).date()
    if found.audience is not Audience.VOUCHER:
        raise Invalid("offer", "batch-offer", expected="an offer with the audience voucher")
    if found.window.last is not None and found.window.last < today:
        raise Invalid("offer", "batch-over", expected="an offer that is not over")
    if not 1 <= count <= MOST:
        raise Invalid("count", "batch-count", most=MOST)
    if last is not None and last < max(first or today, today):
        raise Invalid("until", "batch-days", expected="a day that is not over, not before the first one")
    batch = Batch(work.new_id(), offer, count, 0, first, last, work.now, actor)
    work.batches.add(batch)
    return batch


def fill_some(work: BatchWork, *, batch: str, limit: int = CHUNK) -> Made:
    """Up to `limit` codes more. Raises Unknown (`unknown-batch`), Conflict (`batch-void`) for one that was voided."""
    found = batch_of(work, batch, lock=True)
    if found.voided_at is not None:
        raise Conflict("batch-void")
    codes = {fresh_code(work) for _ in range(min(limit, found.count - found.made))}
    made = work.batches.fill(found, codes, work.now) if codes else 0
    return Made(found.made + made, found.count - found.made - made)


def void_batch(work: BatchWork, *, batch: str, actor: str) -> Batch:
    """No code of the batch is made any more; `void_some` takes those that are out."""
    found = replace(batch_of(work, batch, lock=True), voided_at=work.now, voided_by=actor)
    work.batches.void(found)
    return found


def void_some(work: BatchWork, *, batch: str, actor: str, limit: int = CHUNK) -> int:
    """So many issued vouchers of the voided batch are void now; 0: none is left. Redeemed ones stay redeemed."""
    found = batch_of(work, batch, lock=True)
    if found.voided_at is None:
        raise Conflict("batch-lives")
    return work.batches.void_some(found, actor, work.now, limit)


def batch_of(work: BatchWork, batch: str, *, lock: bool = False) -> Batch:
    """Raises Unknown (`unknown-batch`)."""
    found = work.batches.get(batch, lock=lock)
    if found is None:
        raise Unknown("unknown-batch")
    return found
