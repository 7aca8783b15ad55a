"""The editor's form: a tree as rows and boxes that may lack something, read from a form and changed by buttons."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from core.segments.fields import FIELDS, OPS, Contact, Dimension, Kind, Measure, Op
from core.segments.model import Answered, Bought, Contacted, Either, Every, FieldTest, Leaf, Node, Not
from core.segments.reading import MOST_TESTS, segment_data, segment_from
from core.shared.refusals import Invalid

DEEPEST = 3
"""Boxes in boxes in an editor; whoever needs more writes JSON."""
GIVEN = ("op", "number", "measure", "least", "most", "days", "campaign")
"""What may be typed in a row beside its values."""
_LONGEST = 128
_SHAPE = 8_000
Part: TypeAlias = "Row | Box"
Typed: TypeAlias = Mapping[str, Sequence[str]]
"""A posted form: the values of each field."""


@dataclass(frozen=True, slots=True)
class Row:
    """A test as it stands in the form. `what`: `field:age`, `answer:kids`, `bought:category`, `contact:sent`."""

    what: str = "field:lifecycle"
    turned: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    """Those of `GIVEN` that were typed, as they were."""
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """Tests of which all, or `some`, have to be true."""

    some: bool = False
    turned: bool = False
    of: tuple[Part, ...] = ()


def box_of(node: Node) -> Box:
    """The tree as an editor shows it."""
    part = _part(node)
    return part if isinstance(part, Box) else Box(of=(part,))


def _part(node: Node) -> Part:
    match node:
        case Every(of) | Either(of):
            return Box(isinstance(node, Either), of=tuple(map(_part, of)))
        case Not(of):
            inner = _part(of)
            return replace(inner, turned=not inner.turned)
        case FieldTest(name, op, number, among):
            shown = _major(number) if FIELDS[name].kind is Kind.MONEY else str(number)
            return Row(f"field:{name}", given={"op": op.value, "number": shown}, among=among)
        case Answered(question, among):
            return Row(f"answer:{question}", among=among)
        case Bought(dimension, among, measure, days, least, most):
            told = _major if measure is Measure.MONEY else str
            given = {"measure": measure.value, "least": "" if least is None else told(least),
                     "most": "" if most is None else told(most), "days": str(days or "")}  # fmt: skip
            return Row(f"bought:{dimension.value}", given=given, among=among)
        case Contacted(contact, campaign, days):
            return Row(f"contact:{contact.value}", given={"campaign": campaign or "", "days": str(days or "")})


def first(form: Typed, key: str, default: str = "") -> str:
    """The first value of a field."""
    return next(iter(form.get(key, ())), default)


def box_in(form: Typed) -> Box:
    """What stands in the form. Raises Invalid (`shape`) for one that no page of ours made."""
    told = first(form, "shape", "[]")[:_SHAPE]
    if "[" * 3 * DEEPEST in told:
        raise Invalid("shape")
    try:
        shape = json.loads(told)
    except ValueError:
        raise Invalid("shape") from None
    part = _read(form, shape, "t", 0)
    if not isinstance(part, Box):
        raise Invalid("shape")
    return part


def _read(form: Typed, shape: Any, at: str, depth: int) -> Part:
    if shape == 0:
        given = {one: first(form, f"{at}.{one}").strip()[:_LONGEST] for one in GIVEN}
        among = tuple(one.strip()[:_LONGEST] for one in form.get(f"{at}.among", ()))
        what = first(form, f"{at}.what")[:_LONGEST]
        return Row(what, f"{at}.not" in form, given, tuple(dict.fromkeys(one for one in among if one)))
    if not isinstance(shape, list) or len(shape) > MOST_TESTS or depth > 2 * DEEPEST:
        raise Invalid("shape")
    of = tuple(_read(form, one, f"{at}.{place}", depth + 1) for place, one in enumerate(shape))
    return Box(first(form, f"{at}.join") == "any", f"{at}.not" in form, of)


def shape_of(part: Part) -> Any:
    """What the hidden field of the form says: 0 for a test, a list for a box."""
    return 0 if isinstance(part, Row) else [shape_of(one) for one in part.of]


def changed(box: Box, do: str) -> Box:
    """After a button: `add:t.0`, `box:t.0`, `drop:t.0.1`; what is none, or `more`, leaves it: each row is shown with an
    empty field behind its values."""
    verb, _, path = do.partition(":")
    steps = path.split(".")[1:]
    if not all(one.isdecimal() and len(one) < 3 for one in steps):
        return box
    places = [int(one) for one in steps]
    match verb:
        case "add":
            return _at(box, places, lambda part: _with(part, Row()))
        case "box" if len(places) < DEEPEST:
            return _at(box, places, lambda part: _with(part, Box(True, of=(Row(), Row("bought:category")))))
        case "drop" if places:
            last = places[-1]
            return _at(box, places[:-1], lambda part: _without(part, last))
        case _:
            return box


def _at(box: Box, places: Sequence[int], then: Callable[[Box], Box]) -> Box:
    if not places:
        return then(box)
    at = places[0]
    if at >= len(box.of) or not isinstance(inner := box.of[at], Box):
        return box
    return replace(box, of=(*box.of[:at], _at(inner, places[1:], then), *box.of[at + 1 :]))


def _with(box: Box, part: Part) -> Box:
    return replace(box, of=(*box.of, part))


def _without(box: Box, at: int) -> Box:
    return replace(box, of=(*box.of[:at], *box.of[at + 1 :]))


def node_of(box: Box) -> Node:
    """The tree. Raises Invalid, whose field begins with the path of the row that lacks something: `t.0.1`."""
    found = _node(box, "t")
    return segment_from(segment_data(found))


def _node(part: Part, at: str) -> Node:
    if isinstance(part, Row):
        try:
            leaf = segment_from(_data(part))
        except (Invalid, ValueError) as wrong:
            raise Invalid(f"{at}.{wrong.field if isinstance(wrong, Invalid) else 'number'}", "row") from None
        return Not(leaf) if part.turned else leaf
    of = tuple(_node(one, f"{at}.{place}") for place, one in enumerate(part.of))
    made: Node = of[0] if len(of) == 1 else Either(of) if part.some and of else Every(of)
    if not part.turned:
        return made
    return made.of if isinstance(made, Not) else Not(made)


def wrong_rows(box: Box) -> dict[str, str]:
    """The paths of rows that lack something, and of which of their fields."""
    found: dict[str, str] = {}

    def look(part: Part, at: str) -> None:
        if isinstance(part, Box):
            for place, one in enumerate(part.of):
                look(one, f"{at}.{place}")
            return
        try:
            _node(part, at)
        except Invalid as refusal:
            found[at] = refusal.field.removeprefix(f"{at}.")

    look(box, "t")
    return found


def leaf_of(row: Row) -> Leaf | None:
    """The test of the row, None while it lacks something."""
    try:
        found = segment_from(_data(row))
    except (Invalid, ValueError):
        return None
    assert not isinstance(found, (Every, Either, Not)), "a row is a test"
    return found


def _data(row: Row) -> dict[str, Any]:
    kind, _, name = row.what.partition(":")
    given, among = row.given, list(row.among)
    days = {"days": _whole(given["days"])} if given.get("days") else {}
    match kind:
        case "answer":
            return {"answer": name, "one_of": among} if among else {"answer": name}
        case "contact" if name in list(Contact):
            return {"contacted": name, **({"campaign": given["campaign"]} if given.get("campaign") else {}), **days}
        case "bought" if name in list(Dimension):
            measure = Measure.MONEY if given.get("measure") == Measure.MONEY else Measure.TIMES
            read = _minor if measure is Measure.MONEY else _whole
            bounds = {f"at_{one}": read(given[one]) for one in ("least", "most") if given.get(one)}
            things = among if Dimension(name) is not Dimension.ANYTHING else []
            return {"bought": {name: things}, measure.value: bounds or {"at_least": 1}, **days}
        case "field" if name in FIELDS:
            op = op_of(row)
            number = _minor if FIELDS[name].kind is Kind.MONEY else _whole
            value: Any = (
                among if op is Op.ONE_OF else True if op in (Op.YES, Op.KNOWN) else number(given.get("number", ""))
            )
            return {"field": name, op.value: value}
        case _:
            raise Invalid("what")


def op_of(row: Row) -> Op:
    """The operator of a row about a field; the first that the field has where another one stands."""
    ops = OPS[FIELDS[row.what.partition(":")[2]].kind]
    given = row.given.get("op", "")
    return Op(given) if given in list(ops) else ops[0]


def _whole(text: str) -> int:
    """Raises ValueError."""
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise ValueError
    return int(text)


def _minor(text: str) -> int:
    """Minor units of an amount as people type it: `500`, `12,50`. Raises ValueError."""
    whole, _, rest = text.replace(" ", "").replace("\u00a0", "").replace(",", ".").partition(".")
    if len(rest) > 2:
        raise ValueError
    return _whole(whole) * 100 + _whole((rest or "0").ljust(2, "0"))


def _major(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}" if minor % 100 else str(minor // 100)
