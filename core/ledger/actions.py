"""The verbs of points: sell, take back, hold, release, give, adjust, reinstate. Each posts one operation or nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from core.ledger.dates import activation, after_last_good_day, expiry, grace
from core.ledger.model import (
    Account,
    Entry,
    Hold,
    HoldId,
    HoldState,
    Kind,
    Lot,
    Operation,
    OperationId,
    Part,
    Purse,
    after,
    moved,
    paid,
    spending_order,
    spent_parts,
    take,
    total,
)
from core.ledger.ports import LedgerWork
from core.ledger.posting import current, held_parts, new_lot, operation, post
from core.shared.refusals import Conflict, Unknown
from core.shared.values import CustomerId


def sell(
    work: LedgerWork,
    made: Operation,
    *,
    purse: Purse,
    spent: int,
    earned: int,
    hold: Hold | None = None,
    offline: bool = False,
) -> Purse:
    """A sale's points: `spent` leave the purse, the hold is resolved, `earned` come as one lot.

    `purse` is current. What an `offline` sale spent and nobody has any more is the house's loss, never a balance below
    zero. Raises Conflict (`not-enough-points`, `hold-closed`).
    """
    customer = purse.customer
    lots = list(work.ledger.lots(customer)) if spent or hold else []
    entries = list(_resolved(work, hold, lots, spent)) if hold else []
    rest = spent - sum(entry.amount for entry in entries if entry.account is Account.SPENT)
    usable = [found for found in (after(lot, entries) for lot in lots) if found.living(work.now)]
    parts = take(usable, rest)
    missing = rest - total(parts)
    if missing and not offline:
        raise Conflict("not-enough-points", most=spent - missing)
    entries += paid(parts, Account.ACTIVE, Account.SPENT)
    entries += [Entry(Account.SPENT, missing), Entry(Account.OFFLINE_LOSS, -missing)] if missing else []
    new = []
    if earned:
        activates = activation(made.business_at, work.programme)
        lot = new_lot(
            work, made, customer, earned, activates_at=activates, expires_at=expiry(activates, work.programme)
        )
        account = Account.PENDING if activates > work.now else Account.ACTIVE
        entries += [Entry(account, earned, customer, lot.id), Entry(Account.ISSUED, -earned)]
        new = [lot]
    return post(work, made, entries, lots=lots, new=new, purse=purse) or purse


@dataclass(frozen=True, slots=True)
class Returned:
    """What a return did to points: `given` back, `taken`, and the `shortfall` that was spent before."""

    given: int
    taken: int
    shortfall: int
    purse: Purse


def take_back(
    work: LedgerWork,
    made: Operation,
    *,
    purse: Purse,
    sale: OperationId,
    given: int,
    before: int,
    due: int,
    selves: Collection[CustomerId] = (),
) -> Returned:
    """First `given` spent points go back to their lots, then `due` earned ones are taken (domain section 4).

    `before`: spent points of the sale that earlier returns gave back. The last that the sale took come back first,
    as if it had taken fewer, so that any split of a return ends the same. `selves`: who the customer was before a merge
    or before a plastic was restored; a lot that they had spent to its end is the customer's own.
    """
    customer = purse.customer
    touched = {lot.id: lot for lot in work.ledger.lots_of(sale)}
    left = [lot.id for lot in touched.values() if lot.customer != customer and lot.customer in selves]
    if left:
        work.ledger.own(left, customer)
        touched |= {one: replace(touched[one], customer=customer) for one in left}
    spent = spent_parts(work.ledger.entries(sale), touched)
    entries: list[Entry] = []
    new: list[Lot] = []
    for part in _slice(spent[::-1], before, given):
        lot = _home(work, made, customer, part)
        if lot.id not in touched:
            new.append(lot)
        entries.append(Entry(Account.ACTIVE, part.points, customer, lot.id))
    back = sum(entry.amount for entry in entries)
    entries += [Entry(Account.SPENT, -given)] if given else []
    entries += [Entry(Account.OFFLINE_LOSS, given - back)] if given > back else []
    lots = {**touched, **{lot.id: lot for lot in work.ledger.lots(customer)}}
    mine = [after(lot, entries) for lot in (*lots.values(), *new) if lot.customer == customer]
    own = [lot for lot in mine if lot.operation == sale and lot.source is Kind.SALE]
    pending = take(own, due, Account.PENDING)
    others = [lot for lot in mine if lot not in own and lot.living(work.now)]
    active = take([*own, *spending_order(others)], due - total(pending))
    entries += paid(pending, Account.PENDING, Account.ISSUED) + paid(active, Account.ACTIVE, Account.ISSUED)
    taken = total(pending) + total(active)
    entries += _shortfall(work, customer, due - taken)
    if not entries:
        return Returned(0, 0, 0, purse)
    fresh = post(work, made, entries, lots=lots.values(), new=new, purse=purse) or purse
    return Returned(back, taken, due - taken, fresh)


def hold_points(work: LedgerWork, *, customer: CustomerId, points: int, spendable: int, source: str, key: str) -> Hold:
    """An open receipt claims the points for `hold_minutes`. Raises Conflict (`not-enough-points`)."""
    purse = current(work, [customer])[customer]
    most = min(spendable, purse.active - purse.debt)
    if points > most:
        raise Conflict("not-enough-points", most=max(0, most))
    parts = take([lot for lot in work.ledger.lots(customer) if lot.living(work.now)], points)
    made = operation(work, Kind.HOLD, source=source, key=key)
    until = work.now + timedelta(minutes=work.programme.hold_minutes)
    post(work, made, moved(parts, Account.ACTIVE, Account.HELD), due=until)
    hold = Hold(HoldId(work.new_id()), made.id, customer, points, until, source)
    work.ledger.add_hold(hold)
    return hold


def release_hold(work: LedgerWork, *, hold: HoldId, source: str) -> None:
    """The points are free again; releasing twice is releasing once.

    Raises Unknown (`unknown-hold`), Conflict (`hold-closed`) when it was captured or its time was over.
    """
    found = work.ledger.hold(hold)
    if found is None or found.source != source:
        raise Unknown("unknown-hold")
    purse = current(work, [found.customer])[found.customer]
    found = work.ledger.hold(hold) or found
    if found.state is HoldState.RELEASED:
        return
    if found.state is not HoldState.OPEN or not work.ledger.close_hold(hold, HoldState.RELEASED):
        raise Conflict("hold-closed")
    lots = work.ledger.lots(found.customer)
    made = operation(work, Kind.RELEASE, source=source, key=hold)
    post(work, made, moved(held_parts(work, found, lots), Account.HELD, Account.ACTIVE), lots=lots, purse=purse)


def give(
    work: LedgerWork,
    kind: Kind,
    *,
    customer: CustomerId,
    points: int,
    source: str,
    key: str,
    expires_at: datetime | None = None,
    actor: str = "",
    reason: str = "",
) -> bool:
    """Points that are active at once: welcome, question, opening. False when (source, key) has given them before."""
    purse = current(work, [customer])[customer]
    if points <= 0 or work.ledger.operation_of(source, key) is not None:
        return False
    made = operation(work, kind, source=source, key=key, actor=actor, reason=reason)
    house = {Kind.ADJUST: Account.ADJUSTED, Kind.REINSTATE: Account.EXPIRED}.get(kind, Account.ISSUED)
    until = expires_at or expiry(work.now, work.programme)
    lot = new_lot(work, made, customer, points, expires_at=until)
    entries = [Entry(Account.ACTIVE, points, customer, lot.id), Entry(house, -points)]
    post(work, made, entries, new=[lot], purse=purse)
    return True


def open_balance(
    work: LedgerWork, *, customer: CustomerId, number: str, points: int, last_good_day: date | None
) -> None:
    """The balance of a restored plastic is one opening lot with the record's expiry; what has expired is not given."""
    until = after_last_good_day(last_good_day, work.programme) if last_good_day else None
    if until is not None and until <= work.now:
        return
    give(
        work, Kind.OPENING, customer=customer, points=points, source="plastic", key=number, expires_at=until,
    )  # fmt: skip


def adjust(work: LedgerWork, *, customer: CustomerId, points: int, actor: str, reason: str, key: str) -> None:
    """A person of the shop gives or takes points and says why. Raises Conflict (`not-enough-points`)."""
    if points > 0:
        give(
            work, Kind.ADJUST, customer=customer, points=points, source=f"staff:{actor}", key=key, actor=actor,
            reason=reason,
        )  # fmt: skip
        return
    current(work, [customer])
    parts = take([lot for lot in work.ledger.lots(customer) if lot.living(work.now)], -points)
    if total(parts) < -points:
        raise Conflict("not-enough-points", most=total(parts))
    made = operation(work, Kind.ADJUST, source=f"staff:{actor}", key=key, actor=actor, reason=reason)
    post(work, made, paid(parts, Account.ACTIVE, Account.ADJUSTED))


def reinstate(work: LedgerWork, *, customer: CustomerId, points: int, actor: str, reason: str, key: str) -> None:
    """Expired points live again as a new lot. Raises Conflict (`not-expired`) beyond what has expired."""
    most = work.ledger.expired_points(customer)
    if points > most:
        raise Conflict("not-expired", most=most)
    give(
        work, Kind.REINSTATE, customer=customer, points=points, source=f"staff:{actor}", key=key, actor=actor,
        reason=reason,
    )  # fmt: skip


def _resolved(work: LedgerWork, hold: Hold, lots: Sequence[Lot], spent: int) -> list[Entry]:
    """What the sale uses of its hold is captured, the rest released."""
    if not work.ledger.close_hold(hold.id, HoldState.CAPTURED):
        raise Conflict("hold-closed")
    kept = held_parts(work, hold, lots)
    used: list[Part] = []
    free: list[Part] = []
    for part in kept:
        captured = min(part.points, spent - total(used))
        used += [Part(part.lot, captured)] if captured else []
        free += [Part(part.lot, part.points - captured)] if part.points > captured else []
    return paid(used, Account.HELD, Account.SPENT) + moved(free, Account.HELD, Account.ACTIVE)


def _home(work: LedgerWork, made: Operation, customer: CustomerId, part: Part) -> Lot:
    """The part's own lot, or a new one where that would expire too soon or is somebody else's by now."""
    earliest = grace(work.now, work.programme)
    lot = part.lot
    soon = lot.expires_at is not None and lot.expires_at < earliest
    if lot.customer == customer and not soon:
        return lot
    return new_lot(work, made, customer, part.points, expires_at=earliest if soon else lot.expires_at)


def _slice(parts: Sequence[Part], skip: int, points: int) -> list[Part]:
    """So many points of the parts, after the first `skip` of them."""
    chosen = []
    for part in parts:
        passed = min(skip, part.points)
        here = min(points, part.points - passed)
        skip, points = skip - passed, points - here
        if here:
            chosen.append(Part(part.lot, here))
    return chosen


def _shortfall(work: LedgerWork, customer: CustomerId, points: int) -> list[Entry]:
    if not points:
        return []
    if work.programme.return_debt == "debt":
        return [Entry(Account.ACTIVE, -points, customer), Entry(Account.ISSUED, points)]
    return [Entry(Account.ADJUSTED, -points), Entry(Account.ISSUED, points)]
