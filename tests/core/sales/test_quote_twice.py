"""Thousands of random receipts, worked out by the product and by a calculator that shares nothing with it."""

import random
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from core.offers.reading import offer_from
from core.programme.model import Programme
from core.sales.basket import Buyer, Line
from core.sales.choosing import Presented
from core.sales.quoting import quote
from core.shared.amounts import half_up
from core.shared.values import CustomerId
from core.vouchers.model import Voucher
from tests.core.sales.naive import Case
from tests.core.sales.naive import quote as naive

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
CATEGORIES, BRANDS = ["coffee", "milk", "bread"], ["x", "y"]


def some_match(rng: random.Random) -> dict[str, Any]:
    match: dict[str, Any] = {}
    if rng.random() < 0.5:
        match["category"] = rng.sample(CATEGORIES, rng.randint(1, 2))
    if rng.random() < 0.3:
        match["sku"] = [f"s{rng.randint(0, 5)}"]
    if rng.random() < 0.2:
        match["brand"] = [rng.choice(BRANDS)]
    if rng.random() < 0.3:
        match["except"] = {"sku": [f"s{rng.randint(0, 5)}"]}
    return match


def some_benefit(rng: random.Random) -> dict[str, Any]:
    match = {"match": some_match(rng)} if rng.random() < 0.6 else {}
    kind = rng.choice(["percent_off", "amount_off", "fixed_price", "nth_free", "points_times", "bonus_points"])
    match kind:
        case "percent_off":
            most = {"max": rng.randint(0, 3000)} if rng.random() < 0.3 else {}
            return {"kind": kind, "percent": rng.choice(["5", "10", "33.3", "100", "0.5"]), **match, **most}
        case "amount_off":
            return {"kind": kind, "amount": rng.choice([1, 99, 500, 20000]), **match}
        case "fixed_price":
            return {"kind": kind, "price": rng.choice([0, 99, 1500]), "match": some_match(rng)}
        case "nth_free":
            return {"kind": kind, "n": rng.randint(1, 4), "match": some_match(rng)}
        case "points_times":
            return {"kind": kind, "times": rng.choice(["1", "2", "1.5", "3.25"]), **match}
    return {"kind": kind, "points": rng.choice([1, 7, 50])}


def some_condition(rng: random.Random, depth: int = 0) -> dict[str, Any]:
    kind = rng.choice(["always", "always", "min_basket", "items", "first_purchase", "all"])
    match kind:
        case "min_basket":
            return {"kind": kind, "amount": rng.choice([0, 3000, 20000])}
        case "items":
            return {"kind": kind, "match": some_match(rng), "quantity": rng.choice(["1", "2", "0.5"])}
        case "all" if depth < 2:
            return {"kind": kind, "of": [some_condition(rng, depth + 1) for _ in range(rng.randint(1, 2))]}
        case "first_purchase":
            return {"kind": kind}
    return {"kind": "always"}


def some_offer(rng: random.Random, at: int, audience: str) -> dict[str, Any]:
    offer = {
        "id": f"o{at}",
        "audience": audience,
        "benefit": some_benefit(rng),
        "condition": some_condition(rng),
        "priority": rng.choice([0, 0, 1, -1]),
        "limits": {"per_receipt": rng.choice([1, 1, 2, None])},
    }
    if rng.random() < 0.3:
        offer["group"] = rng.choice(["g", "h"])
    elif rng.random() < 0.2:
        offer["exclusive"] = True
    return offer


def some_lines(rng: random.Random) -> list[Line]:
    return [
        Line(
            f"s{rng.randint(0, 5)}",
            rng.choice([1000, 1000, 2000, 3000, 1250, 333, 12000]),
            rng.choice([0, 1, 99, 1990, 2500, 12345]),
            category=rng.choice(CATEGORIES),
            brand=rng.choice(BRANDS),
            no_points=rng.random() < 0.2,
        )
        for _ in range(rng.randint(1, 6))
    ]


@pytest.mark.parametrize("seed", range(40))
def test_two_calculators_agree(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(75):
        lines = some_lines(rng)
        offers = [some_offer(rng, at, rng.choice(["public", "members"])) for at in range(rng.randint(0, 5))]
        rights = [some_offer(rng, 10 + at, "voucher") for at in range(rng.randint(0, 2))]
        shown = [(f"V{at}", rng.choice(rights)) for at in range(rng.randint(0, 3))] if rights else []
        card, first = rng.random() < 0.8, rng.random() < 0.5
        spendable, asked = rng.choice([0, 3, 50, 1000]), rng.choice([0, 1, 10, 5000])
        value = rng.choice([100, 1, 7])
        programme = Programme(
            earn_percent=rng.choice(["5", "0", "1.5", "100"]),
            point_value_minor=value,
            max_spend_percent=rng.choice(["50", "100", "33.3", "0"]),
        )
        made = quote(
            lines,
            buyer=Buyer(CustomerId("c"), first_purchase=first) if card else None,
            offers=[offer_from(one) for one in offers],
            presented=[Presented(code, Voucher(code, one["id"]), offer_from(one)) for code, one in shown],
            spendable=spendable,
            asked=asked,
            instant=NOON,
            store="s1",
            usage={},
            programme=programme,
        )
        case = Case(
            [
                {
                    "sku": line.sku, "category": line.category, "brand": line.brand, "no_points": line.no_points,
                    "q": Fraction(line.milli, 1000), "price": line.unit_price,
                    "amount": half_up(line.milli * line.unit_price, 1000),
                }
                for line in lines
            ],
            offers, shown, card, first, spendable, asked,
            Fraction(programme.earn_percent), value, Fraction(programme.max_spend_percent),
        )  # fmt: skip
        expected = naive(case)
        told = {
            "lines": [(one.amount, one.discount, one.points_paid, one.total, one.earned) for one in made.lines],
            "most": made.points_max,
            "spent": made.points_spent,
            "applied": sorted((one.offer, one.amount, one.points) for one in made.applied),
        }
        assert told == expected, (lines, offers, shown)
        assert all(line.total >= 0 for line in made.lines)
        applied = {one.voucher for one in made.applied}
        assert {code for code, _ in shown} == applied - {None} | set(made.not_applied)
        assert not applied & set(made.not_applied)
