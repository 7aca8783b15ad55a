"""News about points: what a sale brought, what a return took, and the question whether a till may spend."""

from dataclasses import replace
from datetime import datetime

from bot.flows.keys import balance_text, card_keyboard, key
from bot.flows.vouchers import reply
from bot.messages import Answer, Button, Say
from bot.ports import BotWork
from bot.words import Lines, Money, Text, say
from core.cards.model import Points
from core.sales.actions import Settled
from core.sales.model import Confirmation
from core.sales.returning import GivenBack
from core.shared.values import Language
from core.stores.model import Store
from core.vouchers.model import Voucher


def purchase_made(work: BotWork, settled: Settled) -> Answer:
    """A short message after a sale: store, time, paid, earned, spent, balance."""
    sale, balance = settled.sale, settled.balance or Points()
    store = work.stores.get(sale.receipt.store)
    lines: list[Text] = [
        say(
            "news.purchase",
            store=store.name if store is not None else sale.receipt.store,
            at=local(work, sale.sold_at),
            paid=money(work, sale.total),
        )
    ]
    if sale.earned:
        active = balance.pending == 0
        earned = say("points.count", n=sale.earned)
        lines.append(say("news.earned-now", points=earned) if active else say("news.earned", points=earned))
    if sale.points_spent:
        lines.append(say("news.spent", points=say("points.count", n=sale.points_spent)))
    lines.append(balance_text(work, balance))
    buttons = (
        Button(say("button.explain"), action=f"explain:{sale.id}", wide=False),
        Button(say("button.quiet"), action="quiet", wide=False),
    )
    return Answer([Say(Lines(tuple(lines)), buttons)], card_keyboard())


def points_returned(work: BotWork, back: GivenBack) -> Answer:
    """A short message after a return: money, points given back and taken, balance."""
    done = back.done
    lines: list[Text] = [say("news.return", money=money(work, done.back.money))]
    if done.points_returned:
        lines.append(say("news.given-back", points=say("points.count", n=done.points_returned)))
    if done.points_taken:
        lines.append(say("news.taken", points=say("points.count", n=done.points_taken)))
    if back.vouchers:
        lines.append(say("news.vouchers-back", n=len(back.vouchers)))
    lines.append(balance_text(work, back.balance or Points()))
    return Answer([Say(Lines(tuple(lines)), (key("history", wide=False),))], card_keyboard())


def spending_asked(work: BotWork, asked: Confirmation, store: Store | None) -> Answer:
    """The question at the till: may so many points be spent? The first button confirms, the second declines."""
    seconds = work.programme.confirmation_seconds
    points = say("points.count", n=asked.points)
    text = (
        say("confirm.ask-at", points=points, store=store.name, n=seconds)
        if store is not None
        else say("confirm.ask", points=points, n=seconds)
    )
    buttons = (
        Button(say("button.confirm-spending"), action=f"confirm:{asked.id}", style="primary"),
        Button(say("button.decline-spending"), action=f"decline:{asked.id}", style="danger"),
    )
    return Answer([Say(text, buttons, asked.id)], card_keyboard())


def voucher_ends(work: BotWork, voucher: Voucher, language: Language) -> Answer | None:
    """A reminder of a voucher that ends soon; None where its offer is gone."""
    offer = next((one for one in work.offers.current() if one.id == voucher.offer), None)
    if offer is None:
        return None
    shown = reply(work, voucher, offer, language)
    return Answer([replace(shown, text=Lines((say("voucher.ends"), shown.text)))], card_keyboard())


def money(work: BotWork, minor: int) -> Money:
    """An amount of the programme's currency."""
    return Money(minor, work.programme.currency)


def local(work: BotWork, instant: datetime) -> datetime:
    """The instant in the programme's zone."""
    return instant.astimezone(work.programme.timezone)
