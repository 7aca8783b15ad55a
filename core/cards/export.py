"""My data: everything the house keeps about a person, as plain JSON-ready values."""

from collections.abc import Sequence
from typing import Any

from core.cards.ports import CardWork
from core.customers.model import Customer, birthday_text


def export(work: CardWork, *, customer: Customer, selves: Sequence[Customer] = ()) -> dict[str, Any]:
    """All personal data of the customer; a house test holds the tables against it (domain section 2).

    `selves` were merged into the customer: what is kept under their ids is the same person's.
    """
    people = [customer, *selves]
    return {
        "customer": _profile(customer),
        "merged": [_profile(one) for one in selves],
        "addresses": [
            {
                "channel": known.address.channel,
                "user": known.address.user,
                "profile_name": known.profile_name,
                "language": known.language,
                "subscribed": known.subscribed,
                "source": known.source,
                "first_seen_at": iso(known.first_seen_at),
            }
            for known in work.addresses.of(customer.id)
        ],
        "consents": [
            {
                "customer": one.id,
                "purpose": consent.purpose,
                "given": consent.given,
                "version": consent.version,
                "language": consent.language,
                "channel": consent.channel,
                "at": iso(consent.at),
            }
            for one in people
            for consent in work.consents.of(one.id)
        ],
        "cards": [
            {
                "number": card.number,
                "symbology": card.symbology,
                "state": card.state,
                "issued_at": iso(card.issued_at),
                "plastic": _plastic(work, card.number),
            }
            for one in people
            for card in work.cards.all_of(one.id)
        ],
    }


def iso(moment: Any) -> str | None:
    """An instant or a day as text."""
    return moment.isoformat() if moment is not None else None


def _profile(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.id,
        "name": customer.name,
        "phone": str(customer.phone) if customer.phone else None,
        "phone_verified_at": iso(customer.phone_verified_at),
        "language": customer.language,
        "source": customer.source,
        "birthday": birthday_text(customer.birthday) if customer.birthday else None,
        "sex": customer.sex or None,
        "city": customer.city or None,
        "email": customer.email or None,
        "created_at": iso(customer.created_at),
        "last_seen_at": iso(customer.last_seen_at),
        "spend_lock": customer.spend_lock or None,
    }


def _plastic(work: CardWork, number: str) -> dict[str, Any] | None:
    record = work.plastics.get(number)
    if record is None:
        return None
    return {
        "name": record.name,
        "phone": str(record.phone) if record.phone else None,
        "birthday": iso(record.birthday),
        "points": record.points,
        "points_expire_on": iso(record.points_expire_on),
    }
