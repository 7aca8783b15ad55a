"""A purse as it is at this instant, read without a lock: what is due by now is counted, though not yet in the books."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.cards import balance as cards
from core.cards.balance import Stored
from core.cards.model import Points
from core.ledger.model import Account, Lot, Part, Purse, after, moved, next_expiry, paid
from core.ledger.ports import LedgerWork
from core.ledger.posting import held_parts
from core.shared.values import CustomerId


def seen(work: LedgerWork, customer: CustomerId) -> tuple[Purse, Sequence[Lot]]:
    """The purse and its lots as `posting.current` would leave them; nothing is written."""
    purse, lots = work.ledger.purse(customer), list(work.ledger.lots(customer))
    if purse.due_at is None or purse.due_at > work.now:
        return purse, lots
    due = [Part(lot, lot.pending) for lot in lots if lot.activates_at <= work.now]
    ripe = moved(due, Account.PENDING, Account.ACTIVE)
    lots = [after(lot, ripe) for lot in lots]
    for hold in work.ledger.holds(customer):
        if hold.until <= work.now:
            free = moved(held_parts(work, hold, lots), Account.HELD, Account.ACTIVE)
            lots = [after(lot, free) for lot in lots]
    over = paid([Part(lot, lot.active) for lot in lots if not lot.living(work.now)], Account.ACTIVE, Account.EXPIRED)
    lots = [after(lot, over) for lot in lots]
    active = sum(lot.active for lot in lots)
    repaid = min(active, purse.debt)
    return (
        replace(
            purse,
            active=active - repaid,
            pending=sum(lot.pending for lot in lots),
            held=sum(lot.held for lot in lots),
            debt=purse.debt - repaid,
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
