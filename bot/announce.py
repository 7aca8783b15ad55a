"""What the house says first, or says when nobody can ask: the welcome, a fault, news about the card."""

from bot.flows.keys import card_reply, first_keyboard, keyboard_of, start_button
from bot.messages import Answer, Say
from bot.ports import BotWork
from bot.words import say
from core.cards.model import Card
from core.customers.model import Customer


def welcome(brand: str) -> Answer:
    """The greeting that a platform shows before we may write: what one gets, how long it takes, one big button."""
    return Answer([Say(say("greeting.welcome", brand=brand), (start_button(),))], first_keyboard())


def fault() -> Answer:
    """Words for something that broke: sorry, try again, nothing is lost."""
    return Answer([Say(say("fault.sorry"))], first_keyboard())


def plastic_linked(work: BotWork, customer: Customer, card: Card) -> Answer:
    """News for the customer whose old card was linked at a till."""
    reply = card_reply(work, customer, card, say("restore.done-at-till"))
    return Answer([reply], keyboard_of(card))
