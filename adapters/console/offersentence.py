"""The sentence of a whole offer: what it gives, when, to whom, how often, in any of the house's languages."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from bot.ports import Texts
from bot.words import Money, Value, say
from core.offers.data import clock_text
from core.offers.model import (
    AmountOff,
    Audience,
    Benefit,
    Birthday,
    BonusPoints,
    Condition,
    FirstPurchase,
    FixedPrice,
    Goods,
    Items,
    Match,
    MemberOf,
    MinBasket,
    NthFree,
    Offer,
    PercentOff,
    PointsTimes,
    Window,
    conditions_of,
)
from core.shared.amounts import decimal_text, quantity
from core.shared.values import Language

FOR = {
    Audience.PUBLIC: "offers.for-public", Audience.MEMBERS: "offers.for-members",
    Audience.PERSONAL: "offers.for-personal", Audience.VOUCHER: "offers.for-voucher",
}  # fmt: skip
DAYS = {
    1: "offers.day-1", 2: "offers.day-2", 3: "offers.day-3", 4: "offers.day-4", 5: "offers.day-5", 6: "offers.day-6",
    7: "offers.day-7",
}  # fmt: skip


class Sentence:
    """Tells offers in one language; `stores`: names by id."""

    def __init__(self, texts: Texts, language: Language, currency: str, stores: Mapping[str, str]) -> None:
        self._texts, self._language, self._currency, self._stores = texts, language, currency, stores

    def of(self, offer: Offer) -> str:
        """Everything that the offer says, as a person would say it."""
        parts = [self.gives(offer), self.when(offer.window), self._t(FOR[offer.audience])]
        return " ".join(part for part in [*parts, *self._limits(offer), *self._beside(offer)] if part)

    def gives(self, offer: Offer) -> str:
        """The benefit and what it asks."""
        asked = [told for one in conditions_of(offer.condition) if (told := self._condition(one))]
        benefit = self._benefit(offer.benefit)
        if not asked:
            return self._t("offers.gives", benefit=benefit)
        return self._t("offers.gives-when", benefit=benefit, conditions=self._t("offers.and").join(asked))

    def when(self, window: Window) -> str:
        """Days, hours and stores; empty when it holds always and everywhere."""
        parts = []
        if window.first is not None and window.last is not None:
            parts.append(self._t("offers.from-until", first=window.first, last=window.last))
        elif window.first is not None:
            parts.append(self._t("offers.since", first=window.first))
        elif window.last is not None:
            parts.append(self._t("offers.until-day", last=window.last))
        if window.weekdays:
            parts.append(", ".join(self._t(DAYS[one]) for one in sorted(window.weekdays)))
        if window.hours is not None:
            parts.append(f"{clock_text(window.hours.start)}–{clock_text(window.hours.end)}")
        if window.stores:
            names = ", ".join(self._stores.get(one, one) for one in sorted(window.stores))
            parts.append(self._t("offers.at-stores", stores=names))
        return self._t("offers.holds", when=", ".join(parts)) if parts else ""

    def _benefit(self, benefit: Benefit) -> str:
        match benefit:
            case PercentOff(percent, match, most):
                told = self._t("offers.percent", percent=self._number(percent), goods=self._on(match))
                return told if most is None else self._t("offers.most", benefit=told, amount=self._money(most))
            case AmountOff(amount, match):
                return self._t("offers.amount", amount=self._money(amount), goods=self._on(match))
            case FixedPrice(price, match):
                return self._t("offers.price", price=self._money(price), goods=self._on(match))
            case NthFree(n, match):
                return self._t("offers.nth", n=str(n), goods=self._on(match))
            case PointsTimes(times, match):
                return self._t("offers.times", times=self._number(times), goods=self._on(match))
            case BonusPoints(points):
                return self._t("offers.bonus", points=say("points.count", n=points))

    def _condition(self, condition: Condition) -> str:
        match condition:
            case MinBasket(amount):
                return self._t("offers.min-basket", amount=self._money(amount))
            case Items(match, milli):
                return self._t("offers.items", quantity=self._comma(quantity(milli)), goods=self._on(match))
            case FirstPurchase():
                return self._t("offers.first-purchase")
            case Birthday(before, after):
                return self._t("offers.birthday", before=str(before), after=str(after))
            case MemberOf(club):
                return self._t("offers.member-of", club=club)
            case _:
                return ""

    def _on(self, match: Match | None) -> str:
        if match is None:
            return self._t("offers.whole-receipt")
        left_out = self._lists(match.excluded)
        if match.goods.empty:
            return self._t("offers.all-but", but=left_out) if left_out else self._t("offers.all-goods")
        what = self._lists(match.goods)
        if left_out:
            return self._t("offers.goods-but", what=what, but=left_out)
        return self._t("offers.goods", what=what)

    def _lists(self, goods: Goods) -> str:
        named = (("offers.categories", goods.category), ("offers.brands", goods.brand), ("offers.skus", goods.sku))
        return "; ".join(self._t(key, list=", ".join(sorted(values))) for key, values in named if values)

    def _limits(self, offer: Offer) -> Sequence[str]:
        limits, told = offer.limits, []
        if limits.per_receipt is None:
            told.append(self._t("offers.any-per-receipt"))
        elif limits.per_receipt != 1:
            told.append(self._t("offers.some-per-receipt", times=str(limits.per_receipt)))
        if limits.per_customer is not None:
            told.append(self._t("offers.per-customer", times=str(limits.per_customer)))
        if limits.total is not None:
            told.append(self._t("offers.in-all", times=str(limits.total)))
        if limits.budget is not None:
            told.append(self._t("offers.budget", amount=self._money(limits.budget)))
        return told

    def _beside(self, offer: Offer) -> Sequence[str]:
        told = [self._t("offers.alone")] if offer.exclusive else []
        return [*told, self._t("offers.in-group", group=offer.group)] if offer.group else told

    def _money(self, minor: int) -> Money:
        return Money(minor, self._currency)

    def _number(self, value: Fraction) -> str:
        return self._comma(decimal_text(value))

    def _comma(self, text: str) -> str:
        return text if self._language is Language.EN else text.replace(".", ",")

    def _t(self, key: str, **data: Value) -> str:
        return self._texts.say(say(key, **data), self._language)
