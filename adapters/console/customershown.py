"""One customer in words: what the page says of the card, the points, the consents and all the rest."""

from collections.abc import Sequence
from typing import Any

from adapters.console.customerdesk import Person
from adapters.console.customerlists import CARD_STATES, grouped
from adapters.console.customermodels import CustomerOut
from adapters.console.customerwords import (
    BLOCK,
    CARD,
    FEATURE,
    NO_OFFERS,
    NUMBER,
    PROOF,
    PURPOSE,
    STAGE,
    UNREACHED,
    VOUCHER,
    WHY,
)
from adapters.console.telling import NOTHING, Teller
from core.customers.risk import factors_of
from core.surveys.model import Kind

_PARTS = {
    "": "client.tab-card",
    "movements": "client.tab-movements",
    "receipts": "client.tab-receipts",
    "messages": "client.tab-messages",
}
_PROOFS = {"proven": "good", "claimed": "wait", "none": "wait"}
_MONEY = {"money_365d", "basket_mean"}
_SHARES = {"discount_share", "leaving"}


def tabs(person: Person, here: str) -> list[dict[str, Any]]:
    """The parts of a customer's page."""
    return [
        {"word": word, "href": f"{person.path}/{part}" if part else person.path, "here": part == here}
        for part, word in _PARTS.items()
    ]  # fmt: skip


def shown(tell: Teller, person: Person, out: CustomerOut) -> dict[str, Any]:
    """What the template needs."""
    return {
        "one": out,
        "who": out.name or tell.say("client.nameless"),
        "card": {
            "number": grouped(out.number),
            "state": tell.say(CARD[out.state]),
            "mark": CARD_STATES.get(out.state, ""),
            "others": [
                (grouped(one.number), tell.say(NUMBER[one.kind]))
                for one in out.numbers
                if one.number != out.number
            ],
        },
        "facts": _facts(tell, out),
        "points": _points(tell, out),
        "blocks": [tell.say(BLOCK.get(one, "client.block-issued")) for one in out.points.blocked_by],
        "consents": [
            (tell.at(one.at), tell.say(PURPOSE[one.purpose]),
             tell.say("client.given" if one.given else "client.withdrawn"), one.version, tell.channel(one.channel))
            for one in out.consents
        ],
        "holding": [
            (purpose, tell.say(words), purpose in out.agreed) for purpose, words in PURPOSE.items()
        ],
        "answers": [
            (one.name, tell.birthday(one.said) if one.kind == Kind.DATE else one.said, tell.day(one.at))
            for one in out.answers
        ],
        "unanswered": ", ".join(out.unanswered),
        "addresses": [
            (tell.channel(one.channel), one.profile_name, one.subscribed,
             tell.say("client.reached" if one.subscribed else "client.left-us"), tell.day(one.first_seen_at))
            for one in out.addresses
        ],
        "merges": [
            (one.id, one.name or one.absorbed, one.actor, tell.at(one.at), tell.at(one.undone_at),
             one.undone_at is None)
            for one in out.merges
        ],
        "vouchers": [
            (one.title, one.code, tell.say(VOUCHER[one.state]), tell.day(one.valid_until))
            for one in out.vouchers
        ],
        "offers": [
            (one.title, tell.money(one.price_was), tell.money(one.price), one.reason, _offer_state(tell, one))
            for one in out.offers
        ],
        "no_offers": tell.say(NO_OFFERS[out.no_offers]) if out.no_offers else "",
        "features": _features(tell, person, out),
        "unreached": advice(tell, out.unreached),
    }  # fmt: skip


def advice(tell: Teller, unreached: Sequence[str]) -> list[tuple[str, str]]:
    """Why advertising would not come today, and what helps."""
    return [(tell.say(now), tell.say(what)) for now, what in map(UNREACHED.__getitem__, unreached)]


def _facts(tell: Teller, out: CustomerOut) -> list[tuple[str, str, str]]:
    """Name of the fact, what it is, the mark of a state."""
    proof = tell.say(PROOF.get(out.proof, "client.proof-recycled"))
    rows = [
        ("client.phone", out.phone or NOTHING, ""),
        ("client.proof", proof, _PROOFS.get(out.proof, "bad")),
        ("client.language", tell.say(f"language.{out.language}"), ""),
        ("client.birthday", tell.birthday(out.birthday) if out.birthday else "", ""),
        ("client.city", out.city, ""),
        ("client.email", out.email, ""),
        ("console.source", tell.source(out.source) if out.source else "", ""),
        ("client.since", tell.day(out.created_at), ""),
        ("client.issued", tell.day(out.issued_at) if out.issued_at else "", ""),
        ("client.seen", tell.day(out.last_seen_at) if out.last_seen_at else "", ""),
        ("client.quiet", tell.say("client.quiet-yes") if out.quiet else "", ""),
    ]
    return [(tell.say(key), value, mark) for key, value, mark in rows if value]


def _points(tell: Teller, out: CustomerOut) -> list[tuple[str, str]]:
    points = out.points
    tiles = [
        (tell.number(points.active), tell.say("client.active")),
        (tell.number(points.spendable), tell.say("client.spendable")),
        (tell.number(points.pending), tell.say("client.pending")),
        (tell.number(points.held), tell.say("client.held")),
    ]
    if points.next_expiry is not None:
        day = tell.day(points.next_expiry)
        tiles.append((tell.number(points.next_expiry_points), tell.say("client.expire", day=day)))
    return tiles


def _offer_state(tell: Teller, one: Any) -> str:
    if one.used_up:
        return tell.say("client.offer-used")
    return tell.say("client.offer-activated") if one.activated else NOTHING


def _features(tell: Teller, person: Person, out: CustomerOut) -> list[tuple[str, str]]:
    told = []
    for name, words in FEATURE.items():
        value = out.features.get(name)
        if value is None or value == "":
            continue
        if name == "lifecycle":
            said = tell.say(STAGE[str(value)])
        elif name in _MONEY and isinstance(value, int | float):
            said = tell.money(round(value))
        elif name in _SHARES and isinstance(value, float):
            said = tell.percent(value)
        elif name == "top_store":
            said = person.store(str(value))
        elif name == "last_day":
            said = tell.day(value)  # type: ignore[arg-type]  # the column is a day
        elif isinstance(value, float):
            said = tell.number(round(value))
        else:
            said = str(value) if not isinstance(value, int) else tell.number(value)
        told.append((tell.say(words), said))
    reasons = factors_of(str(out.features.get("leaving_why", "")))
    for raises, word in ((True, "client.feature-raises"), (False, "client.feature-lowers")):
        if some := [tell.say(WHY[one.sign][one.more]) for one in reasons if one.raises is raises]:
            told.append((tell.say(word), "; ".join(some)))
    return told
