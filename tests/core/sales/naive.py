"""A second calculator, slow and written from domain section 6 alone: it shares no arithmetic with the product."""

from dataclasses import dataclass, field
from fractions import Fraction as F
from math import floor
from typing import Any

Line = dict[str, Any]
Offer = dict[str, Any]


def half_up(x: F) -> int:
    return floor(x + F(1, 2))


def largest_remainder(amount: int, weights: list[F]) -> list[int]:
    if sum(weights) == 0 or amount == 0:
        return [0 for _ in weights]
    exact = [F(amount) * w / sum(weights) for w in weights]
    parts = [floor(x) for x in exact]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def named(goods: Any, line: Line) -> bool:
    return any(line[kind] in goods.get(kind, []) for kind in ("sku", "category", "brand"))


def fits(match: Any, line: Line) -> bool:
    lists = [match.get(kind) or [] for kind in ("sku", "category", "brand")]
    inside = named(match, line) if any(lists) else True
    return inside and not named(match.get("except") or {}, line)


@dataclass
class Case:
    """A receipt and everything it may use."""

    lines: list[Line]
    offers: list[Offer]
    vouchers: list[tuple[str, Offer]] = field(default_factory=list)
    card: bool = True
    first: bool = False
    spendable: int = 0
    asked: int = 0
    earn: F = F(5)
    value: int = 100
    most: F = F(50)


def per_receipt(offer: Offer) -> int | None:
    cap: int | None = (offer.get("limits") or {}).get("per_receipt", 1)
    return cap


def holds(case: Case, condition: Any) -> bool:
    match (condition or {"kind": "always"})["kind"]:
        case "always":
            return True
        case "min_basket":
            return bool(sum(line["amount"] for line in case.lines) >= condition["amount"])
        case "items":
            bought = sum(line["q"] for line in case.lines if fits(condition["match"], line))
            return bool(bought >= F(condition["quantity"]))
        case "first_purchase":
            return case.card and case.first
        case "all":
            return all(holds(case, part) for part in condition["of"])
    raise AssertionError(condition)


def item_conditions(condition: Any) -> list[Any]:
    if not condition:
        return []
    if condition["kind"] == "items":
        return [condition]
    return [x for part in condition.get("of", []) for x in item_conditions(part)]


def sets(case: Case, offer: Offer, voucher: bool) -> int:
    if voucher:
        return 1
    counts = [
        floor(sum((line["q"] for line in case.lines if fits(c["match"], line)), F(0)) / F(c["quantity"]))
        for c in item_conditions(offer.get("condition"))
    ]
    n = min(counts) if counts else 1
    cap = per_receipt(offer)
    return n if cap is None else min(n, cap)


def take(case: Case, offer: Offer, voucher: bool, left: list[int], only: list[int] | None = None) -> list[int]:
    benefit = offer["benefit"]
    off = [0] * len(left)
    match = benefit.get("match")
    places = [i for i, line in enumerate(case.lines) if match is None or fits(match, line)]
    if only is not None:
        places = [i for i in places if i in only]
    weights = [F(left[i]) for i in places]
    match benefit["kind"]:
        case "percent_off":
            share = F(benefit["percent"]) / 100
            if match is None:
                amount = half_up(sum(weights, F(0)) * share)
                if benefit.get("max") is not None:
                    amount = min(amount, benefit["max"])
                parts = largest_remainder(amount, weights)
            else:
                parts = [half_up(left[i] * share) for i in places]
                if benefit.get("max") is not None and sum(parts) > benefit["max"]:
                    parts = largest_remainder(benefit["max"], weights)
        case "amount_off":
            amount = min(benefit["amount"] * sets(case, offer, voucher), sum(left[i] for i in places))
            parts = largest_remainder(amount, weights)
        case "fixed_price":
            parts = [max(0, left[i] - half_up(case.lines[i]["q"] * benefit["price"])) for i in places]
        case "nth_free":
            places = [i for i in places if case.lines[i]["q"].denominator == 1 and case.lines[i]["price"] > 0]
            units = sorted((case.lines[i]["price"], i) for i in places for _ in range(int(case.lines[i]["q"])))
            n = len(units) // benefit["n"]
            cap = 1 if voucher else per_receipt(offer)
            free = [i for _, i in units[: n if cap is None else min(n, cap)]]
            worth = sum(half_up(F(left[i]) * free.count(i) / case.lines[i]["q"]) for i in set(free))
            parts = largest_remainder(worth, [F(left[i]) for i in places])
        case _:
            return off
    for i, part in zip(places, parts, strict=True):
        off[i] = part
    return off


def points(case: Case, used: list[tuple[Offer, bool]], left: list[int]) -> tuple[list[int], dict[int, int]]:
    """Points by line, and what each benefit in points adds at its turn (by its place in `used`)."""
    if not case.card:
        return [0] * len(left), {}
    times = [F(1)] * len(left)
    bonus, added = [0] * len(left), {}
    earning = [i for i, line in enumerate(case.lines) if not line["no_points"]]

    def shares() -> list[F]:
        return [left[i] * case.earn / 100 * times[i] / case.value for i in earning]

    for place, (offer, voucher) in enumerate(used):
        benefit = offer["benefit"]
        if benefit["kind"] == "points_times":
            before = floor(sum(shares(), F(0)))
            for i in earning:
                if benefit.get("match") is None or fits(benefit["match"], case.lines[i]):
                    times[i] = max(times[i], F(benefit["times"]))
            added[place] = floor(sum(shares(), F(0))) - before
        if benefit["kind"] == "bonus_points":
            parts = largest_remainder(benefit["points"] * sets(case, offer, voucher), [F(left[i]) for i in earning])
            for i, part in zip(earning, parts, strict=True):
                bonus[i] += part
            added[place] = sum(parts)
    whole = largest_remainder(floor(sum(shares(), F(0))), shares())
    for i, part in zip(earning, whole, strict=True):
        bonus[i] += part
    return bonus, added


def value(case: Case, offer: Offer, voucher: bool) -> int:
    amounts = [line["amount"] for line in case.lines]
    if offer["benefit"]["kind"] in ("points_times", "bonus_points"):
        _, added = points(case, [(offer, voucher)], amounts)
        return added.get(0, 0) * case.value
    return sum(take(case, offer, voucher, amounts))


def discounts(case: Case, used: list[tuple[Offer, bool]]) -> tuple[list[int], list[int]]:
    """What is left of the lines, and what each of `used` took."""
    amounts = [line["amount"] for line in case.lines]
    left, took = list(amounts), [0] * len(used)
    by_line = [x for x in range(len(used)) if used[x][0]["benefit"].get("match") is not None]
    whole = [x for x in range(len(used)) if x not in by_line]
    percents = [x for x in by_line if used[x][0]["benefit"]["kind"] == "percent_off"]
    owner: dict[int, int] = {}
    for i, line in enumerate(case.lines):
        rivals = [x for x in percents if fits(used[x][0]["benefit"]["match"], line)]
        if rivals:
            alone = {x: take(case, *used[x], amounts)[i] for x in rivals}
            owner[i] = min(rivals, key=lambda x: (-alone[x], x))
    receipt_percents = [x for x in whole if used[x][0]["benefit"]["kind"] == "percent_off"]
    best = min(receipt_percents, key=lambda x: (-value(case, *used[x]), x), default=None)
    for x in [*by_line, *whole]:
        if x in receipt_percents and x != best:
            continue
        only = [i for i, who in owner.items() if who == x] if x in percents else None
        off = take(case, *used[x], left, only)
        took[x] = sum(off)
        left = [a - b for a, b in zip(left, off, strict=True)]
    return left, took


def quote(case: Case) -> dict[str, Any]:
    """Totals of the receipt, and which offers gave how much."""
    offers = [(o, False) for o in case.offers if o.get("audience", "members") == "public" or case.card]
    seen: dict[str, int] = {}
    rights = []
    for _, offer in case.vouchers:
        if not holds(case, offer.get("condition")):
            continue
        cap = per_receipt(offer)
        if cap is not None and seen.get(offer["id"], 0) >= cap:
            continue
        if value(case, offer, True) > 0:
            rights.append((offer, True))
            seen[offer["id"]] = seen.get(offer["id"], 0) + 1
    fit = [
        (offer, voucher)
        for offer, voucher in [*offers, *rights]
        if holds(case, offer.get("condition")) and value(case, offer, voucher) > 0
    ]
    fit.sort(key=lambda one: (-one[0].get("priority", 0), one[0]["id"]))
    plain = [one for one in fit if not one[0].get("exclusive")]
    kept: list[tuple[Offer, bool]] = []
    for one in plain:
        group = one[0].get("group")
        mates = [other for other in plain if group is not None and other[0].get("group") == group]
        best = max((value(case, *other) for other in mates), default=0)
        first = next((other for other in mates if value(case, *other) == best), one)
        if group is None or first is one:
            kept.append(one)
    exclusives = [one for one in fit if one[0].get("exclusive")]
    if exclusives:
        best_value = max(value(case, *one) for one in exclusives)
        champion = next(one for one in exclusives if value(case, *one) == best_value)
        left, took = discounts(case, kept)
        with_offers, _ = points(case, kept, left)
        without, _ = points(case, [], left)
        if best_value > sum(took) + (sum(with_offers) - sum(without)) * case.value:
            kept = [champion]
    left, took = discounts(case, kept)
    allowed = [0 if line["no_points"] else left[i] for i, line in enumerate(case.lines)]
    most = min(case.spendable, floor(case.most / 100 * sum(allowed) / case.value)) if case.card else 0
    spent = min(case.asked, most)
    paid = largest_remainder(spent * case.value, [F(x) for x in allowed])
    final = [a - b for a, b in zip(left, paid, strict=True)]
    earned, added = points(case, kept, final)
    applied = sorted(
        (kept[x][0]["id"], took[x], added.get(x, 0)) for x in range(len(kept)) if took[x] or added.get(x, 0)
    )
    return {
        "lines": [
            (line["amount"], line["amount"] - left[i], paid[i], final[i], earned[i])
            for i, line in enumerate(case.lines)
        ],
        "most": most,
        "spent": spent,
        "applied": applied,
    }
