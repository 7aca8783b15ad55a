"""What every verb of the ledger begins and ends with: a purse that is up to date, and a posting that is sound."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from core.ledger.model import (
    Account,
    Entry,
    Hold,
    HoldState,
    Kind,
    Lot,
    LotId,
    Operation,
    OperationId,
    Part,
    Purse,
    after,
    balanced,
    due_after,
    moved,
    paid,
    spending_order,
    take,
)
from core.ledger.ports import LedgerWork
from core.shared.values import CustomerId

NIGHT = "night"
"""The source of what time itself does: activating, releasing, expiring."""


def operation(
    work: LedgerWork,
    kind: Kind,
    *,
    source: str,
    key: str,
    business_at: datetime | None = None,
    actor: str = "",
    reason: str = "",
    corrects: OperationId | None = None,
) -> Operation:
    """A fresh operation of this work's instant."""
    made = OperationId(work.new_id())
    return Operation(made, kind, source, key, work.now, business_at or work.now, actor, reason, corrects)


def new_lot(
    work: LedgerWork,
    made_by: Operation,
    customer: CustomerId,
    points: int,
    *,
    activates_at: datetime | None = None,
    expires_at: datetime | None = None,
    source: Kind | None = None,
) -> Lot:
    """A lot without its points yet: an entry brings them."""
    activates = activates_at or work.now
    kind = source or made_by.kind
    return Lot(LotId(work.new_id()), customer, made_by.id, kind, points, work.now, activates, expires_at)


def current(work: LedgerWork, customers: Collection[CustomerId]) -> dict[CustomerId, Purse]:
    """The purses, locked, with everything done that was due by now: no verb sees points that time has taken."""
    purses = dict(work.ledger.lock(customers))
    for customer, purse in sorted(purses.items()):
        if purse.due_at is not None and purse.due_at <= work.now:
            purses[customer] = _catch_up(work, purse)
    return purses


def post(
    work: LedgerWork,
    made: Operation,
    entries: Sequence[Entry],
    *,
    lots: Iterable[Lot] = (),
    new: Sequence[Lot] = (),
    purse: Purse | None = None,
    due: datetime | None = None,
    as_of: datetime | None = None,
) -> Purse | None:
    """The operation is in the books. A debt of `purse` is repaid from what became active; its purse after that.

    `as_of`: when it became active, where the books are later than that.
    """
    every = [*lots, *new]
    if purse is not None and purse.debt:
        entries = [*entries, *repayment(purse, entries, every, as_of or made.at)]
    if not balanced(entries):
        raise AssertionError("entries of one operation sum to zero")
    wakes = due_after([after(lot, entries) for lot in every], ())
    first = min((instant for instant in (wakes, due) if instant is not None), default=None)
    purses = work.ledger.post(made, entries, new=new, due=first)
    return purses.get(purse.customer, purse) if purse is not None else None


def held_parts(work: LedgerWork, hold: Hold, lots: Iterable[Lot]) -> list[Part]:
    """The points that the hold keeps, lot by lot."""
    mine = {lot.id: lot for lot in lots}
    entries = work.ledger.entries(hold.operation)
    return [
        Part(mine[entry.lot], entry.amount)
        for entry in entries
        if entry.account is Account.HELD and entry.lot is not None and entry.amount > 0
    ]


def repayment(purse: Purse, entries: Sequence[Entry], lots: Iterable[Lot], as_of: datetime) -> list[Entry]:
    """What of the purse's active points repays its debt once these entries are posted; expired ones repay nothing."""
    mine = [lot for lot in lots if lot.customer == purse.customer and lot.living(as_of)]
    usable = spending_order(after(lot, entries) for lot in mine)
    parts = take(usable, purse.debt)
    out = [Entry(Account.ACTIVE, -part.points, purse.customer, part.lot.id) for part in parts]
    repaid = sum(part.points for part in parts)
    return [*out, Entry(Account.ACTIVE, repaid, purse.customer)] if out else []


def _catch_up(work: LedgerWork, purse: Purse) -> Purse:
    """Everything due by now is done; with a debt instant after instant, for what came first repays it, however late."""
    customer = purse.customer
    while purse.debt:
        due = due_after(work.ledger.lots(customer), work.ledger.holds(customer))
        if due is None or due > work.now:
            break
        purse = _done_by(work, purse, due)
    purse = _done_by(work, purse, work.now)
    work.ledger.due(customer, due_after(work.ledger.lots(customer), work.ledger.holds(customer)))
    return purse


def _done_by(work: LedgerWork, purse: Purse, at: datetime) -> Purse:
    """Activate, release ended holds, expire: the order of the night (domain section 4), for one customer."""
    customer = purse.customer
    lots = work.ledger.lots(customer)
    ripe = [Part(lot, lot.pending) for lot in lots if lot.pending and lot.activates_at <= at]
    if ripe:
        purse = _done(work, purse, Kind.ACTIVATE, moved(ripe, Account.PENDING, Account.ACTIVE), lots, at)
    for hold in work.ledger.holds(customer):
        if hold.until <= at and work.ledger.close_hold(hold.id, HoldState.EXPIRED):
            lots = work.ledger.lots(customer)
            parts = held_parts(work, hold, lots)
            purse = _done(work, purse, Kind.RELEASE, moved(parts, Account.HELD, Account.ACTIVE), lots, at)
    lots = work.ledger.lots(customer)
    over = [Part(lot, lot.active) for lot in lots if lot.active and not lot.living(at)]
    if over:
        purse = _done(work, purse, Kind.EXPIRE, paid(over, Account.ACTIVE, Account.EXPIRED), lots, at)
    return purse


def _done(
    work: LedgerWork, purse: Purse, kind: Kind, entries: Sequence[Entry], lots: Sequence[Lot], as_of: datetime
) -> Purse:
    made = operation(work, kind, source=NIGHT, key=work.new_id())
    return post(work, made, entries, lots=lots, purse=purse, as_of=as_of) or purse
