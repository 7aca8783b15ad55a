"""My offers of the week in the chat: the list, one of them, activated, not for me and brought back, and why."""

from collections.abc import Callable, Mapping, Sequence

from bot.flow import Done, Next
from bot.flows.keys import key
from bot.flows.reasons import reasons
from bot.messages import Button, OfferItem, Say, ShowOffers
from bot.talk import Talk
from bot.words import Lines, Money, Text, Verbatim, say
from core.customers.actions import agree
from core.customers.model import Purpose, agreed
from core.offers.weekly import Because, Chosen, Did, Pick, in_order, week_at
from core.shared.refusals import Unknown
from core.shared.values import CustomerId

PAGE = 6
"""Cards of a carousel in Viber, and as many choices as one step may have (channels 1.9, 6.3)."""


def offers(talk: Talk, start: str = "") -> Next:
    """The week's offers, activated ones first, a page at a time; each that is listed was shown."""
    mine = _mine(talk)
    if not mine:
        return Done((Say(say("weekly.none"), (key("questionnaire"), key("card"))),))
    at = int(start) if start.isdecimal() and len(start) < 4 and int(start) < len(mine) else 0
    page = mine[at : at + PAGE]
    were_shown(talk, page)
    more = (Button(say("button.offers-more"), action=f"offers:{at + PAGE}"),) if at + PAGE < len(mine) else ()
    return Done((carousel(talk, page, say("weekly.list", n=len(mine)), (*more, key("card"))),))


def page(talk: Talk) -> Sequence[Chosen]:
    """The first offers of the week, as many as are listed at once."""
    return _mine(talk)[:PAGE]


def were_shown(talk: Talk, chosen: Sequence[Chosen]) -> None:
    """The offers have stood before the customer's eyes."""
    talk.work.weeks.note(talk.owner.id, chosen, Did.SHOWN, talk.work.now)


def offer(talk: Talk, sku: str) -> Next:
    """The one offer with all that can be done about it. Raises Unknown (`unknown-offer`)."""
    one = _one(talk, sku)
    were_shown(talk, [one])
    return Done((carousel(talk, [one], say("weekly.one"), (key("offers"), key("card"))),))


def activate(talk: Talk, sku: str) -> Next:
    """The offer is marked, and listed first from now on; the till gives its price without it too. Raises as `offer`."""
    one = _one(talk, sku)
    talk.work.weeks.note(talk.owner.id, [one], Did.ACTIVATED, talk.work.now)
    text = say("weekly.activated", title=_title(talk, one), amount=_money(talk, one.item.price), day=one.item.until)
    return Done((Say(text, (key("offers", wide=False), key("card", wide=False))),))


def refuse(talk: Talk, sku: str) -> Next:
    """The product is not offered any more, until it is brought back. Raises as `offer`."""
    one = _one(talk, sku)
    talk.work.weeks.refuse(talk.owner.id, sku, talk.work.now)
    talk.work.weeks.note(talk.owner.id, [one], Did.REFUSED, talk.work.now)
    back = Button(say("button.bring-back"), action=f"allow:{sku}", wide=False)
    return Done((Say(say("weekly.refused", title=_title(talk, one)), (back, key("offers", wide=False))),))


def allow(talk: Talk, sku: str) -> Next:
    """The product may be offered again."""
    people, work = _people(talk), talk.work
    if sku not in work.weeks.refused(people):
        raise Unknown("unknown-offer")
    work.weeks.allow(people, sku)
    work.weeks.undo(people, week_at(work.now, work.programme.timezone), sku, Did.REFUSED)
    return Done((Say(say("weekly.back"), (key("offers", wide=False), key("card", wide=False))),))


def why(talk: Talk, sku: str) -> Next:
    """What was looked at to choose it, and how to have that stopped. Raises as `offer`."""
    one = _one(talk, sku)
    because = one.pick.because
    lines: list[Text] = [say("weekly.why", title=_title(talk, one)), _reasons(talk, [one])[one.pick]]
    if because.impersonal:
        lines.append(say("weekly.why-popular"))
    elif because is Because.INTEREST:
        lines += [say("weekly.why-interest"), say("weekly.why-stop")]
    else:
        if because is Because.NEIGHBOUR:
            lines.append(say("weekly.why-neighbour", brand=one.pick.about))
        lines += [say("weekly.why-purchases"), say("weekly.why-stop")]
    last = key("card", wide=False) if because.impersonal else key("data", wide=False)
    return Done((Say(Lines(tuple(lines)), (key("offers", wide=False), last)),))


def personal(talk: Talk) -> Next:
    """Offers are chosen by own purchases again, from the next plan on."""
    return _profiling(talk, given=True)


def impersonal(talk: Talk) -> Next:
    """What was bought or said chooses no offers any more, as of now."""
    return _profiling(talk, given=False)


def profiling_key(talk: Talk) -> Button:
    """The way to stop being profiled, or to begin again."""
    return key("impersonal" if _profiled(talk) else "personal")


OF_ONE: Mapping[str, Callable[[Talk, str], Next]] = {
    "offers": offers,
    "offer": offer,
    "activate": activate,
    "refuse": refuse,
    "allow": allow,
    "why": why,
}
"""Actions about one offer, by its product: `why:<sku>`; `offers:<number>` begins the list there."""


def _profiled(talk: Talk) -> bool:
    return agreed(talk.work.consents.of(talk.owner.id))[Purpose.PROFILING]


def _profiling(talk: Talk, *, given: bool) -> Next:
    if _profiled(talk) is not given:
        agree(talk.work, customer=talk.owner.id, purpose=Purpose.PROFILING, given=given, known=talk.known)
    text = say("weekly.personal") if given else say("weekly.impersonal")
    return Done((Say(text, (key("offers", wide=False), key("data", wide=False))),))


def _people(talk: Talk) -> Sequence[CustomerId]:
    return talk.work.sales.selves(talk.owner.id)


def _mine(talk: Talk, skus: Sequence[str] | None = None) -> list[Chosen]:
    week = week_at(talk.work.now, talk.work.programme.timezone)
    return in_order([one for one in talk.work.weeks.of(_people(talk), week, skus) if not one.used_up])


def _one(talk: Talk, sku: str) -> Chosen:
    found = _mine(talk, [sku])
    if not found:
        raise Unknown("unknown-offer")
    return found[0]


def carousel(talk: Talk, chosen: Sequence[Chosen], text: Text, buttons: tuple[Button, ...]) -> ShowOffers:
    """The offers side by side under the text, each with its price, its reason and what can be done about it."""
    rules, said = talk.work.programme, _reasons(talk, chosen)
    items = tuple(_item(talk, one, said[one.pick]) for one in chosen)
    return ShowOffers(text, items, rules.brand, rules.brand_colour, buttons)


def _item(talk: Talk, one: Chosen, reason: Text) -> OfferItem:
    sku, item = one.item.sku, one.item
    activating = () if one.activated else (Button(say("button.activate"), action=f"activate:{sku}", style="primary"),)
    return OfferItem(
        _title(talk, one),
        say("weekly.money", amount=_money(talk, item.price_was)),
        say("weekly.money", amount=_money(talk, item.price)),
        reason,
        say("weekly.until", day=item.until),
        Button(Verbatim(_title(talk, one)[:32]), action=f"offer:{sku}"),
        item.image if item.image.startswith("https://") else "",
        say("weekly.mark") if one.activated else None,
        (
            *activating,
            Button(say("button.refuse"), action=f"refuse:{sku}", wide=False),
            Button(say("button.why"), action=f"why:{sku}", wide=False),
        ),
    )


def _reasons(talk: Talk, chosen: Sequence[Chosen]) -> Mapping[Pick, Text]:
    return reasons(talk.work, [one.pick for one in chosen], talk.known.language)


def _title(talk: Talk, one: Chosen) -> str:
    return one.item.title_in(talk.known.language)


def _money(talk: Talk, minor: int) -> Money:
    return Money(minor, talk.work.programme.currency)
