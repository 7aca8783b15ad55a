"""An offer as a form and back: rows of conditions, one benefit, each number as a person types it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from adapters.console.forms import (
    amount_of,
    day,
    listed,
    money,
    number,
    rows_of,
    text_in,
    tree_of,
    typed_list,
    typed_money,
    whole,
)
from core.offers.data import clock_text, offer_data
from core.offers.model import Offer
from core.shared.refusals import Invalid

CONDITIONS = ("min_basket", "items", "first_purchase", "birthday", "member_of")
BENEFITS = ("percent_off", "amount_off", "fixed_price", "nth_free", "points_times", "bonus_points")
MOST_CONDITIONS = 20
REPEATED = frozenset({"weekdays", "stores"})
_GOODS = ("sku", "category", "brand")
_ALWAYS_GOODS = ("fixed_price", "nth_free")
_NUMBERS: Mapping[str, Callable[[str, str], Any]] = {
    "percent": number, "max": money, "amount": money, "price": money, "n": whole, "times": number, "points": whole,
    "quantity": amount_of, "days_before": whole, "days_after": whole,
}  # fmt: skip
_OF = {
    "min_basket": ("amount",), "items": ("quantity",), "first_purchase": (), "birthday": ("days_before", "days_after"),
    "member_of": (), "percent_off": ("percent", "max"), "amount_off": ("amount",), "fixed_price": ("price",),
    "nth_free": ("n",), "points_times": ("times",), "bonus_points": ("points",),
}  # fmt: skip
"""The numbers of each kind of condition and benefit."""
_MAY_LACK = {"max", "days_before", "days_after"}


class Wrong(Exception):
    """What was typed cannot be used: the code of why, by the place of the field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = dict(errors)


def empty_form() -> dict[str, Any]:
    """A new offer before anything is typed."""
    benefit = {"kind": "percent_off", "scope": "goods"}
    return {"audience": "members", "priority": "0", "benefit": benefit, "limits": {"per_receipt": "1"}, "condition": {}}


def form_tree(form: Any) -> dict[str, Any]:
    """The form that was sent, as a tree."""
    return tree_of(form.items(), REPEATED, ("title", "benefit", "limits"))


def form_of(offer: Offer) -> dict[str, Any]:
    """The form in which this offer stands."""
    data, window, limits = offer_data(offer), offer.window, offer.limits
    rows = [_row(one) for one in _flat(data.get("condition", {"kind": "always"}))]
    benefit = _row(data["benefit"])
    benefit["scope"] = "goods" if "match" in data["benefit"] else "receipt"
    return {
        "id": offer.id,
        "title": dict(offer.title),
        "audience": offer.audience.value,
        "priority": str(offer.priority),
        "group": offer.group or "",
        "exclusive": "on" if offer.exclusive else "",
        "from": data.get("from", ""),
        "until": data.get("until", ""),
        "weekdays": [str(one) for one in sorted(window.weekdays)],
        "start": clock_text(window.hours.start) if window.hours is not None else "",
        "end": clock_text(window.hours.end) if window.hours is not None else "",
        "stores": sorted(window.stores),
        "condition": {str(at): row for at, row in enumerate(rows)},
        "benefit": benefit,
        "limits": {
            "per_receipt": _maybe(limits.per_receipt),
            "per_customer": _maybe(limits.per_customer),
            "total": _maybe(limits.total),
            "budget": typed_money(limits.budget),
        },
        "return_policy": offer.return_policy.value,
    }


def data_of(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The object of the offers file that the form means. Raises Wrong with every field that cannot be read."""
    errors: dict[str, str] = {}

    def read(place: str, text: str, reader: Callable[[str, str], Any]) -> Any:
        try:
            return reader(place, text)
        except Invalid as refusal:
            errors[refusal.field] = refusal.code
            return None

    title = tree.get("title", {})
    words = {one: text_in(title, one) for one in ("uk", "en", "ru")} if isinstance(title, Mapping) else {}
    data: dict[str, Any] = {"id": text_in(tree, "id"), "audience": text_in(tree, "audience") or "members"}
    data["title"] = {language: text for language, text in words.items() if text}
    data["priority"] = read("priority", text_in(tree, "priority") or "0", whole)
    data["group"] = text_in(tree, "group") or None
    data["exclusive"] = text_in(tree, "exclusive") == "on"
    for key in ("from", "until"):
        if text := text_in(tree, key):
            found = read(key, text, day)
            data[key] = found.isoformat() if found is not None else None
    if tree.get("weekdays"):
        data["weekdays"] = sorted({int(one) for one in tree["weekdays"] if one in tuple("1234567")})
    if text_in(tree, "start") or text_in(tree, "end"):
        data["hours"] = f"{text_in(tree, 'start')}-{text_in(tree, 'end')}"
    if stores := [one for one in tree.get("stores", ()) if one]:
        data["stores"] = sorted(set(stores))
    rows = rows_of(tree, "condition")
    conditions = [_read(row, f"condition.{at}", CONDITIONS, read) for at, row in enumerate(rows)]
    if conditions:
        data["condition"] = conditions[0] if len(conditions) == 1 else {"kind": "all", "of": conditions}
    given = tree.get("benefit")
    data["benefit"] = _read(given if isinstance(given, Mapping) else {}, "benefit", BENEFITS, read)
    limits = tree.get("limits")
    data["limits"] = _limits(limits if isinstance(limits, Mapping) else {}, read)
    data["return_policy"] = text_in(tree, "return_policy") or "return_use"
    if data["audience"] == "personal" and (phones := listed(text_in(tree, "phones"))):
        data["phones"] = phones
    if errors:
        raise Wrong(errors)
    return data


def place_in_form(place: str) -> str:
    """Where the form has what the core names: the rows of `condition.of`, the parts of a match, hours."""
    parts = place.replace("condition.of.", "condition.").split(".")
    if parts[0] == "condition" and (len(parts) == 1 or not parts[1].isdecimal()):
        parts.insert(1, "0")
    if parts[0] == "hours":
        return "start"
    if parts[0] == "title":
        return ".".join(["title", *(parts[1:] or ["uk"])])
    if "match" in parts:
        at = parts.index("match")
        rest = parts[at + 1 :]
        left_out = bool(rest) and rest[0] == "except"
        name = (rest[-1] if rest and rest[-1] in _GOODS else "category") if not left_out else "not_category"
        return ".".join([*parts[:at], name])
    return ".".join(parts)


def _read(row: Mapping[str, Any], place: str, kinds: tuple[str, ...], read: Any) -> dict[str, Any]:
    kind = text_in(row, "kind")
    if kind not in kinds:
        read(f"{place}.kind", "", _bad_kind)
        return {}
    data: dict[str, Any] = {"kind": kind}
    for name in _OF[kind]:
        text = text_in(row, name)
        if text or name not in _MAY_LACK:
            data[name] = read(f"{place}.{name}", text, _NUMBERS[name])
    if kind == "member_of":
        data["club"] = text_in(row, "club")
    on_goods = kind in _ALWAYS_GOODS or text_in(row, "scope") == "goods"
    if kind == "items" or (kind in BENEFITS and kind != "bonus_points" and on_goods):
        match = {name: found for name in _GOODS if (found := listed(text_in(row, name)))}
        left_out = {name: found for name in _GOODS if (found := listed(text_in(row, f"not_{name}")))}
        data["match"] = match | ({"except": left_out} if left_out else {})
    return data


def _bad_kind(place: str, text: str) -> None:
    del text
    raise Invalid(place, "bad-kind")


def _limits(given: Mapping[str, Any], read: Any) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for name, reader in (("per_receipt", whole), ("per_customer", whole), ("total", whole), ("budget", money)):
        text = text_in(given, name)
        limits[name] = read(f"limits.{name}", text, reader) if text else None
    return limits


def _flat(condition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All of all is all: nothing is lost when they stand in one row of rows."""
    if condition["kind"] == "all":
        return [one for part in condition["of"] for one in _flat(part)]
    return [] if condition["kind"] == "always" else [condition]


def _row(data: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": data["kind"]}
    for name in _OF[data["kind"]]:
        value = data.get(name)
        row[name] = typed_money(value) if _NUMBERS[name] is money else "" if value is None else str(value)
    if "club" in data:
        row["club"] = data["club"]
    match = data.get("match", {})
    for name in _GOODS:
        row[name] = typed_list(match.get(name, ()))
        row[f"not_{name}"] = typed_list(match.get("except", {}).get(name, ()))
    return row


def _maybe(value: int | None) -> str:
    return "" if value is None else str(value)


def moved(tree: dict[str, Any], do: str) -> None:
    """A row is added to the form or taken away, as a button says: `add.condition`, `drop.example.lines.2`."""
    verb, _, rest = do.partition(".")
    if verb == "add" and rest in {"condition", "lines"}:
        rows = rows_of(tree, rest)
        if len(rows) < (MOST_CONDITIONS if rest == "condition" else 20):
            rows.append({"kind": "min_basket"} if rest == "condition" else {"quantity": "1"})
        tree[rest] = {str(at): row for at, row in enumerate(rows)}
    if verb == "drop":
        key, _, at = rest.partition(".")
        rows = rows_of(tree, key)
        with suppress(ValueError, IndexError):
            rows.pop(int(at))
        tree[key] = {str(at): row for at, row in enumerate(rows)}
