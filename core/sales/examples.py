"""An example basket: what a receipt would come to with a draft of an offer beside the offers that run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.offers.model import Audience, Offer
from core.sales.asking import completed
from core.sales.basket import Buyer, Line, Most
from core.sales.choosing import Presented, Usage
from core.sales.ports import SalesWork
from core.sales.quoting import Quote, quote
from core.shared.values import CustomerId
from core.vouchers.model import Voucher

_NOBODY = CustomerId("example")
CODE = "draft"
"""How the voucher of a draft is told in the quote."""


@dataclass(frozen=True, slots=True)
class Example:
    """A basket and who pays for it; `card` False: a receipt without one. `spendable`: their points."""

    lines: tuple[Line, ...]
    store: str
    at: datetime
    card: bool = True
    first_purchase: bool = False
    birthday: date | None = None
    clubs: frozenset[str] = frozenset()
    spendable: int = 0
    spend: int | Most = 0


@dataclass(frozen=True, slots=True)
class Exampled:
    """The quote of an example, its lines with what the catalogue knows of them, the offers that were judged by id."""

    quote: Quote
    lines: Sequence[Line]
    offers: Mapping[str, Offer]


def example(work: SalesWork, *, draft: Offer, of: Example) -> Exampled:
    """The basket by the rules of every quote. A draft that needs a voucher has one, a personal one is assigned."""
    offers = {one.id: one for one in work.offers.current()} | {draft.id: draft}
    counted = [
        one.id
        for one in offers.values()
        if one.limits.total or one.limits.budget is not None or one.limits.per_customer
    ]
    uses = work.offers.uses(counted, (), lock=False)
    buyer = Buyer(_NOBODY, of.first_purchase, of.birthday, of.clubs, frozenset({draft.id})) if of.card else None
    shown = [Presented(CODE, Voucher(CODE, draft.id), draft)] if draft.audience is Audience.VOUCHER else []
    lines = completed(work, of.lines)
    quoted = quote(
        lines,
        buyer=buyer,
        offers=[one for one in offers.values() if one.audience is not Audience.VOUCHER],
        presented=shown,
        spendable=of.spendable if of.card else 0,
        asked=of.spend,
        instant=of.at,
        store=of.store,
        usage={offer: Usage(*numbers) for offer, numbers in uses.items()},
        programme=work.programme,
    )
    return Exampled(quoted, lines, offers)
