"""What comes back: a return by line and quantity, or all that is left; never a negative sale."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.cards.balance import spend_blocks
from core.cards.model import CardState, Points
from core.customers.actions import customer_of
from core.ledger.actions import take_back
from core.ledger.model import Kind
from core.ledger.posting import current, operation
from core.ledger.seeing import shown
from core.offers.model import ReturnPolicy
from core.sales.model import ReturnId, Sale, SaleId, SaleReturn, bring_back, everything_left
from core.sales.ports import SalesWork
from core.shared.refusals import Unknown
from core.shared.values import CustomerId, StoreId
from core.vouchers.actions import roll_back


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A return in the books."""

    done: SaleReturn
    vouchers: tuple[str, ...]
    balance: Points | None
    customer: CustomerId | None


def sale_of(work: SalesWork, *, sale: SaleId, store: StoreId, lock: bool = False) -> Sale:
    """The store's sale. Raises Unknown (`unknown-sale`): another store's is as if it were not there."""
    found = work.sales.get(sale, lock=lock)
    if found is None or found.receipt.store != store:
        raise Unknown("unknown-sale")
    return found


def give_back(
    work: SalesWork, *, sale: Sale, asked: Mapping[int, int] | None, source: str, key: str, reason: str
) -> GivenBack:
    """So many thousandths of these lines are back (None: all that is left), with their money and points.

    `sale` is locked. Raises as `bring_back` and `everything_left`.
    """
    back = bring_back(sale, everything_left(sale) if asked is None else asked)
    customer = owner_now(work, sale)
    made = ReturnId(work.new_id())
    given = taken = shortfall = 0
    operated = None
    balance = None
    if customer is not None and sale.operation is not None:
        purse = current(work, [customer])[customer]
        if back.points or back.due:
            posted = operation(work, Kind.RETURN, source=source, key=key, reason=reason, corrects=sale.operation)
            result = take_back(
                work, posted, purse=purse, sale=sale.operation, given=back.points, before=back.points_before,
                due=back.due, selves=_selves(work, sale, customer),
            )  # fmt: skip
            operated, purse = posted.id, result.purse
            given, taken, shortfall = result.given, result.taken, result.shortfall
    if customer is not None:
        purse = work.ledger.lock([customer])[customer]
        balance = shown(purse, work.ledger.lots(customer), work.now, blocked=_blocked(work, customer))
    done = SaleReturn(made, sale.id, operated, work.now, source, reason, back, given, taken, shortfall)
    work.sales.add_return(done)
    vouchers = _undo(work, sale, made) if back.whole else ()
    return GivenBack(done, vouchers, balance, customer)


def owner_now(work: SalesWork, sale: Sale) -> CustomerId | None:
    """Whose sale it is by now: the survivor's, once its customer was merged."""
    if sale.customer is None or sale.customer.startswith("plastic:"):
        return _restored(work, sale.customer)
    return customer_of(work, sale.customer).id


def _selves(work: SalesWork, sale: Sale, customer: CustomerId) -> set[CustomerId]:
    """Who the customer is and was: the lots that the sale took from were theirs."""
    if sale.customer is None or sale.customer == customer:
        return {customer}
    return {sale.customer, *work.sales.selves(customer)}


def _restored(work: SalesWork, purse: CustomerId | None) -> CustomerId | None:
    """A plastic's purse went to whoever has restored the number since."""
    if purse is None:
        return None
    record = work.plastics.get(purse.removeprefix("plastic:"))
    card = work.cards.get(record.card) if record is not None and record.card is not None else None
    return customer_of(work, card.customer).id if card is not None else purse


def _undo(work: SalesWork, sale: Sale, cause: str) -> tuple[str, ...]:
    """A sale that is wholly returned counts no use, and its vouchers live again by their offer's policy."""
    spent: dict[str, int] = {}
    for one in work.sales.applied(sale.id):
        spent[one.offer] = spent.get(one.offer, 0) + one.amount
    for offer, amount in sorted(spent.items()):
        work.offers.count(offer, sale.customer, uses=-1, spent=-amount)
    if sale.sold_at + timedelta(days=work.programme.voucher_rollback_days) < work.now:
        return ()
    policies = {offer.id: offer.return_policy for offer in work.offers.current()}
    free = [
        voucher
        for voucher in work.vouchers.of_sale(sale.id)
        if policies.get(voucher.offer, ReturnPolicy.RETURN_USE) is ReturnPolicy.RETURN_USE
    ]
    return tuple(roll_back(work, free, cause=cause))


def _blocked(work: SalesWork, customer: CustomerId) -> bool:
    """True when the customer could not spend now."""
    if customer.startswith("plastic:"):
        return True
    card = work.cards.of(customer)
    lock = customer_of(work, customer).spend_lock
    active = card is not None and card.state is CardState.ACTIVE
    return not active or bool(spend_blocks(gate=work.programme.gate_questions, active=active, spend_lock=lock))
