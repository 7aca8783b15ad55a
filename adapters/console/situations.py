"""The page of situations: each rule with its switch, offer and numbers, and whom it met in the last plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from adapters.console.door import Door
from adapters.console.figures import is_analyst
from adapters.console.orderwords import order
from adapters.console.ports import ConsoleViews, ConsoleWork
from adapters.http.sessions import SESSION
from bot.words import Money, Text, Words, say
from core.offers.fives import situations_in_fives
from core.offers.model import Audience, Offer
from core.offers.situations import SITUATIONS, Gives, Parameter, Rule, Switch, Unit, lacks, rule_of
from core.offers.switching import switch
from core.offers.views import SituationsView
from core.shared.refusals import Invalid, Refusal
from core.shared.values import Language

CHANGES = ("owner", "marketer")
SEES = (*CHANGES, "analyst")
UNKNOWN = ("no-prices", "no-risk")
"""What a plan lacks to tell whom a rule meets."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A form that was refused: what stood in it, which field is wrong and why."""

    rule: Rule
    given: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""
    why: Text | None = None


class SituationPages:
    """`/console/situations`."""

    def __init__(self, door: Door, views: ConsoleViews) -> None:
        self._door, self._views = door, views
        self._texts, self._programme = door.texts, door.programme
        door.page("/console/situations", self.page, SEES)
        door.action("/console/situations/{rule}", self.change, CHANGES)

    async def page(self, request: web.Request, tried: Tried | None = None, status: int = 200) -> web.Response:
        """Every rule as a card."""
        view, language = await self._views.situations(), self._door.language(request)
        view = situations_in_fives(view) if is_analyst(request) else view
        asked = request.query.get("saved", "")
        cards = [self._card(view, one, tried, language) for one in view.switches.values()]
        may = request[SESSION].role in CHANGES
        return self._door.show(request, "situations.html", status, cards=cards, may_change=may, saved=asked)

    async def change(self, request: web.Request) -> web.StreamResponse:
        """The rule stands as the form says; what cannot be is told beside its field."""
        form = {name: str(value)[:64] for name, value in (await request.post()).items()}
        rule = _rule(request.match_info["rule"])
        actor = request[SESSION].login
        try:
            await self._door.change(
                request, "situation.switch", lambda work: _switch(work, rule, form, actor), subject=rule.value,
                seen=lambda work: seen(work, rule),
            )  # fmt: skip
        except Invalid as refusal:
            why = Words(f"situations.{refusal.code}", dict(refusal.data))
            return await self.page(request, Tried(rule, form, refusal.field, why), 422)
        raise web.HTTPSeeOther(f"/console/situations?saved={rule.value}#{rule.value}")

    def _card(self, view: SituationsView, one: Switch, tried: Tried | None, language: Language) -> dict[str, Any]:
        def told(words: Text) -> str:
            return self._texts.say(words, language)

        mine = tried if tried is not None and tried.rule is one.rule else Tried(one.rule)
        known = one.situation
        vouchers = known.gives is Gives.VOUCHER
        wrong = told(mine.why) if mine.why is not None else ""
        numbers = [("control", say("situations.control"), str(one.control))] if vouchers else []
        numbers += [(each.name, say(each.words), typed(each, one.value(each.name))) for each in known.parameters]
        fields = [
            {
                "name": name,
                "label": told(words),
                "value": mine.given.get(name, value),
                "error": wrong if name == mine.wrong else "",
            }
            for name, words, value in numbers
        ]
        chosen = mine.given.get("offer", one.offer or "")
        return {
            "rule": one.rule.value,
            "title": told(say(known.title)),
            "sentence": told(say(known.sentence)),
            "on": one.on,
            "reach": [told(words) for words in self._reach(view, one)],
            "lacks": self._lacks(view, one, language),
            "changed": told(say("situations.changed", who=one.actor, at=one.at.astimezone(self._programme.timezone)))
            if one.at
            else "",
            "vouchers": vouchers,
            "offers": [(offer.id, offer.title_in(language.value)) for offer in _for_vouchers(view.offers)],
            "offer": chosen,
            "offer_error": wrong if mine.wrong == "offer" else "",
            "fields": fields,
        }

    def _reach(self, view: SituationsView, one: Switch) -> list[Text]:
        """Whom it met in the last plan, and how many of them without."""
        found = view.figures.get(one.rule.value)
        if found is None:
            return [say("situations.never-planned")]
        met = found["on"] and not found["why"]
        words: list[Text] = [
            say("situations.meets" if met else "situations.would-meet", week=view.week, n=int(found["reach"]))
        ]
        if found["control"]:
            words.append(say("situations.without", n=int(found["control"])))
        if found.get("price"):
            words.append(say("situations.price-now", amount=Money(int(found["price"]), self._programme.currency)))
        if in_order := order(found, self._programme.currency):
            words.append(in_order)
        return words

    def _lacks(self, view: SituationsView, one: Switch, language: Language) -> str:
        """What the last plan could not know, else what is wrong with the offer of a rule that is on."""
        why = str(view.figures.get(one.rule.value, {}).get("why", ""))
        if why not in UNKNOWN:
            today = datetime.now(self._programme.timezone).date()
            why = lacks(one, view.offers, today) if one.on else ""
        return self._texts.say(Words(f"situations.{why}", {"offer": one.offer or ""}), language) if why else ""


def typed(parameter: Parameter, number: int) -> str:
    """The number as a person types it; a price that is not chosen is nothing."""
    if parameter.unit is not Unit.MONEY:
        return str(number)
    return f"{number // 100}.{number % 100:02d}" if number else ""


def _switch(work: ConsoleWork, rule: Rule, form: Mapping[str, str], actor: str) -> Switch:
    names = {one.name: one for one in SITUATIONS[rule].parameters}
    # A price that is left empty is the house's own.
    numbers = {
        name: (form[name].strip() or "0") if one.unit is Unit.MONEY else form[name]
        for name, one in names.items()
        if name in form
    }
    on = form.get("do") == "on" or (form.get("do") != "off" and work.situations.switches()[rule].on)
    control = percent(form["control"]) if "control" in form else None
    return switch(
        work, rule=rule, on=on, actor=actor, offer=form.get("offer") or None, control=control, numbers=numbers
    )


def seen(work: ConsoleWork, rule: Rule) -> dict[str, Any]:
    """What the audit log keeps of a rule."""
    one = work.situations.switches()[rule]
    return {"on": one.on, "offer": one.offer, "control": one.control, "numbers": dict(one.values)}


def percent(text: str) -> int:
    """A whole number of percent as typed. Raises Invalid (`control`, `bad-number`)."""
    given = text.strip()
    if not (given.isascii() and given.isdecimal() and len(given) <= 3):
        raise Invalid("control", "bad-number")
    return int(given)


def _for_vouchers(offers: Sequence[Offer]) -> list[Offer]:
    return [one for one in offers if one.audience is Audience.VOUCHER]


def _rule(text: str) -> Rule:
    try:
        return rule_of(text)
    except Refusal:
        raise web.HTTPNotFound from None
