"""A segment from JSON and back. What is not known is refused, with its place in the tree and what would do.

{"all": [{"bought": {"category": ["coffee"]}, "days": 90, "times": {"at_least": 2}},
         {"not": {"field": "lifecycle", "one_of": ["lapsing"]}}]}
"""

from collections.abc import Mapping
from typing import Any, assert_never

from core.segments.fields import FIELDS, OPS, Contact, Dimension, Field, Kind, Measure, Op
from core.segments.model import Answered, Bought, Contacted, Either, Every, FieldTest, Node, Not
from core.shared.fields import MOST, Fields
from core.shared.refusals import Invalid

DEEPEST = 6
MOST_TESTS = 60
MOST_AMONG = 200
LONGEST = 3_660
"""Days, ten years, that purchases may be asked for."""
_COMING = 182
_NAMES = 128


def segment_from(data: object) -> Node:
    """The tree that the object describes.

    Raises Invalid with the place of what cannot be used: `all.1.not.field`.
    """
    left = [MOST_TESTS]
    return _node(data, "", 1, left)


def segment_data(node: Node) -> dict[str, Any]:
    """The tree as `segment_from` reads it."""
    match node:
        case Every(of):
            return {"all": [segment_data(one) for one in of]}
        case Either(of):
            return {"any": [segment_data(one) for one in of]}
        case Not(inner):
            return {"not": segment_data(inner)}
        case FieldTest(field, op, number, among):
            value: Any = list(among) if op is Op.ONE_OF else True if op in _ALONE else number
            return {"field": field, op.value: value}
        case Answered(question, among):
            return {"answer": question, "one_of": list(among)} if among else {"answer": question}
        case Bought(dimension, among, measure, days, least, most):
            bounds = {name: bound for name, bound in (("at_least", least), ("at_most", most)) if bound is not None}
            made: dict[str, Any] = {"bought": {dimension.value: list(among)}, measure.value: bounds}
            return made if days is None else {**made, "days": days}
        case Contacted(contact, campaign, days):
            told = {"campaign": campaign, "days": days}
            return {"contacted": contact.value, **{key: value for key, value in told.items() if value is not None}}
        case _:
            assert_never(node)


_ALONE = (Op.YES, Op.KNOWN)


def _node(data: object, path: str, depth: int, left: list[int]) -> Node:
    if not isinstance(data, Mapping):
        raise Invalid(path or "segment", expected="an object")
    if depth > DEEPEST:
        raise Invalid(path, expected=f"a tree not deeper than {DEEPEST}")
    fields = Fields(data, path)
    for key, kind in (("all", Every), ("any", Either)):
        if key in data:
            many = fields.take(key)
            if not isinstance(many, list) or (key == "any" and not many):
                raise Invalid(fields.at(key), expected="a list of tests")
            fields.end()
            return kind(tuple(_node(one, f"{fields.at(key)}.{at}", depth + 1, left) for at, one in enumerate(many)))
    if "not" in data:
        inner = fields.take("not")
        fields.end()
        return Not(_node(inner, fields.at("not"), depth + 1, left))
    left[0] -= 1
    if left[0] < 0:
        raise Invalid(path or "segment", expected=f"at most {MOST_TESTS} tests")
    if "bought" in data:
        return _bought(fields)
    if "contacted" in data:
        return _contacted(fields)
    return _answered(fields) if "answer" in data else _test(fields)


def _test(fields: Fields) -> FieldTest:
    name = fields.text("field")
    field = FIELDS.get(name)
    if field is None:
        raise Invalid(fields.at("field"), "unknown-field", name=name)
    given = [(op, value) for op in OPS[field.kind] if (value := fields.take(op.value)) is not None]
    if len(given) != 1:
        raise Invalid(fields.at("field"), expected=f"one of {', '.join(OPS[field.kind])}")
    op, value = given[0]
    fields.end()
    at = fields.at(op.value)
    if op is Op.ONE_OF:
        return FieldTest(name, op, among=_among(value, at, field))
    if op in _ALONE:
        if value is not True:
            raise Invalid(at, expected="true; turn it round with `not`")
        return FieldTest(name, op)
    return FieldTest(name, op, _number(value, at, field, op))


def _number(value: object, at: str, field: Field, op: Op) -> int:
    most = 100 if field.kind is Kind.PERCENT else _COMING if op is Op.COMING else MOST
    if type(value) is not int or not 0 <= value <= most:
        raise Invalid(at, expected=f"a whole number from 0 to {most}")
    return value


def _among(value: object, at: str, field: Field | None = None) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_AMONG:
        raise Invalid(at, expected=f"a list of 1 to {MOST_AMONG} values")
    for one in value:
        if not isinstance(one, str) or not 0 < len(one) <= _NAMES or not one.isprintable():
            raise Invalid(at, expected=f"texts of 1 to {_NAMES} characters")
        if field is not None and field.options and one not in field.options:
            raise Invalid(at, expected=f"some of {', '.join(field.options)}")
    return tuple(dict.fromkeys(value))


def _answered(fields: Fields) -> Answered:
    question, among = fields.text("answer", most=32), fields.take("one_of")
    fields.end()
    return Answered(question, () if among is None else _among(among, fields.at("one_of")))


def _contacted(fields: Fields) -> Contacted:
    contact = fields.take("contacted")
    if not isinstance(contact, str) or contact not in list(Contact):
        raise Invalid(fields.at("contacted"), expected=f"one of {', '.join(Contact)}")
    campaign = fields.text("campaign", most=36, default="") or None
    days = _days(fields)
    fields.end()
    return Contacted(Contact(contact), campaign, days)


def _days(fields: Fields) -> int | None:
    days = fields.take("days")
    if days is not None and (type(days) is not int or not 1 <= days <= LONGEST):
        raise Invalid(fields.at("days"), expected=f"a whole number from 1 to {LONGEST}")
    return days


def _bought(fields: Fields) -> Bought:
    what = fields.take("bought")
    if not isinstance(what, Mapping) or len(what) != 1 or next(iter(what)) not in list(Dimension):
        raise Invalid(fields.at("bought"), expected=f"a list of things by one of {', '.join(Dimension)}")
    (name, things) = next(iter(what.items()))
    dimension = Dimension(name)
    if dimension is Dimension.ANYTHING:
        if things != []:
            raise Invalid(f"{fields.at('bought')}.{name}", expected="an empty list: anything is everything")
        among: tuple[str, ...] = ()
    else:
        among = _among(things, f"{fields.at('bought')}.{name}")
    if dimension is Dimension.WEEKDAY and not all(one in "1234567" and len(one) == 1 for one in among):
        raise Invalid(f"{fields.at('bought')}.{name}", expected="days from 1 (Monday) to 7")
    days = _days(fields)
    given = [(one, fields.take(one.value)) for one in Measure]
    told = [(measure, bounds) for measure, bounds in given if bounds is not None]
    fields.end()
    if len(told) > 1:
        raise Invalid(fields.at(told[1][0].value), expected="times or money, not both")
    if not told:
        return Bought(dimension, among, days=days)
    measure, given_bounds = told[0]
    bounds = Fields(given_bounds, fields.at(measure.value))
    least, most = bounds.maybe("at_least"), bounds.maybe("at_most")
    bounds.end()
    if least is None and most is None:
        raise Invalid(fields.at(measure.value), expected="at_least, at_most or both")
    if least is not None and most is not None and most < least:
        raise Invalid(f"{fields.at(measure.value)}.at_most", expected="no less than at_least")
    return Bought(dimension, among, measure, days, least, most)
