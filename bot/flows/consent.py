"""Asked after the card, and again for whoever asks: may we write about offers? The default is no (domain section 2)."""

from bot.flow import Answers, Done, Flow, Next
from bot.flows.keys import key
from bot.flows.questionnaire import offer_keys
from bot.messages import Button, Say
from bot.questions import choice, fixed, words
from bot.talk import Talk
from bot.words import say
from core.customers.actions import agree
from core.customers.model import Purpose, agreed

MAY_WE = choice(
    "marketing",
    words("consent.ask"),
    fixed(("no", say("consent.no")), ("yes", say("consent.yes"))),
)


def _settle(said: Answers, talk: Talk) -> Next:
    given = said[MAY_WE] == "yes"
    agree(talk.work, customer=talk.owner.id, purpose=Purpose.MARKETING, given=given, known=talk.known)
    return Done((Say(say("consent.thanks" if given else "consent.silent"), offer_keys(talk)),))


def writing_key(talk: Talk) -> Button:
    """The way to hear of offers, or to hear no more of them."""
    customer = talk.customer
    agreed_to = customer is not None and agreed(talk.work.consents.of(customer.id))[Purpose.MARKETING]
    return key("stop" if agreed_to else "write")


def stop(talk: Talk) -> Say:
    """Marketing ends at once, on every channel, and that is confirmed."""
    customer = talk.customer
    if customer is None:
        return Say(say("stop.nothing"))
    if agreed(talk.work.consents.of(customer.id))[Purpose.MARKETING]:
        agree(talk.work, customer=customer.id, purpose=Purpose.MARKETING, given=False, known=talk.known)
    return Say(say("stop.done"), (key("write"),))


CONSENT: Flow[Talk] = Flow("consent", (MAY_WE,), _settle)
FLOWS = (CONSENT,)
