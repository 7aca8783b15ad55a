"""Everything about one customer, read in one work by the core's own verbs: page, JSON, chat and till agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from adapters.console.customerdesk import Person
from adapters.console.customermodels import (
    AddressOut,
    AnswerOut,
    ConsentOut,
    CustomerOut,
    MergeOut,
    NumberOut,
    OfferOut,
    PointsOfOut,
    VoucherOut,
)
from adapters.console.ports import ConsoleWork
from bot.flows.reasons import reasons
from core.cards.model import Card, CardState
from core.customers.model import Customer, Purpose, agreed, birthday_text
from core.ledger.seeing import points_of
from core.offers.weekly import in_order, week_at
from core.sales.customerviews import MergeRow, NumberRow
from core.sales.standing import spending_blocks
from core.shared.values import CustomerId, Language
from core.surveys.actions import standing_of
from core.surveys.model import Kind, Question

_TABLE_KEYS = ("owner",)


@dataclass(frozen=True, slots=True)
class Around:
    """What is read beside the work, and how whoever asks sees a phone."""

    numbers: Sequence[NumberRow]
    merges: Sequence[MergeRow]
    sent_lately: int
    held_out: bool
    phone: str
    email: str


def file_of(work: ConsoleWork, person: Person, around: Around, language: Language) -> CustomerOut:
    """The customer as they stand at this instant."""
    customer, people = person.customer, person.people
    card = work.cards.of(customer.id)
    stands, consents = standing_of(work, customer=customer), work.consents.of(customer.id)
    holding = agreed(consents)
    known = work.addresses.of(customer.id)
    offers, why = _offers(work, people, language, profiled=holding[Purpose.PROFILING])
    return CustomerOut(
        id=customer.id, name=customer.name, phone=around.phone, proof=_proof(customer),
        language=customer.language.value, source=customer.source or "",
        birthday=birthday_text(customer.birthday) if customer.birthday else "", city=customer.city,
        email=around.email, created_at=customer.created_at, last_seen_at=customer.last_seen_at,
        forgotten_at=customer.forgotten_at, state=card.state.value if card else "",
        number=card.number if card else "", issued_at=card.issued_at if card else None,
        numbers=[NumberOut(number=one.number, kind=one.kind, state=one.state) for one in around.numbers],
        points=_points(work, customer.id, card),
        agreed=[purpose.value for purpose, given in holding.items() if given],
        consents=[
            ConsentOut(purpose=one.purpose.value, given=one.given, version=one.version, channel=one.channel, at=one.at)
            for one in sorted(consents, key=lambda one: one.at, reverse=True)
        ],
        answers=[
            AnswerOut(question=one.key, kind=one.kind.value, name=one.name[language],
                      said=_said(person, one, stands.answers[one.key], language),
                      at=stands.own[one.key].at if one.key in stands.own else None)
            for one in stands.answered
        ],
        unanswered=[one.name[language] for one in stands.open],
        addresses=[
            AddressOut(channel=one.address.channel, profile_name=one.profile_name, subscribed=one.subscribed,
                       first_seen_at=one.first_seen_at)
            for one in known
        ],
        merges=[
            MergeOut(id=one.id, absorbed=one.absorbed, name=one.name, actor=one.actor, at=one.at,
                     undone_at=one.undone_at)
            for one in around.merges
        ],
        vouchers=_vouchers(work, people, language), offers=offers, no_offers=why,
        features=_features(work.profiles.of(people)),
        unreached=_unreached(
            consented=holding[Purpose.MARKETING], reached=any(one.subscribed for one in known),
            capped=around.sent_lately >= work.programme.promotions_in_7_days, held_out=around.held_out,
        ),
        quiet=work.quiet.asked(customer.id),
    )  # fmt: skip


def _proof(customer: Customer) -> str:
    if customer.phone is None:
        return "none"
    if customer.phone_verified_at is None:
        return "claimed"
    return customer.spend_lock or "proven"


def _points(work: ConsoleWork, customer: CustomerId, card: Card | None) -> PointsOfOut:
    blocks = spending_blocks(work, customer)
    stopped = card is None or card.state is not CardState.ACTIVE
    points = points_of(work, customer, blocked=stopped or bool(blocks))
    if stopped and not blocks:
        blocks = [f"card-{card.state.value}" if card is not None else "no-card"]
    return PointsOfOut(
        active=points.active, pending=points.pending, held=points.held, spendable=points.spendable,
        next_expiry=points.next_expiry[0] if points.next_expiry else None,
        next_expiry_points=points.next_expiry[1] if points.next_expiry else 0, blocked_by=blocks,
    )  # fmt: skip


def _said(person: Person, question: Question, canonical: str, language: Language) -> str:
    """The options' own labels, what a store is called, else what was said."""
    if question.kind is Kind.STORE:
        return person.store(canonical)
    labels = {one.key: one.label[language] for one in question.options}
    return ", ".join(labels.get(part, part) for part in canonical.split(",")) if labels else canonical


def _vouchers(work: ConsoleWork, people: Sequence[CustomerId], language: Language) -> list[VoucherOut]:
    titles = {one.id: one.title_in(language.value) for one in work.offers.current()}
    return [
        VoucherOut(code=f"••{one.code[-4:]}", offer=one.offer, title=titles.get(one.offer, one.offer),
                   state=one.state.value, valid_until=one.valid_until)
        for one in work.vouchers.of(people)
    ]  # fmt: skip


def _offers(
    work: ConsoleWork, people: Sequence[CustomerId], language: Language, *, profiled: bool
) -> tuple[list[OfferOut], str]:
    """This week's, and where there are none, why: `not-planned`, `not-profiled`, `nothing-left`."""
    week = week_at(work.now, work.programme.timezone)
    chosen = in_order(work.weeks.of(people, week))
    said = reasons(work, [one.pick for one in chosen], language)
    offers = [
        OfferOut(
            sku=one.item.sku, title=one.item.title_in(language.value), price_was=one.item.price_was,
            price=one.item.price, reason=work.texts.say(said[one.pick], language), activated=one.activated,
            used_up=one.used_up,
        )
        for one in chosen
    ]  # fmt: skip
    if offers:
        return offers, ""
    if week not in work.weeks.planned(people):
        return [], "not-planned"
    return [], "nothing-left" if profiled else "not-profiled"


def _features(row: Mapping[str, object] | None) -> dict[str, Any]:
    """The customer table's row, which is made of their purchases."""
    if row is None:
        return {}
    kept = (str, int, float, bool, date, datetime)
    return {name: value for name, value in row.items() if name not in _TABLE_KEYS and isinstance(value, kept)}


def _unreached(*, consented: bool, reached: bool, capped: bool, held_out: bool) -> list[str]:
    """Why advertising would not reach them today."""
    said = {"no_consent": not consented, "unreachable": not reached, "capped": capped, "holdout": held_out}
    return [reason for reason, holds in said.items() if holds]
