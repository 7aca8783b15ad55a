"""What a marketer writes: a text with fields from an allow-list, each with what stands there when nothing is known.

`Вітаємо, {name|друже}!` — the field `name`, and the word for somebody without one. A brace of the text's own is
written twice. A field is put in as it is and never read again, so that a name with braces stays a name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.shared.refusals import Invalid

FIELDS = ("name", "points", "card", "expiring", "expires", "voucher", "voucher_until", "store")
"""First name; active points; the card's number; points that expire next and when; the voucher's code and last day;
the store where the person buys most."""
MAY_MISS = ("name", "expiring", "expires", "store")
"""Fields that somebody may not have: each needs a word instead, behind a `|`."""
LONGEST = 4_000
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}|]*)(?:\|([^{}]*))?\}|[{}]")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a field; `instead` is what stands there for somebody who has none."""

    field: str
    instead: str = ""


@lru_cache(maxsize=64)
def parts_of(text: str, place: str = "text") -> tuple[str | Slot, ...]:
    """The text in pieces. Raises Invalid with the `place`: a brace alone, an unknown field, a field without a word."""
    found: list[str | Slot] = []
    at = 0
    for piece in _PIECE.finditer(text):
        if piece.start() > at:
            found.append(text[at : piece.start()])
        at = piece.end()
        whole = piece.group()
        if whole in ("{{", "}}"):
            found.append(whole[0])
            continue
        if len(whole) == 1:
            raise Invalid(place, "lone-brace", at=piece.start() + 1)
        name, instead = piece.group(1).strip(), piece.group(2)
        if name not in FIELDS:
            raise Invalid(place, "unknown-slot", name=name[:32], known=", ".join(FIELDS))
        if name in MAY_MISS and not (instead or "").strip():
            raise Invalid(place, "slot-without-word", name=name)
        found.append(Slot(name, (instead or "").strip()))
    if at < len(text):
        found.append(text[at:])
    return tuple(found)


@lru_cache(maxsize=64)
def slots_of(text: str) -> frozenset[str]:
    """The fields that the text asks for."""
    return frozenset(part.field for part in parts_of(text) if isinstance(part, Slot))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text for one person; a field that is empty has its word instead."""
    return "".join(
        part if isinstance(part, str) else values.get(part.field, "") or part.instead for part in parts_of(text)
    )
