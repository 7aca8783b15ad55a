"""What one person gets of a campaign: their language, their figures, their offers, their voucher, and how to stop.

A name is put in once and never read again: whatever stands in it stays a name, and each channel escapes it as its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.flows import vouchers, weekly
from bot.flows.keys import card_keyboard, key
from bot.messages import Answer, Button, Reply, Say, ShowPicture, ShowVoucher
from bot.ports import BotWork
from bot.talk import Talk
from bot.words import Lines, Text, Verbatim, Words, say
from core.campaigns.model import Campaign, Content, Kind, Leads, Link, Plan, Run
from core.campaigns.taps import Tap, token_of
from core.campaigns.wording import filled, slots_of
from core.cards.numbers import grouped
from core.customers.model import Customer, KnownAddress
from core.ledger.seeing import points_of
from core.offers.weekly import Chosen
from core.shared.values import Address, Language, person_name
from core.vouchers.codes import code_of, printed
from core.vouchers.model import Voucher

NOWHERE = Address("house", "", "")
"""The address of a talk that nobody has begun."""
_CODE = code_of(41_871_394_201_217)
"""On vouchers that only show what one looks like."""
TAP = "c"
"""Begins the action of a button under a campaign's message: `c:<run>:<link>`; whoever presses it is known.

Of no run, where it was only tried, `c:0:<action>`."""


def advert(
    work: BotWork, campaign: Campaign, run: Run, customer: Customer, arm: str, language: Language,
    voucher: Voucher | None,
) -> Answer:  # fmt: skip
    """The message of this person of the run; what it shows of their offers of the week was shown.

    Without replies where the campaign is about offers of the week and the person has none.
    """
    content = campaign.plan.contents[arm]
    leave = any(link.leads is Leads.URL for link in content.links)
    serial = work.mailings.serial(run.id, customer.id) if leave else None

    def made(link: Link, at: int) -> Button:
        if link.leads is not Leads.URL:
            return Button(_label(work, link, language), action=f"{TAP}:{run.id}:{at}")
        if serial is None:
            return _plain(work, link, language)
        token = token_of(Tap(run.id, serial, at), work.number_key)
        return Button(_label(work, link, language), "url", value=f"{work.public_url}/r/{token}")

    buttons = tuple(made(link, at) for at, link in enumerate(content.links))
    talk = Talk(work, KnownAddress(NOWHERE, work.now, language, customer=customer.id))
    mine = weekly.page(talk) if campaign.plan.own_offers else ()
    if campaign.plan.own_offers and not mine:
        return Answer([], ())
    replies = _replies(talk, campaign.plan, content, customer, voucher, buttons, mine)
    if mine:
        weekly.were_shown(talk, mine)
    return Answer(replies, card_keyboard())


def preview(
    work: BotWork, plan: Plan, customer: Customer, arm: str, language: Language, *, trial: bool = False
) -> Answer:
    """The same before there is a run: buttons lead where they lead, nothing is noted. `trial`: it says so."""
    content = plan.contents[arm]
    buttons = tuple(_plain(work, link, language) for link in content.links)
    talk = Talk(work, KnownAddress(NOWHERE, work.now, language, customer=customer.id))
    mine = weekly.page(talk) if plan.own_offers else ()
    replies = _replies(talk, plan, content, customer, _example(work, plan), buttons, mine)
    if trial:
        replies = [Say(say("advert.trial")), *replies]
    return Answer(replies, card_keyboard())


def _example(work: BotWork, plan: Plan) -> Voucher | None:
    """A voucher such as the plan would give, which nobody has."""
    if plan.voucher_offer is None:
        return None
    today = work.now.astimezone(work.programme.timezone).date()
    return Voucher(_CODE, plan.voucher_offer, valid_until=today + timedelta(days=plan.voucher_days))


def _replies(
    talk: Talk,
    plan: Plan,
    content: Content,
    customer: Customer,
    voucher: Voucher | None,
    buttons: tuple[Button, ...],
    mine: Sequence[Chosen],
) -> list[Reply]:
    """As few messages as it can be: the first one has the words and the buttons."""
    work, language = talk.work, talk.known.language
    told, stop = _words(work, plan, content, customer, language, voucher)
    text = Lines((told, *stop)) if stop else told
    shown = _voucher(work, voucher, language) if voucher is not None else None
    replies: list[Reply] = []
    if content.picture:
        replies.append(ShowPicture(content.picture, text, buttons))
    if shown is not None:
        words: Text = Lines((told, Verbatim(""), shown.text, *stop)) if not replies else shown.text
        replies.append(replace(shown, text=words, buttons=(*(buttons if not replies else ()), *shown.buttons)))
    if mine:
        lead: Text = say("weekly.list", n=len(mine)) if replies else text
        replies.append(weekly.carousel(talk, mine, lead, (*(buttons if not replies else ()), key("card"))))
    return replies or [Say(text, buttons)]


def _voucher(work: BotWork, voucher: Voucher, language: Language) -> ShowVoucher | None:
    offer = next((one for one in work.offers.current() if one.id == voucher.offer), None)
    return vouchers.reply(work, voucher, offer, language) if offer is not None else None


def _words(
    work: BotWork, plan: Plan, content: Content, customer: Customer, language: Language, voucher: Voucher | None
) -> tuple[Text, tuple[Text, ...]]:
    """The text of the language, else of the default one, else of any, filled in; and how to stop, of a promotion."""
    texts = content.text
    text = texts.get(language) or texts.get(work.programme.default_language) or next(iter(texts.values()), "")
    told = Verbatim(filled(text, _values(work, customer, language, voucher, slots_of(text))))
    return told, () if plan.kind is Kind.SERVICE else (Verbatim(""), say("advert.stop"))


def _values(
    work: BotWork, customer: Customer, language: Language, voucher: Voucher | None, wanted: frozenset[str]
) -> Mapping[str, str]:
    """What the fields that the text asks for are for this person; nothing is looked up for the others."""

    def told(words: Words) -> str:
        return work.texts.say(words, language)

    def on(day: date | None) -> str:
        return told(say("advert.day", day=day)) if day is not None else ""

    found = {"name": next(iter(person_name(customer.name).split()), "")}
    if wanted & {"points", "expiring", "expires"}:
        points = points_of(work, customer.id, blocked=False)
        found["points"] = told(say("points.count", n=points.active))
        if points.next_expiry is not None:
            at, expiring = points.next_expiry
            found["expiring"] = told(say("points.count", n=expiring))
            found["expires"] = on((at - timedelta(seconds=1)).astimezone(work.programme.timezone).date())
    if "card" in wanted:
        card = work.cards.of(customer.id)
        found["card"] = grouped(card.number) if card is not None else ""
    if "store" in wanted:
        found["store"] = work.mailings.usual_store(customer.id)
    if voucher is not None:
        found["voucher"], found["voucher_until"] = printed(voucher.code), on(voucher.valid_until)
    return found


def _plain(work: BotWork, link: Link, language: Language) -> Button:
    label = _label(work, link, language)
    if link.leads is Leads.URL:
        return Button(label, "url", value=link.url)
    return Button(label, action=f"{TAP}:0:{LEADS[link.leads]}")


def _label(work: BotWork, link: Link, language: Language) -> Verbatim:
    labels = link.label
    return Verbatim(labels.get(language) or labels.get(work.programme.default_language) or next(iter(labels.values())))


LEADS = {Leads.CARD: "card", Leads.OFFERS: "offers", Leads.VOUCHERS: "vouchers", Leads.SURVEY: "questionnaire"}
"""The action of the talk to which a button under a message leads."""
