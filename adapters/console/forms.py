"""Forms with rows in rows: names with dots become a tree, numbers are read as people type them, lists too."""

import csv
import re
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import date
from typing import Any

from core.shared.amounts import decimal, decimal_text, milli, quantity
from core.shared.refusals import Invalid

Tree = MutableMapping[str, Any]
_MONEY = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?", re.ASCII)
_DEEPEST = 8


class Lenient(dict[str, Any]):
    """A tree for a template, in which what was never typed is nothing."""

    def __missing__(self, key: str) -> "Lenient":
        return Lenient()


def lenient(tree: Mapping[str, Any]) -> Lenient:
    """The tree and every tree in it."""
    return Lenient({key: lenient(value) if isinstance(value, Mapping) else value for key, value in tree.items()})


def tree_of(
    form: Iterable[tuple[str, Any]], repeated: frozenset[str] = frozenset(), branches: Iterable[str] = ()
) -> dict[str, Any]:
    """`{"benefit": {"percent": "20"}}` of the field `benefit.percent`. Names in `repeated` hold a list of values.

    What stands under a name of `branches` is a tree, whatever was sent.
    """
    tree: dict[str, Any] = {}
    for name, value in form:
        if not isinstance(value, str):
            continue
        *path, last = name.split(".")[:_DEEPEST]
        place: Any = tree
        for step in path:
            below = place.get(step)
            if not isinstance(below, dict):
                below = place[step] = {}
            place = below
        if name in repeated:
            place.setdefault(last, []).append(_visible(value))
        else:
            place[last] = _visible(value)
    return tree | {name: {} for name in branches if not isinstance(tree.get(name), dict)}


def _visible(text: str) -> str:
    """Without what no database could hold; the ends of lines stay."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\r\t\u00a0\u202f")


def rows_of(tree: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The rows `<key>.0.…`, `<key>.1.…` in the order of their numbers."""
    found = tree.get(key)
    numbered = found.items() if isinstance(found, Mapping) else ()
    rows = [(int(at), row) for at, row in numbered if at.isdecimal() and len(at) < 6 and isinstance(row, dict)]
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def text_in(tree: Mapping[str, Any], key: str) -> str:
    """What was typed, without the spaces around it; empty where nothing was."""
    value = tree.get(key, "")
    return value.strip() if isinstance(value, str) else ""


def money(place: str, text: str) -> int:
    """`12,50` or `12.50` in minor units. Raises Invalid (`bad-money`)."""
    found = _MONEY.fullmatch(re.sub(r"[\s\u00a0\u202f]", "", text))
    if found is None:
        raise Invalid(place, "bad-money")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def typed_money(minor: int | None) -> str:
    """Minor units as a person types them; nothing for nothing."""
    if minor is None:
        return ""
    whole, rest = divmod(minor, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def whole(place: str, text: str) -> int:
    """A whole number. Raises Invalid (`bad-whole`)."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not re.fullmatch(r"-?[0-9]{1,9}", bare, re.ASCII):
        raise Invalid(place, "bad-whole")
    return int(bare)


def number(place: str, text: str) -> str:
    """A decimal as the core reads it: `12,5` is `12.5`. Raises Invalid (`bad-number`)."""
    try:
        return decimal_text(decimal(text.replace(",", ".")))
    except ValueError:
        raise Invalid(place, "bad-number") from None


def amount_of(place: str, text: str) -> str:
    """A quantity as the core reads it: `1,25` is `1.25`. Raises Invalid (`bad-quantity`)."""
    try:
        return quantity(milli(text.replace(",", ".")))
    except ValueError:
        raise Invalid(place, "bad-quantity") from None


def day(place: str, text: str) -> date:
    """An ISO day. Raises Invalid (`bad-day`)."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(place, "bad-day") from None


def listed(text: str) -> list[str]:
    """`coffee, tea` as two texts; what holds a comma itself stands in quotes."""
    lines = [line.replace(";", ",") if '"' not in line else line for line in text.splitlines()]
    cells = [cell.strip() for row in csv.reader(lines, skipinitialspace=True) for cell in row]
    return sorted({cell for cell in cells if cell})


def typed_list(values: Iterable[str]) -> str:
    """The texts as `listed` reads them."""
    quoted = (f'"{one.replace(chr(34), chr(34) * 2)}"' if re.search(r'[,;"]', one) else one for one in sorted(values))
    return ", ".join(quoted)
