"""Customer features by dicts and loops, from the definitions alone: slow, and obviously right."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from adapters.analytics.features import Windows
from core.shared.amounts import half_up

Row = Mapping[str, Any]
Goods = Mapping[str, tuple[str, str]]
"""sku -> (category, brand)."""


def plain_features(
    lines: Sequence[Row], goods: Goods, *, as_of: date, zone: ZoneInfo, windows: Windows | None = None,
    promo: frozenset[tuple[date, str]] = frozenset(),
) -> list[dict[str, Any]]:  # fmt: skip
    """One dict a customer, by owner."""
    windows = windows or Windows()
    owned = defaultdict(list)
    for line in lines:
        if line["owner"] is not None and line["milli"] != 0 and date(2000, 1, 1) <= line["business_date"] <= as_of:
            owned[line["owner"]].append(line)
    found = [_customer(owner, owned[owner], goods, as_of, zone, windows, promo) for owner in sorted(owned)]
    buyers = [one for one in found if one["receipts"]]
    for name, by, tiles in (
        ("r", "last_day", 5), ("f", "receipts", 5), ("m", "money", 5), ("basket_third", "basket_mean", 3),
        ("items_third", "items_per_receipt", 3),
    ):  # fmt: skip
        ranked = sorted(buyers, key=lambda one: (one[by], one["owner"]))
        for one in found:
            one[name] = None
        size, longer = divmod(len(ranked), tiles)
        at = 0
        for tile in range(1, tiles + 1):
            for one in ranked[at : at + size + (tile <= longer)]:
                one[name] = tile
            at += size + (tile <= longer)
    return found


def _customer(
    owner: str, lines: list[Row], goods: Goods, as_of: date, zone: ZoneInfo, windows: Windows,
    promo: frozenset[tuple[date, str]],
) -> dict[str, Any]:  # fmt: skip
    by_sku = defaultdict(list)
    for line in lines:
        by_sku[*_receipt(line), line["sku"]].append(line)
    receipts: dict[Any, list[tuple[str, int, int]]] = defaultdict(list)
    for (*receipt, sku), of_it in by_sku.items():
        if sum(line["milli"] for line in of_it) > 0:
            gross = sum(_amount(line["milli"], line["unit_price"]) for line in of_it)
            discount = sum(line["discount"] for line in of_it)
            receipts[tuple(receipt)].append((sku, gross, discount))
    money = {key: sum(gross - discount for _, gross, discount in rows) for key, rows in receipts.items()}
    day_of = {key: key[3] for key in receipts}
    days = sorted(set(day_of.values()))
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    skus = [(key, sku, gross, discount) for key, rows in receipts.items() for sku, gross, discount in rows]
    gross, discount = sum(row[2] for row in skus), sum(row[3] for row in skus)
    by_category: Counter[str] = Counter()
    for _, sku, full, off in skus:
        if goods.get(sku, ("", ""))[0]:
            by_category[goods[sku][0]] += full - off
    sold_at = {key: min(line["sold_at"] for line in lines if _receipt(line) == key) for key in receipts}
    hours = Counter(at.astimezone(zone).hour for at in sold_at.values())
    returned = sum(line["milli"] < 0 for line in lines)
    sold = len(lines) - returned
    recency = (as_of - days[-1]).days if days else None
    made = {
        "owner": owner,
        "first_day": days[0] if days else None,
        "last_day": days[-1] if days else None,
        "recency_days": recency,
        "tenure_days": (as_of - days[0]).days if days else None,
        "receipts": len(receipts),
        "days": len(days),
        "money": gross - discount,
        "basket_mean": (gross - discount) / len(receipts) if receipts else None,
        "items_per_receipt": len(skus) / len(receipts) if receipts else None,
        "gap_median": median(gaps) if gaps else None,
        "gap_mean": sum(gaps) / len(gaps) if gaps else None,
        "gap_sd": _sd(gaps),
    }
    for span in (28, 90, 365):
        recent = [key for key, day in day_of.items() if day > as_of - timedelta(days=span)]
        made[f"receipts_{span}d"] = len(recent)
        made[f"money_{span}d"] = sum(money[key] for key in recent)
    return made | {
        "categories": len(by_category),
        "brands": len({goods[sku][1] for _, sku, *_ in skus if sku in goods and goods[sku][1]}),
        "stores": len({key[0] for key in receipts}),
        "top_category": _most(by_category, ""),
        "top_store": _most(Counter(key[0] for key in receipts), ""),
        "weekday": _most(Counter(day.isoweekday() for day in day_of.values()), None),
        "hour": _most(hours, None),
        "discount_share": discount / gross if gross else None,
        "promo_share": sum(_on_promo(key[3], sku, promo) for key, sku, *_ in skus) / len(skus) if skus else None,
        "returns": returned,
        "return_share": min(1.0, returned / sold) if sold else None,
        "single_category": len(by_category) == 1,
        "active_12m": recency is not None and recency < windows.active_days,
        "lifecycle": _lifecycle(days, gaps, as_of, windows),
    }


def _receipt(line: Row) -> tuple[Any, ...]:
    return line["store"], line["till"], line["receipt"], line["business_date"]


def _amount(milli: int, price: int) -> int:
    return half_up(milli * price, 1000) if milli > 0 else -half_up(-milli * price, 1000)


def _sd(gaps: list[int]) -> float | None:
    if len(gaps) < 2:
        return None
    many, spread = len(gaps), len(gaps) * sum(gap * gap for gap in gaps) - sum(gaps) ** 2
    return sqrt(spread / (many * (many - 1)))


def _most(counted: Counter[Any], nothing: Any) -> Any:
    return min(counted, key=lambda name: (-counted[name], name)) if counted else nothing


def _on_promo(day: date, sku: str, promo: frozenset[tuple[date, str]]) -> bool:
    return (day - timedelta(days=day.weekday()), sku) in promo


def _lifecycle(days: list[date], gaps: list[int], as_of: date, windows: Windows) -> str:
    if not days:
        return "registered"
    silent = (as_of - days[-1]).days
    if silent >= windows.lost_days:
        return "lost"
    if gaps and silent >= windows.lapsing_days and silent > windows.lapsing_gaps * median(gaps):
        return "lapsing"
    if (as_of - days[0]).days <= windows.new_days or len(days) == 1:
        return "new"
    return "regular"
