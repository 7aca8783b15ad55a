"""A purse as it is at this instant, read without a lock: what is due by now is counted, though not yet in the books."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.cards import balance as cards
from core.cards.balance import Stored
from core.cards.model import Points
from core.ledger.model import Account, Entry, Hold, Lot, Part, Purse, after, due_after, moved, next_expiry, paid
from core.ledger.ports import LedgerWork
from core.ledger.posting import held_parts, repayment
from core.shared.values import CustomerId


def seen(work: LedgerWork, customer: CustomerId) -> tuple[Purse, Sequence[Lot]]:
    """The purse and its lots as `posting.current` would leave them; nothing is written."""
    purse, lots = work.ledger.purse(customer), list(work.ledger.lots(customer))
    if purse.due_at is None or purse.due_at > work.now:
        return purse, lots
    holds = list(work.ledger.holds(customer))
    while purse.debt:
        due = due_after(lots, holds)
        if due is None or due > work.now:
            break
        purse, lots, holds = _moved_to(work, purse, lots, holds, due)
    return _moved_to(work, purse, lots, holds, work.now)[:2]


def _moved_to(
    work: LedgerWork, purse: Purse, lots: list[Lot], holds: list[Hold], at: datetime
) -> tuple[Purse, list[Lot], list[Hold]]:
    """As the night would leave them, had it come at that instant."""
    ripe = [Part(lot, lot.pending) for lot in lots if lot.pending and lot.activates_at <= at]
    purse, lots = _moved_on(purse, moved(ripe, Account.PENDING, Account.ACTIVE), lots, at)
    for hold in holds:
        if hold.until <= at:
            free = moved(held_parts(work, hold, lots), Account.HELD, Account.ACTIVE)
            purse, lots = _moved_on(purse, free, lots, at)
    over = paid([Part(lot, lot.active) for lot in lots if not lot.living(at)], Account.ACTIVE, Account.EXPIRED)
    purse, lots = _moved_on(purse, over, lots, at)
    return purse, lots, [hold for hold in holds if hold.until > at]


def _moved_on(purse: Purse, entries: list[Entry], lots: list[Lot], as_of: datetime) -> tuple[Purse, list[Lot]]:
    """Purse and lots as posting these entries would leave them."""
    repaid = repayment(purse, entries, lots, as_of)
    lots = [after(lot, [*entries, *repaid]) for lot in lots]
    return (
        replace(
            purse,
            active=sum(lot.active for lot in lots),
            pending=sum(lot.pending for lot in lots),
            held=sum(lot.held for lot in lots),
            debt=purse.debt - sum(entry.amount for entry in repaid if entry.lot is None),
        ),
        lots,
    )


def points_of(work: LedgerWork, customer: CustomerId, *, blocked: bool) -> Points:
    """What till and chat show of the purse; `blocked`: nothing can be spent, whatever is there."""
    purse, lots = seen(work, customer)
    return shown(purse, lots, work.now, blocked=blocked)


def shown(purse: Purse, lots: Sequence[Lot], now: datetime, *, blocked: bool) -> Points:
    """A purse with its lots as till and chat show it."""
    stored = Stored(purse.active, purse.pending, purse.held, purse.debt, next_expiry(lots, now), purse.due_at)
    return cards.points_of(stored, blocked=blocked)
