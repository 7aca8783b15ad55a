"""An offer written back as the object of the offers file that `offer_from` reads (contract section 5)."""

from typing import Any

from core.offers.model import (
    Always,
    AmountOff,
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
    Window,
)
from core.shared.amounts import decimal_text, quantity


def offer_data(offer: Offer) -> dict[str, Any]:
    """The data that `offer_from` reads back as the same offer; whom a personal one is for stands elsewhere."""
    data: dict[str, Any] = {"id": offer.id}
    if offer.title:
        data["title"] = dict(offer.title)
    data["audience"] = offer.audience.value
    for name in ("priority", "group", "exclusive"):
        if getattr(offer, name):
            data[name] = getattr(offer, name)
    data |= _window(offer.window)
    if not isinstance(offer.condition, Always):
        data["condition"] = _condition(offer.condition)
    data["benefit"] = _benefit(offer.benefit)
    if offer.limits != Limits():
        limits = offer.limits
        data["limits"] = {"per_receipt": limits.per_receipt, "per_customer": limits.per_customer,
                          "total": limits.total, "budget": limits.budget}  # fmt: skip
    data["return_policy"] = offer.return_policy.value
    return data


def hours_text(hours: Hours) -> str:
    """Hours as they are written: `08:00-12:00`."""
    return f"{clock_text(hours.start)}-{clock_text(hours.end)}"


def clock_text(minute: int) -> str:
    """A minute of the day as a clock shows it."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _window(window: Window) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if window.first is not None:
        data["from"] = window.first.isoformat()
    if window.last is not None:
        data["until"] = window.last.isoformat()
    if window.weekdays:
        data["weekdays"] = sorted(window.weekdays)
    if window.hours is not None:
        data["hours"] = hours_text(window.hours)
    if window.stores:
        data["stores"] = sorted(window.stores)
    return data


def _condition(condition: Condition) -> dict[str, Any]:
    match condition:
        case Always():
            return {"kind": "always"}
        case MinBasket(amount):
            return {"kind": "min_basket", "amount": amount}
        case Items(match, milli):
            return {"kind": "items", "match": _match(match), "quantity": quantity(milli)}
        case FirstPurchase():
            return {"kind": "first_purchase"}
        case Birthday(before, after):
            return {"kind": "birthday", "days_before": before, "days_after": after}
        case MemberOf(club):
            return {"kind": "member_of", "club": club}
        case _:
            return {"kind": "all", "of": [_condition(one) for one in condition.of]}


def _benefit(benefit: Benefit) -> dict[str, Any]:
    if isinstance(benefit, BonusPoints):
        return {"kind": "bonus_points", "points": benefit.points}
    match benefit:
        case PercentOff(percent, _, most):
            data: dict[str, Any] = {"kind": "percent_off", "percent": decimal_text(percent)}
            if most is not None:
                data["max"] = most
        case AmountOff(amount):
            data = {"kind": "amount_off", "amount": amount}
        case FixedPrice(price):
            data = {"kind": "fixed_price", "price": price}
        case NthFree(n):
            data = {"kind": "nth_free", "n": n}
        case _:
            data = {"kind": "points_times", "times": decimal_text(benefit.times)}
    if benefit.match is not None:
        data["match"] = _match(benefit.match)
    return data


def _match(match: Match) -> dict[str, Any]:
    data: dict[str, Any] = _goods(match.goods)
    if not match.excluded.empty:
        data["except"] = _goods(match.excluded)
    return data


def _goods(goods: Goods) -> dict[str, Any]:
    return {
        name: sorted(values)
        for name, values in (("sku", goods.sku), ("category", goods.category), ("brand", goods.brand))
        if values
    }
