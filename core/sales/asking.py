"""Who stands at the till with what: the same questions before a quote and before a sale."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from core.cards.lookup import Recognised, keys_of, recognise
from core.customers.actions import customer_of
from core.ledger.merging import plastic_purse
from core.ledger.model import Hold, HoldId, HoldState, Purse
from core.offers.model import Audience, Birthday, FirstPurchase, MemberOf, Offer, conditions_of
from core.offers.weekly import Chosen, offer_of, week_at
from core.sales.basket import Buyer, Line, Most
from core.sales.choosing import Presented, Usage
from core.sales.ports import SalesWork
from core.sales.quoting import Quote, quote
from core.shared.refusals import Conflict, Invalid, Unknown
from core.shared.values import CustomerId, StoreId
from core.vouchers.codes import normalised


@dataclass(frozen=True, slots=True)
class Asked:
    """A receipt as the till sends it."""

    store: StoreId
    lines: tuple[Line, ...]
    code: str | None = None
    vouchers: tuple[str, ...] = ()
    spend: int | Most = 0
    hold: HoldId | None = None
    phone: str = ""
    """The code read as a phone in E.164, where the programme allows that."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose receipt it is: `id` is the purse's, which a plastic nobody has restored has too."""

    id: CustomerId
    seen: Recognised
    everybody: Callable[[], Sequence[CustomerId]]

    @property
    def selves(self) -> Sequence[CustomerId]:
        """The customer and everybody merged into them; looked up when something first depends on it."""
        return self.everybody()

    @property
    def blocked(self) -> bool:
        """True when nothing can be spent."""
        return bool(self.seen.spend_blocked_by)


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """The quote of a receipt, its completed lines, the vouchers that were looked at, the week's offers by id."""

    quote: Quote
    lines: tuple[Line, ...]
    presented: Sequence[Presented]
    weekly: Mapping[str, Chosen]


def owner_of(work: SalesWork, asked: Asked, at: datetime) -> Owner | None:
    """Whose code it is at the instant; None without a code. Raises as `recognise`."""
    if asked.code is None:
        return None
    keys = replace(keys_of(asked.code), phone=asked.phone)
    found = recognise(keys, work.finder.find(keys), programme=work.programme, now=at)
    if found.customer is None:
        purse = plastic_purse(found.number)
        return Owner(purse, found, lambda: [purse])
    customer = customer_of(work, found.customer)
    return Owner(customer.id, found, cache(lambda: work.sales.selves(customer.id)))


def completed(work: SalesWork, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Category, brand and name are the till's word, else the product's; `no_points` if either says so.

    A sku that is not in the catalogue is sold all the same.
    """
    known = work.products.by_sku({line.sku for line in lines})
    full = []
    for line in lines:
        product = known.get(line.sku)
        if product is None:
            full.append(line)
            continue
        full.append(
            replace(
                line,
                name=line.name or product.name,
                category=line.category or product.category,
                brand=line.brand or product.brand,
                no_points=line.no_points or product.no_points,
            )
        )
    return tuple(full)


def open_hold(work: SalesWork, asked: Asked, owner: Owner | None) -> Hold | None:
    """The hold that the receipt names. Raises Unknown (`unknown-hold`), Conflict (`hold-closed`)."""
    if asked.hold is None:
        return None
    found = work.ledger.hold(asked.hold)
    if found is None or owner is None or found.customer != owner.id:
        raise Unknown("unknown-hold")
    if found.state is not HoldState.OPEN or found.until <= work.now:
        raise Conflict("hold-closed")
    return found


def must_be_a_store(work: SalesWork, store: StoreId) -> None:
    """Raises Invalid (`unknown-store`)."""
    if work.stores.get(store) is None:
        raise Invalid("store", "unknown-store")


def worked_out(
    work: SalesWork,
    asked: Asked,
    *,
    owner: Owner | None,
    purse: Purse | None,
    hold: Hold | None,
    at: datetime,
    spendable: int | None = None,
    lock: bool = False,
) -> WorkedOut:
    """The quote of the receipt at the instant, and what it was made of.

    `lock`: vouchers and counters stay as they are read until this work is over. `spendable`: instead of what the
    purse says, for a receipt that was made offline.
    """
    lines = completed(work, asked.lines)
    typed = {one: normalised(one) for one in dict.fromkeys(asked.vouchers)}
    codes = sorted({code for code in typed.values() if code})
    known = work.vouchers.find(codes, _people(owner), lock=lock) if codes else {}
    weekly = _weekly(work, owner, lines, at)
    offers = {offer.id: offer for offer in work.offers.current()}
    offers |= {offer: offer_of(one.item) for offer, one in weekly.items()}
    presented = []
    taken: set[str] = set()
    for word, code in typed.items():
        voucher = known.get(code)
        if voucher is not None and code in taken:
            continue
        taken.add(code)
        presented.append(Presented(word, voucher, offers.get(voucher.offer) if voucher is not None else None))
    buyer = _buyer(work, owner, [*offers.values()], weekly)
    named = {one.offer.id for one in presented if one.offer is not None}
    counted = [
        offer.id
        for offer in offers.values()
        if (offer.id in named or offer.audience is not Audience.VOUCHER)
        and (offer.limits.per_customer or offer.limits.total or offer.limits.budget is not None)
    ]
    uses = work.offers.uses(counted, _people(owner), lock=lock) if counted else {}
    quoted = quote(
        lines,
        buyer=buyer,
        offers=[offer for offer in offers.values() if offer.audience is not Audience.VOUCHER],
        presented=presented,
        spendable=_spendable(owner, purse, hold) if spendable is None else spendable,
        asked=asked.spend,
        instant=at,
        store=asked.store,
        usage={offer: Usage(*numbers) for offer, numbers in uses.items()},
        programme=work.programme,
        hold=hold.id if hold is not None else None,
    )
    return WorkedOut(quoted, lines, presented, weekly)


def _weekly(work: SalesWork, owner: Owner | None, lines: Sequence[Line], at: datetime) -> Mapping[str, Chosen]:
    """The offers of the instant's week that were picked for the person, as far as the receipt has their goods."""
    if owner is None or owner.seen.customer is None:
        return {}
    week = week_at(at, work.programme.timezone)
    return {one.item.id: one for one in work.weeks.of(owner.selves, week, {line.sku for line in lines})}


def _people(owner: Owner | None) -> Sequence[CustomerId]:
    return owner.selves if owner is not None else ()


def _spendable(owner: Owner | None, purse: Purse | None, hold: Hold | None) -> int:
    if owner is None or purse is None or owner.blocked:
        return 0
    return max(0, purse.active - purse.debt) + (hold.points if hold is not None else 0)


def _buyer(work: SalesWork, owner: Owner | None, offers: Sequence[Offer], weekly: Mapping[str, Chosen]) -> Buyer | None:
    """What the offers that there are ask about a person; nothing else is looked up."""
    if owner is None:
        return None
    asked = {type(one) for offer in offers for one in conditions_of(offer.condition)}
    first = FirstPurchase in asked and not work.sales.has_bought(owner.selves)
    if owner.seen.customer is None:
        return Buyer(owner.id, first_purchase=first)
    personal = any(offer.audience is Audience.PERSONAL and offer.id not in weekly for offer in offers)
    return Buyer(
        owner.id,
        first_purchase=first,
        birthday=customer_of(work, owner.id).birthday if Birthday in asked else None,
        clubs=_clubs(work, owner.id) if MemberOf in asked else frozenset(),
        assigned=frozenset([*weekly, *(work.offers.assigned(owner.selves) if personal else ())]),
    )


def _clubs(work: SalesWork, customer: CustomerId) -> frozenset[str]:
    """The clubs that the customer joined by naming interests in the questionnaire."""
    given = work.answers.of(customer)
    said = [given[key].value for key in work.programme.club_questions if key in given]
    return frozenset(club for one in said for club in one.split(",") if club)
