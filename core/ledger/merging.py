"""Points that change their owner: two people become one, and one becomes two again (domain section 2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.cards.merging import CardsPreview
from core.cards.merging import merge as merge_cards
from core.cards.merging import preview_merge as preview_cards
from core.cards.merging import unmerge as unmerge_cards
from core.cards.model import Card, Points
from core.customers.model import Merge
from core.ledger.actions import open_balance
from core.ledger.model import (
    Account,
    Entry,
    HoldState,
    Kind,
    Lot,
    Part,
    Purse,
    after,
    moved,
    spending_order,
    take,
    total,
)
from core.ledger.ports import LedgerWork
from core.ledger.posting import current, held_parts, new_lot, operation, post
from core.ledger.seeing import points_of
from core.shared.values import CustomerId

_HERE = (Account.PENDING, Account.ACTIVE, Account.HELD)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do to people, cards and points; nothing has changed."""

    cards: CardsPreview
    survivor: Points
    absorbed: Points


def preview_merge(work: LedgerWork, *, survivor: CustomerId, absorbed: CustomerId) -> Preview:
    """What would be true after the merge. Raises as `core.cards.merging.preview_merge`."""
    cards = preview_cards(work, survivor=survivor, absorbed=absorbed)
    keep, gone = cards.people.survivor.id, cards.people.absorbed.id
    return Preview(cards, points_of(work, keep, blocked=False), points_of(work, gone, blocked=False))


def merge(work: LedgerWork, *, survivor: CustomerId, absorbed: CustomerId, actor: str) -> Merge:
    """One person is left, with one card and all the points. Raises as `core.cards.merging.merge`."""
    record = merge_cards(work, survivor=survivor, absorbed=absorbed, actor=actor)
    hand_over(work, survivor=record.survivor, absorbed=record.absorbed, key=record.id)
    return record


def unmerge(work: LedgerWork, *, merge: str, actor: str) -> Merge:
    """Both live again, each with the card and the points of earlier. Raises as `core.cards.merging.unmerge`."""
    record = unmerge_cards(work, merge=merge, actor=actor)
    hand_back(work, survivor=record.survivor, absorbed=record.absorbed, key=record.id)
    return record


def plastic_purse(number: str) -> CustomerId:
    """Whose points are those that a plastic earns before anybody has restored it."""
    return CustomerId(f"plastic:{number}")


def book_opening(work: LedgerWork, *, card: Card) -> None:
    """The card has the points of the plastic number it took: the record's balance, and what it earned since.

    Nothing for a card with a number of its own; a second time changes nothing.
    """
    record = work.plastics.get(card.number)
    if record is None or record.card != card.id:
        return
    open_balance(
        work, customer=card.customer, number=record.number, points=record.points, last_good_day=record.points_expire_on
    )
    hand_over(work, survivor=card.customer, absorbed=plastic_purse(record.number), key=f"plastic:{record.number}")


def hand_over(work: LedgerWork, *, survivor: CustomerId, absorbed: CustomerId, key: str) -> None:
    """Every point of `absorbed`, pending and held ones too, and its debt, are `survivor`'s; the sum is what it was."""
    purses = current(work, [survivor, absorbed])
    source = purses[absorbed]
    lots = work.ledger.lots(absorbed)
    entries = [
        entry
        for lot in lots
        for account, points in zip(_HERE, (lot.pending, lot.active, lot.held), strict=True)
        if points
        for entry in (Entry(account, -points, absorbed, lot.id), Entry(account, points, survivor, lot.id))
    ]
    if source.debt:
        entries += [Entry(Account.ACTIVE, source.debt, absorbed), Entry(Account.ACTIVE, -source.debt, survivor)]
    if not entries:
        return
    made = operation(work, Kind.MERGE, source="merge", key=key)
    work.ledger.own([lot.id for lot in lots], survivor)
    until = [hold.until for hold in work.ledger.holds(survivor)]
    post(work, made, entries, lots=lots, due=min(until, default=None))
    _repay(work, survivor)


def hand_back(work: LedgerWork, *, survivor: CustomerId, absorbed: CustomerId, key: str) -> None:
    """Every earlier movement has its old owner again; what the survivor has spent since comes from the survivor.

    What the survivor no longer has, the house pays (`house:adjusted`): the two are strangers now.
    """
    merge = work.ledger.operation_of("merge", key)
    if merge is None:
        return
    purses = current(work, [survivor, absorbed])
    _free_holds(work, purses[survivor])
    brought = _brought(work.ledger.entries(merge), survivor)
    lots = {lot.id: lot for lot in work.ledger.lots_of(merge) if lot.id in brought}
    made = operation(work, Kind.UNMERGE, source="unmerge", key=key, corrects=merge)
    entries: list[Entry] = []
    new: list[Lot] = []
    for lot in lots.values():
        for account, points in ((Account.PENDING, lot.pending), (Account.ACTIVE, lot.active)):
            if points:
                entries += [Entry(account, -points, survivor, lot.id), Entry(account, points, absorbed, lot.id)]
    mine = [lot for lot in work.ledger.lots(survivor) if lot.id not in lots]
    for lot in lots.values():
        used = brought[lot.id] - lot.pending - lot.active
        if used > 0 and lot.living(work.now):
            fresh = new_lot(work, made, absorbed, used, expires_at=lot.expires_at)
            new.append(fresh)
            usable = [rest for rest in (after(own, entries) for own in mine) if rest.living(work.now)]
            parts = take(spending_order(usable), used)
            entries += [Entry(Account.ACTIVE, -part.points, survivor, part.lot.id) for part in parts]
            if total(parts) < used:
                entries.append(Entry(Account.ADJUSTED, total(parts) - used))
            entries.append(Entry(Account.ACTIVE, used, absorbed, fresh.id))
    if entries:
        work.ledger.own(list(lots), absorbed)
        post(work, made, entries, lots=[*lots.values(), *mine], new=new)


def _brought(entries: Iterable[Entry], survivor: CustomerId) -> dict[str, int]:
    """How many points each lot brought to the survivor."""
    sums: dict[str, int] = {}
    for entry in entries:
        if entry.customer == survivor and entry.lot is not None and entry.amount > 0:
            sums[entry.lot] = sums.get(entry.lot, 0) + entry.amount
    return sums


def _free_holds(work: LedgerWork, purse: Purse) -> None:
    """Open receipts of one person who turns out to be two claim nothing any more."""
    for hold in work.ledger.holds(purse.customer):
        work.ledger.close_hold(hold.id, HoldState.RELEASED)
        lots = work.ledger.lots(purse.customer)
        parts: Sequence[Part] = held_parts(work, hold, lots)
        made = operation(work, Kind.RELEASE, source="unmerge", key=hold.id)
        post(work, made, moved(parts, Account.HELD, Account.ACTIVE), lots=lots, purse=purse)


def _repay(work: LedgerWork, customer: CustomerId) -> None:
    """A debt and points that came together settle each other at once."""
    purse = work.ledger.lock([customer])[customer]
    lots = [lot for lot in work.ledger.lots(customer) if lot.active and lot.living(work.now)]
    if purse.debt and lots:
        made = operation(work, Kind.RELEASE, source="debt", key=work.new_id())
        post(work, made, [], lots=lots, purse=purse)
