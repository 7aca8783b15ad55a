"""What an editor of segments can ask of people and their habits in one test: every field with every operator, ready
segments, and the opposite of each."""

from collections.abc import Iterator

from core.segments.fields import FIELDS, OPS, Field, Kind, Op
from core.segments.model import FieldTest, Node, Not
from core.segments.ready import READY

_TEXTS = {"city": "c1", "sex": "f", "source": "s1", "top_category": "category 22", "top_store": "s08",
          "club": "coffee", "channel": "viber"}  # fmt: skip
_NUMBERS = {Kind.NUMBER: 3, Kind.MONEY: 50_000, Kind.PERCENT: 40, Kind.DAY: 90, Kind.BIRTHDAY: 6}


def filters() -> Iterator[tuple[str, Node]]:
    """Each with a name that is its own."""
    for name, tree in [*READY.items(), *((f"{one.field} {one.op}", one) for one in _tests())]:
        yield name, tree
        yield f"not {name}", Not(tree)


def _tests() -> Iterator[FieldTest]:
    for field in FIELDS.values():
        for op in OPS[field.kind]:
            if op is Op.ONE_OF:
                yield FieldTest(field.key, op, among=(_some(field),))
            else:
                yield FieldTest(field.key, op, 0 if op in (Op.YES, Op.KNOWN) else _NUMBERS[field.kind])


def _some(field: Field) -> str:
    return field.options[-1] if field.options else _TEXTS[field.key]
