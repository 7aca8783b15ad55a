"""Which offers apply: windows, conditions, limits, values, groups, exclusivity (domain section 6, step 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from core.offers.model import (
    Always,
    Audience,
    Birthday,
    BonusPoints,
    Condition,
    FirstPurchase,
    Items,
    MemberOf,
    MinBasket,
    Offer,
    PointsTimes,
    birthday_near,
)
from core.programme.model import Programme
from core.sales.basket import Buyer, Line
from core.sales.effects import Earning, Rates, matched, sets_of, taken_off
from core.vouchers.model import Voucher, VoucherState


@dataclass(frozen=True, slots=True)
class Usage:
    """How often an offer has applied, in sales that are not wholly returned, and what it has cost."""

    by_customer: int = 0
    total: int = 0
    spent: int = 0


class Presented(NamedTuple):
    """A voucher as the till asks for it, with what is known of it."""

    typed: str
    voucher: Voucher | None
    offer: Offer | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer, or one voucher of it, that could apply; `value` in minor units, what it would be worth alone."""

    offer: Offer
    typed: str | None
    voucher: str | None
    sets: int
    free_units: int | None
    alone: Mapping[int, int]
    """What it alone would take off each line."""
    value: int
    places: tuple[int, ...]
    """The lines that its benefit means."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything about the receipt but its offers."""

    lines: Sequence[Line]
    amounts: Sequence[int]
    buyer: Buyer | None
    instant: datetime
    store: str
    rates: Rates
    programme: Programme
    usage: Mapping[str, Usage]
    hold: str | None = None


@dataclass(slots=True)
class Verdicts:
    """One reason for each thing that does not apply: vouchers by their code as typed, offers by id."""

    vouchers: dict[str, str]
    offers: dict[str, str]

    def drop(self, candidate: Candidate, reason: str) -> None:
        """The candidate does not apply, for this reason; the first reason stays."""
        if candidate.typed is not None:
            self.vouchers.setdefault(candidate.typed, reason)
        else:
            self.offers.setdefault(candidate.offer.id, reason)


def in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """priority desc, id asc as text, vouchers of one offer as listed: Python's sort keeps equals as they come."""
    return sorted(candidates, key=lambda one: (-one.offer.priority, one.offer.id))


def candidates(
    scene: Scene, offers: Sequence[Offer], presented: Sequence[Presented], verdicts: Verdicts
) -> list[Candidate]:
    """What is left after window, condition, limit, budget and value, in order."""
    found: list[Candidate] = []
    for one in offers:
        if _is_for(one, scene.buyer):
            shut = one.window.shut(scene.instant, scene.programme.timezone, scene.store)
            candidate = _candidate(scene, one, None, None)
            reason = shut or _unfit(scene, candidate)
            if not reason:
                found.append(candidate)
            elif not shut:
                verdicts.drop(candidate, reason)
    shown: dict[str, int] = {}
    budgets: dict[str, int] = {}
    for typed, voucher, offer in presented:
        reason = _unusable(scene, voucher, offer)
        if reason or voucher is None or offer is None:
            verdicts.vouchers.setdefault(typed, reason)
            continue
        candidate = _candidate(scene, offer, typed, voucher.code)
        most = offer.limits.per_receipt
        met = _holds(offer.condition, scene)
        if met and most is not None and shown.get(offer.id, 0) >= most:
            reason = "limit"
        else:
            reason = _unfit(scene, candidate, budgets.get(offer.id, 0))
        if reason:
            verdicts.drop(candidate, reason)
            continue
        shown[offer.id] = shown.get(offer.id, 0) + 1
        budgets[offer.id] = budgets.get(offer.id, 0) + sum(candidate.alone.values())
        found.append(candidate)
    return in_order(found)


def best_of_groups(found: Sequence[Candidate], verdicts: Verdicts) -> list[Candidate]:
    """Inside one stacking group the most valuable stays; ties: order."""
    best: dict[str, Candidate] = {}
    for candidate in found:
        group = candidate.offer.group
        if group is not None and (group not in best or candidate.value > best[group].value):
            best[group] = candidate
    kept = []
    for candidate in found:
        if candidate.offer.group is None or best[candidate.offer.group] is candidate:
            kept.append(candidate)
        else:
            verdicts.drop(candidate, "beaten")
    return kept


def _is_for(offer: Offer, buyer: Buyer | None) -> bool:
    match offer.audience:
        case Audience.PUBLIC:
            return True
        case Audience.MEMBERS:
            return buyer is not None
        case Audience.PERSONAL:
            return buyer is not None and offer.id in buyer.assigned
        case _:
            return False


def _candidate(scene: Scene, offer: Offer, typed: str | None, voucher: str | None) -> Candidate:
    """A voucher is one set; an offer as many as its limit and its `items` condition give."""
    free_units = 1 if typed is not None else offer.limits.per_receipt
    sets = 1 if typed is not None else sets_of(offer.condition, scene.lines, offer.limits.per_receipt)
    places = tuple(matched(scene.lines, getattr(offer.benefit, "match", None)))
    alone = taken_off(offer.benefit, scene.lines, scene.amounts, places, sets=sets, free_units=free_units)
    value = _value(scene, offer, sets, alone, places)
    return Candidate(offer, typed, voucher, sets, free_units, alone, value, places)


def _value(scene: Scene, offer: Offer, sets: int, alone: Mapping[int, int], places: Sequence[int]) -> int:
    """What it would take off this basket alone + its extra points x point value."""
    if scene.buyer is None:
        return sum(alone.values())
    match offer.benefit:
        case PointsTimes() as benefit:
            earning = Earning(scene.lines, scene.amounts, scene.rates)
            return earning.multiply(benefit, places)[0] * scene.rates.point_value
        case BonusPoints() as benefit:
            earning = Earning(scene.lines, scene.amounts, scene.rates)
            return earning.bonus(benefit, sets)[0] * scene.rates.point_value
        case _:
            return sum(alone.values())


def _unusable(scene: Scene, voucher: Voucher | None, offer: Offer | None) -> str:
    """Why the voucher itself cannot be used: the first reason that fits."""
    if voucher is None or offer is None:
        return "unknown"
    if voucher.owned and (scene.buyer is None or voucher.customer != scene.buyer.customer):
        return "not-yours"
    if voucher.state is VoucherState.REDEEMED or (
        voucher.state is VoucherState.RESERVED and not voucher.free(scene.instant, scene.hold)
    ):
        return "used"
    if voucher.state in (VoucherState.VOID, VoucherState.EXPIRED):
        return voucher.state.value
    day = scene.instant.astimezone(scene.programme.timezone).date()
    shut = offer.window.shut(scene.instant, scene.programme.timezone, scene.store)
    if shut == "expired" or voucher.over(day):
        return "expired"
    if voucher.valid_from is not None and day < voucher.valid_from:
        return "not-yet"
    return shut


def _unfit(scene: Scene, candidate: Candidate, planned: int = 0) -> str:
    """Why it does not apply to this basket: condition, limit, budget, value; `planned`: its money promised already."""
    offer = candidate.offer
    if not _holds(offer.condition, scene):
        return "condition"
    used, limits = scene.usage.get(offer.id, Usage()), offer.limits
    if limits.per_customer is not None and (scene.buyer is None or used.by_customer >= limits.per_customer):
        return "limit"
    if limits.total is not None and used.total >= limits.total:
        return "limit"
    if limits.budget is not None and used.spent + planned + sum(candidate.alone.values()) > limits.budget:
        return "budget"
    return "" if candidate.value > 0 else "no-effect"


def _holds(condition: Condition, scene: Scene) -> bool:
    """Judged on the basket as it came, all lines, before any discount."""
    buyer = scene.buyer
    match condition:
        case Always():
            return True
        case MinBasket(amount):
            return sum(scene.amounts) >= amount
        case Items(match, milli):
            return sum(scene.lines[at].milli for at in matched(scene.lines, match)) >= milli
        case FirstPurchase():
            return buyer is not None and buyer.first_purchase
        case Birthday(before, after):
            today = scene.instant.astimezone(scene.programme.timezone).date()
            born = buyer.birthday if buyer is not None else None
            return born is not None and birthday_near(born, today, before, after)
        case MemberOf(club):
            return buyer is not None and club in buyer.clubs
        case _:
            return all(_holds(one, scene) for one in condition.of)
