"""What a till hears besides whose code it is: points as time has made them, vouchers, personal offers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from core.cards.lookup import Recognised, keys_of, recognise
from core.ledger.dates import after_last_good_day
from core.ledger.merging import plastic_purse
from core.ledger.seeing import points_of
from core.offers.model import Audience, Offer
from core.offers.weekly import Pick, in_order, week_at
from core.sales.ports import SalesWork
from core.shared.values import CustomerId, Language
from core.vouchers.codes import normalised


@dataclass(frozen=True, slots=True)
class Right:
    """A voucher or an offer of this person; `ends_at` None: no end. `pick`: the reason as data, of a week's offer."""

    id: str
    title: str
    reason: str
    ends_at: datetime | None
    pick: Pick | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The whole answer to a code."""

    seen: Recognised
    vouchers: Sequence[Right] = ()
    offers: Sequence[Right] = ()


def known(work: SalesWork, *, seen: Recognised, language: Language) -> Known:
    """Everything the till shows, by what is due and valid at this instant; nothing changes."""
    owner = seen.customer if seen.customer is not None else plastic_purse(seen.number)
    stored = seen.stored
    if stored.due_at is not None and stored.due_at <= work.now:
        points = points_of(work, owner, blocked=bool(seen.spend_blocked_by) or seen.state != "active")
        seen = replace(seen, points=points)
    if seen.customer is None:
        return Known(seen)
    people = work.sales.selves(seen.customer)
    offers = {offer.id: offer for offer in work.offers.current()}
    today = work.now.astimezone(work.programme.timezone).date()
    vouchers = []
    for voucher in work.vouchers.of(people):
        offer = offers.get(voucher.offer)
        last = _last(voucher.valid_until, offer)
        if offer is not None and voucher.free(work.now, None) and (last is None or last >= today):
            vouchers.append(Right(voucher.code, offer.title_in(language), "", _end(work, last)))
    mine = _week(work, people, language)
    for offer_id, reason in work.offers.assigned(people).items():
        offer = offers.get(offer_id)
        if offer is None or offer.audience is not Audience.PERSONAL:
            continue
        if offer.window.last is None or offer.window.last >= today:
            mine.append(Right(offer.id, offer.title_in(language), reason, _end(work, offer.window.last)))
    return Known(seen, vouchers, mine)


def _week(work: SalesWork, people: Sequence[CustomerId], language: Language) -> list[Right]:
    """What was picked for the person this week and can still be used, activated ones first."""
    found = in_order(work.weeks.of(people, week_at(work.now, work.programme.timezone)))
    return [
        Right(one.item.id, one.item.title_in(language), "", _end(work, one.item.until), one.pick)
        for one in found
        if not one.used_up
    ]


def by_voucher(work: SalesWork, *, typed: str) -> Recognised | None:
    """The owner of the voucher whose code this is, recognised by their card; None for a voucher of nobody or none."""
    code = normalised(typed)
    voucher = work.vouchers.find([code], (), lock=False).get(code) if code else None
    card = work.cards.of(voucher.customer) if voucher is not None and voucher.customer is not None else None
    if card is None:
        return None
    keys = keys_of(card.number)
    return recognise(keys, work.finder.find(keys), programme=work.programme, now=work.now)


def _last(own: date | None, offer: Offer | None) -> date | None:
    """The last good day of a voucher: its own or its offer's, whichever comes first."""
    days = [day for day in (own, offer.window.last if offer is not None else None) if day is not None]
    return min(days, default=None)


def _end(work: SalesWork, last: date | None) -> datetime | None:
    return after_last_good_day(last, work.programme).astimezone(UTC) if last is not None else None
