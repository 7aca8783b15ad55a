"""The verbs of the receipt: quote it, settle it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.cards.model import Points
from core.ledger.actions import sell
from core.ledger.dates import day_of, midnight
from core.ledger.model import Kind, Purse
from core.ledger.once import Done, digest_of
from core.ledger.posting import current, operation
from core.ledger.seeing import seen, shown
from core.offers.weekly import Did
from core.sales.asking import Asked, Owner, must_be_a_store, open_hold, owner_of, worked_out
from core.sales.basket import Line
from core.sales.choosing import Presented
from core.sales.confirming import must_be_proven
from core.sales.model import ConfirmationId, Receipt, Sale, SaleId, SoldLine
from core.sales.ports import SalesWork
from core.sales.quoting import Quote
from core.shared.refusals import Conflict, Invalid
from core.vouchers.actions import redeem, release


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote, and why nothing can be spent where nothing can."""

    quote: Quote
    blocked_by: tuple[str, ...]
    vouchers: tuple[str, ...]
    """As the till sent them, in its order."""


class TotalChanged(Conflict):
    """What the till expects is not what the receipt comes to; the new quote comes along."""

    def __init__(self, quoted: Quoted) -> None:
        super().__init__("total-changed", total=quoted.quote.total)
        self.quoted = quoted


@dataclass(frozen=True, slots=True)
class SaleAsked:
    """A receipt to be settled: what was asked, and the till's own word about it."""

    asked: Asked
    receipt: str
    till: str
    sold_at: datetime
    expected_total: int | None = None
    confirmation: ConfirmationId | None = None
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A sale in the books."""

    sale: Sale
    quoted: Quoted
    balance: Points | None
    owner: Owner | None


def quote_for(work: SalesWork, *, asked: Asked, at: datetime | None = None) -> Quoted:
    """What the receipt would come to; `at` moves offers and vouchers, never the balance. Nothing changes.

    Raises Invalid (`unknown-store`), Unknown, Conflict as `owner_of` and `open_hold`.
    """
    must_be_a_store(work, asked.store)
    owner = owner_of(work, asked, work.now)
    hold = open_hold(work, asked, owner)
    purse = seen(work, owner.id)[0] if owner is not None else None
    made = worked_out(work, asked, owner=owner, purse=purse, hold=hold, at=at or work.now)
    return _quoted(made.quote, owner, asked)


def settle(
    work: SalesWork, *, wanted: SaleAsked, source: str, key: str, tell: Callable[[Settled], str]
) -> tuple[Done, Settled | None]:
    """The sale is in the books: points, vouchers and counters with it, or nothing is. `tell` words the answer.

    The same receipt again is answered with its first answer, and no Settled. Raises TotalChanged, Invalid
    (`clock-ahead`, `too-late`, `receipt-conflict`, `unknown-store`), Conflict (`proof-needed`, `code-used`,
    `hold-closed`) and as `owner_of`.
    """
    asked = wanted.asked
    must_be_a_store(work, asked.store)
    _must_be_in_time(work, wanted)
    at = min(wanted.sold_at, work.now)
    owner = owner_of(work, asked, at if wanted.offline else work.now)
    receipt = Receipt(asked.store, wanted.till, wanted.receipt, day_of(wanted.sold_at, work.programme))
    digest = _digest(asked, owner)
    before = work.sales.by_receipt(receipt)
    if before is not None:
        return _again(before, digest), None
    hold = open_hold(work, asked, owner)
    purse = current(work, [owner.id])[owner.id] if owner is not None else None
    hold = open_hold(work, asked, owner) if hold is not None else None  # its time may have ended while we waited
    spendable = _offline_spendable(work, owner, source, at) if wanted.offline else None
    worked = worked_out(work, asked, owner=owner, purse=purse, hold=hold, at=at, spendable=spendable, lock=True)
    made = worked.quote
    quoted = _quoted(made, owner, asked)
    if wanted.expected_total is not None and wanted.expected_total != made.total:
        raise TotalChanged(quoted)
    sale_id = SaleId(work.new_id())
    if owner is not None and made.points_spent:
        must_be_proven(
            work, seen=owner.seen, customer=owner.id, code=asked.code or "", points=made.points_spent, source=source,
            confirmation=wanted.confirmation, sale=sale_id,
        )  # fmt: skip
    moves_points = owner is not None and bool(made.points_spent or made.earned or hold)
    operated = operation(work, Kind.SALE, source=source, key=key, business_at=at) if moves_points else None
    sale = Sale(
        sale_id, receipt, owner.id if owner else None, operated.id if operated else None, wanted.sold_at, work.now,
        source, digest, made.points_spent, wanted.offline, _sold(worked.lines, made),
    )  # fmt: skip
    after = purse
    if operated is not None and purse is not None:
        after = sell(
            work, operated, purse=purse, spent=made.points_spent, earned=made.earned, hold=hold, offline=wanted.offline
        )
    _use_up(work, made, worked.presented, sale_id, hold.id if hold is not None else None)
    if hold is not None:
        release(work, hold=hold.id)
    _count(work, made, owner)
    if owner is not None and worked.weekly:
        used = [worked.weekly[one.offer] for one in made.applied if one.offer in worked.weekly]
        work.weeks.note(owner.id, used, Did.REDEEMED, work.now)
    balance = _balance(work, owner, after)
    settled = Settled(sale, quoted, balance, owner)
    answer = tell(settled)
    work.sales.add(replace(sale, answer=answer), made.applied)
    return Done(answer, replayed=False), settled


def _again(before: Sale, digest: str) -> Done:
    if before.digest != digest:
        raise Invalid("receipt", "receipt-conflict")
    return Done(before.answer, replayed=True)


def _must_be_in_time(work: SalesWork, wanted: SaleAsked) -> None:
    if wanted.sold_at > work.now + timedelta(minutes=work.programme.clock_ahead_minutes):
        raise Invalid("sold_at", "clock-ahead")
    if wanted.sold_at < work.now - timedelta(days=work.programme.late_receipt_days):
        raise Invalid("sold_at", "too-late")


def _digest(asked: Asked, owner: Owner | None) -> str:
    lines = [[line.sku, line.milli, line.unit_price, line.no_points] for line in asked.lines]
    return digest_of("receipt", [owner.id if owner is not None else None, lines])


def _offline_spendable(work: SalesWork, owner: Owner | None, source: str, at: datetime) -> int:
    """What the till may have let be spent without us: capped per sale, per person and day, per till and outage."""
    rules = work.programme
    if owner is None or owner.blocked or not rules.offline_points_sale:
        return 0
    day = midnight(day_of(at, rules), rules)
    by_day = rules.offline_points_day - work.sales.offline_points(owner.selves, day, day + timedelta(days=1))
    by_outage = rules.offline_points_outage - work.sales.outage_points(source, at)
    return max(0, min(rules.offline_points_sale, by_day, by_outage))


def _sold(lines: tuple[Line, ...], made: Quote) -> tuple[SoldLine, ...]:
    return tuple(
        SoldLine(
            line.sku, line.name, line.category, line.brand, line.no_points, line.milli, line.unit_price, told.amount,
            told.discount, told.points_paid, told.total, told.earned,
        )
        for line, told in zip(lines, made.lines, strict=True)
    )  # fmt: skip


def _use_up(work: SalesWork, made: Quote, presented: Sequence[Presented], sale: SaleId, hold: str | None) -> None:
    """Vouchers that gave something are redeemed; one that gave nothing is not burnt."""
    used = {one.code for one in made.applied if one.code is not None}
    for one in presented:
        if one.voucher is not None and one.voucher.code in used:
            redeem(work, one.voucher, sale=sale, hold=hold)


def _count(work: SalesWork, made: Quote, owner: Owner | None) -> None:
    """An offer counts once a sale, however many of its vouchers it took; in the order of ids, as it was locked."""
    spent: dict[str, int] = {}
    for one in made.applied:
        spent[one.offer] = spent.get(one.offer, 0) + one.amount
    for offer, amount in sorted(spent.items()):
        work.offers.count(offer, owner.id if owner else None, uses=1, spent=amount)


def _balance(work: SalesWork, owner: Owner | None, purse: Purse | None) -> Points | None:
    if owner is None or purse is None:
        return None
    return shown(purse, work.ledger.lots(owner.id), work.now, blocked=owner.blocked)


def _quoted(made: Quote, owner: Owner | None, asked: Asked) -> Quoted:
    blocked = tuple(owner.seen.spend_blocked_by) if owner is not None else ()
    return Quoted(made, blocked, tuple(dict.fromkeys(asked.vouchers)))
