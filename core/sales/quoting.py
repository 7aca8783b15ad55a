"""The quote: a pure function of basket, offers, vouchers, points and instant, with every kopeck explained.

Steps are those of domain section 6: amounts, choice, discounts, points spent, points earned, totals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.offers.model import BonusPoints, Offer, PercentOff, PointsTimes
from core.programme.model import Programme
from core.sales.basket import Buyer, Line, Most
from core.sales.choosing import Candidate, Presented, Scene, Usage, Verdicts, best_of_groups, candidates
from core.sales.effects import Earning, Rates, taken_off
from core.shared.amounts import decimal, divide


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A line as it is to be paid: minor units, but `earned` (points)."""

    amount: int
    discount: int
    points_paid: int
    total: int
    earned: int
    offers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """An offer that gave something: minor units off by line, or points."""

    offer: str
    version: int
    voucher: str | None
    """The code as the till sent it."""
    code: str | None
    """The voucher's own code."""
    amount: int
    points: int
    lines: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Quote:
    """What the receipt comes to, and why."""

    lines: tuple[QuoteLine, ...]
    subtotal: int
    discount: int
    points_spent: int
    points_paid: int
    total: int
    earned: int
    points_max: int
    applied: tuple[Applied, ...]
    not_applied: Mapping[str, str]
    """Reason by voucher as it was typed."""
    explain: tuple[Mapping[str, Any], ...]


@dataclass(slots=True)
class _Paper:
    """The receipt being worked out."""

    left: list[int]
    applied: list[Applied] = field(default_factory=list)
    touched: list[list[str]] = field(default_factory=list)


def rates_of(programme: Programme) -> Rates:
    """The figures that a quote uses."""
    return Rates(decimal(programme.earn_percent), programme.point_value_minor, decimal(programme.max_spend_percent))


def quote(
    lines: Sequence[Line],
    *,
    buyer: Buyer | None,
    offers: Sequence[Offer],
    presented: Sequence[Presented],
    spendable: int,
    asked: int | Most,
    instant: datetime,
    store: str,
    usage: Mapping[str, Usage],
    programme: Programme,
    hold: str | None = None,
) -> Quote:
    """What this basket costs and earns. Minor units and points; nothing is stored, nothing is refused here."""
    amounts = [line.amount for line in lines]
    scene = Scene(lines, amounts, buyer, instant, store, rates_of(programme), programme, usage, hold)
    verdicts = Verdicts({}, {})
    chosen = _chosen(scene, candidates(scene, offers, presented, verdicts), verdicts)
    paper = _discounted(scene, chosen, verdicts)
    discounted = list(paper.left)
    most, spent, paid = _spend(scene, paper.left, spendable, asked)
    paper.left = [left - part for left, part in zip(paper.left, paid, strict=True)]
    earned = _earn(scene, chosen, paper, verdicts)
    told = tuple(
        QuoteLine(amount, amount - before, part, left, points, tuple(names))
        for amount, before, part, left, points, names in zip(
            amounts, discounted, paid, paper.left, earned, paper.touched, strict=True
        )
    )
    return Quote(
        told,
        sum(amounts),
        sum(amounts) - sum(discounted),
        spent,
        sum(paid),
        sum(paper.left),
        sum(earned),
        most,
        tuple(paper.applied),
        verdicts.vouchers,
        tuple(_explained(scene, paper, verdicts, told, most, spent, spendable, asked)),
    )


def _chosen(scene: Scene, found: Sequence[Candidate], verdicts: Verdicts) -> list[Candidate]:
    """The exclusive offer alone, when it is worth more than all the others together; else all the others."""
    others = best_of_groups([one for one in found if not one.offer.exclusive], verdicts)
    exclusives = [one for one in found if one.offer.exclusive]
    if not exclusives:
        return others
    best = max(exclusives, key=lambda one: one.value)
    wins = best.value > _together(scene, others)
    for candidate in found:
        if candidate.offer.exclusive and not (wins and candidate is best):
            verdicts.drop(candidate, "beaten")
        if wins and not candidate.offer.exclusive:
            verdicts.drop(candidate, "beaten")
    return [best] if wins else others


def _together(scene: Scene, others: Sequence[Candidate]) -> int:
    """What the others give together by steps 3 and 5, nothing spent."""
    unheard = Verdicts({}, {})
    paper = _discounted(scene, others, unheard)
    off = sum(scene.amounts) - sum(paper.left)
    if scene.buyer is None:
        return off
    plain = Earning(scene.lines, paper.left, scene.rates).base
    return off + (sum(_earn(scene, others, paper, unheard)) - plain) * scene.rates.point_value


def _discounted(scene: Scene, chosen: Sequence[Candidate], verdicts: Verdicts) -> _Paper:
    """Step 3: line benefits in order, one percent a line; then receipt benefits, one percent among them."""
    paper = _Paper(list(scene.amounts), touched=[[] for _ in scene.lines])
    percents = [one for one in chosen if isinstance(one.offer.benefit, PercentOff) and _by_line(one)]
    mine: dict[int, list[int]] = {id(one): [] for one in percents}
    for at in range(len(scene.lines)):
        rivals = [one for one in percents if at in one.places]
        if rivals:
            mine[id(max(rivals, key=lambda one: one.alone.get(at, 0)))].append(at)
    whole = [one for one in chosen if isinstance(one.offer.benefit, PercentOff) and not _by_line(one)]
    best = max(whole, key=lambda one: one.value, default=None)
    for candidate in [*filter(_by_line, chosen), *(one for one in chosen if not _by_line(one))]:
        if isinstance(candidate.offer.benefit, PointsTimes | BonusPoints):
            continue
        only = mine.get(id(candidate))
        if only == [] or (any(candidate is one for one in whole) and candidate is not best):
            verdicts.drop(candidate, "beaten")
            continue
        places = candidate.places if only is None else only
        off = taken_off(
            candidate.offer.benefit, scene.lines, paper.left, places, sets=candidate.sets,
            free_units=candidate.free_units,
        )  # fmt: skip
        _apply(paper, candidate, off, verdicts)
    return paper


def _apply(paper: _Paper, candidate: Candidate, off: Mapping[int, int], verdicts: Verdicts) -> None:
    amount = sum(off.values())
    if not amount:
        verdicts.drop(candidate, "no-effect")
        return
    for at, part in off.items():
        paper.left[at] -= part
        _touch(paper, at, candidate.offer.id)
    offer = candidate.offer
    paper.applied.append(Applied(offer.id, offer.version, candidate.typed, candidate.voucher, amount, 0, dict(off)))


def _touch(paper: _Paper, at: int, offer: str) -> None:
    if offer not in paper.touched[at]:
        paper.touched[at].append(offer)


def _spend(scene: Scene, left: Sequence[int], spendable: int, asked: int | Most) -> tuple[int, int, list[int]]:
    """Step 4: the most that can be spent, what is spent, and its money by line."""
    allowed = [0 if line.no_points else here for line, here in zip(scene.lines, left, strict=True)]
    share, value = scene.rates.max_spend_percent, scene.rates.point_value
    most = sum(allowed) * share.numerator // (share.denominator * 100 * value)
    most = max(0, min(spendable, most)) if scene.buyer is not None else 0
    spent = most if isinstance(asked, Most) else min(asked, most)
    return most, spent, divide(spent * value, allowed)


def _earn(scene: Scene, chosen: Sequence[Candidate], paper: _Paper, verdicts: Verdicts) -> list[int]:
    """Step 5: points of every line; benefits in points take their turn here, in order."""
    if scene.buyer is None:
        return [0] * len(scene.lines)
    earning = Earning(scene.lines, paper.left, scene.rates)
    for candidate in chosen:
        match candidate.offer.benefit:
            case PointsTimes() as benefit:
                points, places = earning.multiply(benefit, candidate.places)
            case BonusPoints() as benefit:
                points, places = earning.bonus(benefit, candidate.sets)
            case _:
                continue
        if not points:
            verdicts.drop(candidate, "no-effect")
            continue
        for at in places:
            _touch(paper, at, candidate.offer.id)
        offer = candidate.offer
        paper.applied.append(Applied(offer.id, offer.version, candidate.typed, candidate.voucher, 0, points, {}))
    return earning.by_line()


def _by_line(candidate: Candidate) -> bool:
    return getattr(candidate.offer.benefit, "match", None) is not None


def _explained(
    scene: Scene,
    paper: _Paper,
    verdicts: Verdicts,
    told: Sequence[QuoteLine],
    most: int,
    spent: int,
    spendable: int,
    asked: int | Most,
) -> list[Mapping[str, Any]]:
    """Every step as data: a till, a page and a chat put it into their own words."""
    steps: list[Mapping[str, Any]] = [
        {"step": "amount", "line": at, "amount": line.amount} for at, line in enumerate(told)
    ]
    for one in paper.applied:
        lines = [{"line": at, "amount": amount} for at, amount in sorted(one.lines.items())]
        steps.append(
            {"step": "offer", "offer": one.offer, "version": one.version, "voucher": one.voucher,
             "amount": one.amount, "points": one.points, "lines": lines}
        )  # fmt: skip
    steps += [{"step": "not-applied", "offer": offer, "code": code} for offer, code in sorted(verdicts.offers.items())]
    if scene.buyer is not None:
        paid = [{"line": at, "amount": line.points_paid} for at, line in enumerate(told) if line.points_paid]
        wanted = "max" if isinstance(asked, Most) else asked
        steps.append(
            {"step": "spend", "asked": wanted, "spendable": spendable, "most": most, "spent": spent, "lines": paid}
        )
        got = [{"line": at, "points": line.earned} for at, line in enumerate(told) if line.earned]
        steps.append({"step": "earn", "percent": scene.programme.earn_percent, "lines": got})
    steps.append({"step": "total", "amount": sum(line.total for line in told)})
    return steps
