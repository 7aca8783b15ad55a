"""The standing keys, and the card as a reply: what every flow ends with."""

from datetime import timedelta
from functools import cache

from bot.messages import Button, Rows, ShowCard
from bot.ports import BotWork
from bot.words import Lines, Text, Words, say
from core.cards.actions import till_codes
from core.cards.live import live_token
from core.cards.model import Card, CardState, Points
from core.cards.numbers import grouped
from core.customers.model import Customer
from core.ledger.seeing import points_of


def key(action: str, *, wide: bool = True) -> Button:
    """A button for an action that has words `button.<action>`."""
    return Button(say(f"button.{action}"), action=action, wide=wide)


def start_button() -> Button:
    """The big button under a greeting."""
    return Button(say("button.start"), action="start", style="primary")


def first_keyboard() -> Rows:
    """The standing keys of somebody without a card: the card first, all the same."""
    return ((start_button(),), (key("language", wide=False), key("help", wide=False)))


@cache
def card_keyboard() -> Rows:
    """The standing keys of a customer: the card first and widest (channels 6.2)."""
    return (
        (Button(say("button.card"), action="card", style="primary"),),
        (key("codes", wide=False), key("shops", wide=False)),
        (key("language", wide=False), key("menu", wide=False)),
    )


def keyboard_of(card: Card | None) -> Rows:
    """The standing keys that fit."""
    return first_keyboard() if card is None else card_keyboard()


def live_button(work: BotWork, card: Card) -> Button:
    """The way to the card's live page."""
    return Button(say("button.live"), "app", value=f"{work.public_url}/card/{live_token(card, work.number_key)}")


def balance_text(work: BotWork, points: Points) -> Lines:
    """What is on the card; a number is never alone: what is pending, and what expires next and when."""
    lines: list[Text] = [say("news.balance", points=say("points.count", n=points.active))]
    if points.pending:
        lines.append(say("news.pending", points=say("points.count", n=points.pending)))
    if points.next_expiry is not None:
        at, expiring = points.next_expiry
        last = (at - timedelta(seconds=1)).astimezone(work.programme.timezone).date()
        lines.append(say("news.expires", points=say("points.count", n=expiring), day=last))
    return Lines(tuple(lines))


def card_reply(work: BotWork, customer: Customer, card: Card, text: Words | None = None) -> ShowCard:
    """The card with all that a channel needs to draw it and to say it in words."""
    from_plastic = card.symbology != "ean13" or not card.number.startswith(work.programme.card_prefix)
    usable = card.state in {CardState.ISSUED, CardState.ACTIVE}
    buttons = [
        *([key("codes"), live_button(work, card), key("offers")] if usable else []),
        Button(say("button.copy"), "copy", action="number", value=card.number),
        *([key("restore")] if usable and not from_plastic else []),
    ]
    stored = points_of(work, card.customer, blocked=False)
    points = stored.active
    said = say(
        "card.text" if usable else f"card.{card.state}",
        lead=text or say("card.lead"),
        number=grouped(card.number),
        balance=balance_text(work, stored),
    )
    return ShowCard(
        card.number,
        card.symbology,
        customer.name,
        points,
        card.state,
        work.programme.brand,
        work.programme.brand_colour,
        said,
        till_codes(work, card=card) if usable else None,
        tuple(buttons),
    )
