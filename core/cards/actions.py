"""Verbs about cards: issue, block and reissue, speak a code, forget."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.cards.model import Card, CardState, NumberKind, moved
from core.cards.numbers import number_for
from core.cards.ports import CardWork
from core.cards.totp import rotating_code, valid_until
from core.customers.model import Customer, KnownAddress
from core.shared.events import CardIssued, CardReplaced, CustomerForgotten
from core.shared.refusals import Conflict, Invalid
from core.shared.values import CardId, CustomerId

_SPOKEN_DIGITS = 6


def issue_card(work: CardWork, *, customer: Customer, known: KnownAddress) -> Card:
    """The customer has a digital card: the one they had, else a new one under a number that nobody can foretell."""
    card = work.cards.of(customer.id)
    if card is None:
        card = _new_card(work, customer.id)
        work.record(CardIssued(customer.id, card.id, known.address.channel, known.source))
    return card


def _new_card(work: CardWork, customer: CustomerId) -> Card:
    prefix, number = work.programme.card_prefix, ""
    while not number or work.cards.taken(number):
        number = number_for(work.cards.next_sequence(), key=work.number_key, prefix=prefix)
    state = CardState.ISSUED if work.programme.gate_questions else CardState.ACTIVE
    card = Card(CardId(work.new_id()), customer, number, "ean13", state, work.chance.secret(), work.now)
    work.cards.add(card)
    return card


def block_card(work: CardWork, *, card: Card) -> Card:
    """The card neither earns nor spends. Raises Conflict (`card-<state>`)."""
    fresh = moved(card, "block")
    work.cards.save(fresh)
    work.spoken.drop(card.id)
    return fresh


def reissue_card(work: CardWork, *, card: Card) -> Card:
    """A new number takes the card's place with its history; the old number answers "replaced", never another person.

    Raises Conflict (`card-<state>`).
    """
    old = moved(card, "replace")
    successor = _new_card(work, card.customer)
    work.cards.save(replace(old, replaced_by=successor.id))
    work.cards.give_number(old.number, old.id, NumberKind.REPLACED)
    work.spoken.drop(old.id)
    work.record(CardReplaced(card.customer, card.id, successor.id))
    return successor


@dataclass(frozen=True, slots=True)
class TillCodes:
    """What a customer can show or say at a till now; both stop being accepted at their `until`."""

    rotating: str
    rotating_until: datetime
    spoken: str
    spoken_until: datetime


def till_codes(work: CardWork, *, card: Card) -> TillCodes:
    """The card's codes of this minute; the living spoken code is given again while it lasts another minute.

    Raises Conflict (`card-<state>`) for a card that is not to be used.
    """
    if card.state not in {CardState.ISSUED, CardState.ACTIVE}:
        raise Conflict(f"card-{card.state}")
    rotating, until = rotating_code(card.number, card.secret, work.now), valid_until(work.now)
    living = work.spoken.living(card.id, work.now)
    if living is not None and living[1] - work.now >= timedelta(minutes=1):
        return TillCodes(rotating, until, *living)
    spoken_until = work.now + timedelta(minutes=work.programme.spoken_minutes)
    spoken = work.chance.digits(_SPOKEN_DIGITS)
    while not work.spoken.claim(spoken, card.id, work.now, spoken_until):
        spoken = work.chance.digits(_SPOKEN_DIGITS)
    return TillCodes(rotating, until, spoken, spoken_until)


def forget(work: CardWork, *, customer: Customer, channel: str) -> None:
    """The person's data and addresses are gone from every table at once; what was booked stays under a pseudonym.

    The cards find nobody any more; a keyed hash of the phone stays in the suppression list.
    Raises Conflict (`customer-forgotten`).
    """
    if customer.forgotten_at is not None:
        raise Conflict("customer-forgotten")
    work.customers.lock([customer.id])
    for card in work.cards.all_of(customer.id):
        work.spoken.drop(card.id)
        if card.state is not CardState.DELETED:
            work.cards.save(moved(card, "delete"))
    work.plastics.forget(customer.id)
    if customer.phone is not None:
        work.suppressed.add(customer.phone, work.now)
    work.addresses.erase(customer.id)
    work.customers.save(Customer(customer.id, customer.created_at, forgotten_at=work.now))
    work.record(CustomerForgotten(customer.id, channel))


def forget_asked(work: CardWork, *, customer: Customer, typed: str, channel: str) -> None:
    """As `forget`, for somebody who asked the shop; whoever does it types the card's number, so that it is this one.

    Raises Invalid (`number-differs`), and as `forget`.
    """
    card = work.cards.of(customer.id)
    number = card.number if card is not None else customer.id
    if "".join(typed.split()) != number:
        raise Invalid("number", "number-differs")
    forget(work, customer=customer, channel=channel)
