"""Points in the chat: what happened to them, why an amount is what it is, the tap that lets a till spend."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.flow import Done, Next
from bot.flows.keys import key
from bot.flows.vouchers import voucher, voucher_number
from bot.messages import Button, Say
from bot.talk import Talk
from bot.words import Lines, Money, Text, Words, say
from core.ledger.model import Kind
from core.ledger.ports import Happened
from core.sales.confirming import decide
from core.sales.model import ConfirmationId, ConfirmationState, Sale, SaleId
from core.shared.amounts import quantity
from core.shared.events import MistakeReported
from core.shared.refusals import Refusal, Unknown

_SHOWN = 10
_EXPLAINED = 3
"""Sales of the history that have a button of their own."""


def history(talk: Talk) -> Next:
    """The last operations, newest first, and where to say that one of them is wrong."""
    people = talk.work.sales.selves(talk.owner.id)
    found = talk.work.ledger.happened(people, _SHOWN)
    if not found:
        return Done((Say(say("history.none"), (key("card"),)),))
    sales = [one for one in found if one.kind is Kind.SALE and one.sale is not None][:_EXPLAINED]
    lines: list[Text] = [say("history.title"), *(_line(talk, one) for one in found)]
    buttons = [
        Button(say("history.explain", at=_local(talk, one.at)), action=f"explain:{one.sale}", wide=True)
        for one in sales
    ]
    return Done((Say(Lines(tuple(lines)), (*buttons, key("report", wide=False), key("card", wide=False))),))


def explain(talk: Talk, sale: str) -> Next:
    """Every line of a receipt: what it cost, what came off and why, what points paid and what it earned."""
    found = talk.work.sales.get(SaleId(sale))
    if found is None or found.customer not in talk.work.sales.selves(talk.owner.id):
        raise Unknown("unknown-sale")
    lines: list[Text] = [_head(talk, found)]
    lines += [_goods(talk, found, at) for at in range(len(found.lines))]
    titles = {offer.id: offer.title_in(talk.known.language.value) for offer in talk.work.offers.current()}
    applied = talk.work.sales.applied(found.id)
    weekly = talk.work.weeks.items([one.offer for one in applied])
    titles |= {offer: item.title_in(talk.known.language.value) for offer, item in weekly.items()}
    for one in applied:
        title = titles.get(one.offer, one.offer)
        if one.amount:
            lines.append(say("explain.offer", title=title, amount=_money(talk, one.amount)))
        if one.points:
            lines.append(say("explain.offer-points", title=title, points=say("points.count", n=one.points)))
    if found.points_spent:
        paid = sum(line.points_paid for line in found.lines)
        points = say("points.count", n=found.points_spent)
        lines.append(say("explain.paid", points=points, amount=_money(talk, paid)))
    lines.append(say("explain.total", amount=_money(talk, found.total)))
    rate = talk.work.programme.earn_percent
    lines.append(say("explain.earned", points=say("points.count", n=found.earned), percent=rate))
    return Done((Say(Lines(tuple(lines)), (key("history", wide=False), key("card", wide=False))),))


def confirm(talk: Talk, confirmation: str) -> Next:
    """The till may spend the points."""
    return _decided(talk, confirmation, yes=True)


def decline(talk: Talk, confirmation: str) -> Next:
    """The till may not."""
    return _decided(talk, confirmation, yes=False)


def quiet(talk: Talk) -> Next:
    """No more messages about sales; everything else goes on."""
    talk.work.quiet.ask(talk.owner.id, quiet=True)
    return Done((Say(say("news.quiet"), (key("loud", wide=False), key("card", wide=False))),))


def loud(talk: Talk) -> Next:
    """Messages about sales come again."""
    talk.work.quiet.ask(talk.owner.id, quiet=False)
    return Done((Say(say("news.loud"), (key("card", wide=False),)),))


def report(talk: Talk) -> Next:
    """The shop learns that something is wrong with this customer's points, and the customer whom to call."""
    newest = talk.work.sales.of(talk.work.sales.selves(talk.owner.id), 1)
    talk.work.record(MistakeReported(talk.owner.id, newest[0].id if newest else ""))
    phone = talk.work.programme.support_phone
    text = say("history.reported-phone", phone=phone) if phone else say("history.reported")
    return Done((Say(text, (key("shops", wide=False), key("card", wide=False))),))


OF_ONE: Mapping[str, Callable[[Talk, str], Next]] = {
    "explain": explain,
    "confirm": confirm,
    "decline": decline,
    "voucher": voucher,
    "number": voucher_number,
}
"""Actions about one thing, named behind a colon: `explain:<sale>`."""


_CONFIRMED = {ConfirmationState.CONFIRMED: "confirm.done", ConfirmationState.DECLINED: "confirm.declined"}


def _decided(talk: Talk, confirmation: str, *, yes: bool) -> Next:
    try:
        asked = decide(talk.work, confirmation=ConfirmationId(confirmation), customer=talk.owner.id, yes=yes)
    except Refusal:
        return Done((Say(say("confirm.over"), (key("card"),)),))
    state = asked.state_at(talk.work.now)
    words = _CONFIRMED.get(state, "confirm.over")
    return Done((Say(say(words, points=say("points.count", n=asked.points)), (key("card"),)),))


def _head(talk: Talk, sale: Sale) -> Text:
    store = talk.work.stores.get(sale.receipt.store)
    name = store.name if store is not None else sale.receipt.store
    return say("explain.title", store=name, at=_local(talk, sale.sold_at))


def _goods(talk: Talk, sale: Sale, at: int) -> Text:
    line = sale.lines[at]
    return say(
        "explain.line",
        name=line.name or line.sku,
        quantity=quantity(line.milli),
        price=_money(talk, line.unit_price),
        amount=_money(talk, line.amount),
    )


def _line(talk: Talk, one: Happened) -> Text:
    what = _where(talk, one) or say(f"history.{one.kind}")
    return say("history.line", at=_local(talk, one.at), what=what, change=f"{one.change:+d}".replace("-", "−"))


def _where(talk: Talk, one: Happened) -> Words | None:
    if one.kind is not Kind.SALE or not one.store:
        return None
    store = next((known for known in talk.work.stores.all() if known.id == one.store), None)
    name = store.name if store is not None else one.store
    return say("history.sale-at", store=name, amount=_money(talk, one.total))


def _money(talk: Talk, minor: int) -> Money:
    return Money(minor, talk.work.programme.currency)


def _local(talk: Talk, instant: datetime) -> datetime:
    return instant.astimezone(talk.work.programme.timezone)
