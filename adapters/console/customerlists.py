"""The lists about customers: who there is, and of one of them the movements, receipts and messages."""

from aiohttp import web

from adapters.console.customerdesk import PATH, CustomerDesk, Person
from adapters.console.customerwords import CARD, OUTCOME
from adapters.console.lists import Column, Filter, Listing
from adapters.console.telling import NOTHING, Teller
from core.campaigns.model import Outcome
from core.ledger.model import Kind
from core.sales.customerviews import CustomerRow, MessageRow, Movement, ReceiptRow
from core.shared.amounts import quantity
from core.shared.values import Language

CARD_STATES = {"active": "good", "issued": "wait", "blocked": "bad"}
_GOODS = 3
WAITING = "waiting"
_GOOD, _NEUTRAL = {Outcome.SENT.value}, {"", Outcome.CONTROL.value}


def customers_list(desk: CustomerDesk, request: web.Request) -> Listing[CustomerRow]:
    """Living customers."""
    tell = Teller(desk.door, request)
    languages = [(one.value, tell.say(f"language.{one.value}")) for one in Language]
    return Listing(
        PATH,
        "customers",
        (
            Column("name", "client.name", lambda one: one.name or tell.say("client.nameless"),
                   lambda one: one.name, sorts=False, link=lambda one: f"{PATH}/{one.id}"),
            Column("phone", "client.phone", lambda one: desk.phone(request, one.phone) or NOTHING,
                   lambda one: desk.phone(request, one.phone), sorts=False),
            Column("number", "client.card", lambda one: grouped(one.number) or NOTHING, lambda one: one.number,
                   sorts=False),
            Column("state", "console.state", lambda one: tell.say(CARD[one.state]),
                   lambda one: one.state, sorts=False, state=lambda one: CARD_STATES.get(one.state, "")),
            Column("language", "client.language", lambda one: tell.say(f"language.{one.language}"),
                   lambda one: one.language, sorts=False),
            Column("created", "client.since", lambda one: tell.day(one.created_at),
                   lambda one: one.created_at.isoformat()),
            Column("seen", "client.seen", lambda one: tell.day(one.last_seen_at),
                   lambda one: one.last_seen_at.isoformat() if one.last_seen_at else "", sorts=False),
        ),
        (Filter("language", "client.language", languages),),
        "client.none",
    )  # fmt: skip


def movements_list(desk: CustomerDesk, request: web.Request, person: Person) -> Listing[Movement]:
    """Every operation in words."""
    tell = Teller(desk.door, request)

    def what(one: Movement) -> str:
        place = ", ".join(part for part in (person.store(one.store), one.receipt and f"№ {one.receipt}") if part)
        by = tell.say("client.by", who=one.actor) if one.actor else ""
        said = [tell.say(f"history.{one.kind}"), *(part for part in (place, one.reason, by) if part)]
        return " · ".join(said)

    return Listing(
        f"{person.path}/movements",
        "movements",
        (
            Column("at", "audit.at", lambda one: tell.at(one.at), lambda one: one.at.isoformat()),
            Column("kind", "client.what", what, wraps="words"),
            Column("active", "client.active", lambda one: tell.change(one.active) if one.active else NOTHING,
                   lambda one: one.active, sorts=False, number=True),
            Column("pending", "client.pending", lambda one: tell.change(one.pending) if one.pending else NOTHING,
                   lambda one: one.pending, sorts=False, number=True),
            Column("held", "client.held", lambda one: tell.change(one.held) if one.held else NOTHING,
                   lambda one: one.held, sorts=False, number=True),
            Column("left", "client.left", lambda one: tell.number(one.left), lambda one: one.left, sorts=False,
                   number=True),
        ),
        (Filter("kind", "client.what", [(one.value, tell.say(f"history.{one.value}")) for one in Kind]),),
        "client.no-movements",
    )  # fmt: skip


def receipts_list(desk: CustomerDesk, request: web.Request, person: Person) -> Listing[ReceiptRow]:
    """Every receipt with the card."""
    tell = Teller(desk.door, request)

    def goods(one: ReceiptRow) -> str:
        told = [f"{line.name} × {quantity(line.milli)}" for line in one.lines[:_GOODS]]
        rest = len(one.lines) - _GOODS
        return "; ".join([*told, *([tell.say("client.more-goods", n=rest)] if rest > 0 else [])])

    return Listing(
        f"{person.path}/receipts",
        "receipts",
        (
            Column("sold", "audit.at", lambda one: tell.at(one.sold_at), lambda one: one.sold_at.isoformat()),
            Column("store", "console.store", lambda one: person.store(one.store), lambda one: one.store, sorts=False,
                   wraps="words"),
            Column("receipt", "client.receipt", lambda one: one.receipt, sorts=False),
            Column("goods", "client.goods", goods, sorts=False, wraps="prose"),
            Column("total", "client.total", lambda one: tell.money(one.total), lambda one: one.total, number=True),
            Column("spent", "client.spent", lambda one: tell.number(one.points_spent),
                   lambda one: one.points_spent, sorts=False, number=True),
            Column("earned", "client.earned", lambda one: tell.number(one.earned), lambda one: one.earned,
                   sorts=False, number=True),
            Column("returned", "console.state",
                   lambda one: tell.say("client.returned") if one.returned else tell.say("client.sold"),
                   lambda one: one.returned, sorts=False, state=lambda one: "wait" if one.returned else "good"),
        ),
        (Filter("receipt", "client.receipt"),),
        "client.no-receipts",
    )  # fmt: skip


def messages_list(desk: CustomerDesk, request: web.Request, person: Person) -> Listing[MessageRow]:
    """What campaigns sent, and where they did not, why."""
    tell = Teller(desk.door, request)

    def became(one: MessageRow) -> str:
        if one.tapped_at is not None:
            return tell.say("client.tapped")
        if one.seen_at is not None:
            return tell.say("client.read")
        return tell.say("client.delivered") if one.delivered_at is not None else NOTHING

    def why(one: MessageRow) -> str:
        told = tell.say(OUTCOME[one.outcome or WAITING][1])
        return f"{told} ({one.reason})" if one.reason else told

    return Listing(
        f"{person.path}/messages",
        "messages",
        (
            Column("due", "audit.at", lambda one: tell.at(one.at or one.due_at),
                   lambda one: (one.at or one.due_at).isoformat()),
            Column("name", "client.campaign", lambda one: one.name,
                   link=lambda one: f"/console/campaigns/{one.campaign}", wraps="words"),
            Column("outcome", "client.outcome", lambda one: tell.say(OUTCOME[one.outcome or WAITING][0]),
                   lambda one: one.outcome, sorts=False,
                   state=lambda one: "good" if one.outcome in _GOOD else "" if one.outcome in _NEUTRAL else "wait"),
            Column("why", "client.why", why, sorts=False, wraps="prose"),
            Column("channel", "console.channel", lambda one: tell.channel(one.channel or ""), lambda one: one.channel,
                   sorts=False),
            Column("became", "client.became", became, sorts=False),
        ),
        (Filter("outcome", "client.outcome",
                [(one, tell.say(words)) for one, (words, _) in OUTCOME.items()]),),
        "client.no-messages",
    )  # fmt: skip


def grouped(number: str) -> str:
    """Digits in groups of four, as they are read aloud."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4)) if number.isdigit() else number
