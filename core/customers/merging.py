"""Two customers who are one person: seen beforehand, made one, and taken apart again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.customers.actions import customer_of
from core.customers.model import Consent, Customer, Merge, Purpose, agreed, stricter
from core.customers.ports import CustomerWork
from core.shared.events import CustomersMerged, CustomersUnmerged
from core.shared.refusals import Conflict, Unknown
from core.shared.values import CustomerId

MERGE_CHANNEL = "console"


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do to the people themselves."""

    survivor: Customer
    absorbed: Customer
    addresses: int
    agreed: Mapping[Purpose, bool]


def preview_people(work: CustomerWork, *, survivor: CustomerId, absorbed: CustomerId) -> MergePreview:
    """What would be true after the merge; nothing changes.

    Raises Unknown (`unknown-customer`), Conflict (`same-customer`, `customer-forgotten`).
    """
    keep, gone = customer_of(work, survivor), customer_of(work, absorbed)
    if keep.id == gone.id:
        raise Conflict("same-customer")
    if keep.forgotten_at or gone.forgotten_at:
        raise Conflict("customer-forgotten")
    both = stricter(agreed(work.consents.of(keep.id)), agreed(work.consents.of(gone.id)))
    return MergePreview(keep, gone, len(work.addresses.of(gone.id)), both)


def merge_people(
    work: CustomerWork, *, survivor: CustomerId, absorbed: CustomerId, actor: str, card: str = ""
) -> Merge:
    """The absorbed customer's addresses speak for the survivor, and the stricter consents hold.

    `card` is the id of the absorbed customer's card, kept for the un-merge. Raises as `preview_people`.
    """
    work.customers.lock(sorted((survivor, absorbed)))
    seen = preview_people(work, survivor=survivor, absorbed=absorbed)
    keep, gone = seen.survivor, seen.absorbed
    before = agreed(work.consents.of(keep.id))
    moved = work.addresses.of(gone.id)
    for known in moved:
        work.addresses.save(replace(known, customer=keep.id))
    _write_consents(work, keep, before, seen.agreed)
    work.customers.save(replace(gone, merged_into=keep.id))
    filled = replace(
        keep,
        name=keep.name or gone.name,
        birthday=keep.birthday or gone.birthday,
        sex=keep.sex or gone.sex,
        city=keep.city or gone.city,
        email=keep.email or gone.email,
        source=keep.source or gone.source,
    )
    if filled != keep:
        work.customers.save(filled)
    merge = Merge(work.new_id(), keep.id, gone.id, actor, work.now, tuple(one.address for one in moved), card, before)
    work.merges.add(merge)
    work.record(CustomersMerged(keep.id, gone.id, actor))
    return merge


def unmerge_people(work: CustomerWork, *, merge: str, actor: str) -> Merge:
    """The absorbed customer lives again with the addresses that were theirs; what came later stays with the survivor.

    Raises Unknown (`unknown-merge`), Conflict (`merge-undone`, `customer-forgotten`).
    """
    record = work.merges.get(merge)
    if record is None:
        raise Unknown("unknown-merge", merge=merge)
    work.customers.lock(sorted((record.survivor, record.absorbed)))
    gone, keep = work.customers.get(record.absorbed), work.customers.get(record.survivor)
    if gone is None or keep is None:
        raise Unknown("unknown-customer", customer=record.absorbed)
    if gone.forgotten_at or keep.forgotten_at:
        raise Conflict("customer-forgotten")
    if not work.merges.close(merge, work.now):
        raise Conflict("merge-undone")
    work.customers.save(replace(gone, merged_into=None))
    for address in record.addresses:
        known = work.addresses.get(address)
        if known is not None and known.customer == keep.id:
            work.addresses.save(replace(known, customer=gone.id))
    _write_consents(work, keep, agreed(work.consents.of(keep.id)), record.agreed_before)
    work.record(CustomersUnmerged(keep.id, gone.id, actor))
    return record


def _write_consents(
    work: CustomerWork, keep: Customer, before: Mapping[Purpose, bool], after: Mapping[Purpose, bool]
) -> None:
    """One line for each purpose that changes: the ledger stays the only place that says what holds."""
    rules = work.programme
    for purpose in Purpose:
        if before[purpose] != after[purpose]:
            version = rules.text_version(marketing=purpose is Purpose.MARKETING)
            work.consents.add(
                Consent(keep.id, purpose, after[purpose], version, keep.language, MERGE_CHANNEL, work.now)
            )
