"""Old plastic comes back: the proof ladder of domain section 3, and nothing that tells which numbers exist."""

from dataclasses import dataclass, replace
from datetime import timedelta

from core.cards.model import Card, CardState, NumberKind, Plastic
from core.cards.ports import CardWork
from core.customers.actions import confirm_person, customer_of
from core.customers.model import CodeUse, Customer, KnownAddress
from core.customers.proof import check_code, send_code, send_decoy, subject_of_plastic
from core.shared.events import PlasticGuessing, PlasticRestored
from core.shared.refusals import Conflict, Invalid, Refusal, TooMany, Unknown

TRIES = "plastic"
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Claimed:
    """What became of a claim: the restored card, or None while a code has to prove it."""

    number: str
    card: Card | None


def plastic_number(text: str) -> str:
    """The digits (or letters) of a card as people type or scan them, spaces and hyphens forgiven.

    Raises Invalid (`bad-card-number`) when it cannot be a card's number.
    """
    number = "".join(ch for ch in text.strip() if ch not in " -\u00a0\u2011\u2013")
    fits = 4 <= len(number) <= _LONGEST_NUMBER and number.isascii() and number.isalnum()
    if not fits or not any(map(str.isdigit, number)):
        raise Invalid("number", "bad-card-number")
    return number


def plastic_waiting(work: CardWork, *, customer: Customer) -> Plastic | None:
    """The free plastic record that names the customer's proven phone, when there is one to offer."""
    if customer.phone is None or customer.phone_verified_at is None or customer.spend_lock:
        return None
    return next((one for one in work.plastics.of_phone(customer.phone) if one.free), None)


def claim_plastic(work: CardWork, *, customer: Customer, known: KnownAddress, number: str) -> Claimed:
    """The number is the customer's card (rung 1: the phones agree), or a code has to be typed back (rung 2).

    A number that does not exist, is taken or blocked looks exactly like one whose owner was sent a code.
    Raises TooMany (`plastic-tries`) after the allowed number of distinct numbers, Conflict (`card-blocked`),
    Conflict (`plastic-already`) when the customer has restored one before.
    """
    _count_try(work, customer, known, number)
    card = _card_to_change(work, customer)
    record = work.plastics.get(number)
    if record is not None and record.free and _owns_phone_of(customer, record):
        return Claimed(number, _restore(work, card, record, customer, known, "phone"))
    _ask_for_code(work, customer, known, record, number)
    return Claimed(number, None)


def prove_plastic(
    work: CardWork, *, customer: Customer, known: KnownAddress, number: str, typed: str
) -> Card | Refusal:
    """The plastic number is the customer's card when `typed` is the code its phone received.

    Otherwise the refusal to answer with, the same for every kind of wrong (`wrong-code`, `code-over`); the try is kept.
    """
    code = check_code(work, use=CodeUse.PLASTIC, subject=subject_of_plastic(customer.id, number), typed=typed)
    if isinstance(code, Refusal):
        return code
    record = work.plastics.get(number)
    if record is None or not record.free or record.phone != code.phone:
        return Refusal("code-over")
    card = _card_to_change(work, customer)
    return _restore(work, card, record, customer, known, "code")


def link_plastic(work: CardWork, *, card: Card, number: str) -> Card:
    """At a till, with the plastic and the customer's code in the cashier's hands: rung 3 of the ladder.

    A till visit also confirms the owner of a long silent phone. Raises Unknown (`unknown-plastic`),
    Conflict (`plastic-taken`, `plastic-blocked`, `plastic-already`, `card-<state>`).
    """
    customer = customer_of(work, card.customer)
    record = work.plastics.get(number)
    if record is None:
        raise Unknown("unknown-plastic")
    if record.blocked:
        raise Conflict("plastic-blocked")
    if record.card == card.id:
        return card
    if record.card is not None:
        raise Conflict("plastic-taken")
    fresh = _restore(work, _usable(work, card), record, customer, None, "till")
    confirm_person(work, customer=customer_of(work, customer.id), proof="till")
    return fresh


def restore_own(work: CardWork, *, customer: Customer, known: KnownAddress) -> Card:
    """The plastic record of the customer's own proven phone becomes the card. Raises Unknown (`unknown-plastic`)."""
    record = plastic_waiting(work, customer=customer)
    locked = work.plastics.get(record.number) if record is not None else None
    if locked is None or not locked.free:
        raise Unknown("unknown-plastic")
    return _restore(work, _card_to_change(work, customer), locked, customer, known, "phone")


def _count_try(work: CardWork, customer: Customer, known: KnownAddress, number: str) -> None:
    """A try is one distinct number; the same number again is not another try (contract section 6)."""
    rules, hour, day = work.programme, work.now - timedelta(hours=1), work.now - timedelta(days=1)
    if work.tries.includes(TRIES, customer.id, number, hour):
        return
    for since, most, wait in ((hour, rules.plastic_tries_hour, 3600), (day, rules.plastic_tries_day, 86_400)):
        if work.tries.distinct(TRIES, customer.id, since) >= most:
            work.record(PlasticGuessing(customer.id, known.address.channel))
            raise TooMany("plastic-tries", wait)
    work.tries.note(TRIES, customer.id, number, work.now)


def _card_to_change(work: CardWork, customer: Customer) -> Card:
    card = work.cards.of(customer.id)
    if card is None:
        raise Unknown("no-card")
    return _usable(work, card)


def _usable(work: CardWork, card: Card) -> Card:
    if card.state not in {CardState.ISSUED, CardState.ACTIVE}:
        raise Conflict(f"card-{card.state}")
    own = work.plastics.get(card.number)
    if own is not None and own.card == card.id:
        raise Conflict("plastic-already")
    return card


def _owns_phone_of(customer: Customer, record: Plastic) -> bool:
    """Rung 1. A phone that may have a new owner proves nothing about an old card."""
    verified = customer.phone_verified_at is not None and not customer.spend_lock
    return verified and record.phone is not None and record.phone == customer.phone


def _ask_for_code(work: CardWork, customer: Customer, known: KnownAddress, record: Plastic | None, number: str) -> None:
    """A code goes to the phone of a free record; else there is a decoy that nobody can tell apart."""
    subject, origin = subject_of_plastic(customer.id, number), customer.id
    living = work.codes.newest(CodeUse.PLASTIC, subject)
    if living is not None and not living.used and living.tries_left > 0 and living.expires_at > work.now:
        return
    if record is not None and record.free and record.phone is not None:
        try:
            send_code(
                work,
                phone=record.phone,
                use=CodeUse.PLASTIC,
                subject=subject,
                origin=origin,
                language=known.language,
            )
        except Refusal:
            # A limit that answered here would tell that the number exists: a decoy looks the same.
            send_decoy(work, use=CodeUse.PLASTIC, subject=subject, origin=origin)
    else:
        send_decoy(work, use=CodeUse.PLASTIC, subject=subject, origin=origin)


def _restore(
    work: CardWork, card: Card, record: Plastic, customer: Customer, known: KnownAddress | None, proof: str
) -> Card:
    """The card takes the plastic number and symbology; the digital one still scans. Nobody `known`: at a till."""
    work.customers.lock([customer.id])
    fresh = replace(card, number=record.number, symbology=record.symbology)
    work.cards.save(fresh)
    work.cards.give_number(card.number, card.id, NumberKind.ALIAS)
    work.cards.give_number(record.number, card.id, NumberKind.CURRENT)
    work.plastics.save(replace(record, card=card.id))
    work.spoken.drop(card.id)
    if customer.birthday is None and record.birthday is not None:
        work.customers.save(replace(customer_of(work, customer.id), birthday=record.birthday))
    channel, source = (known.address.channel, known.source) if known is not None else ("till", None)
    work.record(PlasticRestored(customer.id, card.id, channel, source, proof))
    return fresh
