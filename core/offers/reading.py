"""Offers as data: one JSON object of the offers file and back (contract section 5). What is not known is refused."""

from collections.abc import Mapping
from fractions import Fraction

from core.offers.model import (
    All,
    Always,
    AmountOff,
    Audience,
    Benefit,
    Birthday,
    BonusPoints,
    Condition,
    FirstPurchase,
    FixedPrice,
    Goods,
    Hours,
    Items,
    Limits,
    Match,
    MemberOf,
    MinBasket,
    NthFree,
    Offer,
    PercentOff,
    PointsTimes,
    ReturnPolicy,
    Window,
)
from core.shared.amounts import decimal, milli
from core.shared.fields import MOST, Fields
from core.shared.refusals import Invalid

_DEEPEST = 5


def offer_from(data: object, version: int = 1) -> Offer:
    """The offer that one object of the file describes; what is left out has the contract's default.

    Raises Invalid with the place of what cannot be used.
    """
    fields = Fields(data, "")
    benefit = _benefit(Fields(fields.take("benefit"), "benefit"))
    condition = fields.take("condition")
    made = Offer(
        id=fields.text("id"),
        benefit=benefit,
        version=version,
        title=_title(fields),
        audience=fields.one_of("audience", Audience, Audience.MEMBERS),
        phones=tuple(sorted(fields.texts("phones"))),
        priority=_signed(fields, "priority"),
        group=fields.text("group", default="") or None,
        exclusive=fields.flag("exclusive"),
        window=Window(
            fields.day("from"), fields.day("until"), _weekdays(fields), _hours(fields), fields.texts("stores")
        ),
        condition=Always() if condition is None else _condition(Fields(condition, "condition"), 1),
        limits=_limits(fields),
        return_policy=fields.one_of("return_policy", ReturnPolicy, ReturnPolicy.RETURN_USE),
    )
    fields.end()
    if made.phones and made.audience is not Audience.PERSONAL:
        raise Invalid("phones", expected="an offer with the audience personal")
    if made.exclusive and made.group:
        raise Invalid("group", expected="none: an exclusive offer is in no group")
    if made.window.first and made.window.last and made.window.last < made.window.first:
        raise Invalid("until", expected="a day not before `from`")
    return made


def _title(fields: Fields) -> dict[str, str]:
    title = fields.take("title")
    if title is None:
        return {}
    if not isinstance(title, Mapping):
        raise Invalid("title", expected="an object of texts by language")
    words = Fields(title, "title")
    found = {language: words.text(language, most=200) for language in list(title)}
    words.end()
    return found


def _signed(fields: Fields, key: str) -> int:
    value = fields.take(key)
    if value is None:
        return 0
    if type(value) is not int or abs(value) > MOST:
        raise Invalid(fields.at(key), expected="a whole number")
    return value


def _weekdays(fields: Fields) -> frozenset[int]:
    value = fields.take("weekdays")
    if value is None:
        return frozenset()
    if not isinstance(value, list) or not all(type(one) is int and 1 <= one <= 7 for one in value):
        raise Invalid("weekdays", expected="a list of days from 1 (Monday) to 7")
    return frozenset(value)


def _hours(fields: Fields) -> Hours | None:
    value = fields.take("hours")
    if value is None:
        return None
    start, dash, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    first, last = _minute(start), _minute(end)
    if not dash or first is None or last is None or first == 24 * 60:
        raise Invalid("hours", expected="hours such as 08:00-12:00")
    return Hours(first, last)


def _minute(text: str) -> int | None:
    hour, colon, minute = text.partition(":")
    if not (colon and len(hour) == len(minute) == 2 and (hour + minute).isascii() and (hour + minute).isdigit()):
        return None
    value = int(hour) * 60 + int(minute)
    return value if int(minute) < 60 and value <= 24 * 60 else None


def _limits(fields: Fields) -> Limits:
    data = fields.take("limits")
    if data is None:
        return Limits()
    given = Fields(data, "limits")
    per_receipt = given.maybe("per_receipt", least=1) if "per_receipt" in data else 1
    made = Limits(
        per_receipt, given.maybe("per_customer", least=1), given.maybe("total", least=1), given.maybe("budget")
    )
    given.end()
    return made


def _goods(fields: Fields) -> Goods:
    return Goods(fields.texts("sku"), fields.texts("category"), fields.texts("brand"))


def _match(fields: Fields) -> Match | None:
    data = fields.take("match")
    if data is None:
        return None
    given = Fields(data, fields.at("match"))
    goods, left_out = _goods(given), given.take("except")
    given.end()
    if left_out is None:
        return Match(goods)
    excluded = Fields(left_out, given.at("except"))
    made = Match(goods, _goods(excluded))
    excluded.end()
    return made


def _meant(fields: Fields) -> Match:
    found = _match(fields)
    if found is None:
        raise Invalid(fields.at("match"), expected="which goods are meant")
    return found


def _condition(fields: Fields, depth: int) -> Condition:
    kind = fields.text("kind")
    made: Condition
    match kind:
        case "always":
            made = Always()
        case "min_basket":
            made = MinBasket(fields.whole("amount"))
        case "items":
            made = Items(_meant(fields), fields.number("quantity", milli))
        case "first_purchase":
            made = FirstPurchase()
        case "birthday":
            made = Birthday(_days(fields, "days_before"), _days(fields, "days_after"))
        case "member_of":
            made = MemberOf(fields.text("club"))
        case "all":
            many = fields.take("of")
            if not isinstance(many, list) or not 1 <= len(many) <= 20 or depth > _DEEPEST:
                raise Invalid(fields.at("of"), expected="a list of 1 to 20 conditions, not deeper than 5")
            made = All(
                tuple(_condition(Fields(one, f"{fields.at('of')}.{at}"), depth + 1) for at, one in enumerate(many))
            )
        case _:
            raise Invalid(fields.at("kind"), expected="a kind of condition")
    fields.end()
    return made


def _days(fields: Fields, key: str) -> int:
    value = fields.whole(key, default=0)
    if value > 182:
        raise Invalid(fields.at(key), expected="at most 182 days")
    return value


def _benefit(fields: Fields) -> Benefit:
    kind = fields.text("kind")
    made: Benefit
    match kind:
        case "percent_off":
            made = PercentOff(_percent(fields), _match(fields), fields.maybe("max"))
        case "amount_off":
            made = AmountOff(fields.whole("amount", least=1), _match(fields))
        case "fixed_price":
            made = FixedPrice(fields.whole("price"), _meant(fields))
        case "nth_free":
            made = NthFree(fields.whole("n", least=1), _meant(fields))
        case "points_times":
            times = fields.number("times", decimal)
            if not 1 <= times <= 1000:
                raise Invalid(fields.at("times"), expected="a decimal from 1 to 1000")
            made = PointsTimes(times, _match(fields))
        case "bonus_points":
            made = BonusPoints(fields.whole("points", least=1))
        case _:
            raise Invalid(fields.at("kind"), expected="a kind of benefit")
    fields.end()
    return made


def _percent(fields: Fields) -> Fraction:
    percent: Fraction = fields.number("percent", decimal)
    if not 0 < percent <= 100:
        raise Invalid(fields.at("percent"), expected="a decimal above 0 and up to 100")
    return percent
