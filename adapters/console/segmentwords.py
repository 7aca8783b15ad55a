"""Segments in words: each field, each value, each test and the whole tree as a sentence, in any language."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import assert_never

from babel.numbers import format_decimal

from bot.ports import Texts
from bot.words import Money, Text, Words, say
from core.segments.fields import FIELDS, Contact, Dimension, Group, Kind, Measure, Op
from core.segments.model import Answered, Bought, Contacted, Either, Every, FieldTest, Leaf, Node, Not
from core.segments.views import Choices, Value
from core.shared.values import Language

FIELD_WORDS: Mapping[str, str] = {
    "language": "segments.language", "city": "segments.city", "sex": "segments.sex", "source": "segments.source",
    "club": "segments.club", "birthday": "segments.birthday", "age": "segments.age", "joined": "segments.joined",
    "questionnaire_complete": "segments.questionnaire-complete", "phone_proven": "segments.phone-proven",
    "marketing": "segments.marketing", "profiling": "segments.profiling", "reachable": "segments.reachable",
    "blocked_bot": "segments.blocked-bot", "channel": "segments.channel", "seen": "segments.seen",
    "card": "segments.card", "plastic": "segments.plastic", "points_active": "segments.points-active",
    "points_pending": "segments.points-pending", "points_expiring_30d": "segments.points-expiring",
    "first_day": "segments.first-day", "last_day": "segments.last-day", "receipts": "segments.receipts",
    "days": "segments.days", "items_per_receipt": "segments.items", "gap_median": "segments.gap",
    "receipts_28d": "segments.receipts-month", "receipts_90d": "segments.receipts-quarter",
    "receipts_365d": "segments.receipts-year", "categories": "segments.categories", "brands": "segments.brands",
    "stores": "segments.stores", "hour": "segments.hour", "returns": "segments.returns", "money": "segments.money",
    "basket_mean": "segments.basket", "money_28d": "segments.money-month", "money_90d": "segments.money-quarter",
    "money_365d": "segments.money-year", "discount_share": "segments.discount-share",
    "promo_share": "segments.promo-share", "return_share": "segments.return-share",
    "top_category": "segments.top-category", "top_store": "segments.top-store", "weekday": "segments.weekday",
    "single_category": "segments.single-category", "lifecycle": "segments.lifecycle",
    "active_12m": "segments.active", "r": "segments.recency", "f": "segments.frequency", "m": "segments.monetary",
    "basket_third": "segments.basket-third", "items_third": "segments.items-third", "cluster": "segments.cluster",
    "leaving": "segments.leaving",
}  # fmt: skip
READY_WORDS: Mapping[str, str] = {
    "lifecycle-registered": "segments.ready-registered", "lifecycle-new": "segments.ready-new",
    "lifecycle-regular": "segments.ready-regular", "lifecycle-lapsing": "segments.ready-lapsing",
    "lifecycle-lost": "segments.ready-lost", "active": "segments.ready-active", "rfm-best": "segments.ready-best",
    "rfm-fading": "segments.ready-fading", "grid-small": "segments.ready-small",
    "grid-dear-few": "segments.ready-dear-few", "grid-cheap-many": "segments.ready-cheap-many",
    "grid-large": "segments.ready-large", "single-category": "segments.ready-single",
    "birthday-week": "segments.ready-birthday", "leaving": "segments.ready-leaving",
    "plastic-waiting": "segments.ready-plastic", "questionnaire-unfinished": "segments.ready-unfinished",
    "blocked-bot": "segments.ready-blocked",
}  # fmt: skip
GROUP_WORDS: Mapping[Group, str] = {
    Group.PROFILE: "segments.group-profile", Group.CONTACT: "segments.group-contact", Group.CARD: "segments.group-card",
    Group.HABITS: "segments.group-habits", Group.VALUE: "segments.group-value",
}  # fmt: skip
VALUE_WORDS: Mapping[str, Mapping[str, str]] = {
    "language": {"uk": "segments.speaks-uk", "en": "segments.speaks-en", "ru": "segments.speaks-ru"},
    "card": {"prepared": "segments.card-prepared", "issued": "segments.card-issued", "active": "segments.card-active",
             "blocked": "segments.card-blocked", "replaced": "segments.card-replaced",
             "deleted": "segments.card-deleted"},
    "plastic": {"restored": "segments.plastic-restored", "waiting": "segments.plastic-waiting"},
    "lifecycle": {"registered": "segments.stage-registered", "new": "segments.stage-new",
                  "regular": "segments.stage-regular", "lapsing": "segments.stage-lapsing",
                  "lost": "segments.stage-lost"},
    "weekday": {"1": "segments.monday", "2": "segments.tuesday", "3": "segments.wednesday", "4": "segments.thursday",
                "5": "segments.friday", "6": "segments.saturday", "7": "segments.sunday"},
}  # fmt: skip
BOUGHT_WORDS: Mapping[Dimension, str] = {
    Dimension.SKU: "segments.bought-sku", Dimension.CATEGORY: "segments.bought-category",
    Dimension.BRAND: "segments.bought-brand", Dimension.STORE: "segments.bought-store",
    Dimension.WEEKDAY: "segments.bought-weekday", Dimension.GROUP: "segments.bought-group",
    Dimension.ANYTHING: "segments.bought-anything",
}  # fmt: skip
CONTACT_WORDS: Mapping[Contact, str] = {
    Contact.SENT: "segments.was-sent", Contact.SEEN: "segments.was-seen", Contact.TAPPED: "segments.was-tapped",
    Contact.CONTROL: "segments.was-control",
}  # fmt: skip
OP_WORDS: Mapping[Op, str] = {
    Op.AT_LEAST: "segments.at-least", Op.AT_MOST: "segments.at-most", Op.ONE_OF: "segments.one-of",
    Op.WITHIN: "segments.within", Op.LONGER_AGO: "segments.longer-ago", Op.COMING: "segments.coming",
    Op.YES: "segments.yes", Op.KNOWN: "segments.known",
}  # fmt: skip


class Wording:
    """Says segments in one language. `choices`: what stores, campaigns and answers are called."""

    def __init__(self, texts: Texts, language: Language, currency: str, choices: Choices) -> None:
        self._texts, self._language, self.currency = texts, language, currency
        self._names = {name: dict(pairs) for name, pairs in choices.lists.items()}

    def say(self, key: str, **data: object) -> str:
        """A message of the catalogue."""
        return self._texts.say(Words(key, data), self._language)  # type: ignore[arg-type]  # values of words

    def value(self, of: str, one: str) -> str:
        """What a value is called, in quotation marks where it is somebody's own word."""
        known = VALUE_WORDS.get(of, {}).get(one)
        if known is not None:
            return self.say(known)
        if of in FIELDS and FIELDS[of].options:
            return one
        return self.say("segments.quoted", text=self._names.get(of, {}).get(one, one))

    def sentence(self, node: Node) -> str:
        """The whole tree."""
        return self._said(node, outer=True)

    def leaf(self, leaf: Leaf) -> str:
        """A test."""
        match leaf:
            case FieldTest():
                return self._test(leaf)
            case Answered(question, among):
                name = self._names.get("answer", {}).get(question, question)
                if not among:
                    return self.say("segments.answered", question=name)
                return self.say("segments.answered-so", question=name, values=self._or(f"answer.{question}", among))
            case Bought():
                return self._bought(leaf)
            case Contacted(contact, campaign, days):
                name = self._names.get("campaign", {}).get(campaign or "", campaign or "")
                what = (
                    self.say("segments.any-campaign")
                    if campaign is None
                    else self.say("segments.the-campaign", name=name)
                )
                return self._joined(self.say(CONTACT_WORDS[contact], campaign=what), self._period(days))
            case _:
                assert_never(leaf)

    def has(self, leaf: Leaf, value: Value) -> str:
        """What somebody has where a test looks."""
        if value is None or (isinstance(value, Sequence) and not value):
            return self.say("segments.has-nothing")
        if isinstance(value, bool):
            return self.say("segments.has-yes" if value else "segments.has-no")
        if isinstance(value, date):
            return self._texts.say(Words("segments.on-day", {"day": value}), self._language)
        if isinstance(leaf, Bought):
            amount = value if isinstance(value, int) else 0
            if leaf.measure is Measure.MONEY:
                return self._money(amount)
            return self.say("segments.receipts-of", n=amount)
        of = leaf.field if isinstance(leaf, FieldTest) else f"answer.{getattr(leaf, 'question', '')}"
        if isinstance(value, (int, float)):
            return self._figure(of, value)
        return ", ".join(self.value(of, str(one)) for one in ([value] if isinstance(value, str) else value))

    def _said(self, node: Node, *, outer: bool) -> str:
        match node:
            case Every(of) if not of:
                return self.say("segments.everybody")
            case Every(of) | Either(of):
                if len(of) == 1:
                    return self._said(of[0], outer=outer)
                word = "segments.and" if isinstance(node, Every) else "segments.or"
                told = f" {self.say(word)} ".join(self._said(one, outer=False) for one in of)
                return told if outer else f"({told})"
            case Not(of):
                return self.say("segments.not", what=self._said(of, outer=False))
            case _:
                return self.leaf(node)

    def _test(self, test: FieldTest) -> str:
        field, name = FIELDS[test.field], self.say(FIELD_WORDS[test.field])
        match test.op:
            case Op.YES:
                return name
            case Op.KNOWN:
                return self.say("segments.is-known", field=name)
            case Op.ONE_OF:
                return self.say("segments.is-one", field=name, values=self._or(test.field, test.among))
            case Op.WITHIN:
                return self.say("segments.is-within", field=name, n=test.number)
            case Op.LONGER_AGO:
                return self.say("segments.is-longer-ago", field=name, n=test.number)
            case Op.COMING:
                return self.say("segments.is-coming", field=name, n=test.number)
            case _:
                shown = test.number / 100 if field.kind is Kind.PERCENT else test.number
                key = "segments.is-at-least" if test.op is Op.AT_LEAST else "segments.is-at-most"
                return self.say(key, field=name, value=self._figure(test.field, shown))

    def _bought(self, leaf: Bought) -> str:
        what = self.say(BOUGHT_WORDS[leaf.dimension], things=self._or(leaf.dimension.value, leaf.among))
        least, most = leaf.at_least, leaf.at_most
        if leaf.measure is Measure.MONEY:
            told = {"least": self._money(least or 0), "most": self._money(most or 0)}
            if least is not None and most is not None:
                amount = self.say("segments.for-between", **told)
            else:
                amount = self.say("segments.for-least", value=told["least"]) if most is None else self.say(
                    "segments.for-most", value=told["most"])  # fmt: skip
        elif least is not None and most is not None:
            amount = self.say("segments.times-between", least=least, n=most)
        else:
            amount = self.say("segments.times-least", n=least) if most is None else self.say(
                "segments.times-most", n=most)  # fmt: skip
        return self._joined(self.say("segments.bought", what=what), amount, self._period(leaf.days))

    def _period(self, days: int | None) -> str:
        return "" if days is None else self.say("segments.in-days", n=days)

    def _joined(self, *parts: str) -> str:
        return " ".join(one for one in parts if one)

    def _or(self, of: str, among: Sequence[str]) -> str:
        """Values with `or` before the last one."""
        told = [self.value(of, one) for one in among]
        if len(told) < 2:
            return "".join(told)
        return f"{', '.join(told[:-1])} {self.say('segments.or')} {told[-1]}"

    def _figure(self, of: str, value: float) -> str:
        kind = FIELDS[of].kind if of in FIELDS else Kind.NUMBER
        if kind is Kind.MONEY:
            return self._money(round(value))
        if kind is Kind.PERCENT:
            return f"{format_decimal(round(value * 100, 1), locale=self._language.value)} %"
        return str(format_decimal(round(value, 1), locale=self._language.value))

    def _money(self, minor: int) -> str:
        text: Text = say("segments.amount", amount=Money(minor, self.currency))
        return self._texts.say(text, self._language)
