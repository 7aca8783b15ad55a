"""Vouchers in the chat: the list of what is mine, and each as a picture with its code, its value and its end."""

from datetime import date, datetime, timedelta

from bot.flow import Done, Next
from bot.flows.keys import key
from bot.messages import Button, Say, ShowVoucher
from bot.ports import BotWork
from bot.talk import Talk
from bot.words import Lines, Money, Text, Verbatim, Words, say
from core.ledger.dates import after_last_good_day
from core.offers.model import (
    All,
    AmountOff,
    Benefit,
    BonusPoints,
    Condition,
    FixedPrice,
    MinBasket,
    NthFree,
    Offer,
    PercentOff,
    PointsTimes,
)
from core.shared.amounts import decimal_text
from core.shared.refusals import Unknown
from core.shared.values import Language
from core.vouchers.codes import barcode_digits, printed
from core.vouchers.model import Voucher

_LISTED = 10


def vouchers(talk: Talk) -> Next:
    """The one voucher at once; several as a list, soonest end first."""
    mine = usable(talk)
    if not mine:
        return Done((Say(say("voucher.none"), (key("card"),)),))
    if len(mine) == 1:
        return Done((reply(talk.work, *mine[0], talk.known.language),))
    language = talk.known.language
    buttons = [
        Button(Verbatim(offer.title_in(language)[:32]), action=f"voucher:{voucher.code}")
        for voucher, offer in mine[:_LISTED]
    ]
    return Done((Say(say("voucher.list", n=len(mine)), tuple(buttons)),))


def voucher(talk: Talk, code: str) -> Next:
    """The voucher as a picture. Raises Unknown (`unknown-voucher`) for one that is not usable and theirs."""
    return Done((reply(talk.work, *_mine(talk, code), talk.known.language),))


def voucher_number(talk: Talk, code: str) -> Next:
    """The code alone in a bubble, as `show_number` of a card. Raises Unknown as `voucher`."""
    return Done((Say(Verbatim(_mine(talk, code)[0].code)),))


def usable(talk: Talk) -> list[tuple[Voucher, Offer]]:
    """The customer's vouchers whose days are not over, with their offers."""
    work = talk.work
    offers = {offer.id: offer for offer in work.offers.current()}
    today = work.now.astimezone(work.programme.timezone).date()
    found = []
    for one in work.vouchers.of(work.sales.selves(talk.owner.id)):
        offer = offers.get(one.offer)
        last = last_day(one, offer) if offer is not None else None
        if offer is not None and one.free(work.now, None) and (last is None or last >= today):
            found.append((one, offer))
    return found


def last_day(one: Voucher, offer: Offer) -> date | None:
    """The last good day: the voucher's own or its offer's, whichever comes first."""
    days = [day for day in (one.valid_until, offer.window.last) if day is not None]
    return min(days, default=None)


def reply(work: BotWork, one: Voucher, offer: Offer, language: Language) -> ShowVoucher:
    """Everything a channel needs to draw the voucher and to say it in words."""
    last = last_day(one, offer)
    ends_at = after_last_good_day(last, work.programme) if last is not None else None
    title = offer.title_in(language)
    lines: list[Text] = [Verbatim(title), say("voucher.code", code=printed(one.code))]
    if last is not None and ends_at is not None:
        lines.append(say("voucher.until", day=last))
        lines.append(_left(ends_at, work.now))
    return ShowVoucher(
        one.code,
        printed(one.code),
        barcode_digits(one.code),
        title,
        value_of(work, offer.benefit),
        condition_of(work, offer.condition),
        say("voucher.until", day=last) if last is not None else None,
        ends_at,
        work.programme.brand,
        work.programme.brand_colour,
        Lines(tuple(lines)),
        (Button(say("button.copy"), "copy", action=f"number:{one.code}", value=one.code), key("card")),
    )


def value_of(work: BotWork, benefit: Benefit) -> Words:
    """What the voucher is worth, in a word that is read from across the counter."""
    currency = work.programme.currency
    match benefit:
        case PercentOff(percent):
            return say("voucher.percent", percent=decimal_text(percent))
        case AmountOff(amount):
            return say("voucher.amount", amount=Money(amount, currency))
        case FixedPrice(price):
            return say("voucher.price", amount=Money(price, currency))
        case NthFree(n):
            return say("voucher.free", n=n)
        case PointsTimes(times):
            return say("voucher.times", times=decimal_text(times))
        case BonusPoints(points):
            return say("voucher.points", points=say("points.count", n=points))


def condition_of(work: BotWork, condition: Condition) -> Words | None:
    """The smallest basket it asks for, where it asks for one."""
    match condition:
        case MinBasket(amount):
            return say("voucher.from", amount=Money(amount, work.programme.currency))
        case All(of):
            return next((found for one in of if (found := condition_of(work, one)) is not None), None)
        case _:
            return None


def _mine(talk: Talk, code: str) -> tuple[Voucher, Offer]:
    found = next((one for one in usable(talk) if one[0].code == code), None)
    if found is None:
        raise Unknown("unknown-voucher")
    return found


def _left(ends_at: datetime, now: datetime) -> Words:
    """The countdown, as it stands when it is said: whole days, on the last day hours."""
    left = ends_at - now
    days = left // timedelta(days=1)
    return say("voucher.days-left", n=days) if days else say("voucher.hours-left", n=left // timedelta(hours=1))
