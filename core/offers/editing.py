"""Verbs about offers as people keep them: a version put where the one before was seen, an offer brought to its end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from core.offers.data import offer_data
from core.offers.model import Audience, Offer
from core.offers.ports import OfferWork
from core.offers.reading import offer_from
from core.offers.weekly import week_and_sku
from core.shared.refusals import Conflict, Invalid, Unknown
from core.shared.values import CustomerId, Phone

NEW = 0
"""The version of an offer that is not there yet."""


def offer_of_id(work: OfferWork, offer: str) -> Offer:
    """The offer as it stands. Raises Unknown (`unknown-offer`)."""
    found = next((one for one in work.offers.current() if one.id == offer), None)
    if found is None:
        raise Unknown("unknown-offer")
    return found


def keep(work: OfferWork, *, data: Any, phones: Callable[[str], Phone | None], seen: int | None = None) -> Offer:
    """The offer in the data is the current one under its id, as its next version; an equal one stays as it is.

    `seen`: the version that was looked at, `NEW` where there must be none; None: whatever stands there is replaced.
    Raises Invalid with its place, Conflict (`offer-changed`, `offer-taken`). Phones in the data are whom a personal
    offer is for; left out, it stays with whom it was for.
    """
    offer = offer_from(data)
    if week_and_sku(offer.id) is not None:
        raise Invalid("id", expected="another id: week-… are the ids of the week's personal offers")
    people: list[tuple[CustomerId | None, Phone | None]] = []
    for text in offer.phones:
        phone = phones(text)
        if phone is None:
            raise Invalid("phones", expected=f"phones such as +380671234567, not {text[:4]}…")
        people.append((None, phone))
    if seen is not None:
        _must_be_as_seen(work, offer, seen)
    version = work.offers.put(offer, {key: value for key, value in data.items() if key != "phones"})
    if offer.audience is Audience.PERSONAL and "phones" in data:
        work.offers.assign(offer.id, people)
    return replace(offer, version=version, phones=())


def end(work: OfferWork, *, offer: str, seen: int, today: date) -> Offer:
    """The offer's last day was yesterday: no receipt and no voucher of it finds it any more.

    Raises Unknown (`unknown-offer`), Conflict (`offer-changed`, `offer-ended`).
    """
    found, yesterday = offer_of_id(work, offer), today - timedelta(days=1)
    if found.window.last is not None and found.window.last <= yesterday:
        raise Conflict("offer-ended")
    first = found.window.first
    window = replace(found.window, first=min(first, yesterday) if first is not None else None, last=yesterday)
    return keep(work, data=offer_data(replace(found, window=window)), phones=work.phones.read, seen=seen)


def _must_be_as_seen(work: OfferWork, offer: Offer, seen: int) -> None:
    there = next((one for one in work.offers.current() if one.id == offer.id), None)
    if there is not None and seen == NEW:
        raise Conflict("offer-taken")
    if (there.version if there is not None else NEW) != seen:
        raise Conflict("offer-changed")
    if there is not None and (there.audience is Audience.VOUCHER) != (offer.audience is Audience.VOUCHER):
        # Vouchers of it may be out, and without a code it would be given twice.
        raise Invalid("audience", "offer-audience", expected="the audience that it had: codes of it may be out")
