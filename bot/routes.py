"""What each action leads to: a dictionary probe, never a chain of filters."""

from collections.abc import Callable, Mapping

from bot.adverts import LEADS, TAP
from bot.flow import Done, Flow, Go, Next
from bot.flows import birthday, consent, language, points, privacy, questionnaire, register, restore, weekly
from bot.flows.consent import stop
from bot.flows.keys import card_reply, key, live_button
from bot.flows.privacy import my_data
from bot.flows.register import go_on
from bot.flows.shops import shops
from bot.flows.vouchers import vouchers
from bot.messages import Say, ShowCodes
from bot.talk import Talk
from bot.words import Verbatim, say
from core.campaigns.model import Leads
from core.campaigns.taps import pressed
from core.cards.actions import till_codes

FLOWS: Mapping[str, Flow[Talk]] = {
    flow.name: flow for room in (register, restore, consent, language, privacy, birthday) for flow in room.FLOWS
}
"""Every flow by its name: a new one is a file and a row here."""
BUILT: Mapping[str, Callable[[Talk], Flow[Talk]]] = {
    questionnaire.FILL: questionnaire.fill_flow,
    questionnaire.EDIT: questionnaire.edit_flow,
}
"""Flows made of data, anew for each turn."""

Verb = Callable[[Talk], Next]


def begin(talk: Talk) -> Next:
    """The card for those who have one; registration for everybody else."""
    return show_card(talk) if talk.card is not None else registration(talk)


def registration(talk: Talk) -> Next:
    """Registration, or what of it is still missing: a person whose phone is proven is asked for the rest."""
    rules = talk.work.programme
    customer = talk.customer
    if customer is not None:
        return go_on(talk, customer)
    return Go("register", {"terms": rules.terms_url or f"{talk.work.public_url}/terms", "brand": rules.brand})


def show_card(talk: Talk) -> Next:
    """The card, or the way to one."""
    card = talk.card
    if card is None:
        return registration(talk)
    return Done((card_reply(talk.work, talk.owner, card),))


def show_codes(talk: Talk) -> Next:
    """The codes for the till, or the way to a card."""
    card = talk.card
    if card is None:
        return registration(talk)
    codes = till_codes(talk.work, card=card)
    minutes = max(1, int((codes.spoken_until - talk.work.now).total_seconds() // 60))
    text = say("codes.text", spoken=spaced(codes.spoken), n=minutes)
    return Done((ShowCodes(card.number, codes, text, (live_button(talk.work, card), key("card"))),))


def show_number(talk: Talk) -> Next:
    """The number alone in a bubble: where nothing can be copied by a button, a long press copies it."""
    card = talk.card
    return registration(talk) if card is None else Done((Say(Verbatim(card.number)),))


def spaced(digits: str) -> str:
    """Digits in threes, as people read them aloud."""
    return " ".join(digits[at : at + 3] for at in range(0, len(digits), 3))


def show_menu(talk: Talk) -> Next:
    """Everything the house can do for this person."""
    if talk.card is None:
        return Done((Say(say("menu.text"), (key("start"), key("shops"), key("language"), key("help"))),))
    last = ("help", "language", "restore", "data", "forget")
    actions = ("offers", "shops", "vouchers", "history", *questionnaire.useful(talk), *last)
    return Done((Say(say("menu.text"), tuple(key(action, wide=False) for action in actions)),))


def show_help(talk: Talk) -> Next:
    """What one can do here, in a few sentences, and whom to call."""
    phone = talk.work.programme.support_phone
    text = say("help.with-phone", lead=say("help.text"), phone=phone) if phone else say("help.text")
    return Done((Say(text, (key("card") if talk.card else key("start"), key("shops"))),))


def tapped(talk: Talk, value: str) -> Next:
    """Where the button of a campaign's message leads, `value` as in `c:<run>:<link>`; the tap is noted.

    A button whose campaign is forgotten leads to the menu.
    """
    run, _, at = value.partition(":")
    if run == "0" and at in LEADS.values():
        return ROUTES[at](talk)
    customer = talk.customer
    link = None
    if customer is not None and all(one.isdecimal() and one.isascii() and len(one) < 19 for one in (run, at)):
        link = pressed(talk.work, run=int(run), link=int(at), people=talk.work.sales.selves(customer.id))
    return ROUTES[LEADS[link.leads]](talk) if link is not None and link.leads is not Leads.URL else show_menu(talk)


def _with_card(verb: Verb) -> Verb:
    """A route for those who have a card; registration for everybody else."""
    return lambda talk: verb(talk) if talk.card is not None else registration(talk)


ROUTES: Mapping[str, Verb] = {
    "start": begin,
    "card": show_card,
    "codes": show_codes,
    "number": show_number,
    "menu": show_menu,
    "help": show_help,
    "shops": lambda talk: Done((shops(talk),)),
    "near": lambda talk: Done((Say(say("shops.share-place")),)),
    "language": lambda talk: Go("language"),
    "restore": _with_card(lambda talk: Go("restore")),
    "data": _with_card(lambda talk: Done((my_data(talk),))),
    "questionnaire": _with_card(questionnaire.fill),
    "answers": _with_card(questionnaire.change),
    "forget": _with_card(lambda talk: Go("forget")),
    "history": _with_card(points.history),
    "offers": _with_card(weekly.offers),
    "personal": _with_card(weekly.personal),
    "impersonal": _with_card(weekly.impersonal),
    "vouchers": _with_card(vouchers),
    "report": _with_card(points.report),
    "quiet": _with_card(points.quiet),
    "loud": _with_card(points.loud),
    "stop": lambda talk: Done((stop(talk),)),
    "write": _with_card(lambda talk: Go("consent")),
}
"""Every action by its id; `shops<n>` is a city (bot.flows.shops)."""
OF_ONE = {**points.OF_ONE, **weekly.OF_ONE, TAP: tapped}
"""Actions about one thing, for those who have a card."""
OF_ANYBODY = frozenset({TAP})
"""Of these, such as need none."""
CONTROLS = frozenset({"back", "skip", "cancel", "later"})
