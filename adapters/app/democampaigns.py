"""Two campaigns of the demo shop: last month's, which went out and can be looked at, and the week's, still a draft.

The first goes the way of every campaign, a month ago: counted, approved, frozen and sent by the house's own code, into
web chats that nobody has open.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from adapters.app.audiences import Audiences
from adapters.app.demopeople import KNOWN, phone_of
from adapters.app.settings import Settings
from adapters.console.campaignsaid import Said
from adapters.console.campaignshown import weekly_plan
from adapters.db.engines import Engine
from adapters.db.lanes import do_now
from adapters.db.outside import Outside
from adapters.db.work import DbWork
from adapters.delivery.campaigns.taking import Places, Want, sweep, take
from bot.adverts import advert
from bot.ports import Sent
from bot.words import say
from core.audit.model import Actor
from core.campaigns.actions import approve, draft
from core.campaigns.arms import CONTROL, Arm
from core.campaigns.launching import open_due, start
from core.campaigns.model import Content, Leads, Link, Plan
from core.segments.actions import make
from core.segments.fields import Op
from core.segments.model import FieldTest
from core.shared.values import Language

_AGO = timedelta(days=30)
_OWNER = "owner"
_SENDER = "demo"
_TAPPED = 0.3


def show_campaigns(settings: Settings, engine: Engine, outside: Outside) -> None:
    """The shop has both, once."""
    zone = outside.programme.timezone
    noon = datetime.combine(_day(outside) - _AGO, time(12), zone).astimezone(UTC)
    then = replace(outside, clock=lambda: noon)

    def do(job: Callable[[DbWork], Any]) -> Any:
        return do_now(engine, then, job)

    said = Said(outside.texts, outside.programme.default_language, outside.programme)
    do(partial(_began, said=said))
    (run,) = do(open_due)
    Audiences(settings, do).freeze(run, noon)
    places = Places()
    while do(partial(_turn, places=places)):
        continue
    do(lambda work: sweep(work, {}))
    do(partial(_taps, run=run.id))
    plan = weekly_plan(said)
    do_now(engine, outside, lambda work: draft(work, plan=plan, actor=_OWNER))


def _day(outside: Outside) -> date:
    return outside.clock().astimezone(outside.programme.timezone).date()


def _began(work: DbWork, said: Said) -> None:
    cities = FieldTest("city", Op.ONE_OF, among=("Київ", "Львів", "Одеса"))
    segment = make(work, name=said.say(say("desk.demo-segment")), tree=cities, actor=_OWNER)
    texts = {one.value: said.texts.say(say("desk.demo-text", name=_name(said, one)), one) for one in Language}
    label = {one.value: said.texts.say(say("button.vouchers"), one) for one in Language}
    plan = Plan(
        said.say(say("desk.demo-name")),
        segment=segment.id,
        arms=(Arm(CONTROL, 3_000), Arm("A", 7_000)),
        contents={"A": Content(texts, links=(Link(label, Leads.VOUCHERS),))},
        voucher_offer="gift-100",
    )
    made = draft(work, plan=plan, actor=_OWNER)
    approve(work, campaign=made.id, version=made.version, actor=_OWNER)
    start(work, campaign=made.id, actor=Actor(_OWNER, _OWNER), recipients=len(KNOWN))


def _name(said: Said, language: Language) -> str:
    return f"{{name|{said.texts.say(say('desk.week-hello'), language)}}}"


def _turn(work: DbWork, places: Places) -> bool:
    work.sendings.lead("web", _SENDER)
    turn = take(work, channel="web", sender=_SENDER, advert=advert, settled={}, want=Want(100, 100), places=places)
    for letter in turn.posted:
        work.outbox.settle(letter.id, Sent(), work.now)
    return turn.busy


def _taps(work: DbWork, run: int) -> None:
    """Some have looked at their vouchers."""
    chance = random.Random(run)
    for number in KNOWN:
        customer = work.customers.by_phone(phone_of(number))
        serial = work.mailings.serial(run, customer.id) if customer is not None else None
        links = work.mailings.links(run, serial) if serial is not None else None
        if serial is not None and links and chance.random() < _TAPPED:
            work.mailings.tapped(run, serial, work.now)
